"""Pieces sent with a call or by e-mail, on both databases."""

from __future__ import annotations

import json
from datetime import datetime

import polars as pl
import pytest

from actions import calls
from actions.calls import Call
from actions.playbooks import Piece, add_content
from actions.sending import send_by_mail, sent_with_call
from data_access import audit, sends
from data_access.errors import DataError, NotAllowed, NotFound
from data_access.landing import write_fact
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.facts import ACCOUNTS

NOW = datetime(2026, 3, 2, 9)
EVA = Viewer("eva@example.com", "Eva", "csm", ("eva",))


@pytest.fixture
def pieces(store: Store) -> tuple[Store, int, int]:
    rows = [{"account_id": one, "csm_id": "ben" if one == "z" else "eva"} for one in ("a", "z")]
    with store.database.write() as connection:
        write_fact(connection, "accounts", pl.DataFrame(rows, schema=ACCOUNTS.schema))
    film, guide = (add_content(store, EVA, NOW, Piece(one, "Shows it.")) for one in ("Film", "Guide"))
    return store, film, guide


def standing(store: Store) -> list[tuple[int, str, int | None]]:
    rows = sends.standing(store.database, SYSTEM).sort("send_id")
    return rows.select("content_id", "how", "task_id").rows()


def test_what_was_sent_with_a_call_can_be_changed_and_goes_with_it(pieces: tuple[Store, int, int]) -> None:
    store, film, guide = pieces
    task = calls.log(store, EVA, NOW, Call("a"), "reached")
    sent_with_call(store, EVA, NOW, task, [film, film])
    assert standing(store) == [(film, "call", task)]
    sent_with_call(store, EVA, NOW, task, [film, guide])
    sent_with_call(store, EVA, NOW, task, [guide])
    assert standing(store) == [(guide, "call", task)]
    told = audit.listing(store.database, SYSTEM, what="content sent")
    assert told["subject"].sort().to_list() == [f"content {film}", f"content {guide}"]
    calls.undo(store, EVA, NOW, task, 1)
    assert standing(store) == []
    taken = audit.listing(store.database, SYSTEM, what="content not sent").sort("entry_id")
    stood = [json.loads(entry) for entry in taken["before"]]
    assert [(one["content_id"], one["account_id"], one["task_id"]) for one in stood] == [
        (film, "a", task),
        (guide, "a", task),
    ]
    assert all(one["sent_by"] == EVA.person for one in stood)


def test_a_mailed_piece_stands_without_a_call(pieces: tuple[Store, int, int]) -> None:
    store, film, _ = pieces
    send_by_mail(store, EVA, NOW, "a", [film])
    assert standing(store) == [(film, "e-mail", None)]
    assert sends.standing(store.database, EVA, account_id="z").is_empty()
    assert sends.standing(store.database, Viewer("ben", "Ben", "csm", ("ben",))).is_empty()


def test_what_can_not_be_sent_is_refused(pieces: tuple[Store, int, int]) -> None:
    store, film, _ = pieces
    with pytest.raises(DataError, match="Choose the pieces"):
        send_by_mail(store, EVA, NOW, "a", [])
    with pytest.raises(NotFound, match="no piece of content 99"):
        send_by_mail(store, EVA, NOW, "a", [film, 99])
    with pytest.raises(NotFound):
        send_by_mail(store, EVA, NOW, "z", [film])
    with pytest.raises(NotAllowed):
        send_by_mail(store, Viewer("au", "Au", "auditor"), NOW, "a", [film])
    assert standing(store) == []
