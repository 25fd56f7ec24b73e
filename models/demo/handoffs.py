"""How accounts pass from sales to onboarding, to success, and some to a support team of their own."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.demo.keys import account_ids
from models.demo.shape import NEVER, Flags, Ints
from models.demo.story import Story
from models.facts import HANDOFFS

LATE_SHARE = 0.11
DROPPED_SHARE = 0.05
BOUNCED_SHARE = 0.03
OVERLAP_SHARE = 0.02


def handoffs(story: Story) -> pl.DataFrame:
    """One row a handoff (contract HANDOFFS); `accepted_on` is null while nobody took it."""
    rng, count = story.stream("handoffs"), story.traits.count
    everyone = np.ones(count, dtype=bool)
    signed = story.traits.signed
    onboarded, first = _hand(rng, story, "sales", "onboarding", signed, everyone)
    to_success = np.where(onboarded < NEVER, onboarded + rng.integers(35, 80, count), NEVER)
    succeeding, second = _hand(rng, story, "onboarding", "success", to_success, everyone)
    special = rng.random(count) < 0.3
    to_support = np.where(succeeding < NEVER, succeeding + rng.integers(40, 200, count), NEVER)
    _, third = _hand(rng, story, "success", "support", to_support, special)
    odd = story.stream("handoff_troubles")
    bounced = (odd.random(count) < BOUNCED_SHARE) & (onboarded < NEVER)
    both = (odd.random(count) < OVERLAP_SHARE) & (succeeding < NEVER) & ~special
    troubles = [*_bounced(story, onboarded, bounced), _at_once(story, succeeding + 30, both)]
    every = pl.concat([first, second, third, *troubles])
    return HANDOFFS.check(every.sort("handed_on", "account_id", "to_team"))


def _bounced(story: Story, onboarded: Ints, who: Flags) -> list[pl.DataFrame]:
    """Onboarding gives the account back a week after it took it, and takes it again a week later."""
    back = _taken(story, "onboarding", "sales", onboarded + 7, 1, who)
    return [back, _taken(story, "sales", "onboarding", onboarded + 14, 2, who)]


def _at_once(story: Story, handed: Ints, who: Flags) -> pl.DataFrame:
    """Onboarding calls support in although success has the account already: from then on both hold it."""
    return _taken(story, "onboarding", "support", handed, 1, who)


def _taken(story: Story, giver: str, taker: str, handed: Ints, wait: int, who: Flags) -> pl.DataFrame:
    """Handoffs taken over `wait` days later, of accounts that are there by then."""
    clock = story.clock
    days = clock.workday(np.minimum(handed, NEVER - 7))
    account = np.flatnonzero(who & (days + wait < story.ends) & (days + wait <= clock.last))
    return pl.DataFrame(
        {
            "account_id": account_ids(len(handed)).gather(account),
            "handed_on": clock.dates(days[account]),
            "accepted_on": clock.dates(days[account] + wait),
        }
    ).with_columns(from_team=pl.lit(giver), to_team=pl.lit(taker))


def _hand(
    rng: np.random.Generator, story: Story, giver: str, taker: str, handed: Ints, who: Flags
) -> tuple[Ints, pl.DataFrame]:
    """Days on which it was accepted (`NEVER` when dropped), and the rows."""
    size = len(handed)
    fate = rng.random(size)
    wait = np.where(fate < LATE_SHARE, rng.integers(12, 40, size), rng.integers(0, 5, size))
    accepted = np.where(fate > 1 - DROPPED_SHARE, NEVER, story.clock.workday(handed + wait))
    accepted = np.where(accepted < story.ends, accepted, NEVER)
    account = np.flatnonzero(who & (handed < story.ends))
    rows = pl.DataFrame(
        {
            "account_id": account_ids(size).gather(account),
            "handed_on": story.clock.dates(story.clock.workday(handed[account])),
            "accepted_on": story.clock.dates(accepted[account]),
        }
    ).drop_nulls("handed_on")
    return accepted, rows.with_columns(from_team=pl.lit(giver), to_team=pl.lit(taker))
