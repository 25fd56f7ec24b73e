"""NPS, CSAT and CES over time and by group: figures with n and interval, verdicts, response rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from models.answers import SPLITS
from models.bounded import CHANGED, NO_CHANGE, SHOWN_FROM, TOO_FEW, TOTALS, Bounded, differ
from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT, WHOLE

KINDS: dict[str, str] = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}
MEASURES: dict[str, str] = {
    "nps": "NPS, -100 to 100",
    "csat": "% satisfied (4 or 5 of 5)",
    "ces": "% who found it easy (5 to 7 of 7)",
}
"""What `value` is for each kind."""

EVERYONE = "all"
"""The split that has one group: everybody."""

_ENDS = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0)}
_GOOD_FROM = {"nps": 9.0, "csat": 4.0, "ces": 5.0}
_KEYS = ["kind", "split", "group"]


@dataclass(frozen=True, order=True)
class Window:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def overlaps(self, other: Window) -> bool:
        """Whether a day belongs to both."""
        return self.first <= other.last and other.first <= self.last


VOICE = Contract(
    "voice",
    (
        Column("kind", TEXT, required=True, doc="nps, csat or ces"),
        Column("split", TEXT, required=True, doc="all, segment, plan, region, csm, tenure or channel"),
        Column("group", TEXT, required=True, doc="of the split; all for everybody"),
        Column("first", DAY, required=True, doc="the window's first day"),
        Column("last", DAY, required=True, doc="the window's last day"),
        Column("n", WHOLE, required=True, doc="answers with a score"),
        Column("accounts", WHOLE, required=True, doc="different accounts that gave them"),
        Column("value", REAL, doc="see MEASURES; this and the next five are null under 10 answers"),
        Column("low", REAL, doc="95 % interval of value"),
        Column("high", REAL),
        Column("mean", REAL, doc="mean answer on the kind's own scale"),
        Column("mean_low", REAL, doc="95 % interval of mean"),
        Column("mean_high", REAL),
        Column("verdict", TEXT, doc="on value against the window before; null in the first window"),
        Column("invited", WHOLE, required=True, doc="invitations sent in the window, 14 days old or more"),
        Column("answered", WHOLE, required=True, doc="of them, answered within 14 days"),
        Column("rate", REAL, doc="answered / invited, 0-1; this and the next two null under 10 invitations"),
        Column("rate_low", REAL, doc="95 % interval of rate"),
        Column("rate_high", REAL),
    ),
    key=(*_KEYS, "first", "last"),
)


def windows(as_of: date, days: int, count: int) -> list[Window]:
    """The last `count` windows of so many days, the last ending on `as_of`, oldest first, none overlapping.

    >>> windows(date(2026, 11, 20), 90, 2)[0].last
    datetime.date(2026, 8, 22)
    """
    ends = [as_of - timedelta(days=days * back) for back in range(count - 1, -1, -1)]
    return [Window(end - timedelta(days=days - 1), end) for end in ends]


def voice(
    told: pl.DataFrame, asked: pl.DataFrame, spans: Sequence[Window], splits: Sequence[str] = tuple(SPLITS)
) -> pl.DataFrame:
    """Figures of every kind, for everybody and each group of each split, in each window.

    In: `answers.ANSWERS` and `answers.ASKED`; windows that do not overlap their neighbours, oldest first.
    Out: `VOICE`, a row for each group and window with an answer or an invitation, in the windows' order.

    Intervals are those of `bounded.Bounded`, verdicts of `bounded.differ`, held to 5 % for all groups of a
    split together. Accounts that answer in both windows make a verdict more careful, never less. Raises
    `ValueError` when a window overlaps the one before.
    """
    for before, after in pairwise(spans):
        if before.overlaps(after):
            raise ValueError(f"{before} and {after} share days: compare periods that do not.")
    scored = told.drop_nulls("score").filter(pl.col("kind").is_in(list(KINDS)))
    parts = [_window(scored, asked, span, index, splits) for index, span in enumerate(spans)]
    if not parts:
        return VOICE.empty()
    judged = _judged(pl.concat(parts))
    return VOICE.check(judged.sort("window", *_KEYS).select(VOICE.names))


def change(before: pl.DataFrame, after: pl.DataFrame) -> str:
    """How a figure moved, in words; each a frame of at most one row of `VOICE`."""
    values = [frame["value"].item() if frame.height else None for frame in (before, after)]
    if None in values:
        return TOO_FEW
    return str(after["verdict"].item() or TOO_FEW)


def _window(
    scored: pl.DataFrame, asked: pl.DataFrame, span: Window, index: int, splits: Sequence[str]
) -> pl.DataFrame:
    inside = pl.col("day").is_between(span.first, span.last)
    told = _valued(scored.filter(inside))
    sent = asked.filter(inside & pl.col("kind").is_in(list(KINDS))).with_columns(
        value=pl.when("answered").then(1.0).otherwise(-1.0)
    )
    main, mean, rate = (
        pl.concat([_totals(rows, value, split) for split in (EVERYONE, *splits)])
        for rows, value in ((told, "value"), (told, "place"), (sent, "value"))
    )
    figures = (
        _bounded(main, "")
        .join(_bounded(mean, "mean_", padded=False).drop("mean_n", "mean_accounts"), on=_KEYS, how="left")
        .join(_bounded(rate, "rate_").drop("rate_accounts"), on=_KEYS, how="full", coalesce=True)
    )
    return _scaled(figures).with_columns(first=span.first, last=span.last, window=pl.lit(index))


def _valued(scored: pl.DataFrame) -> pl.DataFrame:
    """Each answer as -1 to 1: `value` for the kind's own measure, `place` for its place on the scale."""
    score, kind = pl.col("score"), pl.col("kind")
    low, high = (kind.replace_strict({name: ends[at] for name, ends in _ENDS.items()}) for at in (0, 1))
    good = score >= kind.replace_strict(_GOOD_FROM)
    neutral = (kind == "nps") & (score > 6)
    value = pl.when(good).then(1.0).when(neutral).then(0.0).otherwise(-1.0)
    return scored.with_columns(value=value, place=(2 * (score - low) / (high - low) - 1).clip(-1, 1))


