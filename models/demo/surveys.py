"""Who was asked how they feel, who answered, and what."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.demo.clock import office_seconds
from models.demo.comments import comments
from models.demo.keys import account_ids, numbered, person_ids
from models.demo.people import contact_ids
from models.demo.shape import Floats, Ints
from models.demo.story import Story
from models.facts import SURVEY_INVITATIONS, SURVEY_RESPONSES

_EVERY = 182
_KINDS = ("nps", "csat", "ces")


def surveys(story: Story, interactions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Invitations and responses (contracts SURVEY_INVITATIONS, SURVEY_RESPONSES).

    NPS to every contact each half year, CES once after onboarding, CSAT after most closed
    tickets. A score is mood plus the respondent's own style plus noise; the unhappy answer
    less often and the silent not at all.
    """
    rng = story.stream("surveys")
    asked = pl.concat(
        [_nps(rng, story), _ces(rng, story), _csat(rng, story, interactions), _fresh(rng, story)]
    )
    asked = asked.unique(["account", "contact", "kind", "day", "second"], keep="first", maintain_order=True)
    account, contact = asked["account"].to_numpy(), asked["contact"].to_numpy()
    day, second, forced = (asked[name].to_numpy() for name in ("day", "second", "forced"))
    keys = {
        "account_id": account_ids(story.traits.count).gather(account),
        "contact_id": contact_ids(story, account, contact),
        "kind": pl.Series(_KINDS).gather(asked["kind"].to_numpy()),
    }
    sent_at = story.clock.moments(day, second)
    invitations = pl.DataFrame(keys).with_columns(sent_at=sent_at).sort("sent_at", "account_id", "contact_id")
    return SURVEY_INVITATIONS.check(invitations), _responses(rng, story, asked, pl.DataFrame(keys), forced)


def _responses(
    rng: np.random.Generator, story: Story, asked: pl.DataFrame, keys: pl.DataFrame, forced: Ints
) -> pl.DataFrame:
    account, kind = asked["account"].to_numpy(), asked["kind"].to_numpy()
    person = _person(story, account, asked["contact"].to_numpy())
    people = int(story.traits.users.sum())
    style, will = 0.7 * rng.standard_normal(people), 0.8 * rng.standard_normal(people)
    wait = rng.exponential(1.4 * 86_400, len(account)).astype(np.int64)
    wait = np.where(forced >= 0, rng.integers(600, 5_000, len(account)), wait + 300)
    second = asked["second"].to_numpy() + wait
    day = np.where(forced >= 0, forced, asked["day"].to_numpy()) + second // 86_400
    mood = story.moods.at(account, np.minimum(day, story.clock.last))
    score = _scores(rng, kind, mood, style[person])
    score = np.where(forced >= 0, np.minimum(score, 6), score)
    likely = 1 / (1 + np.exp(0.25 - 0.35 * mood - will[person]))
    answers = (rng.random(len(account)) < likely) & (
        day < np.minimum(story.moods.silent, story.ends)[account]
    )
    answers |= forced >= 0
    words = comments(rng, keys["kind"].to_list(), score, _causes(story, account, day), forced >= 0)
    answered = keys.with_columns(
        score=score, comment=words, responded_at=story.clock.moments(day, second % 86_400)
    ).filter(pl.Series(answers))
    answered = answered.sort("responded_at", "account_id", "contact_id", "kind")
    return SURVEY_RESPONSES.check(answered.with_columns(response_id=numbered("R", answered.height)))


def _person(story: Story, account: Ints, contact: Ints) -> Ints:
    _, first = person_ids(story.traits.users)
    return first[account] + contact


def _scores(rng: np.random.Generator, kind: Ints, mood: Floats, style: Floats) -> Floats:
    felt = mood + 0.6 * style + 0.5 * rng.standard_normal(len(mood))
    nps = np.round(8.1 + 1.5 * felt).clip(0, 10)
    csat = np.round(4.2 + 0.7 * felt).clip(1, 5)
    ces = np.round(5.3 + 1.0 * felt).clip(1, 7)
    return np.choose(kind, [nps, csat, ces])


def _causes(story: Story, account: Ints, day: Ints) -> Ints:
    """Index into `comments.CAUSES`: a souring has one of three causes, a decline is "use"."""
    soured = (
        (story.moods.sour[account] <= day[:, None]) & (day[:, None] < story.plan.decides[account] + 120)
    ).any(axis=1)
    declines = story.declines
    fell = ((declines.starts[account] <= day[:, None]) & (day[:, None] < declines.ends[account])).any(axis=1)
    return np.where(soured, account % 3, np.where(fell, 3, 4))


def _nps(rng: np.random.Generator, story: Story) -> pl.DataFrame:
    traits = story.traits
    rounds, most = (story.clock.last + 1) // _EVERY + 1, int(traits.contacts.max())
    first = np.where(
        traits.base,
        rng.integers(0, _EVERY, traits.count),
        traits.signed + rng.integers(75, 120, traits.count),
    )
    day = first[:, None, None] + _EVERY * np.arange(rounds)[None, :, None]
    day = day + rng.integers(0, 6, (traits.count, rounds, most))
    account, turn, contact = np.nonzero(
        (day < story.ends[:, None, None]) & (np.arange(most)[None, None, :] < traits.contacts[:, None, None])
    )
    return _asked(rng, story, 0, account, contact, day[account, turn, contact])


def _ces(rng: np.random.Generator, story: Story) -> pl.DataFrame:
    day = story.traits.signed + 60
    account = np.flatnonzero((day >= 0) & (day < story.ends))
    return _asked(rng, story, 2, account, np.zeros(len(account), dtype=np.int64), day[account])


def _csat(rng: np.random.Generator, story: Story, interactions: pl.DataFrame) -> pl.DataFrame:
    tickets = interactions.filter(channel="ticket").drop_nulls("closed_at")
    day = tickets["closed_at"].dt.date().to_physical().to_numpy().astype(np.int64) - story.clock.origin + 1
    account = tickets["account_id"].str.slice(1).cast(pl.Int64).to_numpy() - 1
    contact = tickets["contact_id"].str.slice(-2).cast(pl.Int64).to_numpy() - 1
    kept = (rng.random(len(day)) < 0.6) & (story.clock.workday(day) < story.ends[account])
    return _asked(rng, story, 1, account[kept], contact[kept], day[kept])


def _fresh(rng: np.random.Generator, story: Story) -> pl.DataFrame:
    """Champions of the accounts in the spotlight, who answered in the last three days."""
    account = np.flatnonzero(story.spotlight.detractor)
    rows = _asked(
        rng,
        story,
        0,
        account,
        np.zeros(len(account), dtype=np.int64),
        np.full(len(account), story.clock.last - 9),
    )
    answered = story.clock.last - rng.integers(0, 3, rows.height)
    return rows.with_columns(forced=pl.Series(answered, dtype=pl.Int64))


def _asked(
    rng: np.random.Generator, story: Story, kind: int, account: Ints, contact: Ints, day: Ints
) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "account": account,
            "contact": contact,
            "kind": np.full(len(account), kind),
            "day": story.clock.workday(day),
            "second": office_seconds(rng, story.traits.hours_east[account]),
            "forced": np.full(len(account), -1),
        }
    )
    return frame.filter(pl.col("day") < pl.Series(story.ends).gather(account))
