"""Playbooks and content on both databases: versions, going back, conflicts, and the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa

from actions.playbooks import (
    Piece,
    add_content,
    edit_content,
    retire_content,
    revert_playbook,
    save_playbook,
)
from data_access import content, playbooks
from data_access.errors import Conflict, DataError, NotAllowed, NotFound
from data_access.schema import audit_log
from data_access.store import Store
from data_access.viewer import Viewer
from models.playbook import default, from_body

NOW = datetime(2026, 11, 21, 9)
EVA = Viewer("eva@example.com", "Eva", "csm", ("C1",))
AUDITOR = Viewer("aud@example.com", "Aud", "auditor")
FILM = Piece("Film", "Shows the report in two minutes.", "https://example.com/film", "report_shared")


def log(store: Store) -> list[str]:
    with store.database.read() as connection:
        return list(connection.execute(sa.select(audit_log.c.what).order_by(audit_log.c.entry_id)).scalars())


def bodies(store: Store, name: str) -> list[str]:
    return [from_body(body).do for body in playbooks.versions(store.database, name)["body"]]


def test_each_save_is_a_version_and_an_old_one_can_count_again(store: Store) -> None:
    own = default("captive")
    first = save_playbook(store, EVA, NOW, replace(own, do=" First. "), 0)
    second = save_playbook(store, EVA, NOW, replace(own, do="Second."), first)
    save_playbook(store, EVA, NOW, replace(default("silent"), do="Ask."))

    revert_playbook(store, EVA, NOW, "captive", first)
    revert_playbook(store, EVA, NOW, "captive", 0)

    assert bodies(store, "captive") == [own.do, "First.", "Second.", "First."]
    newest = playbooks.newest(store.database)
    assert newest["name"].to_list() == ["captive", "silent"]
    assert newest["playbook_id"][0] > second
    assert log(store) == ["playbook saved"] * 3 + ["playbook reverted"] * 2


def test_what_somebody_saved_meanwhile_is_not_passed_over(store: Store) -> None:
    save_playbook(store, EVA, NOW, default("captive"), 0)

    with pytest.raises(Conflict, match=r"changed by eva@example.com at .* UTC"):
        save_playbook(store, EVA, NOW, replace(default("captive"), do="Mine."), 0)

    assert bodies(store, "captive") == [default("captive").do]


def test_what_can_not_be_used_is_refused_in_words(store: Store) -> None:
    with pytest.raises(DataError, match=r"names \{nmae\}, which nothing fills"):
        save_playbook(store, EVA, NOW, replace(default("captive"), talk="Open: {nmae}"))
    with pytest.raises(NotFound, match="captive has no version 7"):
        revert_playbook(store, EVA, NOW, "captive", 7)
    with pytest.raises(NotAllowed):
        save_playbook(store, AUDITOR, NOW, default("captive"))

    assert log(store) == []


def test_a_piece_is_added_edited_retired_and_offered_again(store: Store) -> None:
    piece = add_content(store, EVA, NOW, FILM)
    version = edit_content(store, EVA, NOW, piece, 1, replace(FILM, title=" Short film ", event=" "))
    version = retire_content(store, EVA, NOW, piece, version)
    assert content.listing(store.database)["retired_at"].to_list() == [NOW]
    retire_content(store, EVA, NOW, piece, version, retired=False)

    row = content.listing(store.database).row(0, named=True)
    assert (row["title"], row["event"], row["retired_at"], row["version"]) == ("Short film", None, None, 4)
    assert log(store) == ["content added", "content edited", "content retired", "content restored"]


def test_a_piece_changed_meanwhile_is_not_overwritten(store: Store) -> None:
    piece = add_content(store, EVA, NOW, FILM)
    edit_content(store, EVA, NOW, piece, 1, replace(FILM, title="Theirs"))

    with pytest.raises(Conflict, match="“Theirs” was changed by eva@example.com at .* 09:00 UTC"):
        edit_content(store, EVA, NOW, piece, 1, replace(FILM, title="Mine"))
    with pytest.raises(NotFound):
        retire_content(store, EVA, NOW, piece + 1, 1)

    assert content.listing(store.database)["title"].to_list() == ["Theirs"]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "example.com/film", "https://", "https://a b.com"])
def test_only_an_address_of_the_web_is_a_link(store: Store, link: str) -> None:
    with pytest.raises(DataError, match="is no address"):
        add_content(store, EVA, NOW, replace(FILM, link=link))


def test_a_piece_needs_a_title_and_a_purpose(store: Store) -> None:
    with pytest.raises(DataError, match="title"):
        add_content(store, EVA, NOW, Piece("Film", "  "))
