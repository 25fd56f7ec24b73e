"""The paths themselves: each as a card with its steps, adopted, edited, compared, reverted, retired."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from actions import path_places
from actions import paths as deeds
from components import clock, empty, failures, paths_words, session, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import paths as read
from components.queries import playbooks as read_content
from components.queries.content import offered, titles
from models.paths.adopted import HappyPath, differences, from_body
from models.paths.frames import Discovery
from models.paths.learned_days import as_learned
from models.paths.prescribed import FOUND, found_as
from pages import _files
from pages._paths_compare import side_by_side
from pages._paths_form import form, is_open, open_form

WHERE = "paths_cards"
PUT_AWAY = "paths_put_away"
_MOST_VERSIONS = 10
_NEW = "new"


@dataclass(frozen=True)
class _Card:
    """One path on the page: `token` names it in keys; a found path has no id and no version."""

    token: str
    path: HappyPath
    found: pl.DataFrame
    path_id: int | None = None
    version: int = 0
    row: dict[str, Any] | None = None
    number: int = 0


def cards(reader: Reader) -> None:
    """Paths in force first, then what was found, then drafts and retired ones, folded away."""
    kept = read.discovery(reader)
    found = kept.found if kept else None
    own = [_own(row, found) for row in read.listing(reader).iter_rows(named=True)]
    force = [card for card in own if card.row and card.row["adopted_version"] is not None]
    away = [card for card in own if card not in force]
    fresh = [card for card in _found(kept) if not any(_same(card.path, one.path) for one in force)]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader("The paths", anchor=False, width="content")
        steps = read.path_table(reader)
        downloads(f"paths-{reader.as_of}", steps.height, _files.tables(reader, "paths", steps))
    failures.tell(WHERE)
    st.markdown(_head(force, fresh))
    _placed(reader)
    may = reader.viewer.role in deeds.WHO
    if not may:
        st.caption("Managers and admins adopt and edit paths; you tick steps on each account's page.")
    elif len(fresh) > 1:
        st.button(f"Adopt all {len(fresh)}", key="adopt-all", on_click=_adopt_all, args=(fresh,))
    for card in [*force, *fresh]:
        _card(reader, card, found, may=may)
    if may:
        _by_hand(reader)
    if away:
        part = st.expander(f"Drafts and retired paths ({len(away)})", key=PUT_AWAY, on_change="rerun")
        if part.open:
            with part:
                for card in away:
                    _card(reader, card, found, may=may)


def _placed(reader: Reader) -> None:
    """When accounts were placed anew; where they wait for it, a button that does it."""
    last = read.placing(reader)
    if read.waits_to_be_placed(reader):
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                ":material/update: Paths or ticks changed since accounts were last placed.", width="stretch"
            )
            st.button("Place accounts now", key="place-accounts", type="primary", on_click=_place)
    elif last is not None:
        at = f"{words.day(last.at.date(), clock.today())} {clock.shown(last.at)}"
        st.caption(
            f"Accounts were placed anew {at}, after a change by {words.plain(last.by)}. "
            "Exceptions and the risk order follow with the next refresh."
        )


def _place() -> None:
    reader = session.reader()
    act = partial(path_places.place_accounts, reader.store, reader.viewer, session.now_utc())
    failures.attempt(act, WHERE)


def _own(row: dict[str, Any], found: Discovery | None) -> _Card:
    steps = found.steps if found else pl.DataFrame()
    return _Card(f"own-{row['path_id']}", from_body(row["body"]), steps, row["path_id"], row["version"], row)


def _found(kept: read.Kept | None) -> list[_Card]:
    if kept is None:
        return []
    numbered = [(one, int(one.key.removeprefix(f"{FOUND} "))) for one in found_as(kept.found)]
    return [
        _Card(
            one.key,
            replace(one.path, origin=deeds.origin_of(kept.as_of, number)),
            kept.found.steps,
            number=number,
        )
        for one, number in numbered
    ]


def _same(found: HappyPath, adopted: HappyPath) -> bool:
    """Whether people adopted what was found: this very path, or one with its steps."""
    steps = [{step.key for step in path.steps if step.kind == "data"} for path in (found, adopted)]
    return found.origin == adopted.origin or steps[0] == steps[1]


def _head(force: list[_Card], fresh: list[_Card]) -> str:
    if force:
        everybody = any(not card.path.segment for card in force)
        more = f" {words.count(len(fresh), 'other path was', 'other paths were')} found in the data; "
        more += (
            "nobody is placed there until it is adopted." if everybody else "all other segments stand there."
        )
        also = more if fresh else ""
        return f"**{words.count(len(force), 'path is', 'paths are')} in force.**{also}"
    if fresh:
        return (
            "**Nobody has adopted a path yet.** Until somebody does, accounts are placed on the "
            f"{words.count(len(fresh), 'path')} found in the data."
        )
    return "**There is no path yet.** Write one yourself, or see below why none was found."


def _card(reader: Reader, card: _Card, found: Discovery | None, *, may: bool) -> None:
    with st.container(border=True, gap="small", key=f"path-card-{card.token}"):
        st.markdown(_title(card))
        if card.path.gives:
            st.markdown(f"**What the customer gets:** {words.plain(card.path.gives)}")
        about = _about(card, found)
        if about:
            st.markdown(about)
        pieces = _pieces(reader)
        path = card.path
        if card.path_id is not None:
            path = as_learned(path, read.steps(reader).filter(pl.col("path_id") == card.path_id))
        st.markdown(paths_words.steps_table(path, card.found))
        for said in paths_words.unknown(path, read.events(reader)):
            st.caption(said)
        st.markdown("\n".join(paths_words.prescriptions(card.path, pieces)))
        if may:
            _buttons(card)
        if card.path_id is not None:
            _versions(reader, card, may=may)
    if may and is_open(card.token):
        form(reader, card.token, WHERE)


def _title(card: _Card) -> str:
    whom = f"for {words.plain(card.path.segment)}" if card.path.segment else "for everybody"
    name = f"**{words.plain(card.path.name)}**"
    if card.row is None:
        return f"{name} :gray-badge[Found in the data] {whom}"
    state, version = card.row["state"], card.row["adopted_version"]
    at = words.day(card.row["changed_at"].date(), clock.today())
    by = f":gray[{words.plain(card.row['changed_by'])}, {at}]"
    if state != "adopted":
        return f"{name} :gray-badge[{state.capitalize()}] {whom}, version {card.version} {by}"
    newer = f" :orange-badge[Version {card.version} is a draft]" if card.version != version else ""
    return f"{name} :green-badge[✓ In force, version {version}]{newer} {whom} {by}"


def _about(card: _Card, found: Discovery | None) -> str:
    """What discovery knows of a found path."""
    if found is None or not card.number:
        origin = card.path.origin
        return f":gray[{words.plain(origin.capitalize())}.]" if origin else ""
    row = found.paths.row(by_predicate=pl.col("path") == card.number, named=True)
    return paths_words.found_words(row)


def _pieces(reader: Reader) -> dict[int, str]:
    return {row["content_id"]: read_content.piece_words(row) for row in offered(reader).iter_rows(named=True)}


def _buttons(card: _Card) -> None:
    with st.container(horizontal=True, gap="small"):
        press = partial(st.button, on_click=_do)
        if card.path_id is None:
            press("Adopt", type="primary", key=f"adopt-{card.token}", args=("adopt", card))
            press("Edit first", key=f"edit-{card.token}", args=("edit", card))
            return
        force = card.row["adopted_version"] if card.row else None
        if force != card.version:
            said = f"Adopt version {card.version}"
            press(said, type="primary", key=f"adopt-{card.token}", args=("adopt", card))
        press("Edit", key=f"edit-{card.token}", icon=":material/edit:", args=("edit", card))
        if force is not None:
            press("Retire", key=f"retire-{card.token}", type="tertiary", args=("retire", card))


def _by_hand(reader: Reader) -> None:
    if is_open(_NEW):
        form(reader, _NEW, WHERE)
        return
    st.button("Write a path by hand", icon=":material/add:", key="path-by-hand", on_click=_write_new)


def _write_new() -> None:
    open_form(_NEW, HappyPath("", ()))


def _do(what: str, card: _Card) -> None:
    acts = {"adopt": _adopt, "edit": _edit, "retire": _retire}
    failures.attempt(partial(acts[what], card), WHERE)


def _adopt(card: _Card) -> None:
    reader = session.reader()
    who = (reader.store, reader.viewer, session.now_utc())
    if card.path_id is None:
        deeds.write_path(*who, _as_found(reader, card), adopt=True)
    else:
        deeds.adopt_path(*who, card.path_id, card.version)


def _adopt_all(found: list[_Card]) -> None:
    for card in found:
        if not failures.attempt(partial(_adopt, card), WHERE):
            return


def _edit(card: _Card) -> None:
    path = card.path if card.path_id is not None else _as_found(session.reader(), card)
    open_form(card.token, path, card.path_id, card.version)


def _as_found(reader: Reader, card: _Card) -> HappyPath:
    kept = read.discovery(reader)
    return deeds.found_path(reader.store, kept.discovery_id, card.number) if kept else card.path


def _retire(card: _Card) -> None:
    reader = session.reader()
    deeds.retire_path(reader.store, reader.viewer, session.now_utc(), card.path_id or 0, card.version)


def _versions(reader: Reader, card: _Card, *, may: bool) -> None:
    """Every version with who, when and what changed; any can count again, any two can be compared."""
    part = st.expander("Versions", icon=":material/history:", key=f"versions-{card.token}", on_change="rerun")
    if not part.open or card.path_id is None:
        return
    with part:
        saved = read.versions(reader, card.path_id)
        bodies = {row["version"]: from_body(row["body"]) for row in saved.iter_rows(named=True)}
        force = card.row["adopted_version"] if card.row else None
        for row in saved.head(_MOST_VERSIONS).iter_rows(named=True):
            _version(reader, card, row, bodies, force, may=may)
        if saved.height > _MOST_VERSIONS:
            st.caption(f"The newest {_MOST_VERSIONS} of {saved.height:,} versions.")
        _compare(reader, card.token, bodies)


def _version(
    reader: Reader,
    card: _Card,
    row: dict[str, Any],
    bodies: dict[int, HappyPath],
    force: int | None,
    *,
    may: bool,
) -> None:
    number = row["version"]
    at = f"{words.day(row['saved_at'].date(), clock.today())} {clock.shown(row['saved_at'])}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**Version {number}**, {words.plain(row['saved_by'])}, {at}", width="stretch")
        if number == force:
            st.markdown(":green-badge[✓ In force]", width="content")
        if may and number != card.version:
            st.button(
                "Use again",
                key=f"revert-{card.token}-{number}",
                help=f"Saves version {number} again as the newest one; nothing is lost.",
                on_click=_revert,
                args=(card.path_id, card.version, number),
            )
    before = bodies.get(number - 1)
    changed = differences(before, bodies[number], titles(reader)) if before else []
    if changed:
        st.caption(words.plain(" ".join(changed)))


def _revert(path_id: int, seen: int, version: int) -> None:
    reader = session.reader()
    who = (reader.store, reader.viewer, session.now_utc())
    failures.attempt(partial(deeds.revert_path, *who, path_id, seen, version), WHERE)


def _compare(reader: Reader, token: str, bodies: dict[int, HappyPath]) -> None:
    if len(bodies) < 2:
        return
    numbers = list(bodies)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        pick = partial(st.selectbox, options=numbers, format_func="Version {}".format, width=160)
        one = pick("Compare", index=1, key=f"compare-{token}")
        other = pick("with", index=0, key=f"compared-{token}")
    if one is not None and other is not None and one != other:
        side_by_side(reader, (f"Version {one}", bodies[one]), (f"Version {other}", bodies[other]))


def none_found(found: Discovery | None) -> None:
    """What stands instead of the picture while there is no path to place anybody on."""
    if found is None:
        empty.nothing(
            "Paths have not been looked for yet.",
            "`python cli.py refresh` looks for them; it needs usage events and accounts with a known result.",
            ":material/route:",
        )
        return
    empty.nothing(paths_words.verdict(found), " ".join(found.why), ":material/route:")
