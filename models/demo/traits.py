"""What each account of the demo is: when it signed, how big it is, how much it works with the product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.demo.clock import Clock, stream
from models.demo.lands import LANDS
from models.demo.shape import Flags, Floats, Ints, Shape

SEGMENTS = ("Small", "Mid-market", "Enterprise")
PLANS = ("Starter", "Team", "Business")
INDUSTRIES = ("Field service", "Logistics", "Facilities", "Utilities", "Medical equipment", "Building trades")

_SEGMENT_SHARE = (0.5, 0.35, 0.15)
_SEGMENT_MRR = np.array([290.0, 1_150.0, 4_200.0])
_SEGMENT_USE = np.array([8.0, 16.0, 34.0])
_SEGMENT_USERS = np.array([4.0, 9.0, 22.0])
_PLAN_SHARE = np.array([[0.6, 0.35, 0.05], [0.15, 0.6, 0.25], [0.0, 0.25, 0.75]])
_HISTORY_DAYS = 1_400


@dataclass(frozen=True)
class Traits:
    """One entry an account, ordered by signing day; texts are indexes into their lists."""

    signed: Ints
    base: Flags
    term: Ints
    segment: Ints
    land: Ints
    plan: Ints
    industry: Ints
    own_currency: Flags
    csm: Ints
    weekly: Floats
    users: Ints
    contacts: Ints
    dispersion: Floats
    drift: Floats
    mrr: Floats

    @property
    def count(self) -> int:
        return len(self.signed)

    @property
    def activity(self) -> Floats:
        """Standardised log of the planned weekly events."""
        log: Floats = np.log(self.weekly)
        standard: Floats = (log - log.mean()) / max(float(log.std()), 1e-9)
        return standard

    @property
    def hours_east(self) -> Ints:
        return np.array([land.hours_east for land in LANDS])[self.land]


def draw_traits(clock: Clock, accounts: int, seed: int, shape: Shape) -> Traits:
    """Draw every account's traits; the existing base signed before day 0."""
    rng = stream(seed, "traits")
    base = rng.random(accounts) < shape.base_share
    newest = max(clock.last - 6, 1)
    signed = np.where(base, -rng.integers(20, _HISTORY_DAYS, accounts), rng.integers(0, newest, accounts))
    order = np.argsort(signed, kind="stable")
    signed, base = signed[order], base[order]
    segment = rng.choice(3, accounts, p=_SEGMENT_SHARE)
    land = rng.choice(len(LANDS), accounts, p=[land.share for land in LANDS])
    abroad = np.array([land.currency_share for land in LANDS])[land]
    euro = np.array([land.currency == "EUR" for land in LANDS])[land]
    users = 2 + rng.poisson(_SEGMENT_USERS[segment] * rng.lognormal(0, 0.3, accounts))
    weekly = _SEGMENT_USE[segment] * rng.lognormal(0, 0.7, accounts)
    return Traits(
        signed=clock.workday(signed),
        base=base,
        term=np.where(rng.random(accounts) < shape.six_month_share, 6, 12),
        segment=segment,
        land=land,
        plan=(rng.random((accounts, 1)) > _PLAN_SHARE[segment].cumsum(axis=1)).sum(axis=1).clip(0, 2),
        industry=rng.choice(len(INDUSTRIES), accounts, p=(0.28, 0.24, 0.16, 0.1, 0.08, 0.14)),
        own_currency=~euro & (rng.random(accounts) < abroad),
        csm=_portfolios(rng, land, shape.accounts_per_csm),
        weekly=_scaled(weekly, clock, signed, shape),
        users=users,
        contacts=np.minimum(rng.choice((2, 3, 4), accounts, p=(0.35, 0.4, 0.25)), users),
        dispersion=rng.uniform(3, 14, accounts),
        drift=rng.normal(0, 0.12, accounts),
        mrr=_SEGMENT_MRR[segment] * rng.lognormal(0, 0.45, accounts),
    )


def _portfolios(rng: np.random.Generator, land: Ints, size: int) -> Ints:
    """CSMs look after one region, or two that lie next to each other in the list."""
    accounts = len(land)
    teams = max(1, round(accounts / size))
    csm = np.empty(accounts, dtype=np.int64)
    csm[np.lexsort((rng.random(accounts), land))] = np.arange(accounts) * teams // accounts
    return csm


def _scaled(weekly: Floats, clock: Clock, signed: Ints, shape: Shape) -> Floats:
    """Weekly rates whose sum over the history is the number of events asked for."""
    weeks = (clock.last + 1 - np.maximum(signed, 0)) / 7
    # Leavers, ramps and holidays take about a fifth of what the rates alone would give.
    planned = 0.785 * float((weekly * weeks).sum())
    return weekly * (shape.events_per_account * len(weekly) * clock.months / 24 / planned)
