"""The behaviour score: what an account does, measured against accounts that succeeded.

behaviour = frequency, effectiveness and breadth, each the share (0-100) of the reference that the
account equals or beats, weighted 30/40/30; 50 is the median successful account of that age.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from models.contracts import Column, Contract
from models.measures import Measures, frequency
from models.reference import BASELINE, MIN_AGE, Reference, build, ratio, seen, use_by_age
from models.value_events import value_events

STOPPED_USERS, STOPPED_DAYS = 30, 14
PARTS = ("frequency", "effectiveness", "breadth")
BASELINE_SHARE = (pl.col("ratio_28_share") + pl.col("ratio_91_share")) / 2

_REAL, _WHOLE, _TEXT = pl.Float64(), pl.Int64(), pl.String()

BEHAVIOUR = Contract(
    "behaviour",
    (
        Column("account_id", _TEXT, required=True),
        Column("segment", _TEXT),
        Column("behaviour", _REAL, doc="0-100; null when it can't be told"),
        *(Column(part, _REAL, doc="share of the reference equalled or beaten, 0-100") for part in PARTS),
        *(
            Column(f"{part}_points", _REAL, doc="weight x share; the three sum to behaviour")
            for part in PARTS
        ),
        *(Column(f"{part}_weight", _REAL, required=True, doc="0-1, summing to 1") for part in PARTS),
        Column("reference_n", _WHOLE, required=True, doc="accounts compared with"),
        Column("reference_scope", _TEXT, doc="segment, all (segments) or book (no 30 successes yet)"),
        Column("behaviour_note", _TEXT, doc="why there is no score"),
        Column("usage_stopped", pl.Boolean(), required=True, doc="no use from the whole segment any more"),
        Column("age", _WHOLE, doc="days since the account could first be seen; null without use"),
        Column("ratio_28", _REAL, doc="use a day in the last 28 days over its first 90 days"),
        Column("ratio_91", _REAL, doc="the same for the last 91 days"),
        Column("value_events", _WHOLE, doc="different value events reached; null when none is known"),
        Column("value_source", _TEXT, doc="who says which events are value: catalog or learned"),
        Column("distinct_events_91", _WHOLE, doc="different events in the last 91 days"),
        Column("active_days_28", _WHOLE, required=True),
        Column("active_days_prev_28", _WHOLE, required=True, doc="the 28 days before those"),
        Column("events_28", _WHOLE, required=True),
        Column("active_days_first_90", _WHOLE, required=True),
        Column("active_share", _REAL, doc="share of the reference with no more active days at that age"),
        Column("baseline_share", _REAL, doc="mean of the shares of the two ratios"),
        Column("frequency_of", _TEXT, doc="own (null too), both or level: see `measures.Measures`"),
        Column("last_active_on", pl.Date()),
    ),
    key=("account_id",),
)


@dataclass(frozen=True)
class Weights:
    """How much each part counts; any positive numbers, only their proportions matter."""

    frequency: float = 30.0
    effectiveness: float = 40.0
    breadth: float = 30.0

    def shares(self, *, effectiveness: bool, breadth: bool = True) -> dict[str, float]:
        """Shares that sum to 1; a part that does not count hands its share to the others.

        Where only parts that do not count have a weight, the others share evenly.

        >>> Weights().shares(effectiveness=False)
        {'frequency': 0.5, 'effectiveness': 0.0, 'breadth': 0.5}
        """
        raw = {part: float(getattr(self, part)) for part in PARTS}
        if sum(raw.values()) <= 0 or min(raw.values()) < 0:
            raise ValueError(f"the weights are {raw}; give numbers of 0 or more with a sum above 0")
        counts = {"frequency": True, "effectiveness": effectiveness, "breadth": breadth}
        kept = {part: value if counts[part] else 0.0 for part, value in raw.items()}
        if not sum(kept.values()):
            kept = {part: float(counts[part]) for part in PARTS}
        total = sum(kept.values())
        return {part: value / total for part, value in kept.items()}


@dataclass(frozen=True, eq=False)
class Compared:
    """Behaviour scores together with what they were measured against, which explaining a change needs."""

    scores: pl.DataFrame
    reference: Reference
    value_events: pl.DataFrame


def behaviour(
    book: pl.DataFrame,
    account_days: pl.DataFrame,
    event_spans: pl.DataFrame,
    decided: pl.DataFrame,
    as_of: date,
    *,
    features: pl.DataFrame | None = None,
    weights: Weights | None = None,
    measures: Measures | None = None,
) -> Compared:
    """Score the live book on `as_of` against the accounts whose success of the past year is known.

    In: `book.BOOK`, `facts.ACCOUNT_DAYS`, `facts.EVENT_SPANS`, `decisions.DECISIONS`, `facts.FEATURES`.
    Out: `scores` is `BEHAVIOUR`, one row an account of the book, sorted. Rows after `as_of` are cut.

    Frequency is the mean of the shares of `ratio_28` and `ratio_91`, unless `measures` says otherwise;
    effectiveness the share of `value_events`; breadth of `distinct_events_91`; `measures` may leave either
    of these out. Every reference account is taken at the same age
    (`models.reference`). Use before signing counts as an event reached, never as frequency. Without
    value events effectiveness has weight 0. Null, with a note, under 28 days, without any
    use, or when a whole segment of 30 users sent nothing for 14 days (`usage_stopped`).
    """
    days = account_days.filter(pl.col("day") <= as_of)
    spans = event_spans.filter(pl.col("first_at").dt.date() <= as_of)
    value = value_events(decided, spans, features)
    names = value["event"].to_list()
    people = pl.concat([book.select("account_id", "signed_on"), decided.select("account_id", "signed_on")])
    known = seen(people.unique("account_id"), days)
    use = use_by_age(known, days)
    reference = build(decided, book, known, use, spans, names, as_of)
    inputs = _inputs(book.join(known, on="account_id"), use, spans, names, as_of)
    counted = measures or Measures()
    shares = (weights or Weights()).shares(
        effectiveness=bool(names) and counted.effectiveness, breadth=counted.breadth
    )
    told = inputs.with_columns(
        value_source=pl.lit(value["source"].first(), pl.String), frequency_of=pl.lit(counted.frequency)
    )
    return Compared(_score(told, reference, shares), reference, value)


def _inputs(
    known: pl.DataFrame, use: pl.DataFrame, spans: pl.DataFrame, names: list[str], as_of: date
) -> pl.DataFrame:
    """One row an account: age, windows and counts, whether or not they can be scored."""
    aged = known.select("account_id", "segment", "who", age=(pl.lit(as_of) - pl.col("start")).dt.total_days())
    counts = use.group_by("who").agg(*_windows(as_of))
    used = spans.with_columns(last=pl.col("last_at").dt.date(), value=pl.col("event").is_in(names))
    breadth = used.group_by("account_id").agg(
        value_events=pl.col("value").sum().cast(pl.Int64),
        distinct_events_91=(pl.col("last") > as_of - timedelta(days=91)).sum().cast(pl.Int64),
    )
    whole = aged.join(counts, on="who", how="left").join(breadth, on="account_id", how="left")
    zero = [name for name in whole.columns if whole.schema[name] == pl.Int64 and name != "age"]
    filled = whole.with_columns(pl.col(zero).fill_null(0), usage_stopped=_stopped(as_of)).sort("account_id")
    return filled if names else filled.with_columns(value_events=pl.lit(None, pl.Int64))


def _stopped(as_of: date) -> pl.Expr:
    """Whether a segment of many users fell silent as one, which tells of missing data, not of them."""
    last, segment = pl.col("last_active_on"), pl.col("segment").fill_null("")
    used_lately = (last > as_of - timedelta(days=91)).sum().over(segment)
    newest = last.max().over(segment)
    return ((used_lately >= STOPPED_USERS) & (newest <= as_of - timedelta(days=STOPPED_DAYS))).fill_null(
        value=False
    )


def _windows(as_of: date) -> list[pl.Expr]:
    ago = pl.lit(as_of).cast(pl.Int32) - pl.col("day").cast(pl.Int32)
    events, age, since = pl.col("events"), pl.col("age"), pl.col("age") >= 0
    return [
        pl.col("day").max().alias("last_active_on"),
        (ago < 28).sum().cast(pl.Int64).alias("active_days_28"),
        ago.is_between(28, 55).sum().cast(pl.Int64).alias("active_days_prev_28"),
        (events * (ago < 28)).sum().alias("events_28"),
        (events * ((ago < 91) & since)).sum().alias("events_91"),
        (events * (since & (age < BASELINE))).sum().alias("events_first_90"),
        (since & (age < BASELINE)).sum().cast(pl.Int64).alias("active_days_first_90"),
    ]


def _score(inputs: pl.DataFrame, reference: Reference, weights: dict[str, float]) -> pl.DataFrame:
    told = inputs.with_columns(behaviour_note=_note(), **_ratios(inputs))
    measured = told.with_columns(age=pl.when(pl.col("behaviour_note").is_null()).then("age"))
    shares = reference.shares(measured).drop("account_id")
    parts = pl.concat([told, shares], how="horizontal").with_columns(
        frequency=frequency(
            pl.col("frequency_of"), pl.col("age"), BASELINE_SHARE, pl.col("active_days_28_share")
        ),
        effectiveness=pl.col("value_events_share"),
        breadth=pl.col("distinct_events_91_share"),
        active_share=pl.col("active_days_28_share"),
        baseline_share=BASELINE_SHARE,
        **{f"{part}_weight": pl.lit(weight) for part, weight in weights.items()},
    )
    known = pl.col("frequency").is_not_null()
    points = {f"{part}_points": _points(part, known) for part in PARTS}
    total = parts.with_columns(**points).with_columns(
        behaviour=pl.sum_horizontal(*points, ignore_nulls=False),
    )
    return BEHAVIOUR.check(total)


def _points(part: str, known: pl.Expr) -> pl.Expr:
    return pl.when(known).then(pl.col(part).fill_null(0.0) * pl.col(f"{part}_weight"))


def _note() -> pl.Expr:
    newest = pl.col("last_active_on").max().over(pl.col("segment").fill_null(""))
    unused, young = pl.col("last_active_on").is_null(), pl.col("age") < MIN_AGE
    return (
        pl.when(unused)
        .then(pl.lit("no use seen so far"))
        .when(young)
        .then(pl.format("seen for {} days, 28 are needed", pl.col("age")))
        .when("usage_stopped")
        .then(pl.format("no use from this whole segment since {}: is data missing?", newest))
    )


def _ratios(inputs: pl.DataFrame) -> dict[str, pl.Series]:
    age = inputs["age"].fill_null(0).clip(lower_bound=0).to_numpy()
    early_days = (age + 1).clip(max=BASELINE)
    known = (inputs["age"] >= 0).fill_null(value=False)
    ratios = {}
    for window in (28, 91):
        recent = inputs[f"events_{window}"].to_numpy()
        early = inputs["events_first_90"].to_numpy()
        value = ratio(recent, (age + 1).clip(max=window), early, early_days)
        ratios[f"ratio_{window}"] = pl.Series(value).set(~known, None)
    return ratios
