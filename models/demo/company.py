"""A believable company whose truth is known: the demo, and the ground for tests and benchmarks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

import polars as pl

from models.demo.catalogue import features
from models.demo.community import community_posts, referrals
from models.demo.customers import accounts as customer_list
from models.demo.handoffs import handoffs
from models.demo.interactions import interactions
from models.demo.money import subscriptions
from models.demo.people import contacts, csms
from models.demo.shape import Shape, Signal
from models.demo.story import Story, tell
from models.demo.surveys import surveys
from models.demo.truth import truth
from models.demo.usage import usage_events
from models.facts import FACTS


@dataclass(frozen=True)
class Company:
    """`facts`: a frame for every contract of `models.facts`, by name · `truth`: what was planted."""

    facts: dict[str, pl.DataFrame]
    truth: dict[str, Any]


def company(
    as_of: date,
    accounts: int = 400,
    months: int = 24,
    seed: int = 1,
    signal: Signal = "paths",
    shape: Shape | None = None,
) -> Company:
    """Make a company that sells software to field service and logistics firms.

    `as_of` is the last day with data and `months` the length of the usage history before it.
    `signal` says what makes accounts renew: following a path, the number of milestones in any
    order, activity alone, or nothing. The same arguments give the same frames. Rows are dated
    at or before `as_of`, but for `renewal_on`, the next decision.

    Raises ValueError for a size below 1 or an unknown signal.

    >>> small = company(date(2026, 3, 31), accounts=10, months=6)
    >>> small.facts["accounts"].height, small.truth["parameters"]["as_of"]
    (10, '2026-03-31')
    """
    if accounts < 1 or months < 1:
        raise ValueError(f"A demo company needs at least 1 account and 1 month; got {accounts} and {months}.")
    if signal not in get_args(Signal):
        raise ValueError(f"Signal {signal!r} is not known; choose one of {', '.join(get_args(Signal))}.")
    story = tell(as_of, accounts, months, seed, signal, shape or Shape())
    return Company(facts=_facts(story), truth=truth(story))


def _facts(story: Story) -> dict[str, pl.DataFrame]:
    contacts_made = interactions(story)
    invitations, responses = surveys(story, contacts_made)
    made = {
        "csms": csms(story),
        "accounts": customer_list(story),
        "contacts": contacts(story),
        "subscriptions": subscriptions(story),
        "usage_events": usage_events(
            story.clock,
            story.traits,
            story.following,
            story.declines,
            story.outcomes.left_on,
            story.spotlight.champion_quiet,
            story.seed,
        ),
        "features": features(),
        "survey_invitations": invitations,
        "survey_responses": responses,
        "interactions": contacts_made,
        "handoffs": handoffs(story),
        "community_posts": community_posts(story),
        "referrals": referrals(story),
    }
    return {name: made[name] for name in FACTS}
