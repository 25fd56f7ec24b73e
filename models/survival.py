"""How long until something happens, when for some it has not happened yet: Kaplan–Meier and log-rank.

Time counts from each account's own beginning, in days. Who has not had the event by the last day it was
watched is censored there. Who began before the data did enters late: it counts as at risk only from the
day it could be seen (left truncation). Formulas and conventions are lifelines' (`KaplanMeierFitter`,
`multivariate_logrank_test`), held to it by the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import chdtrc, ndtri

from models.contracts import Column, Contract
from models.facts import FLAG, REAL, TEXT, WHOLE

SPELLS = Contract(
    "spells",
    (
        Column("account_id", TEXT, required=True),
        Column("entered", REAL, required=True, doc="days from its beginning until first seen; 0 at once"),
        Column("duration", REAL, required=True, doc="days from its beginning to the event or last look"),
        Column("ended", FLAG, required=True, doc="whether the event happened on the last of these days"),
    ),
)
CURVES = Contract(
    "survival_curves",
    (
        Column("time", REAL, required=True, doc="days; one row for each day something happened"),
        Column("at_risk", WHOLE, required=True, doc="just before that day's events"),
        Column("events", WHOLE, required=True),
        Column("censored", WHOLE, required=True, doc="left our sight that day without the event"),
        Column("survival", REAL, required=True, doc="share still without the event after that day"),
        Column("low", REAL, required=True),
        Column("high", REAL, required=True),
        Column("variance", REAL, required=True, doc="Greenwood's sum: the variance of log survival"),
    ),
)
"""One curve a group; the group's columns stand before these."""

Reals = npt.NDArray[np.float64]

_GROUP = "_group"
_SAME = 1e-12
"""Survival is a product of fractions: closer than this is the same share."""


@dataclass(frozen=True)
class LogRank:
    """Whether groups differ: chi² with `degrees` degrees of freedom and its p.

    `groups` has the group's columns, accounts, observed and expected events. With fewer than two groups, or
    no events, there is nothing to test: statistic and p are null.
    """

    statistic: float | None
    p: float | None
    degrees: int
    groups: pl.DataFrame


def kaplan_meier(spells: pl.DataFrame, by: Sequence[str] = (), level: float = 0.95) -> pl.DataFrame:
    """The share without the event by time, per group of `by`: the columns of `by`, then `CURVES`.

    In: `SPELLS`, with the columns of `by` joined on. S(t) = Π (1 - d / n) over the days up to t; the interval
    is exp(-exp(log(-log S) ± z √V / log S)) with V = Σ d / (n (n - d)) (Greenwood, log-log). Who enters
    on a day is at risk from the next day on; on a group's first day, that day already.

    Raises `ValueError` where a spell ends before it begins.

    >>> spells = pl.DataFrame({"account_id": ["a", "b"], "entered": [0.0, 0.0], "duration": [3.0, 5.0],
    ...                        "ended": [True, False]})
    >>> kaplan_meier(spells).select("time", "survival").rows()
    [(0.0, 1.0), (3.0, 0.5), (5.0, 0.5)]
    """
    _refuse_backwards(spells)
    at_risk, events = pl.col("at_risk"), pl.col("events")
    step = pl.when(at_risk > 0).then((at_risk - events).log() - at_risk.log()).otherwise(0.0)
    survivors = at_risk - events
    greenwood = pl.when(survivors > 0).then(events / (at_risk * survivors)).otherwise(0.0)
    curves = _table(spells, by).with_columns(
        step.cum_sum().over(_GROUP).alias("_log"), greenwood.cum_sum().over(_GROUP).alias("variance")
    )
    low, high = _log_log(level)
    named = curves.with_columns(pl.col("_log").exp().alias("survival"), low.alias("low"), high.alias("high"))
    return named.select(*by, *CURVES.names)


def well_watched(curves: pl.DataFrame, by: Sequence[str] = (), fewest: int = 5) -> pl.DataFrame:
    """The curves up to the first departure among fewer than `fewest` at risk, which one more would decide.

    In and out: what `kaplan_meier` gives; a curve may be left with its first row or none.

    >>> spells = pl.DataFrame({"account_id": ["a", "b"], "entered": [0.0, 0.0], "duration": [3.0, 5.0],
    ...                        "ended": [True, False]})
    >>> well_watched(kaplan_meier(spells), fewest=3)["time"].to_list()
    [0.0]
    """
    thin = ((pl.col("events") > 0) & (pl.col("at_risk") < fewest)).cum_max()
    return curves.filter(~(thin.over(by) if by else thin))


def quantiles(curves: pl.DataFrame, share: float = 0.5, by: Sequence[str] = ()) -> pl.DataFrame:
    """The day by which `share` had the event, with its interval: columns of `by`, then time, low, high.

    In: what `kaplan_meier` gives. time is the first day on which S ≤ 1 - share; low and high the same for the
    curve's bounds. Null: not reached while anybody was watched.

    >>> spells = pl.DataFrame({"account_id": ["a", "b"], "entered": [0.0, 0.0], "duration": [3.0, 5.0],
    ...                        "ended": [True, False]})
    >>> quantiles(kaplan_meier(spells)).rows()
    [(3.0, 3.0, None)]
    """
    left = 1 - share + _SAME
    named = {"time": "survival", "low": "low", "high": "high"}
    first = [
        pl.col("time").filter(pl.col(column) <= left).min().alias(name) for name, column in named.items()
    ]
    return curves.group_by(*by, maintain_order=True).agg(*first) if by else curves.select(*first)


