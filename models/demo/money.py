"""What accounts pay: a platform row for each term, add-on rows, all closed when they leave."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.demo.keys import account_ids
from models.demo.lands import LANDS
from models.demo.shape import NEVER, Flags, Floats, Ints
from models.demo.story import Story
from models.facts import SUBSCRIPTIONS

ADD_ONS = ("Crew app", "Analytics", "Customer portal")
PLATFORM = "Platform"


def subscriptions(story: Story) -> pl.DataFrame:
    """Terms and add-ons (contract SUBSCRIPTIONS).

    Each renewal ends the platform's row and starts the next, so the starts after the first
    are the renewals that were won, and a platform row that ends without a next one is a loss.
    """
    rows = pl.concat([_platform(story), _add_ons(story)])
    ids = account_ids(story.traits.count)
    currency = np.where(
        story.traits.own_currency, np.array([land.currency for land in LANDS])[story.traits.land], "EUR"
    )
    account = rows["account"].to_numpy()
    return SUBSCRIPTIONS.check(
        rows.with_columns(
            account_id=ids.gather(account),
            starts_on=story.clock.dates(rows["starts"].to_numpy(), future=True),
            ends_on=story.clock.dates(rows["ends"].to_numpy()),
            currency=pl.Series(currency).gather(account).cast(pl.String),
        ).sort("account_id", "product", "starts_on")
    )


def _platform(story: Story) -> pl.DataFrame:
    rng, traits = story.stream("terms"), story.traits
    terms = np.arange(0, (1_400 + story.clock.last) // 180 + 2)[None, :]
    starts = story.clock.months_after(traits.signed[:, None], terms * traits.term[:, None])
    ends = np.hstack([starts[:, 1:], np.full((traits.count, 1), NEVER)])
    ends = np.where(ends < story.ends[:, None], ends, story.outcomes.left_on[:, None])
    mrr = traits.mrr[:, None] * _changes(rng, story, starts).cumprod(axis=1)
    return _rows(PLATFORM, starts, ends, mrr, starts < story.ends[:, None])


def _changes(rng: np.random.Generator, story: Story, starts: Ints) -> Floats:
    """Factor at each term's start: price rises, more seats, fewer seats after a fall in use."""
    size = starts.shape
    fell = np.zeros(size, dtype=bool)
    for k in range(story.plan.decides.shape[1]):
        low = story.declines.starts[:, k] < story.plan.decides[:, k]
        fell |= low[:, None] & (starts == story.plan.decides[:, [k]])
    draw = rng.random(size)
    fewer = draw < np.where(fell, 0.35, 0.06)
    more = ~fewer & (draw > 0.74)
    factor = np.where(rng.random(size) < 0.5, 1.03, 1.0)
    factor *= np.where(fewer, rng.uniform(0.6, 0.9, size), 1.0)
    factor *= np.where(more, rng.uniform(1.08, 1.5, size), 1.0)
    factor[:, 0] = 1.0
    return factor


def _add_ons(story: Story) -> pl.DataFrame:
    rng, traits = story.stream("add-ons"), story.traits
    frames = []
    for product in ADD_ONS:
        life = story.ends - story.begins
        starts = story.begins + (life * rng.uniform(0.05, 0.95, traits.count)).astype(np.int64)
        dropped = rng.random(traits.count) < 0.18
        ends = np.where(dropped, starts + rng.integers(90, 400, traits.count), NEVER)
        ends = np.where(ends < story.ends, ends, story.outcomes.left_on)
        buys = (rng.random(traits.count) < 0.16) & (starts < story.ends)
        mrr = traits.mrr * rng.uniform(0.08, 0.25, traits.count)
        frames.append(_rows(product, starts[:, None], ends[:, None], mrr[:, None], buys[:, None]))
    return pl.concat(frames)


def _rows(product: str, starts: Ints, ends: Ints, mrr: Floats, kept: Flags) -> pl.DataFrame:
    account, column = np.nonzero(kept)
    return pl.DataFrame(
        {
            "account": account,
            "starts": starts[account, column],
            "ends": ends[account, column],
            "mrr": np.round(mrr[account, column], 2),
        }
    ).with_columns(product=pl.lit(product))
