"""The alert budget in the call list: which exceptions give a reason to call, and who is left out by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from models.call_frames import LEFT_OUT
from models.exception_view import BUDGET, BUDGET_SETTING, within

OVER = "Over the alert budget"
"""How the sentence begins of who is left out by it."""


@dataclass(frozen=True)
class Budget:
    """How many new exceptions a week each CSM gets, and which of those on record fit (exception_id)."""

    a_week: int
    fits: pl.DataFrame

    def split(self, exceptions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The exceptions that fit, and those that do not."""
        inside = pl.col("exception_id").is_in(self.fits["exception_id"].implode())
        return exceptions.filter(inside), exceptions.filter(~inside)


def budget_from(
    settings: Mapping[str, Any], every: pl.DataFrame, scores: pl.DataFrame, as_of: date
) -> Budget:
    """The budget as the settings have it. In: all exceptions on record, closed ones too, and `SCORES`."""
    a_week = a_week_in(settings)
    beside = scores.select("account_id", "csm_id", "priority")
    return Budget(a_week, within(every.join(beside, on="account_id"), as_of, a_week))


def a_week_in(settings: Mapping[str, Any]) -> int:
    """How many new exceptions a week the settings give each CSM."""
    return int(settings.get(BUDGET_SETTING, BUDGET))


def over(beyond: pl.DataFrame, listed: pl.DataFrame, scores: pl.DataFrame, a_week: int) -> pl.DataFrame:
    """Accounts whose every reason lies beyond the budget; columns of `LEFT_OUT`.

    `beyond` are exceptions that do not fit, `listed` the accounts that were told of otherwise.
    """
    sentence = f"{OVER}: only the {a_week} new exceptions a week with most at stake are called."
    alone = beyond.select("account_id").unique().join(listed, on="account_id", how="anti")
    named = alone.join(scores.select("account_id", pl.col("csm_id").fill_null("")), on="account_id")
    return LEFT_OUT.check(named.select("account_id", "csm_id", sentence=pl.lit(sentence)).sort("account_id"))
