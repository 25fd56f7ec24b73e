"""What the trial tells, in sentences."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from models.effects.frames import HELPS, RETENTION, UNKNOWN, USE_28
from models.effects.looks import FROM_CHURNS, FROM_HELD
from models.findings import KINDS
from models.shares import percent

LEAST_CALLED, LEAST_EXPECTED = 20, 5.0
"""What calls of a kind have saved is said from so many calls on, and so much churn to expect."""


def learned_words(table: pl.DataFrame) -> dict[str, str]:
    """By kind, a sentence for the call card; kinds with too little to tell have none.

    In: `SAVEABILITY`.
    """
    told = table.filter((pl.col("called") >= LEAST_CALLED) & (pl.col("expected") >= LEAST_EXPECTED))
    rows = told.select("kind", "learned", "called").iter_rows()
    return {kind: f"{saved_words(kind, learned)} (n = {called:,})." for kind, learned, called in rows}


def saved_words(kind: str, learned: float) -> str:
    """What calls of a kind have saved, as one in so many.

    >>> saved_words("silent", 0.21)
    'Calls for “Silent” have saved about 1 in 5 of those who would have left'
    """
    named = f"Calls for “{KINDS.get(kind, kind)}” have saved"
    if learned < 0.04:
        return f"{named} hardly anybody"
    return f"{named} about {one_in(learned)} of those who would have left"


def one_in(share: float) -> str:
    """A share as people say it.

    >>> one_in(0.24), one_in(0.66)
    ('1 in 4', '2 in 3')
    """
    if share <= 0.4:
        return f"1 in {round(1 / share)}"
    few = [(1, 2), (2, 3), (3, 4), (4, 5), (9, 10)]
    top, of = min(few, key=lambda pair: abs(pair[0] / pair[1] - share))
    return f"{top} in {of}"


def effect_words(row: dict[str, Any]) -> str:
    """One effect in a sentence or two: what was seen, its interval, and whether that is enough.

    `row` is one of `EFFECTS`.
    """
    counts = f"{row['called']:,} called, {row['held']:,} held out"
    if row["effect"] is None:
        return f"**Not enough data: about {row['needed']:,} more calls needed** ({counts})."
    seen = _retention(row) if row["measure"] == RETENTION else _use(row)
    return f"{_verdict(row)} {seen} ({counts}).{_not_claimed(row)}"


def _verdict(row: dict[str, Any]) -> str:
    keeps = row["measure"] == RETENTION
    if row["verdict"] == HELPS:
        return "**Calls keep customers.**" if keeps else "**Calls raise use.**"
    if row["verdict"] != UNKNOWN:
        return "**Calls lose customers.**" if keeps else "**Calls lower use.**"
    if row["needed"]:
        return f"**Not enough data: about {row['needed']:,} more calls needed.**"
    return "**No effect has shown, and the trial has run its length.**"


def _not_claimed(row: dict[str, Any]) -> str:
    """Why nothing is claimed although the 95 % interval leaves 0 out; "" where that is not so."""
    if row["verdict"] != UNKNOWN or row["low"] <= 0 <= row["high"]:
        return ""
    low, high = row["sure_low"], row["sure_high"]
    if low is None or high is None:
        return " With so few nothing is claimed yet."
    if not low <= 0 <= high:
        return " Nothing is claimed of a part before the whole list shows it."
    said = f"{_points(low)} and {_points(high)} in 100" if row["measure"] == RETENTION else ""
    between = said or f"{_signed(low)} and {_signed(high)}"
    return f" Looked at every week it lies between {between}, so nothing is claimed yet."


def _retention(row: dict[str, Any]) -> str:
    between = f"between {_points(row['low'])} and {_points(row['high'])} in 100 (95 % interval)"
    return (
        f"Of 100 accounts, calls kept {_points(row['effect'])}: {percent(row['called_mean'], 1)} of the "
        f"called left within 90 days and {percent(row['held_mean'], 1)} of the held out; {between}"
    )


def _use(row: dict[str, Any]) -> str:
    days = "28" if row["measure"] == USE_28 else "90"
    way = "more" if row["effect"] >= 0 else "less"
    return (
        f"After {days} days the called used it {percent(abs(row['effect']))} {way} than the held out, "
        f"between {_signed(row['low'])} and {_signed(row['high'])} (95 % interval)"
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f}".replace("-0.0", "0.0").replace("-", "−")


def trial_words(share: float, started_on: date | None) -> str:
    """Which holdout runs, and since when."""
    since = f" since {started_on:%-d %b %Y}" if started_on else ""
    return f"{percent(share)} of the calls are held out by lot{since}."


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else ''}{percent(value)}"


METHOD = f"""
- A **lot** decides: of the accounts that reach a slot of the day's list, some are held out for 90 days,
  whatever exceptions they get meanwhile; then they are drawn anew. The slot goes to the next account.
- **Never held out**: the top third of each day's slots, an unhappy answer, the largest accounts (the top 5 %
  by MRR), and calls that a person added. So the effects say nothing of these.
- **Intention to treat**: an account counts where the lot put it, whoever was called in the end.
- **Retention** is the share of held out accounts that left within 90 days less that of the called: Newcombe's
  interval, from 100 accounts on adjusted for the churn that was predicted. **Use** is the change of
  log(1 + events) over 28 days, by Lin's regression with HC3 errors (Welch's t with few held out).
- The **95 % interval** is that of one look. Because people look every week, an effect is *claimed* only where
  a wider one excludes 0, which holds however often one looks: its length was fixed when the trial began, and
  a great effect need not wait for the end. It takes at least {FROM_HELD} held out and, for retention,
  {FROM_CHURNS} who left. A kind or a prescription may claim an effect only after the whole list has.
- **About N more calls**: until a call that saves two of five leavers, or that raises use by 20 %, would show
  in 80 of 100 trials.
"""
