"""How long customers stay: Kaplan–Meier by any split, with intervals and the log-rank test."""

from __future__ import annotations

import polars as pl
import streamlit as st

from components import charts_survival as charts
from components import empty, tables, words
from components.queries import Reader
from components.queries import retention as queries_retention
from components.queries.retention import Chosen
from models.survival import LogRank, kaplan_meier, log_rank, quantiles, survival_at, well_watched
from pages._retention_groups import BY, chooser
from pages._retention_opened import opened

_YEAR, _MONTH = 365.0, 30.4375
FEWEST = 5
"""Fewer departures than this make no curve to compare."""


def draw(reader: Reader, chosen: Chosen) -> None:
    """The sentence, the curves, the table of parts, and the lives behind one of them."""
    by = chooser()
    rows, since = queries_retention.lives(reader, chosen, by)
    if since is not None:
        st.caption(
            f"By the {by} of {since:%-d %b %Y}, the first snapshot; customers are followed from that day on."
        )
    if rows.is_empty():
        empty.nothing("No lives to follow.", "Retention by time needs accounts with signed_on.")
        return
    sizes = rows.group_by("part").agg(n=pl.len(), left=pl.col("ended").sum())
    order = sizes.sort("n", "part", descending=[True, False])["part"].to_list()
    rows = rows.sort(pl.col("part").replace_strict({part: n for n, part in enumerate(order)}))
    test = log_rank(rows, ["part"])
    _sentence(test, rows, by)
    whole = kaplan_meier(rows, ["part"])
    found = well_watched(whole, ["part"], FEWEST)
    ordered = found.sort(
        pl.col("part").replace_strict({part: n for n, part in enumerate(order)}), "time", maintain_order=True
    )
    table = _table(ordered, whole, sizes, order)
    st.plotly_chart(charts.curves(ordered), key="lives", config=charts.CONFIG, alt=charts.curves_alt(table))
    more = f" The {charts.MOST_PARTS} largest are drawn." if len(order) > charts.MOST_PARTS else ""
    st.caption(
        "Kaplan–Meier with 95 % bands. Who is still a customer counts up to today only; who signed before "
        "departures were recorded counts from then on. A curve ends, and a share is “–”, where it would rest "
        f"on fewer than {FEWEST} who were watched so long.{more}"
    )
    parts = table["part"].to_list()

    def opens(row: int, column: str) -> None:
        st.session_state[f"lives_{by}"] = parts[row]

    snapshot = reader.snapshot.snapshot_id if reader.snapshot else 0
    key = f"lives-table-{by}-{snapshot}-{hash(tuple(parts))}"
    tables.open_table(table, f"How long they stay, by {BY[by]}", _COLUMNS | {"part": BY[by]}, key, opens)
    st.caption("Click a number to open the customers behind it below.")
    part = st.selectbox("Open the lives of", order, key=f"lives_{by}", bind="query-params", width=260)
    mine = (
        rows.filter(pl.col("part") == part).drop("part").sort("ended", "duration", descending=[True, False])
    )
    said = f"**{words.count(mine.height, 'customer')}, {int(mine['ended'].sum()):,} left**, as in the table."
    opened(reader, f"lives-{by}", mine, said, f"The lives behind {part}")


def _sentence(test: LogRank, rows: pl.DataFrame, by: str) -> None:
    ended = int(rows["ended"].sum())
    base = f"{words.count(rows.height, 'customer')}, {ended:,} left"
    if test.p is None or ended < FEWEST:
        st.markdown(f"**Nothing to compare yet:** {base}; two parts and {FEWEST} departures are needed.")
        return
    p = "< 0.001" if test.p < 0.001 else f"= {test.p:.3f}"
    verdict = (
        f"**How long they stay differs by {BY[by].lower()}**"
        if test.p < 0.05
        else f"**No detectable difference by {BY[by].lower()}**"
    )
    st.markdown(f"{verdict} (log-rank test, p {p}; {base}).")


def _table(found: pl.DataFrame, whole: pl.DataFrame, sizes: pl.DataFrame, order: list[str]) -> pl.DataFrame:
    """A row a part in this order; a share is left empty where its curve ends before that day."""
    cut = whole.join(found, on=["part", "time"], how="anti").filter(pl.col("time") <= _YEAR)["part"].unique()
    shares = [
        pl.when(pl.col("part").is_in(cut.implode())).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("survival", "low", "high")
    ]
    year = survival_at(whole, _YEAR, ["part"]).with_columns(shares)
    half = quantiles(found, 0.5, ["part"]).with_columns(pl.col("time", "low", "high") / _MONTH)
    half = half.rename({"time": "median", "low": "median_low", "high": "median_high"})
    every = pl.DataFrame({"part": order}).join(sizes, on="part", maintain_order="left")
    joined = every.join(year, on="part", maintain_order="left").join(
        half, on="part", how="left", maintain_order="left"
    )
    return joined.select(
        "part", "n", "left", "survival", "low", "high", "at_risk", "median", "median_low", "median_high"
    )


_COLUMNS = {
    "n": st.column_config.NumberColumn("Customers"),
    "left": st.column_config.NumberColumn("Left"),
    "survival": st.column_config.NumberColumn("Still there after a year", format="percent"),
    "low": st.column_config.NumberColumn("from", format="percent"),
    "high": st.column_config.NumberColumn("to", format="percent"),
    "at_risk": st.column_config.NumberColumn("Watched so long"),
    "median": st.column_config.NumberColumn("Half leave by month", format="%.1f", help="– : not reached yet"),
    "median_low": st.column_config.NumberColumn("from", format="%.1f"),
    "median_high": st.column_config.NumberColumn("to", format="%.1f"),
}
