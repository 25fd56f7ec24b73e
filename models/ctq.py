"""Critical to quality: what customers need, what drives it, how it is measured, and who gets it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import polars as pl
from scipy.special import bdtr

from models.contracts import Column, Contract
from models.ctq_measures import MEASURES
from models.facts import REAL, TEXT

MET, MISSED, OPEN = "meets it", "does not", "can't be told yet"
MIN_ACCOUNTS = 10
"""A first tree proposes a measure that can be told of at least so many accounts."""
CHANGED_BELOW = 0.05
_Z = 1.959964

JUDGED = Contract(
    "quality_judged",
    (
        Column("account_id", TEXT, required=True),
        Column("low", REAL, required=True),
        Column("high", REAL),
        Column("verdict", TEXT, required=True, doc="meets it, does not, can't be told yet"),
        Column("gap", REAL, required=True, doc="how far from the target, in the measure's unit; 0 when met"),
    ),
    key=("account_id",),
)


@dataclass(frozen=True)
class Branch:
    """One way through the tree: need → driver → measure → target, and who wrote it when (UTC).

    `measure` is a key of `MEASURES`, or empty while nothing measures the driver; then there is no target.
    """

    need: str
    driver: str
    measure: str = ""
    target: float | None = None
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class Share:
    """How many of the judged accounts meet a target; `share` and its 95 % interval are null when n is 0."""

    n: int
    met: int
    open: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Change:
    """What became of the accounts judged both times: met only now, met only then, and the verdict."""

    n: int
    gained: int
    lost: int
    p: float
    words: str


def proposed(values: pl.DataFrame) -> tuple[Branch, ...]:
    """A first tree out of the measures that can be told of at least 10 accounts; nobody adopted it.

    In: `ctq_measures.VALUES`. The targets are usual ones to begin with, not learned.
    """
    counts = dict(values.group_by("measure").len().iter_rows())
    return tuple(
        Branch(one.need, one.driver, one.key, one.target)
        for one in MEASURES.values()
        if counts.get(one.key, 0) >= MIN_ACCOUNTS
    )


def judged(values: pl.DataFrame, measure: str, target: float) -> pl.DataFrame:
    """Each account against the target; `JUDGED`, the furthest from it first.

    In: `VALUES`. A value that is still open is judged only when it can no longer come out the other way.
    """
    rows = values.filter(pl.col("measure") == measure)
    low, high = pl.col("low"), pl.col("high")
    if MEASURES[measure].good == "at most":
        met, missed, gap = high <= target, low > target, low - target
    else:
        met, missed, gap = low >= target, high < target, target - high
    verdict = (
        pl.when(met.fill_null(value=False))
        .then(pl.lit(MET))
        .when(missed.fill_null(value=False))
        .then(pl.lit(MISSED))
        .otherwise(pl.lit(OPEN))
    )
    told = rows.with_columns(verdict=verdict).with_columns(
        gap=pl.when(pl.col("verdict") == MISSED).then(gap).otherwise(0.0)
    )
    return JUDGED.check(told.sort("gap", "account_id", descending=[True, False]))


def share(rows: pl.DataFrame) -> Share:
    """The share of accounts that meet the target, of those that can be judged, with Wilson's interval.

    In: `JUDGED`.

    >>> rows = pl.DataFrame({"verdict": [MET] * 8 + [MISSED] * 2})
    >>> told = share(rows)
    >>> told.n, told.share, round(told.low, 3), round(told.high, 3)
    (10, 0.8, 0.49, 0.943)
    """
    met = rows.filter(pl.col("verdict") == MET).height
    still = rows.filter(pl.col("verdict") == OPEN).height
    n = rows.height - still
    if not n:
        return Share(0, 0, still, None, None, None)
    part = met / n
    middle = (part + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(part * (1 - part) / n + _Z**2 / (4 * n * n))
    return Share(n, met, still, part, max(0.0, middle - half), min(1.0, middle + half))


def change(now: pl.DataFrame, then: pl.DataFrame) -> Change:
    """Whether more accounts meet the target than before, by those judged both times (McNemar, exact).

    In: `JUDGED` of the two days, by the same target.
    """
    known = (MET, MISSED)
    both = now.filter(pl.col("verdict").is_in(known)).join(
        then.filter(pl.col("verdict").is_in(known)).select("account_id", before="verdict"), on="account_id"
    )
    gained = both.filter((pl.col("verdict") == MET) & (pl.col("before") == MISSED)).height
    lost = both.filter((pl.col("verdict") == MISSED) & (pl.col("before") == MET)).height
    moved = gained + lost
    p = min(1.0, 2 * float(bdtr(min(gained, lost), moved, 0.5))) if moved else 1.0
    if not both.height:
        words = "nothing to compare with"
    elif p < CHANGED_BELOW:
        words = "more than before" if gained > lost else "fewer than before"
    else:
        words = "no detectable change"
    return Change(both.height, gained, lost, p, words)


def signed(
    branches: Iterable[Branch], before: Sequence[Branch], person: str, at: datetime
) -> tuple[Branch, ...]:
    """The branches with who wrote each: those that stand in `before` keep their writer."""
    known = {_content(one): one for one in before if one.by}
    moment = at.isoformat(timespec="minutes")
    tidy = (
        replace(
            one, need=one.need.strip(), driver=one.driver.strip(), target=one.target if one.measure else None
        )
        for one in branches
    )
    return tuple(known.get(_content(one)) or replace(one, by=person, at=moment) for one in tidy)


def troubles(branches: Sequence[Branch]) -> list[str]:
    """What has to be mended before this can be saved, a sentence each; empty when nothing has."""
    said = []
    for place, one in enumerate(branches, 1):
        if not one.need.strip() or not one.driver.strip():
            said.append(f"Row {place} lacks its need or its driver.")
        if one.measure and one.measure not in MEASURES:
            said.append(f"Row {place}: there is no measure {one.measure}; there are {', '.join(MEASURES)}.")
        if one.measure and (one.target is None or not math.isfinite(one.target)):
            said.append(f"Row {place} has a measure without a target.")
    contents = [(one.need.strip(), one.driver.strip(), one.measure) for one in branches]
    if len(set(contents)) < len(contents):
        said.append("Two rows say the same need, driver and measure.")
    return said


def difference(before: Sequence[Branch], after: Sequence[Branch]) -> list[str]:
    """What one tree has that the other has not, a line each."""
    was, now = {_content(one) for one in before}, {_content(one) for one in after}
    gone = [f"without: {in_words(one)}" for one in before if _content(one) not in now]
    return [f"with: {in_words(one)}" for one in after if _content(one) not in was] + gone


def in_words(branch: Branch) -> str:
    """One branch on a line.

    >>> in_words(Branch("I am heard", "They are satisfied", "csat", 4))
    'I am heard → They are satisfied → CSAT answer, 1 to 5 (mean, a year) at least 4 points'
    """
    if branch.measure not in MEASURES:
        return f"{branch.need} → {branch.driver} → not measured"
    one = MEASURES[branch.measure]
    return f"{branch.need} → {branch.driver} → {one.what} {one.good} {branch.target:g} {one.unit}"


def as_body(branches: Iterable[Branch]) -> str:
    """The tree as the text that is stored."""
    return json.dumps([asdict(one) for one in branches], ensure_ascii=False)


def from_body(body: str) -> tuple[Branch, ...]:
    """The tree out of its stored text."""
    return tuple(Branch(**one) for one in json.loads(body))


def _content(one: Branch) -> tuple[str, str, str, float | None]:
    return one.need, one.driver, one.measure, one.target
