"""What customers do in public: posts in the community, and referrals to other companies."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.demo.clock import office_seconds
from models.demo.keys import account_ids, numbered
from models.demo.names import company_names
from models.demo.people import contact_ids
from models.demo.shape import NEVER
from models.demo.story import Story
from models.facts import COMMUNITY_POSTS, REFERRALS

_POSTS = ("question", "answer", "idea", "praise")
_GLAD, _OTHERS = (0.25, 0.4, 0.2, 0.15), (0.6, 0.12, 0.25, 0.03)


def community_posts(story: Story) -> pl.DataFrame:
    """One row a post (contract COMMUNITY_POSTS); the happy praise and answer, others ask."""
    rng, traits = story.stream("community"), story.traits
    life = np.maximum(story.ends - story.begins, 0)
    active = rng.random(traits.count) < 0.35
    account = np.repeat(np.arange(traits.count), rng.poisson(active * life / 75))
    day = story.begins[account] + (life[account] * rng.random(len(account))).astype(np.int64)
    size, happy = len(account), story.moods.at(account, day) > 0.2
    kind = np.where(
        happy, rng.choice(4, size, p=(0.25, 0.4, 0.2, 0.15)), rng.choice(4, size, p=(0.6, 0.12, 0.25, 0.03))
    )
    views = rng.lognormal(4, 0.9, size).astype(np.int64)
    people = traits.contacts[account]
    posts = pl.DataFrame(
        {
            "account_id": account_ids(traits.count).gather(account),
            "contact_id": contact_ids(story, account, (people * rng.random(size) ** 2).astype(np.int64)),
            "kind": pl.Series(_POSTS).gather(kind),
            "posted_at": story.clock.moments(day, office_seconds(rng, traits.hours_east[account])),
            "replies": rng.poisson(1.6, size),
            "likes": rng.binomial(views, 0.03),
            "views": views,
        }
    ).sort("posted_at", "account_id")
    return COMMUNITY_POSTS.check(posts.with_columns(post_id=numbered("P", posts.height)))


def referrals(story: Story) -> pl.DataFrame:
    """One row a company that a customer sent to us (contract REFERRALS); happy customers send more."""
    rng, traits = story.stream("referrals"), story.traits
    life = np.maximum(story.ends - story.begins, 0)
    account = np.repeat(
        np.arange(traits.count), rng.poisson(0.22 * np.exp(0.9 * story.mood_now).clip(0, 4) * life / 365)
    )
    size = len(account)
    day = story.begins[account] + (life[account] * rng.random(size)).astype(np.int64)
    won = np.where(rng.random(size) < 0.38, day + rng.integers(14, 100, size), NEVER)
    names = company_names(rng, traits.land[account], taken=story.names)
    value = np.where(
        won <= story.clock.last, np.round(traits.mrr[account] * rng.lognormal(-0.2, 0.5, size), 2), np.nan
    )
    return REFERRALS.check(
        pl.DataFrame(
            {
                "referrer_account_id": account_ids(traits.count).gather(account),
                "referred_name": pl.Series(names, dtype=pl.String),
                "referred_on": story.clock.dates(day),
                "won_on": story.clock.dates(won),
                "mrr": pl.Series(value, dtype=pl.Float64).fill_nan(None),
            }
        ).sort("referred_on", "referrer_account_id", "referred_name")
    )
