"""The cohort grid: what became of each signing month; every cell opens into its accounts."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from components import empty, tables, words
from components.queries import Reader
from components.queries import retention as queries_retention
from components.queries.retention import Chosen
from models.cohorts import GRIDS, LOGOS, MRR, USE, cell_rows, cohorts
from models.shares import percent
from pages._retention_opened import amount, opened

_GRID, _COHORT, _AGE = "grid", "cohort", "age"
_SAYS = {
    LOGOS: "Of the customers that signed in a month, the share that are customers so many months later.",
    MRR: "MRR so many months later, of the MRR at the first month's end that they paid.",
    USE: "Of the customers that signed in a month, the share that used it in the 28 days before each "
    "month's end. Weeks of use are kept for half a year.",
}


def draw(reader: Reader, chosen: Chosen, currency: str, into: str) -> None:
    """The grid of customers, MRR or use, and the rows of one cell."""
    grid = str(
        st.segmented_control(
            "Grid", list(GRIDS), key=_GRID, bind="query-params", default=LOGOS, required=True
        )
    )
    rows = queries_retention.cohort_members(reader, chosen, into)
    found = cohorts(rows, grid, currency)
    if found.is_empty():
        empty.nothing(
            "No cohort to show.", "A cohort needs accounts with signed_on within the last 18 months."
        )
        return
    st.caption(
        f"{_SAYS[grid]} As of {reader.as_of:%-d %b %Y}; the last column of a row is not a whole month."
    )
    _sentence(found, grid)
    _grid(reader, found, grid)
    _cell(reader, cell_rows(rows, grid, currency), found, grid, currency)


def _sentence(found: pl.DataFrame, grid: str) -> None:
    old = found.filter(pl.col("age") == 12)
    if old.is_empty():
        return
    part, whole = (float(old[name].sum()) for name in ("part", "whole"))
    n = words.count(int(old["accounts"].sum()), "customer")
    told = {
        LOGOS: f"are still customers: {part:,.0f} of {whole:,.0f}",
        MRR: "of their first MRR is paid",
        USE: f"use it: {part:,.0f} of {whole:,.0f}",
    }[grid]
    st.markdown(
        f"**A year on, {percent(part / whole)} {told}** ({n} of {words.count(old.height, 'cohort')})."
    )


def _grid(reader: Reader, found: pl.DataFrame, grid: str) -> None:
    ages = [str(age) for age in sorted(found["age"].unique().to_list())]
    percent = found.with_columns(pl.col("age").cast(pl.String), pl.col("share") * 100)
    wide = percent.pivot("age", index=["cohort", "accounts"], values="share", aggregate_function="first")
    first = found.group_by("cohort").agg(pl.col("accounts").max())
    wide = wide.group_by("cohort").agg(
        pl.col(age).drop_nulls().first() for age in ages if age in wide.columns
    )
    shown = first.join(wide, on="cohort").sort("cohort")
    shown = shown.select("cohort", "accounts", *ages)

    def opens(row: int, column: str) -> None:
        cell = shown.row(row, named=True)
        if column not in ages or cell[column] is None:
            return
        label = f"{cell['cohort']:%b %Y}"
        st.session_state[_COHORT] = label
        st.session_state[f"{_AGE}_{label}"] = int(column)

    snapshot = reader.snapshot.snapshot_id if reader.snapshot else 0
    tables.open_table(shown, f"Cohorts by {grid}", _columns(ages), f"cohorts-{grid}-{snapshot}", opens)
    st.caption("Click a share to open its customers below.")


def _columns(ages: list[str]) -> dict[str, Any]:
    column = st.column_config
    named: dict[str, Any] = {
        "cohort": column.DateColumn("Signed in", format="MMM YYYY", pinned=True),
        "accounts": column.NumberColumn("Customers"),
    }
    return named | {age: column.NumberColumn(age, format="%.0f%%", width=60) for age in ages}


def _cell(reader: Reader, rows: pl.DataFrame, found: pl.DataFrame, grid: str, currency: str) -> None:
    months = {f"{day:%b %Y}": day for day in found["cohort"].unique().sort(descending=True)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox("Signed in", list(months), key=_COHORT, bind="query-params", width=160)
        cohort: date = months[label]
        ages = found.filter(pl.col("cohort") == cohort)["age"].sort(descending=True).to_list()
        age = st.selectbox("Months since", ages, key=f"{_AGE}_{label}", width=140)
    cell = found.filter((pl.col("cohort") == cohort) & (pl.col("age") == age)).row(0, named=True)
    mine = rows.filter((pl.col("cohort") == cohort) & (pl.col("age") == age))
    if grid == MRR:
        made, base = round(float(mine["mrr"].sum()), 2), round(float(mine["mrr_first"].sum()), 2)
        said = f"**{amount(made, currency)} ÷ {amount(base, currency)} = {percent(made / base, 1)}**"
    else:
        made, base = float(mine["kept" if grid == LOGOS else "active"].sum()), float(mine.height)
        said = f"**{made:,.0f} ÷ {base:,.0f} = {percent(made / base, 1)}**"
    same = abs(made / base - cell["share"]) < 1e-9
    told = "as in the grid" if same else "not as in the grid; please report this"
    shown = mine.drop("cohort", "age").sort("kept", "account_id")
    opened(reader, f"cohort-{grid.lower()}-{cohort}-{age}", shown, f"{said}, {told}.", "The cell's accounts")
