"""A list of any past day held against who then left: how many it caught, missed and wrongly named."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import queries, words
from components.account_rows import account_rows
from components.downloads import downloads
from components.queries import Reader
from models.churn.backtest import AHEAD, Backtest, backtest, first_and_last
from models.churn.model import Model
from pages import _files

_ON, _SIZE, _WHO = "on", "top", "who"
_SIZES = (10, 25, 50, 100, 200)
CAUGHT, MISSED, WRONG = "Left, and on the list", "Left, and missed", "Stayed, and wrongly named"


def draw(reader: Reader, judged: pl.DataFrame, model: Model) -> None:
    """The sentence for the day and size chosen, and the accounts behind it."""
    found = _chosen(judged)
    if found is None:
        return
    _sentence(found, model)
    _rows(reader, found)


def _chosen(judged: pl.DataFrame) -> Backtest | None:
    span = first_and_last(judged)
    if span is None:
        return None
    first, last = span
    with st.container(horizontal=True, vertical_alignment="bottom"):
        on: Any = st.date_input(
            "Had you used it from",
            last,
            min_value=first,
            max_value=judged["as_of"].sort()[-1],
            format="DD/MM/YYYY",
            key=_ON,
            bind="query-params",
            width=180,
        )
        day = on if isinstance(on, date) else last
        n = backtest(judged, day, 1).n
        sizes = [size for size in _SIZES if size <= max(n, _SIZES[0])]
        usual = max((size for size in sizes if 2 * size <= n and size <= 50), default=sizes[0])
        size = st.segmented_control(
            "Calls that fit", sizes, key=_SIZE, bind="query-params", default=usual, required=True
        )
    return backtest(judged, day, int(size or usual))


def _sentence(found: Backtest, model: Model) -> None:
    if not found.n:
        st.markdown(
            f"**No decision came up in the {AHEAD} days from {found.on:%-d %b %Y}.** Choose another day."
        )
        return
    st.markdown(
        f"**Had you used this list on {found.on:%-d %b %Y}: of its top {found.size:,}, {found.caught:,} left "
        f"by {found.until:%-d %b %Y}; of {found.size:,} at random, {found.chance:.1f}** "
        f"(95 % of draws: {found.low:,} to {found.high:,})."
    )
    what = "decisions that came up" if model.kind == "renewal" else "accounts that were there"
    st.caption(
        f"{found.n:,} {what}, {found.left:,} left. The list caught {_share(found.caught, found.left)} of "
        f"them by naming {_share(found.size, found.n)}. Each was ranked {model.lead} days before its "
        "decision, by a model that knew only earlier outcomes. Nobody was called because of this list, so "
        "what a call would have changed is not in here."
    )


def _share(part: int, whole: int) -> str:
    return words.percent(part / whole) if whole else "none"


def _rows(reader: Reader, found: Backtest) -> None:
    lists = {
        CAUGHT: found.rows.filter(pl.col("left") & pl.col("listed")),
        MISSED: found.missed,
        WRONG: found.wrong,
    }
    wanted = str(
        st.segmented_control(
            "Who",
            list(lists),
            key=_WHO,
            bind="query-params",
            default=MISSED,
            required=True,
        )
    )
    rows = _named(reader, lists[wanted])
    name = f"backtest-{found.on}-{found.size}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{wanted}: {words.count(rows.height, 'account')}**", width="content")
        whole = _named(reader, found.rows)
        downloads(name, whole.height, _files.tables(reader, "backtest", whole, _files.EVERY))
    if rows.is_empty():
        st.caption("Nobody.")
        return
    account_rows(rows.with_columns(pl.col("probability").round(2)), _COLUMNS, wanted, f"{name}-{wanted}")


def _named(reader: Reader, rows: pl.DataFrame) -> pl.DataFrame:
    accounts = queries.fact(reader, "accounts").select(
        "account_id", "segment", name=pl.coalesce("name", "account_id")
    )
    return rows.join(accounts, on="account_id", how="left", maintain_order="left").with_columns(
        pl.col("name").fill_null(pl.col("account_id"))
    )


_DAY = partial(st.column_config.DateColumn, format="D MMM YYYY")
_COLUMNS: dict[str, Any] = {
    "position": st.column_config.NumberColumn("Rank", format="%d"),
    "probability": st.column_config.NumberColumn("Chance given", format="percent"),
    "as_of": _DAY("Looked at on"),
    "outcome_on": _DAY("Decided on"),
    "segment": "Segment",
    "tenure_days": st.column_config.NumberColumn("Days a customer", format="%,.0f"),
}
