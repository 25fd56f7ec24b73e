"""A trial: a holdout as it was chosen, and how long it runs, fixed before anything is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from models.effects.frames import EPISODE_DAYS, RETENTION, USE_28
from models.effects.looks import ALPHA, churn_episodes, use_episodes
from models.effects.lots import block

LEAST_BASE, MOST_BASE = 0.01, 0.5


@dataclass(frozen=True)
class Trial:
    """`share` of all slots is held out, by lots of `salt`; `base` is the book's churn in 90 days when it
    began; `n_max` and `n_max_use` episodes end the looking, for retention and for use."""

    trial_id: int
    share: float
    salt: str
    base: float
    n_max: int
    n_max_use: int
    started_on: date | None = None

    @property
    def held_share(self) -> float:
        """Of the episodes for which a lot is drawn, how many are held out."""
        held, size = block(self.share)
        return held / size


def planned(share: float, salt: str, base: float, trial_id: int = 0, started_on: date | None = None) -> Trial:
    """A trial of this share in a book with this churn in 90 days.

    >>> trial = planned(0.2, "", 0.05)
    >>> trial.n_max, trial.n_max_use
    (5622, 496)
    """
    held, size = block(share)
    return Trial(
        trial_id,
        share,
        salt,
        base,
        churn_episodes(base, held / size, ALPHA[RETENTION]),
        use_episodes(held / size, ALPHA[USE_28]),
        started_on,
    )


def base_churn(accounts: pl.DataFrame, as_of: date) -> float:
    """The share of accounts that left within 90 days, over the four quarters before `as_of`.

    In: accounts (account_id, signed_on, churned_on). Held between 1 % and 50 %, so that a young book does
    not plan for nothing.
    """
    starts = pl.DataFrame({"start": [as_of - timedelta(days=EPISODE_DAYS * back) for back in (1, 2, 3, 4)]})
    gone = (pl.col("churned_on") - pl.col("start")).dt.total_days()
    live = (pl.col("signed_on").is_null() | (pl.col("signed_on") <= pl.col("start"))) & (
        gone.is_null() | (gone > 0)
    )
    known = accounts.select("account_id", "signed_on", "churned_on").join(starts, how="cross").filter(live)
    share = known.select((gone <= EPISODE_DAYS).fill_null(value=False).mean()).item()
    return min(max(float(share or 0.0), LEAST_BASE), MOST_BASE)
