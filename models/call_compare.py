"""Why one call stands above another: the terms of both, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from models.contracts import Column, Contract
from models.facts import REAL, TEXT

TERMS = Contract(
    "terms",
    (
        Column("term", TEXT, required=True),
        Column("upper", REAL, doc="of the account that stands higher; null: not known"),
        Column("lower", REAL, doc="of the other"),
        Column("times", REAL, doc="upper / lower; null where that can't be told"),
    ),
    key=("term",),
)
_TERMS = {
    "chance of leaving": "likely",
    "MRR against the usual": "size",
    "share a call may save": "saveability",
    "worth of the call": "worth",
}
SHARES = ("chance of leaving", "share a call may save")
"""The terms that are shares of 1."""
_WORTH = "worth of the call"


@dataclass(frozen=True)
class Comparison:
    """Two accounts of one CSM's list: a sentence, and the numbers it rests on (`TERMS`)."""

    upper: str
    lower: str
    sentence: str
    terms: pl.DataFrame


def compare(calls: pl.DataFrame, one: str, other: str) -> Comparison:
    """Say why one of two accounts stands above the other.

    In: `models.call_frames.CALLS`. Worth = chance of leaving x MRR (in times the median MRR of its
    currency) x the share a call may save; the account that leads in the product leads in the list, unless
    a person asked for the call or a place was kept for small accounts. Raises `ValueError` when one is
    not on the list, or when they stand on the lists of two people.
    """
    pair = calls.filter(pl.col("account_id").is_in([one, other])).sort("position")
    if pair.height != 2:
        raise ValueError(f"{one} and {other} don't both stand on the list; take two that do.")
    upper, lower = pair.iter_rows(named=True)
    if upper["csm_id"] != lower["csm_id"]:
        raise ValueError(f"{one} and {other} stand on the lists of two people, each in its own order.")
    rows = [
        (term, upper[name], lower[name], _times(upper[name], lower[name])) for term, name in _TERMS.items()
    ]
    terms = TERMS.check(pl.DataFrame(rows, schema=TERMS.schema, orient="row"))
    return Comparison(upper["account_id"], lower["account_id"], _sentence(upper, lower, terms), terms)


def _sentence(upper: dict[str, Any], lower: dict[str, Any], terms: pl.DataFrame) -> str:
    """The ground first: by hand, a kept place, else the term that weighs most."""
    first, second = upper["name"], lower["name"]
    if upper["by_hand"] and lower["by_hand"]:
        return f"A person asked for both; {first} was asked for earlier."
    if upper["by_hand"]:
        return f"A person asked for the call to {first}; those go before what the numbers say."
    if upper["fair"] and not lower["planned"]:
        return f"{first} has a place that is kept for small accounts; {second} did not fit any more."
    known = terms.filter((pl.col("term") != _WORTH) & (pl.col("times") > 1)).sort("times", descending=True)
    if known.is_empty() or upper["worth"] == lower["worth"]:
        return f"{first} and {second} are worth a call alike; chance of leaving and then the id decide."
    term, times = known.select("term", "times").row(0)
    against = terms.filter((pl.col("term") != _WORTH) & (pl.col("times") < 1))["term"].to_list()
    though = f", though {second} leads in {' and '.join(against)}" if against else ""
    whole = terms.filter(pl.col("term") == _WORTH)["times"].item()
    product = f" In all a call there is worth {whole:.1f} times as much." if whole else ""
    return f"{first} has {times:.1f} times the {term}{though}.{product}"


def _times(upper: float | None, lower: float | None) -> float | None:
    return upper / lower if upper is not None and lower else None