def survival_at(curves: pl.DataFrame, time: float, by: Sequence[str] = ()) -> pl.DataFrame:
    """The share without the event after `time` days: columns of `by`, then survival, low, high, at_risk.

    In: what `kaplan_meier` gives. at_risk counts who was still watched on that day; 0 past the last of them.
    """
    past = pl.col("time") <= time
    shares = [pl.col(name).filter(past).last().fill_null(1.0) for name in ("survival", "low", "high")]
    still = pl.col("at_risk").filter(pl.col("time") >= time).first().fill_null(0)
    return (
        curves.group_by(*by, maintain_order=True).agg(*shares, still) if by else curves.select(*shares, still)
    )


def log_rank(spells: pl.DataFrame, by: Sequence[str]) -> LogRank:
    """Whether the groups of `by` have different curves; in: `SPELLS` with the columns of `by`.

    Σ(observed - expected) over event days, against its hypergeometric covariance. Late entry as in
    `kaplan_meier`.

    Raises `ValueError` where a spell ends before it begins.
    """
    _refuse_backwards(spells)
    table = _table(spells, by)
    groups = table.select(_GROUP, *by).unique(_GROUP, maintain_order=True).sort(_GROUP)
    times = table.filter(pl.col("events") > 0)["time"].unique().sort().to_numpy()
    counts = [_on(table.filter(pl.col(_GROUP) == group), times) for group in groups[_GROUP]]
    risk, deaths = (_side_by_side([count[i] for count in counts], len(times)) for i in (0, 1))
    expected = risk / risk.sum(axis=1, keepdims=True) * deaths.sum(axis=1, keepdims=True)
    sizes = spells.group_by(*by).agg(pl.len().cast(pl.Int64).alias("accounts"))
    told = groups.with_columns(
        pl.Series("observed", deaths.sum(axis=0), pl.Int64),
        pl.Series("expected", expected.sum(axis=0), pl.Float64),
    )
    named = told.join(sizes, on=list(by), nulls_equal=True, maintain_order="left")
    named = named.select(*by, "accounts", "observed", "expected")
    if groups.height < 2 or not len(times):
        return LogRank(None, None, max(groups.height - 1, 0), named)
    statistic = _chi_square((deaths - expected).sum(axis=0), risk, deaths)
    return LogRank(statistic, float(chdtrc(groups.height - 1, statistic)), groups.height - 1, named)


def _refuse_backwards(spells: pl.DataFrame) -> None:
    wrong = spells.filter((pl.col("duration") < pl.col("entered")) | (pl.col("entered") < 0))
    if wrong.height:
        first = wrong.row(0, named=True)
        raise ValueError(
            f"{wrong.height} spells end before they begin, first account {first['account_id']}: "
            f"entered on day {first['entered']}, ended on day {first['duration']}"
        )


def _table(spells: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """What happened each day of each group: columns of `by`, _group, time, at_risk, events, censored."""
    group = pl.struct(*by).rank("dense") if by else pl.lit(1, pl.UInt32)
    # Who came late and left the same day was never watched: that day's events are of those there before.
    seen = (pl.col("duration") > pl.col("entered")) | (pl.col("entered") == 0)
    rows = spells.filter(seen).with_columns(group.alias(_GROUP))
    one, none = pl.lit(1, pl.Int64), pl.lit(0, pl.Int64)
    ended = pl.col("ended").cast(pl.Int64)
    marks = pl.concat(
        [
            rows.select(*by, _GROUP, time="entered", entrants=one, events=none, censored=none),
            rows.select(*by, _GROUP, time="duration", entrants=none, events=ended, censored=1 - ended),
        ]
    )
    table = marks.group_by(*by, _GROUP, "time").agg(pl.col("entrants", "events", "censored").sum())
    table = table.sort(_GROUP, "time")
    come, gone = pl.col("entrants"), pl.col("events") + pl.col("censored")
    before = (come.cum_sum() - come - gone.cum_sum() + gone).over(_GROUP)
    first = pl.col("time") == pl.col("time").min().over(_GROUP)
    return table.with_columns(pl.when(first).then("entrants").otherwise(before).alias("at_risk"))


def _log_log(level: float) -> tuple[pl.Expr, pl.Expr]:
    v = pl.col("_log")
    away = float(ndtri(0.5 + level / 2)) * pl.col("variance").sqrt() / v
    # Before the first event log S is 0 and the transform has no value: the share is 1 for certain.
    low, high = (-((-v).log() - away).exp()).exp(), (-((-v).log() + away).exp()).exp()
    return low.fill_nan(1.0), high.fill_nan(1.0)


def _on(table: pl.DataFrame, times: Reals) -> tuple[Reals, Reals]:
    """At risk and events of one group on each of `times`."""
    own, at_risk, events = (table[name].cast(pl.Float64).to_numpy() for name in ("time", "at_risk", "events"))
    place = np.searchsorted(own, times, side="left")
    inside = np.minimum(place, len(own) - 1)
    exact = own[inside] == times
    # Between two of its own days a group has as many at risk as just before the next one.
    known = (place < len(own)) & ((place > 0) | exact)
    return np.where(known, at_risk[inside], 0.0), np.where(exact, events[inside], 0.0)


def _side_by_side(columns: list[Reals], height: int) -> Reals:
    return np.column_stack(columns) if columns else np.zeros((height, 0))


def _chi_square(excess: Reals, risk: Reals, deaths: Reals) -> float:
    """excess' V⁻¹ excess without the last group, which the others determine."""
    n, d = risk.sum(axis=1), deaths.sum(axis=1)
    spread = np.where(n > 1, d * (n - d) / np.maximum(n - 1, 1), 0.0)
    share = risk / n[:, None]
    covariance = np.diag(spread @ share) - share.T @ (share * spread[:, None])
    part = excess[:-1]
    return float(part @ np.linalg.pinv(covariance[:-1, :-1]) @ part)
