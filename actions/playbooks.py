"""Playbooks and the content they send: save, go back to a version, add, edit, retire."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from data_access import content, exception_rules, playbooks
from data_access.errors import DataError
from data_access.store import Store
from data_access.viewer import Viewer
from models.own_playbook import came_with, spoken
from models.own_rules import rules_of
from models.playbook import Playbook, as_body, from_body, tidy, troubles


@dataclass(frozen=True)
class Piece:
    """A piece of content: what it is for, where it stands, and the usage event it should lead to."""

    title: str
    purpose: str
    link: str | None = None
    event: str | None = None


def saved(store: Store) -> dict[str, Playbook]:
    """The playbooks that people saved, by quarter or kind, as they last saved them."""
    rows = playbooks.newest(store.database).select("name", "body").iter_rows()
    return {name: from_body(body) for name, body in rows}


def spoken_now(store: Store) -> dict[str, Playbook]:
    """The playbooks of a talk track as they count now (`models.own_playbook.spoken`)."""
    rules = rules_of(exception_rules.listing(store.database), only_active=False)
    return spoken(saved(store), rules, content.offered_words(store.database))


def save_playbook(
    store: Store, viewer: Viewer, now: datetime, playbook: Playbook, seen: int | None = None
) -> int:
    """Keep a playbook as a new version; returns its id. `now` is UTC.

    `seen` is the version that the person was looking at (0 for the default). Raises `DataError` with
    what has to be mended, and `Conflict` when somebody saved another version meanwhile.
    """
    kept = tidy(playbook)
    wrong = troubles(kept)
    if wrong:
        raise DataError(" ".join(wrong))
    with store.database.write() as connection:
        playbooks.still(connection, kept.name, seen, as_body(kept))
        return playbooks.save(connection, viewer, now, kept.name, as_body(kept), "playbook saved")


def revert_playbook(store: Store, viewer: Viewer, now: datetime, name: str, playbook_id: int) -> int:
    """Make an earlier version (0: the words of Rounds, or of the rule) count again, as a new version."""
    usual = came_with(rules_of(exception_rules.listing(store.database), only_active=False), name)
    with store.database.write() as connection:
        body = playbooks.body_of(connection, name, playbook_id) if playbook_id else as_body(usual)
        playbooks.still(connection, name, None, body)
        return playbooks.save(connection, viewer, now, name, body, "playbook reverted")


def add_content(store: Store, viewer: Viewer, now: datetime, piece: Piece) -> int:
    """Put a piece into the library; returns its id. Raises `DataError` with what is missing."""
    values = _checked(piece)
    with store.database.write() as connection:
        return content.add(connection, viewer, now, values)


def edit_content(
    store: Store, viewer: Viewer, now: datetime, content_id: int, version: int, piece: Piece
) -> int:
    """Change a piece that is still at `version`; returns the new version, raises `Conflict` otherwise."""
    values = _checked(piece)
    with store.database.write() as connection:
        return content.change(connection, viewer, now, content_id, version, "content edited", values)


def retire_content(
    store: Store, viewer: Viewer, now: datetime, content_id: int, version: int, *, retired: bool = True
) -> int:
    """Offer a piece no longer, or again; playbooks that name it leave it out meanwhile."""
    what = "content retired" if retired else "content restored"
    with store.database.write() as connection:
        values = {"retired_at": now if retired else None}
        return content.change(connection, viewer, now, content_id, version, what, values)


def _checked(piece: Piece) -> dict[str, Any]:
    values = {name: (text or "").strip() or None for name, text in asdict(piece).items()}
    if not values["title"] or not values["purpose"]:
        raise DataError("Give the piece a title, and say in a sentence what it is for.")
    if values["link"] and not _is_address(values["link"]):
        raise DataError(f"“{values['link']}” is no address; write it whole, as in https://example.com/guide.")
    return values


def _is_address(text: str) -> bool:
    try:
        parsed = urlsplit(text)
    except ValueError:
        return False
    return parsed.scheme in ("http", "https") and bool(parsed.netloc) and not any(map(str.isspace, text))
