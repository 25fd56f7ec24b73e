"""How well the model orders, how true its chances are, month by month, and what has drifted."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import charts_churn, tables, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import churn as queries_churn
from components.queries.churn import Kept
from models.auc import Estimate
from models.churn.drift import LATELY, actual
from models.churn.evaluation import Evaluation, by_decile
from models.churn.meanings import meaning
from models.churn.table import FAMILIES
from pages import _files

_FEW = 10
"""Decisions under which ten equal parts tell nothing."""


def draw(reader: Reader, judged: pl.DataFrame, kept: Kept) -> None:
    """Figures with their intervals, then by month, by tenth, and drift."""
    st.subheader("How good it was", anchor=False)
    if kept.model is not None:
        _whole(reader, kept.model.evaluation)
    _months(reader, judged)
    if judged.height >= _FEW:
        _tenths(reader, judged)
    _drift(reader, kept)


def figures(found: Evaluation) -> pl.DataFrame:
    """figure, value, low, high (texts), and what it means: one row a figure."""
    rows = [
        ("AUC", found.auc, "A leaver ranks above a stayer in this share of pairs; 0.5 is chance"),
        (
            "AUC within month and tenure (99 %)",
            found.stratified,
            "The same among alike accounts",
        ),
        ("Top-decile lift", found.lift, "Leavers in the highest tenth, against a random tenth"),
        (
            "Calibration error",
            found.calibration,
            f"Mean gap between predicted and observed; true chances stay under {found.calibration_limit:.3f}",
        ),
        ("Left ÷ expected", found.observed_to_expected, "1 where as many left as predicted"),
    ]
    return pl.DataFrame(
        [(name, *_three(estimate), meaning) for name, estimate, meaning in rows],
        schema=["figure", "value", "low", "high", "meaning"],
        orient="row",
    )


def _three(estimate: Estimate) -> tuple[str, str, str]:
    values = (estimate.value, estimate.low, estimate.high)
    low, middle, high = ("not known" if value is None else f"{value:.3f}" for value in values)
    return low, middle, high


def _whole(reader: Reader, found: Evaluation) -> None:
    rows = figures(found)
    tables.plain_table(rows, "How good the model was on the past", _FIGURES, key="backtest-figures")
    st.caption(
        f"Over all {words.count(found.n, 'decision')} judged, of {words.count(found.accounts, 'account')}; "
        f"{found.positives:,} left. 95 % intervals unless said otherwise."
    )
    downloads("backtest-figures", rows.height, _files.tables(reader, "backtest", rows, _files.EVERY))


def _months(reader: Reader, judged: pl.DataFrame) -> None:
    rows = actual(judged)
    st.markdown("**Predicted against actual, by month**")
    st.plotly_chart(
        charts_churn.months(rows),
        config=charts_churn.CONFIG,
        alt=charts_churn.months_alt(rows),
        key="backtest-months",
    )
    newest_first = rows.sort("month", descending=True)
    shown = newest_first.select(list(_MONTHS))
    tables.plain_table(shown, "Each month by itself", _MONTHS, key="backtest-by-month")
    downloads("backtest-by-month", rows.height, _files.tables(reader, "backtest", newest_first, _files.EVERY))


def _tenths(reader: Reader, judged: pl.DataFrame) -> None:
    rows = by_decile(judged)
    st.markdown("**Were the chances true?** Ten equal parts, the least likely first")
    st.plotly_chart(
        charts_churn.tenths(rows),
        config=charts_churn.CONFIG,
        alt=charts_churn.tenths_alt(rows),
        key="backtest-tenths",
    )
    downloads("backtest-tenths", rows.height, _files.tables(reader, "backtest", rows, _files.EVERY))


def _drift(reader: Reader, kept: Kept) -> None:
    every = queries_churn.drift(reader, kept.model_id)
    periods = every["period"].unique(maintain_order=True).to_list()
    if not periods:
        st.caption("Drift can't be told yet: it needs a period with 50 decisions in the year before it.")
        return
    st.markdown("**Has what it looks at moved?** Against the year before each period")
    wanted = st.selectbox("Period", periods, key="drift", bind="query-params", width=200)
    rows = every.filter(pl.col("period") == (wanted or LATELY)).sort("index", descending=True)
    shown = rows.with_columns(
        family=pl.col("family").replace(FAMILIES),
        meaning=pl.Series([meaning(feature) for feature in rows["feature"]], dtype=pl.String),
    ).select(list(_DRIFT))
    moved = rows.filter("moved").height
    st.caption(
        f"{moved:,} of {words.count(rows.height, 'feature')} moved more than chance explains, over "
        f"{words.count(int(rows['n'][0]), 'decision')}. Tenure is left out: it grows with the calendar."
    )
    tables.plain_table(shown, f"How far each feature moved: {wanted}", _DRIFT, key="backtest-drift")
    downloads("backtest-drift", every.height, _files.tables(reader, "backtest", every, _files.EVERY))


_REAL = partial(st.column_config.NumberColumn, format="%.2f")
_FIGURES: dict[str, Any] = {
    "figure": st.column_config.TextColumn("Figure", width=230),
    "value": "Value",
    "low": "from",
    "high": "to",
    "meaning": st.column_config.TextColumn("What it says", width=430),
}
_MONTHS: dict[str, Any] = {
    "month": st.column_config.DateColumn("Month", format="MMM YYYY"),
    "n": "Decisions",
    "left": "Left",
    "expected": st.column_config.NumberColumn("Expected", format="%.1f"),
    "low": st.column_config.NumberColumn("Exp. from", format="%.1f"),
    "high": st.column_config.NumberColumn("Exp. to", format="%.1f"),
    "auc": _REAL("AUC"),
    "auc_low": _REAL("AUC from"),
    "auc_high": _REAL("AUC to"),
    "lift": _REAL("Lift"),
    "lift_low": _REAL("Lift from"),
    "lift_high": _REAL("Lift to"),
}
_DRIFT: dict[str, Any] = {
    "meaning": st.column_config.TextColumn("What it is", width=420),
    "index": _REAL("Moved by", help="Population stability index; above .25 is called large"),
    "limit": _REAL("Limit", help="0.25, or what chance makes of so few"),
    "moved": st.column_config.CheckboxColumn("Moved"),
    "family": st.column_config.TextColumn("Family", width=190),
    "feature": st.column_config.TextColumn("Its name in the export", width=170),
}
