"""The part of the Quality page where people adopt the tree, change it, and go back to a version."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from actions import quality as deeds
from components import failures, session, words
from components.queries import Reader
from components.queries import quality as read
from models.ctq import Branch, difference, from_body
from models.ctq_measures import MEASURES, Measure

WHERE = "ctq"
_NONE = "not measured yet"


def adopt(offered: Sequence[Branch]) -> None:
    """Take the proposal as it is."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"**{words.count(len(offered), 'measure')} can be told from your data.** The targets are usual "
            "ones, not your customers' own. Change them below, or begin with these.",
        )
        st.button(
            "Adopt as it is", type="primary", icon=":material/check:", on_click=save, args=(tuple(offered), 0)
        )


def draw(reader: Reader, version: int, branches: Sequence[Branch]) -> None:
    """The tree as rows to edit, and every version of it."""
    with st.expander("Change the tree", icon=":material/edit:"):
        edited: Any = st.data_editor(
            _frame(branches),
            num_rows="dynamic",
            hide_index=True,
            key=f"ctq-{version}",
            disabled=["by"],
            column_config=_columns(),
        )
        wanted = _branches(edited)
        told = difference(branches, wanted)
        st.caption(
            "Would change: " + words.plain("; ".join(told)) + "."
            if told
            else "Nothing is changed yet. The last row, with the plus sign, adds one."
        )
        st.button(
            "Save as a new version" if version else "Adopt with these changes",
            type="primary",
            icon=":material/save:",
            key="ctq_save",
            disabled=not told,
            on_click=save,
            args=(wanted, version),
        )
    _versions(reader, version)


def save(branches: Sequence[Branch], seen: int) -> None:
    """Save the tree over the version that was looked at. For callbacks only."""
    reader = session.reader()
    who = reader.store, reader.viewer, session.now_utc()
    failures.attempt_at(seen, partial(deeds.save_tree, *who, tuple(branches)), WHERE)


def _frame(branches: Sequence[Branch]) -> pl.DataFrame:
    rows = [
        (
            one.need,
            one.driver,
            _called(MEASURES[one.measure]) if one.measure in MEASURES else _NONE,
            one.target,
            one.by,
        )
        for one in branches
    ]
    kinds = {
        "need": pl.String,
        "driver": pl.String,
        "measure": pl.String,
        "target": pl.Float64,
        "by": pl.String,
    }
    return pl.DataFrame(rows, schema=kinds, orient="row")


def _branches(edited: pl.DataFrame) -> tuple[Branch, ...]:
    codes = {_called(one): one.key for one in MEASURES.values()}
    found = []
    for row in edited.iter_rows(named=True):
        measure = codes.get(row["measure"] or "", "")
        target = row["target"] if measure else None
        found.append(
            Branch(
                (row["need"] or "").strip(), (row["driver"] or "").strip(), measure, target, row["by"] or ""
            )
        )
    return tuple(found)


def _called(measure: Measure) -> str:
    """A measure with what a target of it means: "Days since we spoke: at most, days"."""
    return f"{measure.what}: {measure.good}, {measure.unit}"


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "need": column.TextColumn("What they need", required=True, width=150),
        "driver": column.TextColumn("What drives it", required=True, width=170),
        "measure": column.SelectboxColumn(
            "Measure", options=[_NONE, *map(_called, MEASURES.values())], default=_NONE, width=400
        ),
        "target": column.NumberColumn("Target", help="In the measure's unit"),
        "by": column.TextColumn("Written by"),
    }


def _versions(reader: Reader, now: int) -> None:
    known = read.tree_versions(reader).to_dicts()
    if not known:
        return
    with st.expander(f"Versions ({len(known)})", icon=":material/history:"):
        bodies = [from_body(one["body"]) for one in known]
        for one, own, before in zip(known, bodies, [*bodies[1:], ()], strict=True):
            lines = difference(before, own)
            more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
            with st.container(
                horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
            ):
                st.markdown(
                    f"**{words.plain(one['saved_by'])}**, {one['saved_at']:%-d %b %Y %H:%M} UTC: "
                    + (words.plain("; ".join(lines[:3])) or "as before")
                    + more,
                    width="content",
                )
                if one["sheet_id"] != now:
                    st.button(
                        "Go back to this",
                        key=f"ctq-back-{one['sheet_id']}",
                        icon=":material/undo:",
                        on_click=_back,
                        args=(one["sheet_id"], now),
                    )


def _back(sheet_id: int, seen: int) -> None:
    reader = session.reader()
    deed = partial(
        deeds.revert, reader.store, reader.viewer, session.now_utc(), "ctq", deeds.TREE, sheet_id, seen
    )
    failures.attempt(deed, WHERE)
