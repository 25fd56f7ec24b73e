"""Tickets, e-mails, chats, meetings and calls between us and the accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.demo.clock import office_seconds
from models.demo.keys import account_ids, numbered
from models.demo.people import contact_ids
from models.demo.shape import Floats, Ints
from models.demo.story import Story
from models.facts import INTERACTIONS


@dataclass(frozen=True)
class _Channel:
    """How often a month, and how many hours (median) until an answer and until the end."""

    channel: str
    direction: str
    a_month: float
    reply_hours: float | None
    close_hours: float
    subjects: tuple[str, ...]


_TICKET = _Channel(
    "ticket",
    "in",
    0.30,
    3.0,
    26.0,
    (
        "Crew app does not sync",
        "Route ignores opening hours",
        "Invoice has the wrong tax rate",
        "Cannot sign in",
        "Calendar shows jobs twice",
        "Map is slow",
        "Import stops at row 500",
        "Customer portal link expired",
        "Report arrives empty",
        "Please add a depot",
    ),
)
_EMAIL_IN = _Channel(
    "email",
    "in",
    0.35,
    5.0,
    1.0,
    (
        "Question about our plan",
        "New colleague needs access",
        "Can we move the training?",
        "Feedback after the first weeks",
        "Invoice copy, please",
        "Idea for the dispatch board",
    ),
)
_CHANNELS = (
    _TICKET,
    _EMAIL_IN,
    _Channel(
        "chat", "in", 0.15, 0.05, 0.4, ("How do I undo this?", "Where is the export?", "Quick question")
    ),
    _Channel(
        "email",
        "out",
        0.8,
        None,
        0.0,
        ("Tips for your dispatchers", "What is new this month", "Your usage summary", "Following up"),
    ),
    _Channel(
        "meeting", "out", 0.12, None, 0.8, ("Quarterly review", "Training for new crews", "Planning session")
    ),
)
COURTESY = "Courtesy call before the renewal"
_WELCOME = "Welcome call"


def interactions(story: Story) -> pl.DataFrame:
    """One row a ticket, e-mail thread, chat, meeting or call (contract INTERACTIONS).

    Every outgoing call after the welcome is one of the planted courtesy calls. Silent
    accounts open nothing and answer nothing.
    """
    rng = story.stream("interactions")
    frames = [_channel(rng, story, channel) for channel in _CHANNELS]
    frames += [_calls(rng, story), _waiting(rng, story)]
    rows = pl.concat(frames).sort("day", "second", "account", "channel")
    neglected = pl.Series(np.flatnonzero(story.spotlight.neglected))
    rows = rows.filter(
        ~(pl.col("account").is_in(neglected.implode()) & (pl.col("day") > story.clock.last - 90))
    )
    return _frame(story, rows)


def _frame(story: Story, rows: pl.DataFrame) -> pl.DataFrame:
    account, day, second = (rows[name].to_numpy() for name in ("account", "day", "second"))
    reply, close = (rows[name].to_numpy() for name in ("reply", "close"))
    return INTERACTIONS.check(
        rows.with_columns(
            interaction_id=numbered("I", rows.height),
            account_id=account_ids(story.traits.count).gather(account),
            contact_id=contact_ids(story, account, rows["contact"].to_numpy()),
            opened_at=story.clock.moments(day, second),
            first_reply_at=story.clock.moments(day, second + reply).set(pl.Series(reply < 0), None),
            closed_at=story.clock.moments(day, second + close).set(pl.Series(close < 0), None),
        )
    )


def _channel(rng: np.random.Generator, story: Story, channel: _Channel) -> pl.DataFrame:
    traits, life = story.traits, story.ends - story.begins
    big = np.where(traits.segment == 2, 2.2, np.where(traits.segment == 1, 1.2, 0.7))
    heated = np.exp(-0.3 * story.mood_now) if channel.channel == "ticket" else 1.0
    count = rng.poisson(channel.a_month * big * heated * life / 30.4)
    account = np.repeat(np.arange(traits.count), count)
    day = story.clock.workday(
        story.begins[account] + (life[account] * rng.random(len(account))).astype(np.int64)
    )
    until = np.minimum(story.ends, story.moods.silent) if channel.direction == "in" else story.ends
    kept = day < until[account]
    account, day = account[kept], day[kept]
    reply = _reply_seconds(rng, story, channel, account, day)
    if channel.reply_hours is None:
        close = np.full(len(day), int(channel.close_hours * 3600))
    else:
        close = reply + (3600 * channel.close_hours * rng.lognormal(0, 0.9, len(day))).astype(np.int64)
    feeling = _sentiment(rng, story, account, day)
    if channel.channel == "email" and channel.direction == "out":
        feeling = np.full(len(day), np.nan)
    subjects = pl.Series(channel.subjects).gather(rng.integers(0, len(channel.subjects), len(day)))
    return _rows(rng, story, channel, account, day, reply, close, feeling).with_columns(subject=subjects)


def _reply_seconds(
    rng: np.random.Generator, story: Story, channel: _Channel, account: Ints, day: Ints
) -> Ints:
    """Seconds until the other side answered; −1 when it did not."""
    if channel.reply_hours is not None:
        slow = np.exp(-0.25 * story.moods.at(account, day))
        return (3600 * channel.reply_hours * slow * rng.lognormal(0, 0.8, len(day))).astype(np.int64)
    if channel.channel != "email":
        return np.full(len(day), -1)
    answers = (rng.random(len(day)) < 0.45) & (day < story.moods.silent[account])
    return np.where(answers, (3600 * 7 * rng.lognormal(0, 0.9, len(day))).astype(np.int64), -1)


def _sentiment(rng: np.random.Generator, story: Story, account: Ints, day: Ints) -> Floats:
    feeling = 0.12 + 0.3 * story.moods.at(account, day) + 0.25 * rng.standard_normal(len(day))
    return np.round(feeling.clip(-1, 1), 2)


def _calls(rng: np.random.Generator, story: Story) -> pl.DataFrame:
    made = story.calls.on < story.ends[:, None]
    account, column = np.nonzero(made)
    day = story.clock.workday(story.calls.on[account, column])
    new = np.flatnonzero((story.traits.signed >= 0) & (story.traits.signed + 4 < story.ends))
    welcome = story.clock.workday(story.traits.signed[new] + 3)
    subject = pl.Series([COURTESY] * len(account) + [_WELCOME] * len(new), dtype=pl.String)
    account, day = np.concatenate([account, new]), np.concatenate([day, welcome])
    channel = _Channel("call", "out", 0, None, 0, ())
    length = rng.integers(300, 2_400, len(day))
    rows = _rows(
        rng, story, channel, account, day, np.full(len(day), -1), length, _sentiment(rng, story, account, day)
    )
    return rows.with_columns(subject=subject).filter(pl.col("day") < pl.Series(story.ends).gather(account))


def _waiting(rng: np.random.Generator, story: Story) -> pl.DataFrame:
    """Tickets and e-mails of the last days that nobody has answered yet."""
    account = np.flatnonzero(story.spotlight.waiting)
    day = story.clock.last - rng.integers(1, 7, len(account))
    day -= np.maximum(story.clock.weekday(day) - 4, 0)
    frames = []
    for channel, mine in ((_TICKET, account % 2 == 0), (_EMAIL_IN, account % 2 == 1)):
        size = int(mine.sum())
        open_still = np.full(size, -1)
        feeling = _sentiment(rng, story, account[mine], day[mine])
        subject = pl.Series(channel.subjects).gather(rng.integers(0, len(channel.subjects), size))
        rows = _rows(rng, story, channel, account[mine], day[mine], open_still, open_still, feeling)
        frames.append(rows.with_columns(subject=subject))
    return pl.concat(frames)


def _rows(
    rng: np.random.Generator,
    story: Story,
    channel: _Channel,
    account: Ints,
    day: Ints,
    reply: Ints,
    close: Ints,
    feeling: Floats,
) -> pl.DataFrame:
    people = story.traits.contacts[account]
    frame = pl.DataFrame(
        {
            "account": account,
            "contact": np.minimum((people * rng.random(len(account)) ** 1.4).astype(np.int64), people - 1),
            "day": day,
            "second": office_seconds(rng, story.traits.hours_east[account]),
            "reply": reply,
            "close": close,
            "sentiment": pl.Series(feeling, dtype=pl.Float64).fill_nan(None),
        }
    )
    return frame.with_columns(channel=pl.lit(channel.channel), direction=pl.lit(channel.direction))
