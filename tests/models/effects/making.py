"""Planted trials of calls: episodes whose true effect is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from models.effects.frames import CALLED, EPISODES, HELD
from models.effects.lots import block, is_held
from models.effects.trial import Trial, planned

BEGAN = date(2025, 1, 6)


@dataclass(frozen=True)
class Planted:
    """Episodes with outcomes, and what calls truly did: share of accounts kept, relative use."""

    episodes: pl.DataFrame
    kept: float
    more_use: float


def trial(share: float = 0.2, base: float = 0.15) -> Trial:
    return planned(share, "salt", base, trial_id=1, started_on=BEGAN)


def lots(of: Trial, n: int) -> np.ndarray:
    """Who is held out, in order."""
    return np.array([is_held(of.salt, "kim", nth, of.share) for nth in range(n)])


def episodes(
    of: Trial, n: int, seed: int, *, saved: float = 0.0, more_use: float = 0.0, weekly: int = 25
) -> Planted:
    """`weekly` episodes a week; churn from a Beta that the prediction knows nearly; calls save a share."""
    rng = np.random.default_rng(seed)
    p = rng.beta(1.5, 1.5 * (1 - of.base) / of.base, n)
    held = lots(of, n)
    left = rng.random(n) < np.where(held, p, p * (1 - saved))
    level = np.exp(rng.normal(2.5, 0.9, n))
    before = rng.poisson(level)
    drift = np.exp(rng.normal(0, 0.4, n)) * np.where(held, 1, 1 + more_use)
    use = [rng.poisson(level * drift * extra) for extra in (1.0, 0.95)]
    kinds = np.array(['["declined"]', '["silent"]', '["declined", "silent"]'])[rng.integers(0, 3, n)]
    risk = np.clip(p + rng.normal(0, 0.05, n), 0.01, 0.99)
    nth = np.arange(n)
    frame = pl.DataFrame(
        {
            "trial_id": 1,
            "account_id": [f"A{i}" for i in nth],
            "started_on": [BEGAN + timedelta(days=7 * int(i // weekly)) for i in nth],
            "csm_id": "kim",
            "arm": np.where(held, HELD, CALLED),
            "exempt": None,
            "nth": nth,
            "kinds": kinds,
            "prescription": np.where(kinds == '["silent"]', "Ask.", "Call."),
            "position": nth + 1,
            "risk": risk,
            "mrr": np.exp(rng.normal(6, 1, n)),
            "currency": "EUR",
            "ended_on": None,
            "known_on": BEGAN + timedelta(days=2000),
            "churned": left,
            "calls": (~held).astype(int),
            "use_before": before,
            "use_28": use[0],
            "use_90": use[1],
        },
        schema_overrides=EPISODES.schema,
        strict=False,
    )
    return Planted(EPISODES.check(frame), float((p * saved).mean()), more_use)


def held_out_of(of: Trial) -> float:
    held, size = block(of.share)
    return held / size
