"""The form of a happy path: name it and its steps, add what no data can see, save, adopt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from actions import paths as deeds
from components import failures, queries, session, words
from components.queries import Reader
from components.queries import paths as read
from components.queries.content import offered
from models.paths.adopted import MOST_STEPS, HappyPath, PathStep, from_body
from pages._paths_compare import side_by_side

_HEAD = ("name", "gives", "segment")
_STEP = ("position", "name", "target_days", "advice", "content", "event", "nth", "who")
_OPEN = "path_forms"


@dataclass
class Draft:
    """A form that is open: what it began from, the version that was seen, and its steps by row.

    `path_id` is None while the path was never saved. `theirs` is the version somebody saved meanwhile.
    """

    path_id: int | None
    seen: int
    base: HappyPath
    steps: dict[str, PathStep] = field(default_factory=dict)
    next_row: int = 0
    theirs: int | None = None


def is_open(token: str) -> bool:
    """Whether the form of this path is open in this session."""
    return token in _drafts()


def open_form(token: str, path: HappyPath, path_id: int | None = None, seen: int = 0) -> None:
    """Open the form of a path; one that is open already keeps what was typed. For callbacks only."""
    if not is_open(token):
        _fill(token, Draft(path_id, seen, path))


def close_form(token: str) -> None:
    """Forget what was typed. For callbacks only."""
    _drafts().pop(token, None)


def form(reader: Reader, token: str, where: str) -> None:
    """The open form of a path; fields keep what was typed until it is saved, whoever saves first."""
    draft = _drafts()[token]
    _conflict(reader, token, draft)
    pieces = dict(offered(reader).select("content_id", "title").iter_rows())
    segments = queries.book(reader)["segment"].drop_nulls().unique().sort().to_list()
    with st.form(f"path-{token}", border=True, enter_to_submit=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Name of the path", key=_key(token, "name"), max_chars=80, persist_state="session")
            _choice("For whom", ["", *segments], _key(token, "segment"), nothing="Everybody", width=220)
        st.text_input(
            "What the customer gets from it", key=_key(token, "gives"), max_chars=300, persist_state="session"
        )
        st.caption("Steps with the same number may come in any order. A target counts in days after signing.")
        for row, step in draft.steps.items():
            _step(reader, token, row, step, pieces)
        with st.container(horizontal=True, gap="small"):
            full = len(draft.steps) >= MOST_STEPS
            add = partial(st.form_submit_button, on_click=_add, disabled=full, icon=":material/add:")
            add("Add a step seen in usage", args=(token, "data"))
            add("Add a step that a person ticks", args=(token, "manual"))
        with st.container(horizontal=True, gap="small"):
            save = partial(st.form_submit_button, on_click=_save)
            save("Save and adopt", type="primary", args=(token, where, True))
            save("Save as a draft", args=(token, where, False))
            st.form_submit_button("Discard", type="tertiary", on_click=close_form, args=(token,))


def _step(reader: Reader, token: str, row: str, step: PathStep, pieces: dict[int, str]) -> None:
    key = partial(_row_key, token, row)
    _keep_only(key("content"), pieces)
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            number = partial(st.number_input, persist_state="session")
            number("Order", 1, MOST_STEPS, key=key("position"), width=110)
            st.text_input("Step", key=key("name"), max_chars=80, persist_state="session", width=230)
            if step.kind == "manual":
                st.text_input(
                    "Who ticks it", key=key("who"), max_chars=80, persist_state="session", width=200
                )
            else:
                _choice(
                    "Usage event", read.events(reader), key("event"), nothing="Choose", width=200, new=True
                )
                number("On its day no.", 1, 365, key=key("nth"), width=120, help=_NTH)
            number("Target day", 1, 3650, value=None, key=key("target_days"), width=130, placeholder="none")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.text_input(
                "What to do when it is missing", key=key("advice"), max_chars=300, persist_state="session"
            )
            st.multiselect(
                "Content to send",
                list(pieces),
                format_func=lambda piece: pieces.get(piece, str(piece)),
                key=key("content"),
                placeholder="None",
                persist_state="session",
                width=240,
            )
            st.form_submit_button(
                "Take out",
                key=key("drop"),
                type="tertiary",
                help=f"Take out {words.plain(step.name) or 'this step'}",
                on_click=_drop,
                args=(token, row),
            )


_NTH = "1: done once counts. 3: done on three different days counts."


def _choice(label: str, options: list[str], key: str, *, nothing: str, width: int, new: bool = False) -> None:
    now = str(st.session_state.get(key) or "")
    st.selectbox(
        label,
        list(dict.fromkeys([*options, now])),
        key=key,
        format_func=lambda one: one or nothing,
        accept_new_options=new,
        persist_state="session",
        width=width,
    )


def _conflict(reader: Reader, token: str, draft: Draft) -> None:
    """Both versions, when somebody saved first: what differs, and what happens next."""
    if draft.theirs is None or draft.path_id is None:
        return
    found = read.versions(reader, draft.path_id).filter(pl.col("version") == draft.theirs)
    if found.is_empty():
        return
    row = found.row(0, named=True)
    who = words.plain(row["saved_by"])
    with st.container(border=True, gap="small"):
        st.markdown(
            f"**{who} saved version {draft.theirs} while you were editing.** What you typed is still in the "
            "form below. Take over what you want of theirs; saving again then puts yours on top, as a new "
            "version."
        )
        side_by_side(
            reader,
            (f"Version {draft.theirs}, {row['saved_by']}", from_body(row["body"])),
            ("Yours", typed(token)),
        )


def typed(token: str) -> HappyPath:
    """The path as it stands in its form."""
    draft, state = _drafts()[token], st.session_state
    steps = []
    for row, step in draft.steps.items():
        given = {name: state.get(_row_key(token, row, name), getattr(step, name)) for name in _fields(step)}
        given["content"] = tuple(given["content"])
        steps.append(replace(_unlearned(step, given), **given))
    head = {name: str(state.get(_key(token, name)) or "") for name in _HEAD}
    return replace(draft.base, steps=tuple(steps), **head)


def _unlearned(step: PathStep, given: dict[str, Any]) -> PathStep:
    """What was learned of the successful does not hold for another event."""
    if (given.get("event", ""), given.get("nth", 1)) == (step.event, step.nth):
        return step
    return replace(step, median_days=None, p85_days=None, gap_median=None, gap_p85=None, prevalence=None)


def _fields(step: PathStep) -> Iterable[str]:
    hidden = ("event", "nth") if step.kind == "manual" else ("who",)
    return (name for name in _STEP if name not in hidden)


def _fill(token: str, draft: Draft) -> None:
    """Put a path's words into its form, and remember which version they are."""
    for name in _HEAD:
        st.session_state[_key(token, name)] = getattr(draft.base, name)
    draft.steps = {}
    _drafts()[token] = draft
    for step in draft.base.steps:
        _put(token, draft, step)


