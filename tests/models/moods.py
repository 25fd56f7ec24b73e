"""Companies whose moods are known: steady or drifting, answered by people with a style of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from models import facts
from models.emotion import _answers
from tests.models.rows import frame

DAYS = 720


@dataclass(frozen=True)
class Moods:
    """Answers, who was asked, the true mood of each account (0-100), how an answer's variance divides."""

    responses: pl.DataFrame
    invitations: pl.DataFrame
    truth: pl.DataFrame
    shares: tuple[float, float, float]
    drifts: bool
    as_of: date = date(2025, 6, 15)


def moods(
    accounts: int, *, contacts: int, drifts: bool, seed: int, unhappy_keep_silent: bool = False
) -> Moods:
    """Mood has sd 16 (drifting ones fade within 120 days), style 12 from two contacts on, noise 14.

    Four in five invitations are answered. Where the unhappy keep silent, half are: 73 % of those one sd
    above the middle, 27 % of those one below.
    """
    rng = np.random.default_rng(seed)
    days = rng.integers(0, DAYS, (accounts, 5))
    days.sort(axis=1)
    mood = _paths(rng, accounts, drifts)
    who = rng.integers(0, contacts, (accounts, 5))
    style = rng.normal(0, 12, (accounts, contacts)) * (contacts > 1)
    told = np.take_along_axis(mood, days, 1) + np.take_along_axis(style, who, 1)
    scores = np.clip(np.round((told + rng.normal(0, 14, told.shape)) / 10), 0, 10)
    will = 1 / (1 + np.exp(-(told - 60) / 16)) if unhappy_keep_silent else 0.8
    given = rng.random(told.shape) < will
    asked = [
        {
            "account_id": f"a{account}",
            "contact_id": f"c{account}-{who[account, number]}",
            "kind": "nps",
            "sent_at": datetime(2025, 6, 15, number) - timedelta(days=int(DAYS - 1 - days[account, number])),
        }
        for account, number in np.ndindex(given.shape)
    ]
    rows = [
        {
            **{name: value for name, value in sent.items() if name != "sent_at"},
            "response_id": f"{account}-{number}",
            "score": float(scores[account, number]),
            "responded_at": sent["sent_at"],
        }
        for sent, (account, number) in zip(asked, np.ndindex(given.shape), strict=True)
        if given[account, number]
    ]
    truth = pl.DataFrame({"account_id": [f"a{n}" for n in range(accounts)], "truth": mood[:, -1]})
    parts = np.array([356.0 if drifts else 256.0, 144.0 * (contacts > 1), 196.0 + 8.3])
    shares = parts / parts.sum()
    answers, invited = frame(facts.SURVEY_RESPONSES, *rows), frame(facts.SURVEY_INVITATIONS, *asked)
    return Moods(answers, invited, truth, (shares[0], shares[1], shares[2]), drifts)


def _paths(rng: np.random.Generator, accounts: int, drifts: bool) -> np.ndarray:
    steady = rng.normal(60, 10 if drifts else 16, (accounts, 1))
    if not drifts:
        return np.repeat(steady, DAYS, 1)
    keep, path = np.exp(-1 / 120), np.empty((accounts, DAYS))
    path[:, 0] = rng.normal(0, 16, accounts)
    for day in range(1, DAYS):
        path[:, day] = keep * path[:, day - 1] + rng.normal(0, 16 * np.sqrt(1 - keep**2), accounts)
    return np.asarray(steady + path)


def answers_of(planted: Moods) -> pl.DataFrame:
    """The answers as the emotion score reads them."""
    return _answers(planted.truth, planted.responses, None, planted.as_of)
