"""What a value of each fact must be, beyond its type: the rules that reject a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from models.contracts import Contract

TEXT_LIMIT = 100_000
FIRST_DAY, AFTER_DAY = date(1970, 1, 1), date(2201, 1, 1)
KINDS = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
"""Survey kinds and the range of their scores."""


@dataclass(frozen=True)
class Rule:
    """Rows where `broken` is true are rejected for `column`, with `reason`."""

    column: str
    broken: pl.Expr
    reason: str


def rules(contract: Contract) -> Iterator[Rule]:
    """All rules of one fact, in the order in which they are reported."""
    for column in contract.columns:
        if column.dtype.is_temporal():
            yield Rule(column.name, pl.col(column.name) < FIRST_DAY, "is before 1970")
            yield Rule(column.name, pl.col(column.name) >= AFTER_DAY, "is after 2200")
        if column.dtype == pl.String():
            long = pl.col(column.name).str.len_chars() > TEXT_LIMIT
            yield Rule(column.name, long, "is longer than 100,000 characters")
            nul = pl.col(column.name).str.contains("\0", literal=True)
            yield Rule(column.name, nul, "holds a NUL character: the source is damaged here")
    yield from _OWN.get(contract.name, ())


def _scores() -> Iterator[Rule]:
    kind, score = pl.col("kind"), pl.col("score")
    for name, (low, high) in KINDS.items():
        broken = (kind == name) & ~score.is_between(low, high)
        yield Rule("score", broken, f"is outside {low} to {high}, the range of {name}")


def _between(column: str, low: float, high: float, meaning: str) -> Rule:
    return Rule(column, ~pl.col(column).is_between(low, high), f"is not {meaning}")


def _negative(column: str) -> Rule:
    return Rule(column, pl.col(column) < 0, "is negative")


_KNOWN_KIND = Rule("kind", ~pl.col("kind").is_in(list(KINDS)), f"is not one of {', '.join(KINDS)}")

_OWN: dict[str, tuple[Rule, ...]] = {
    "csms": (_between("engagement", 0, 100, "between 0 and 100"),),
    "accounts": (
        _negative("acquisition_cost"),
        _negative("monthly_cost_to_serve"),
        Rule("gross_margin", pl.col("gross_margin") > 1, "is above 1: write 62 % as 0.62"),
    ),
    "contacts": (_negative("followers"),),
    "subscriptions": (
        _negative("mrr"),
        Rule("ends_on", pl.col("ends_on") < pl.col("starts_on"), "is before starts_on"),
    ),
    "survey_invitations": (_KNOWN_KIND,),
    "survey_responses": (_KNOWN_KIND, *_scores()),
    "interactions": (_between("sentiment", -1, 1, "between -1 and 1"),),
    "referrals": (_negative("mrr"),),
}
