"""Retention by segment, plan, region, CSM, quadrant or path; each figure opens into its rows."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from components import charts_retention as charts
from components import empty, tables, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import retention as queries_retention
from components.queries.retention import Chosen
from models.ledger import months_before
from models.retention_rows import GRR, LOGO, MEASURED, NRR, SCOPES, WON, value_of
from models.retention_splits import UNKNOWN
from models.shares import percent
from pages import _files
from pages._retention_opened import amount, opened

BY = {
    "segment": "Segment",
    "plan": "Plan",
    "region": "Region",
    "csm": "CSM",
    "quadrant": "Quadrant",
    "path": "Path",
}
_BY, _PART, _FIGURE = "by", "part", "part_figure"
ALL = "All"
_MAKES = {
    **dict.fromkeys(("accounts", "kept", "logo"), LOGO),
    **dict.fromkeys(("mrr_kept", "grr"), GRR),
    **dict.fromkeys(("mrr_then", "mrr_now", "nrr"), NRR),
    **dict.fromkeys(("due", "won", "renewed"), WON),
}
"""Column of the table: the figure whose rows make it."""

_OPENS = {charts.NAMES[name]: name for name in (LOGO, GRR, NRR, WON)}


def chooser(keep: tuple[str, ...] = (*SCOPES, *MEASURED)) -> str:
    """Which split is wanted, of those in `keep`."""
    offered = {BY[name]: name for name in keep}
    label = st.segmented_control(
        "Split by", list(offered), key=_BY, bind="query-params", default=BY["segment"], required=True
    )
    return offered[str(label)]


def draw(reader: Reader, chosen: Chosen, currency: str, into: str) -> None:
    """The table of parts, and the rows behind one figure of one part."""
    by = chooser()
    day = reader.as_of
    then = months_before(day, 12)
    if by in MEASURED:
        near = queries_retention.measured_near(reader, then)
        if near is None:
            empty.nothing(
                f"No snapshot was made around {then:%-d %b %Y}, so nobody's {by} of that day is known.",
                "By today's, those who left would be missing and every rate would look too good. "
                "How long they stay, beside this, follows customers from the first snapshot on.",
            )
            return
        st.caption(f"By the {by} of {near[1]:%-d %b %Y}, when the 12 months began.")
    found = queries_retention.retention_split(reader, chosen, by, day, currency, into)
    if found.is_empty():
        empty.nothing("Nobody was a customer 12 months ago.", "Take a filter away.")
        return
    _sentence(found, by)
    _table(reader, found, by)
    _rows(reader, chosen, found, by, currency, into)


def _sentence(found: pl.DataFrame, by: str) -> None:
    told = found.filter((pl.col("accounts") >= 10) & (pl.col("part") != UNKNOWN)).sort("logo")
    if told.height < 2:
        st.markdown(f"**Too few customers to compare by {BY[by].lower()}**: two parts with 10 are needed.")
        return
    low, high = told.row(0, named=True), told.row(-1, named=True)
    st.markdown(
        f"**{words.plain(high['part'])} kept {percent(high['logo'])} of {high['accounts']:,} customers, "
        f"{words.plain(low['part'])} {percent(low['logo'])} of {low['accounts']:,}.** "
        "How long they stay, beside this, tests whether such a difference is more than chance."
    )


def _table(reader: Reader, found: pl.DataFrame, by: str) -> None:
    whole = found.select(pl.lit(ALL).alias("part"), *(pl.col(name).sum() for name in _SUMS)).with_columns(
        logo=pl.col("kept") / pl.col("accounts"),
        grr=pl.when(pl.col("mrr_then") > 0).then(pl.col("mrr_kept") / pl.col("mrr_then")),
        nrr=pl.when(pl.col("mrr_then") > 0).then(pl.col("mrr_now") / pl.col("mrr_then")),
        renewed=pl.when(pl.col("due") > 0).then(pl.col("won") / pl.col("due")),
    )
    both = pl.concat([found, whole.select(found.columns)])
    parts = both["part"].to_list()

    def opens(row: int, column: str) -> None:
        if column in _MAKES:
            st.session_state[_FIGURE] = charts.NAMES[_MAKES[column]]
            st.session_state[f"{_PART}_{by}"] = parts[row]

    snapshot = reader.snapshot.snapshot_id if reader.snapshot else 0
    key = f"groups-{by}-{snapshot}-{hash(tuple(parts))}"
    tables.open_table(both, f"Retention by {BY[by]}", _columns(by), key, opens)
    st.caption("Click a number to open the accounts that make it below.")
    downloads(f"retention-by-{by}", both.height, _files.tables(reader, "retention", both, _files.EVERY))


_SUMS = ("accounts", "kept", "mrr_then", "mrr_now", "mrr_kept", "due", "won")


def _columns(by: str) -> dict[str, Any]:
    number, share = st.column_config.NumberColumn, st.column_config.NumberColumn
    return {
        "part": st.column_config.TextColumn(BY[by], pinned=True),
        "accounts": number("Customers a year ago"),
        "kept": number("Kept"),
        "logo": share("Logo", format="percent"),
        "mrr_then": number("MRR then", format="%,.2f"),
        "mrr_now": number("MRR now", format="%,.2f"),
        "mrr_kept": number("Of it kept", format="%,.2f"),
        "grr": share("GRR", format="percent"),
        "nrr": share("NRR", format="percent"),
        "due": number("Renewals due"),
        "won": number("Won"),
        "renewed": share("Won ÷ due", format="percent"),
    }


def _rows(reader: Reader, chosen: Chosen, found: pl.DataFrame, by: str, currency: str, into: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox("Open", list(_OPENS), key=_FIGURE, bind="query-params", width=220)
        part = st.selectbox(
            "Of", [*found["part"].to_list(), ALL], key=f"{_PART}_{by}", bind="query-params", width=220
        )
    figure = _OPENS[label]
    money = currency if figure in (GRR, NRR) else ""
    rows = queries_retention.retention_behind(reader, chosen, figure, reader.as_of, money, into)
    groups = queries_retention.parts(reader, by, months_before(reader.as_of, 12)).unique("account_id")
    mine = rows.join(groups, on="account_id", how="left", maintain_order="left").filter(
        (pl.col("part").fill_null(UNKNOWN) == part) | pl.lit(part == ALL)
    )
    made = value_of(mine, figure)
    said = f"**{words.count(mine.height, 'row')}**" if made is None else _made(mine, figure, made, currency)
    shown = mine.drop("part") if by in ("segment", "csm") else mine
    opened(reader, f"retention-{by}-{figure}", shown, said, f"The rows that make {label} of {part}")


def _made(rows: pl.DataFrame, figure: str, made: float, currency: str) -> str:
    if figure in (LOGO, WON):
        column = "kept" if figure == LOGO else "won"
        return f"**{int(rows[column].sum()):,} ÷ {rows.height:,} = {percent(made, 1)}**, as in the table."
    now = "mrr_kept" if figure == GRR else "mrr_now"
    top, base = (amount(float(rows[name].sum()), currency) for name in (now, "mrr_then"))
    return f"**{top} ÷ {base} = {percent(made, 1)}**, as in the table."