def _put(token: str, draft: Draft, step: PathStep) -> None:
    row, draft.next_row = str(draft.next_row), draft.next_row + 1
    for name in _fields(step):
        value = getattr(step, name)
        st.session_state[_row_key(token, row, name)] = list(value) if name == "content" else value
    draft.steps[row] = step


def _add(token: str, kind: str) -> None:
    draft = _drafts()[token]
    last = max((step.position for step in typed(token).steps), default=0)
    known: Any = kind
    _put(token, draft, PathStep("", min(last + 1, MOST_STEPS), known))


def _drop(token: str, row: str) -> None:
    _drafts()[token].steps.pop(row, None)


def _save(token: str, where: str, adopt: bool) -> None:
    draft = _drafts()[token]
    if not failures.attempt(partial(_save_now, token, draft, adopt), where):
        _look_again(draft)


def _save_now(token: str, draft: Draft, adopt: bool) -> None:
    reader = session.reader()
    who, path = (reader.store, reader.viewer, session.now_utc()), typed(token)
    if draft.path_id is None:
        deeds.write_path(*who, path, adopt=adopt)
    else:
        deeds.save_path(*who, draft.path_id, draft.seen, path, adopt=adopt)
    close_form(token)


def _look_again(draft: Draft) -> None:
    """Read what they saved, then save yours over it: the second time is meant."""
    if draft.path_id is None:
        return
    found = read.versions(queries.refreshed(session.reader()), draft.path_id)
    newest = int(found["version"][0])
    if newest != draft.seen:
        draft.seen = draft.theirs = newest


def _keep_only(key: str, pieces: dict[int, str]) -> None:
    """A piece that was retired meanwhile can't stay chosen."""
    st.session_state[key] = [piece for piece in st.session_state.get(key, ()) if piece in pieces]


def _drafts() -> dict[str, Draft]:
    drafts: dict[str, Draft] = st.session_state.setdefault(_OPEN, {})
    return drafts


def _key(token: str, name: str) -> str:
    return f"path-{token}-{name}"


def _row_key(token: str, row: str, name: str) -> str:
    return f"path-{token}-{row}-{name}"
