"""The usage history: counts by account and day, made into events by people at work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.demo.catalogue import BULK, EVENTS, EVERYONE, MILESTONES, OPTIONAL
from models.demo.clock import Clock, stream
from models.demo.following import Following
from models.demo.keys import account_ids, person_ids
from models.demo.rhythm import day_factors
from models.demo.shape import NEVER, Floats, Ints
from models.demo.traits import Traits
from models.demo.troubles import FALLS_OVER, RECOVERS_OVER, Declines
from models.facts import USAGE_EVENTS

_BATCH = 4_000
_ORDINARY = len(EVERYONE)
_OPTIONAL_SHARE = 0.3


@dataclass(frozen=True)
class _Rows:
    account: Ints
    day: Ints
    event: Ints
    user: Ints


def usage_events(
    clock: Clock,
    traits: Traits,
    following: Following,
    declines: Declines,
    left_on: Ints,
    quiet: Ints,
    seed: int,
) -> pl.DataFrame:
    """Every event of the history, ordered by time (contract USAGE_EVENTS).

    A day's count is Poisson around rate × rhythm × ramp after signing × declines × a gamma
    of the account's week. An optional event occurs only after its first day in `following`.
    `quiet` is the day on which the champion's own use ends.
    """
    parts = []
    for start in range(0, traits.count, _BATCH):
        rows = np.arange(start, min(start + _BATCH, traits.count))
        rng = stream(seed, f"usage {start}")
        counts = rng.poisson(_rates(rng, clock, traits, declines, left_on, rows))
        parts.append(_occur(rng, counts, rows, traits, following, quiet))
    parts.append(_firsts(clock, following, left_on))
    everything = _Rows(*(np.concatenate([getattr(p, name) for p in parts]) for name in _Rows.__annotations__))
    return _frame(clock, traits, everything, stream(seed, "usage times"))


def _rates(
    rng: np.random.Generator, clock: Clock, traits: Traits, declines: Declines, left_on: Ints, rows: Ints
) -> Floats:
    day = np.arange(clock.last + 1)[None, :]
    signed, left = traits.signed[rows, None], left_on[rows, None]
    rate: Floats = (traits.weekly[rows, None] / 7) * day_factors(clock)[traits.land[rows]]
    rate *= 0.4 + 0.6 * np.clip((day - signed) / 28, 0, 1)
    rate *= np.exp(traits.drift[rows, None] * (day / 365 - clock.last / 730))
    rate *= (day >= signed) & (day < left)
    shape = np.repeat(traits.dispersion[rows, None], clock.last // 7 + 1, axis=1)
    rate *= np.repeat(rng.gamma(shape, 1 / shape), 7, axis=1)[:, : clock.last + 1]
    for k in range(declines.starts.shape[1]):
        hit = np.flatnonzero(declines.starts[rows, k] <= clock.last)
        at = rows[hit], k, None
        rate[hit] *= _decline(day, declines.starts[at], declines.ends[at], declines.depth[at])
    return rate


def _decline(day: Ints, starts: Ints, ends: Ints, depth: Floats) -> Floats:
    fallen = np.clip((day - starts) / FALLS_OVER, 0, 1)
    back = np.clip((day - ends) / RECOVERS_OVER, 0, 1)
    return 1 - depth * fallen * (1 - back)


def _occur(
    rng: np.random.Generator, counts: Ints, rows: Ints, traits: Traits, following: Following, quiet: Ints
) -> _Rows:
    local, day = np.nonzero(counts)
    repeats = counts[local, day]
    account, day = np.repeat(rows[local], repeats), np.repeat(day, repeats)
    people = traits.users[account]
    user = np.minimum((people * rng.random(len(account)) ** 1.7).astype(np.int64), people - 1)
    gone = (user == 0) & (day >= quiet[account])
    user[gone] = 1 + user[gone] % np.maximum(people[gone] - 1, 1)
    return _Rows(account, day, _events(rng, account, day, following), user)


def _events(rng: np.random.Generator, account: Ints, day: Ints, following: Following) -> Ints:
    """Ordinary work, and in between the optional events that the account already knows."""
    ordinary = np.array([share for _, _, share in EVERYONE.values()])
    event = np.searchsorted(ordinary.cumsum()[:-1], rng.random(len(account)), side="right")
    wanted = rng.random(len(account)) * len(OPTIONAL) / _OPTIONAL_SHARE
    tries = np.flatnonzero(wanted < len(OPTIONAL))
    option = wanted[tries].astype(np.int64)
    knows = following.reached[account[tries], option] < day[tries]
    event[tries[knows]] = _ORDINARY + option[knows]
    return event.astype(np.int64)


def _firsts(clock: Clock, following: Following, left_on: Ints) -> _Rows:
    """The first time of each optional event, where it falls into the history and the life."""
    day = following.reached
    account, option = np.nonzero((day >= 0) & (day <= clock.last) & (day < left_on[:, None]))
    return _Rows(account, day[account, option], _ORDINARY + option, np.zeros(len(account), dtype=np.int64))


def _frame(clock: Clock, traits: Traits, rows: _Rows, rng: np.random.Generator) -> pl.DataFrame:
    morning = rng.random(len(rows.day)) < 0.55
    hour = np.where(morning, 9.9, 14.6) + 1.4 * rng.standard_normal(len(rows.day))
    local = np.clip(hour, 6 + rng.random(len(hour)), 18 + 0.5 * rng.random(len(hour)))
    second = ((local - traits.hours_east[rows.account]) * 3600).astype(np.int64)
    order = np.argsort(rows.day * 86_400 + second, kind="stable")
    account, event = rows.account[order], rows.event[order]
    bulk = np.array([name in BULK for name in EVENTS])[event]
    quantity = np.where(bulk, 1 + rng.poisson(1.5, len(event)), 1).astype(np.float64)
    people, first = person_ids(traits.users)
    return USAGE_EVENTS.check(
        pl.DataFrame(
            {
                "account_id": account_ids(traits.count).gather(account),
                "user_id": people.gather(first[account] + rows.user[order]),
                "event": pl.Series(EVENTS).gather(event),
                "occurred_at": clock.moments(rows.day[order], second[order]),
                "quantity": quantity,
            }
        )
    )


def reached_in_history(clock: Clock, following: Following, left_on: Ints) -> pl.DataFrame:
    """What `_firsts` wrote and what came before day 0: account (index), event, reached_on."""
    day = following.reached[:, : len(MILESTONES)]
    account, option = np.nonzero((day <= clock.last) & (day < left_on[:, None]) & (day < NEVER))
    return pl.DataFrame(
        {
            "account": account,
            "event": pl.Series(list(MILESTONES)).gather(option),
            "reached_on": clock.dates(day[account, option]),
        }
    ).sort("account", "reached_on", "event")
