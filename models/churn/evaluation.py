"""How good predictions were: order, top decile and calibration, each with its interval over accounts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from models.auc import UNKNOWN, Estimate, auc, top_lift
from models.churn.timeline import Floats
from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, WHOLE

DRAWS = 200
BINS = 10
SIMULATED = 500
TENURE_BANDS = (91, 182, 365, 730)
"""Days since signing at which a new band begins."""

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

JUDGED = Contract(
    "churn_judged",
    (
        Column("account_id", TEXT, required=True),
        Column("as_of", DAY, required=True),
        Column("outcome_on", DAY, required=True),
        Column("left", FLAG, required=True),
        Column("tenure_days", REAL, required=True, doc="days since signing"),
        Column("probability", REAL, required=True, doc="of leaving, 0-1, from a model that had not seen it"),
    ),
    key=("account_id", "as_of"),
)

BY_MONTH = Contract(
    "churn_by_month",
    (
        Column("month", DAY, required=True, doc="of as_of, its first day"),
        Column("n", WHOLE, required=True),
        Column("left", WHOLE, required=True),
        Column("expected", REAL, required=True, doc="the sum of the probabilities"),
        *(
            Column(f"{name}{end}", REAL, doc="null where nobody left or nobody stayed")
            for name in ("auc", "lift")
            for end in ("", "_low", "_high")
        ),
    ),
    key=("month",),
)

BY_DECILE = Contract(
    "churn_by_decile",
    (
        Column("decile", WHOLE, required=True, doc="1 is the least likely to leave"),
        Column("n", WHOLE, required=True),
        Column("predicted", REAL, required=True, doc="mean probability"),
        Column("observed", REAL, required=True, doc="share that left"),
    ),
    key=("decile",),
)


@dataclass(frozen=True)
class Evaluation:
    """`auc` over all rows, `stratified` within month and tenure band with its 99 % interval, the rest 95 %.

    `calibration`: mean over deciles of |observed − predicted|; `calibration_limit`: the 95th percentile
    of what it would be if every probability were true · `observed_to_expected`: churns over the sum of
    the probabilities.
    """

    n: int
    positives: int
    accounts: int
    auc: Estimate
    stratified: Estimate
    lift: Estimate
    calibration: Estimate
    calibration_limit: float
    observed_to_expected: Estimate

    @property
    def calibrated(self) -> bool:
        """Whether the calibration error is no larger than chance would make it."""
        return self.calibration.value is not None and self.calibration.value <= self.calibration_limit

    def to_json(self) -> str:
        """One JSON object; an estimate has value, low and high."""
        return json.dumps(asdict(self))


def evaluate(judged: pl.DataFrame, *, seed: int = 0) -> Evaluation:
    """Judge predictions by what happened. In: `JUDGED`.

    Intervals: 200 redraws of whole accounts, standard error times 1.96 (2.576 for `stratified`).
    """
    rows = JUDGED.check(judged)
    return evaluate_rows(
        rows["left"].to_numpy(),
        rows["probability"].to_numpy(),
        rows["account_id"].rank("dense").cast(pl.Int64).to_numpy() - 1,
        strata(rows),
        seed=seed,
    )


def strata(judged: pl.DataFrame) -> Ints:
    """A number for each as-of month and tenure band (under 91, 182, 365, 730 days, and above)."""
    band = pl.sum_horizontal(pl.col("tenure_days") >= edge for edge in TENURE_BANDS)
    month = pl.col("as_of").dt.year() * 12 + pl.col("as_of").dt.month()
    return judged.select(month.cast(pl.Int64) * 10 + band.cast(pl.Int64)).to_series().to_numpy()


def evaluate_rows(
    left: Flags, probability: Floats, groups: Ints, within: Ints, *, seed: int = 0
) -> Evaluation:
    """`evaluate` on bare arrays: `groups` numbers the accounts, `within` the strata."""
    rng = np.random.default_rng(seed)
    size = int(groups.max()) + 1 if len(groups) else 0
    if not size:
        return Evaluation(0, 0, 0, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0.0, UNKNOWN)
    tenths = _Tenths(left, probability, groups)
    order, near = _Order(left, probability, groups), _Order(left, probability, groups, within)

    def measured(times: Floats) -> list[float]:
        return [order.area(times), near.area(times), *tenths.three(times)]

    found, drawn = measured(np.ones(size)), []
    for _ in range(DRAWS):
        times = np.bincount(rng.integers(0, size, size), minlength=size).astype(np.float64)
        drawn.append(measured(times))
    ranges = (1.96, 2.576, 1.96, 1.96, 1.96), (1, 1, BINS, 1, np.inf)
    values = zip(found, np.array(drawn).T, *ranges, strict=True)
    area, stratified, lift, error, ratio = (_estimate(*value) for value in values)
    limit = _limit(probability, rng)
    return Evaluation(len(left), int(left.sum()), size, area, stratified, lift, error, limit, ratio)


def _estimate(value: float, drawn: Floats, z: float, most: float) -> Estimate:
    known = drawn[~np.isnan(drawn)]
    if np.isnan(value) or len(known) < DRAWS // 2:
        return UNKNOWN
    half = z * float(known.std(ddof=1))
    low, high = np.clip([value - half, value + half], 0, most)
    return Estimate(float(value), float(low), float(high))


class _Order:
    """The AUC when each account counts so many times; only pairs of one stratum, equal scores half.

    What lies below each leaver is a stretch of the rows in order, so a redraw is one running sum.
    """

    def __init__(self, left: Flags, score: Floats, groups: Ints, within: Ints | None = None) -> None:
        stratum = np.zeros(len(left), np.int64) if within is None else within
        order = np.lexsort((score, stratum))
        self._stayed, self._group = ~left[order], groups[order]
        new_stratum = np.diff(stratum[order], prepend=stratum[order][:1] - 1) != 0
        new_score = new_stratum | (np.diff(score[order], prepend=np.nan) != 0)
        leaver = np.flatnonzero(left[order])
        self._leaver = self._group[leaver]
        self._strata, self._ties = _stretch(new_stratum, leaver), _stretch(new_score, leaver)

    def area(self, times: Floats) -> float:
        """In: how often each account counts."""
        under = np.concatenate([[0.0], np.cumsum(times[self._group] * self._stayed)])
        weight = times[self._leaver]
        stratum, tie = under[self._strata[0]], under[self._ties[0]]
        pairs = float((weight * (under[self._strata[1]] - stratum)).sum())
        good = float((weight * (tie - stratum + (under[self._ties[1]] - tie) / 2)).sum())
        return good / pairs if pairs else float("nan")


def _stretch(begins: Flags, rows: Ints) -> tuple[Ints, Ints]:
    """Where the stretch around each row begins and ends (the first row after it)."""
    edges = np.append(np.flatnonzero(begins), len(begins))
    place = np.searchsorted(edges, rows, side="right")
    return edges[place - 1], edges[place]


class _Tenths:
    """Deciles by probability: lift of the highest, calibration error, observed over expected."""

    def __init__(self, left: Flags, probability: Floats, groups: Ints) -> None:
        size, tenth = int(groups.max()) + 1, groups * BINS + deciles(probability)
        self._sums = [
            np.bincount(tenth, values, size * BINS).reshape(size, BINS)
            for values in (np.ones(len(left)), left.astype(np.float64), probability)
        ]

    def three(self, times: Floats) -> tuple[float, float, float]:
        """Lift, error and ratio when each account counts so many times."""
        rows, gone, expected = (times @ sums for sums in self._sums)
        share, total, told = rows[-1] / rows.sum(), gone.sum(), expected.sum()
        lift = gone[-1] / total / share if share and total else np.nan
        error = np.abs(gone - expected).sum() / rows.sum()
        return float(lift), float(error), float(total / told if told else np.nan)


def deciles(probability: Floats) -> Ints:
    """0-9 by rank, as equal in size as can be."""
    order = np.argsort(probability, kind="stable")
    found = np.empty(len(probability), np.int64)
    found[order] = np.arange(len(probability)) * BINS // max(len(probability), 1)
    return found


def _limit(probability: Floats, rng: np.random.Generator) -> float:
    """95th percentile of the calibration error if every probability were true (y ~ p, 500 times)."""
    if not len(probability):
        return 0.0
    bins = deciles(probability)
    errors = []
    for _ in range(SIMULATED):
        gap = (rng.random(len(probability)) < probability) - probability
        errors.append(np.abs(np.bincount(bins, gap, BINS)).sum() / len(probability))
    return float(np.quantile(errors, 0.95))


def by_month(judged: pl.DataFrame) -> pl.DataFrame:
    """Each month of as_of by itself: `BY_MONTH`, the oldest first. In: `JUDGED`."""
    rows = []
    months = judged.with_columns(month=pl.col("as_of").dt.month_start()).partition_by("month", as_dict=True)
    for (month,), part in sorted(months.items()):
        left, score = part["left"].to_numpy(), part["probability"].to_numpy()
        area, lift = auc(left, score), top_lift(left, score)
        figures = [area.value, area.low, area.high, lift.value, lift.low, lift.high]
        rows.append([month, part.height, int(left.sum()), float(score.sum()), *figures])
    return BY_MONTH.check(pl.DataFrame(rows, schema=BY_MONTH.schema, orient="row"))


def by_decile(judged: pl.DataFrame) -> pl.DataFrame:
    """Predicted against actual in ten equal parts: `BY_DECILE`. In: `JUDGED`."""
    decile = pl.Series(deciles(judged["probability"].to_numpy()) + 1, dtype=pl.Int64)
    parts = (
        judged.with_columns(decile=decile)
        .group_by("decile")
        .agg(
            n=pl.len().cast(pl.Int64), predicted=pl.col("probability").mean(), observed=pl.col("left").mean()
        )
    )
    return BY_DECILE.check(parts.sort("decile"))
