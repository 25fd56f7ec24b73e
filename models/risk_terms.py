"""The signs that an account may leave, each as a badness of 0-1 and a plain sentence.

Weights of use were judged on learners' withdrawals over several dates (`benchmarks/oulad_scores.py`);
those that this data cannot judge (feelings, renewals) are stated priors. Sentences name days and no
distances to them: they are read on later days too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from models.findings import count_words, day_words
from models.shares import PERCENT

QUIET_SPAN = 10
"""Ten of its own usual gaps without use is as bad as quiet gets."""
RENEWAL_NEAR = 90
YOUNG = 90
DETRACTOR_DAYS = 180


@dataclass(frozen=True)
class Term:
    """One sign: null badness where it is not known for an account."""

    name: str
    label: str
    weight: float
    badness: Callable[[date], pl.Expr]
    sentence: Callable[[date], pl.Expr]


def usual_gap() -> pl.Expr:
    """Days from one active day to the next in the account's first 90 days, at least 1."""
    seen = (pl.col("age") + 1).clip(1, 90)
    return (seen / pl.col("active_days_first_90").clip(lower_bound=1)).clip(lower_bound=1.0)


def _gap(as_of: date) -> pl.Expr:
    return (pl.lit(as_of) - pl.col("last_active_on")).dt.total_days()


def _quiet(as_of: date) -> pl.Expr:
    gap = (_gap(as_of) / usual_gap()).log1p() / pl.lit(1.0 + QUIET_SPAN).log()
    return pl.when(_uses_known()).then(pl.when(_never_used()).then(1.0).otherwise(gap))


def _quiet_words(_: date) -> pl.Expr:
    return (
        pl.when(_never_used())
        .then(pl.lit("No use seen so far."))
        .otherwise(
            pl.format(
                "Last used on {}; it used to come back every {}.",
                day_words(pl.col("last_active_on")),
                count_words(usual_gap().round(0), "day"),
            )
        )
    )


def _never_used() -> pl.Expr:
    return pl.col("last_active_on").is_null()


def _uses_known() -> pl.Expr:
    """Whether usage is recorded in this company at all, and still arrives for the account's segment."""
    return pl.col("last_active_on").is_not_null().any() & ~pl.col("usage_stopped")


def _few_days(_: date) -> pl.Expr:
    share = 1 - pl.col("active_share") / 100
    return pl.when(_uses_known() & _never_used()).then(1.0).otherwise(share)


def _few_days_words(_: date) -> pl.Expr:
    return (
        pl.when(_never_used())
        .then(pl.lit("No active day in the last 28 days."))
        .otherwise(
            pl.format(
                f"Active on {{}} of the last 28 days, which equals or beats {{}}{PERCENT} of {{}}.",
                pl.col("active_days_28"),
                pl.col("active_share").round(0).cast(pl.Int64),
                against(),
            )
        )
    )


def against() -> pl.Expr:
    """Who the account was compared with, in words."""
    return (
        pl.when(pl.col("reference_scope") == "book")
        .then(pl.lit("the other accounts at that age"))
        .otherwise(pl.lit("those who stayed, at that age"))
    )


def _drop(window: int) -> Callable[[date], pl.Expr]:
    scored = pl.col("behaviour").is_not_null()
    return lambda _: pl.when(scored).then(1 - pl.col(f"ratio_{window}"))


def _drop_words(window: int) -> Callable[[date], pl.Expr]:
    share = (100 * pl.col(f"ratio_{window}")).round(0).cast(pl.Int64)
    return lambda _: pl.format(
        f"Use in the last {{}} days is at {{}}{PERCENT} of its own first 90 days.", pl.lit(window), share
    )


def _lacking(part: str) -> Callable[[date], pl.Expr]:
    return lambda _: 1 - pl.col(part) / 100


def _lacking_words(what: str, column: str, part: str) -> Callable[[date], pl.Expr]:
    share = pl.col(part).round(0).cast(pl.Int64)
    return lambda _: pl.format(
        f"{what}: {{}}, which equals or beats {{}}{PERCENT} of {{}}.", pl.col(column), share, against()
    )


