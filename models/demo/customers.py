"""The customer list: one row an account, with the reasons that leavers gave."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.demo.keys import account_ids, csm_ids
from models.demo.lands import LANDS, PARTNERS
from models.demo.story import Story
from models.demo.traits import INDUSTRIES, PLANS, SEGMENTS
from models.facts import ACCOUNTS

REASONS = {
    "progress": "never got going",
    "activity": "hardly used it",
    "decline": "used it less and less",
    "mood": "unhappy with the service",
    "silent": "no answer to the offer",
    "chance": "price",
    "closed": "merged or closed down",
}
"""Cause of leaving → what the customer said (`outcome`)."""


def accounts(story: Story) -> pl.DataFrame:
    """One row an account (contract ACCOUNTS); `renewal_on` is the next decision, or the last one due."""
    rng, clock, traits = story.stream("customers"), story.clock, story.traits
    count, rows = traits.count, np.arange(traits.count)
    left = clock.dates(story.outcomes.left_on)
    partner = rng.integers(0, len(PARTNERS) * 5, count)
    return ACCOUNTS.check(
        pl.DataFrame(
            {
                "account_id": account_ids(count),
                "name": story.names,
                "segment": pl.Series(SEGMENTS).gather(traits.segment),
                "region": pl.Series([land.region for land in LANDS]).gather(traits.land),
                "plan": pl.Series(PLANS).gather(traits.plan),
                "industry": pl.Series(INDUSTRIES).gather(traits.industry),
                "csm_id": csm_ids(int(traits.csm.max()) + 1).gather(traits.csm),
                "signed_on": clock.dates(traits.signed, future=True),
                "renewal_on": clock.dates(story.plan.decides[rows, story.outcomes.upcoming], future=True),
                "churned_on": left,
                "outcome": pl.Series([REASONS.get(why) for why in story.outcomes.why], dtype=pl.String),
                "outcome_on": left,
                "acquisition_cost": np.round(traits.mrr * rng.uniform(4, 12, count)),
                "monthly_cost_to_serve": np.round(traits.mrr * rng.uniform(0.06, 0.3, count) + 15, 2),
                "gross_margin": np.round(rng.normal(0.78, 0.04, count).clip(0.6, 0.9), 3),
                "partner": pl.Series([*PARTNERS, None]).gather(np.minimum(partner, len(PARTNERS))),
            }
        )
    )
