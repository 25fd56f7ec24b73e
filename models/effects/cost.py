"""What a holdout would cost, and how long until it tells something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from models.effects.frames import EPISODE_DAYS
from models.effects.trial import Trial
from models.money import money

TOP = 1 / 3


@dataclass(frozen=True)
class Cost:
    """For 90 days: accounts that would be drawn and held out, and MRR that calls to those would save.

    `mrr` is by currency; `n_max` and `n_max_use` are episodes until a worthwhile effect would show."""

    share: float
    drawn: int
    held: int
    mrr: Mapping[str, float]
    n_max: int
    n_max_use: int

    def lines(self) -> list[str]:
        """The price and the gain in sentences."""
        lost = " and ".join(money(amount, currency) for currency, amount in self.mrr.items())
        return [
            f"About {self.held:,} of the {self.drawn:,} accounts a quarter for which a lot would be drawn "
            "would go without a call for 90 days.",
            f"If calls save what we take them to save, that costs about {lost or '0'} of MRR a quarter.",
            f"Whether calls raise use by 20 % would show after about {self.n_max_use:,} accounts: "
            f"{self._time(self.n_max_use)}.",
            f"Whether they save two of five leavers would show after about {self.n_max:,} accounts: "
            f"{self._time(self.n_max)}. Until then the page shows the interval.",
        ]

    def _time(self, episodes: int) -> str:
        if not self.drawn:
            return "nobody needs a call now, so that cannot be said"
        quarters = episodes / self.drawn + 1
        if quarters < 6:
            return f"about {quarters * 3:.0f} months at today's pace"
        return f"about {quarters / 4:.0f} years at today's pace"


def cost_of(calls: pl.DataFrame, slots_a_quarter: int, trial: Trial) -> Cost:
    """Price a trial from today's list (`CALLS`, those that can wait included).

    An account is drawn once in 90 days, so a quarter draws no more accounts than have a reason today, nor
    more than there are slots below the top third; what is lost is what the list says a call would save.
    """
    reachable = calls.filter(~pl.col("by_hand"))
    drawn = min(round(reachable.height * (1 - TOP)), round(slots_a_quarter * (1 - TOP)))
    held = round(drawn * trial.held_share)
    below = reachable.filter(pl.col("position") > TOP * pl.col("planned").sum().over("csm_id"))
    near = below.sort("position").head(drawn).with_columns(pl.col("currency").fill_null(""))
    saved = near.group_by("currency").agg(pl.col("saving").sum() * trial.held_share).sort("currency")
    money = {currency: amount for currency, amount in saved.iter_rows() if amount}
    return Cost(trial.share, drawn, held, money, trial.n_max, trial.n_max_use)


SLOT_DAYS = round(EPISODE_DAYS * 5 / 7)
"""Working days of a quarter."""