def _ineffective(source: str) -> Callable[[date], pl.Expr]:
    """Value events that were only found in past decisions count less than those the company named."""
    return lambda _: pl.when(pl.col("value_source") == source).then(1 - pl.col("effectiveness") / 100)


_INEFFECTIVE_WORDS = _lacking_words("Value events reached", "value_events", "effectiveness")


def _unhappy(_: date) -> pl.Expr:
    return 1 - (pl.col("emotion") + pl.col("leaning").fill_null(0.0)) / 100


def _unhappy_words(_: date) -> pl.Expr:
    said = pl.format(
        "Emotion is {} of 100 after {}",
        pl.col("emotion").round(0).cast(pl.Int64),
        pl.when(pl.col("answers") == 1)
        .then(pl.lit("1 answer"))
        .otherwise(pl.format("{} answers", pl.col("answers"))),
    )
    points = pl.col("leaning").round(0).cast(pl.Int64)
    leans = pl.format(
        "; {} of {} invitations answered, counted as {} {}.",
        pl.col("times_answered"),
        pl.col("times_asked"),
        points.abs(),
        pl.when(points < 0).then(pl.lit("less")).otherwise(pl.lit("more")),
    )
    return said + pl.when(points != 0).then(leans).otherwise(pl.lit("."))


def _detractor(as_of: date) -> pl.Expr:
    fresh = (pl.lit(as_of) - pl.col("last_nps_on")).dt.total_days() < DETRACTOR_DAYS
    return pl.when(pl.col("last_nps").is_not_null()).then(
        ((pl.col("last_nps") <= 6) & fresh).cast(pl.Float64)
    )


def _detractor_words(_: date) -> pl.Expr:
    return pl.format(
        "Last answered {} of 10 on {}.",
        pl.col("last_nps").round(0).cast(pl.Int64),
        day_words(pl.col("last_nps_on")),
    )


def _silent(_: date) -> pl.Expr:
    asked = pl.col("mood") != "never asked"
    return pl.when(asked).then((pl.col("mood") == "silent").cast(pl.Float64))


def _silent_words(_: date) -> pl.Expr:
    return (
        pl.when(pl.col("last_answer_on").is_null())
        .then(pl.lit("Asked, but never answered."))
        .otherwise(pl.format("Last answer on {}.", day_words(pl.col("last_answer_on"))))
    )


def _renewal(as_of: date) -> pl.Expr:
    return 1 - (pl.col("renewal_on") - pl.lit(as_of)).dt.total_days() / RENEWAL_NEAR


def _renewal_words(_: date) -> pl.Expr:
    return pl.format("Renewal on {}.", day_words(pl.col("renewal_on")))


def _young(_: date) -> pl.Expr:
    return 1 - pl.col("tenure_days") / YOUNG


def _young_words(as_of: date) -> pl.Expr:
    signed = pl.lit(as_of) - pl.duration(days=pl.col("tenure_days"))
    return pl.format("A customer since {}.", day_words(signed))


TERMS: tuple[Term, ...] = (
    Term("quiet", "Time since last use", 18, _quiet, _quiet_words),
    Term("active days", "Active days", 18, _few_days, _few_days_words),
    Term("drop 28", "Use against its own start", 14, _drop(28), _drop_words(28)),
    Term("drop 91", "Use over three months", 6, _drop(91), _drop_words(91)),
    Term("effectiveness", "Value events reached", 14, _ineffective("catalog"), _INEFFECTIVE_WORDS),
    Term("effectiveness, learned", "Value events reached", 5, _ineffective("learned"), _INEFFECTIVE_WORDS),
    Term(
        "breadth",
        "Breadth of use",
        4,
        _lacking("breadth"),
        _lacking_words("Different things used in 91 days", "distinct_events_91", "breadth"),
    ),
    Term("emotion", "Emotion", 10, _unhappy, _unhappy_words),
    Term("detractor", "Last NPS answer", 5, _detractor, _detractor_words),
    Term("silence", "Silence", 5, _silent, _silent_words),
    Term("renewal", "Renewal", 14, _renewal, _renewal_words),
    Term("young", "Time as a customer", 3, _young, _young_words),
)