def _totals(rows: pl.DataFrame, value: str, split: str) -> pl.DataFrame:
    group = pl.lit(EVERYONE) if split == EVERYONE else pl.col(split)
    own = rows.group_by("kind", "account_id", group=group).agg(
        n=pl.len().cast(pl.Int64), total=pl.col(value).sum(), squares=(pl.col(value) ** 2).sum()
    )
    return own.group_by("kind", "group").agg(
        pl.lit(split).alias("split"),
        pl.col("n").sum(),
        pl.len().cast(pl.Int64).alias("accounts"),
        pl.col("total").sum(),
        pl.col("squares").sum(),
        own_squares=(pl.col("total") ** 2).sum(),
        own_cross=(pl.col("total") * pl.col("n")).sum(),
        own_counts=(pl.col("n") ** 2).sum().cast(pl.Float64),
    )


def _bounded(totals: pl.DataFrame, prefix: str, *, padded: bool = True) -> pl.DataFrame:
    found = Bounded({name: totals[name].to_numpy() for name in TOTALS.names}, padded=padded)
    wanted = ("mean", "estimate", "low", "high", "variance", "freedom")
    parts = {name: pl.Series(getattr(found, name), dtype=pl.Float64) for name in wanted}
    return totals.select(*_KEYS, pl.col("n", "accounts").name.prefix(prefix)).with_columns(
        **{f"{prefix}value" if name == "mean" else f"{prefix}{name}": part for name, part in parts.items()}
    )


def _scaled(figures: pl.DataFrame) -> pl.DataFrame:
    """From -1 to 1 to the units of `VOICE`; nothing under 10 answers."""
    kind = pl.col("kind")
    low, high = (kind.replace_strict({name: ends[at] for name, ends in _ENDS.items()}) for at in (0, 1))
    enough, asked_enough = pl.col("n") >= SHOWN_FROM, pl.col("rate_n") >= SHOWN_FROM
    nps = kind == "nps"

    def measure(name: str) -> pl.Expr:
        return pl.when(enough & nps).then(100 * pl.col(name)).when(enough).then(50 * (1 + pl.col(name)))

    def mean(name: str) -> pl.Expr:
        return pl.when(enough).then(low + (1 + pl.col(name)) / 2 * (high - low))

    def rate(name: str) -> pl.Expr:
        return pl.when(asked_enough).then((1 + pl.col(name)) / 2)

    return figures.select(
        *_KEYS,
        "estimate",
        "variance",
        "freedom",
        n=pl.col("n").fill_null(0),
        accounts=pl.col("accounts").fill_null(0),
        value=measure("value"),
        low=measure("low"),
        high=measure("high"),
        mean=mean("mean_value"),
        mean_low=mean("mean_low"),
        mean_high=mean("mean_high"),
        invited=pl.col("rate_n").fill_null(0),
        answered=((1 + pl.col("rate_value").fill_null(-1)) / 2 * pl.col("rate_n").fill_null(0))
        .round(0)
        .cast(pl.Int64),
        rate=rate("rate_value"),
        rate_low=rate("rate_low"),
        rate_high=rate("rate_high"),
    )


def _judged(figures: pl.DataFrame) -> pl.DataFrame:
    parts = ["estimate", "variance", "freedom"]
    enough = pl.col("value").is_not_null()
    earlier = figures.filter(enough).select(
        *_KEYS, pl.col("window") + 1, *(pl.col(name).alias(f"{name}_before") for name in parts)
    )
    both = figures.join(earlier, on=[*_KEYS, "window"], how="left").with_columns(
        compared=enough & pl.col("estimate_before").is_not_null()
    )
    pairs = pl.col("compared").sum().over("kind", "split", "window")
    numbers = both.with_columns(comparisons=pairs)
    estimates, variances, freedoms = (
        (numbers[name].to_numpy(), numbers[f"{name}_before"].to_numpy()) for name in parts
    )
    changed = differ(estimates, variances, freedoms, numbers["comparisons"].to_numpy())
    verdict = (
        pl.when(pl.col("window") == 0)
        .then(None)
        .when(~pl.col("compared"))
        .then(pl.lit(TOO_FEW))
        .when(pl.Series(changed))
        .then(pl.lit(CHANGED))
        .otherwise(pl.lit(NO_CHANGE))
    )
    return numbers.with_columns(verdict=verdict)
