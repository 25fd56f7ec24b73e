"""Companies whose declines are known: weekly rhythm, Christmas, and falls planted on given days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from models.facts import ACCOUNT_DAYS, ACCOUNTS

START = date(2024, 3, 4)


@dataclass(frozen=True)
class Planted:
    """Facts, and for each account its usual events a week and the day its use falls (-1: never)."""

    account_days: pl.DataFrame
    accounts: pl.DataFrame
    weekly: npt.NDArray[np.float64]
    falls: npt.NDArray[np.int64]
    days: list[date]


def accounts_frame(ids: list[str], **columns: object) -> pl.DataFrame:
    """`ACCOUNTS` with the given columns (a value or a list) and null elsewhere."""
    frame = pl.DataFrame({"account_id": ids}, schema={"account_id": pl.String})
    for column in ACCOUNTS.columns[1:]:
        value = columns.get(column.name)
        values = value if isinstance(value, list) else [value] * len(ids)
        frame = frame.with_columns(pl.Series(column.name, values, dtype=column.dtype))
    return ACCOUNTS.check(frame)


def day_shape(days: list[date]) -> npt.NDArray[np.float64]:
    """What each day does to everyone: quiet weekends, and a quarter of the usual use at Christmas."""
    shape = np.where(np.array([day.weekday() for day in days]) < 5, 1.3, 0.25)
    christmas = [(day.month, day.day) >= (12, 21) or (day.month, day.day) <= (1, 3) for day in days]
    return np.where(christmas, shape * 0.25, shape)


def usage_frame(counts: npt.NDArray[np.int64], ids: list[str], start: date = START) -> pl.DataFrame:
    """`ACCOUNT_DAYS` of a day x account matrix of counts."""
    rows, places = np.nonzero(counts)
    events = counts[rows, places]
    return ACCOUNT_DAYS.check(
        pl.DataFrame(
            {
                "account_id": np.array(ids)[places].tolist(),
                "day": [start + timedelta(days=int(row)) for row in rows],
                "events": events,
                "quantity": events.astype(np.float64),
                "users": np.ones_like(events),
            },
            schema_overrides={"account_id": pl.String, "day": pl.Date},
        )
    )


def planted(
    accounts: int,
    days: int,
    *,
    seed: int,
    share: float = 0.3,
    deepest: float = 0.9,
    spread: float = 0.0,
    middle: float = 20.0,
    holidays: float = 0.0,
    closures: tuple[float, float] = (0.0, 0.0),
) -> Planted:
    """A company in which `share` of the accounts lose half to `deepest` of their use over 14 days.

    `spread` adds good and bad weeks of each account's own (variance of a weekly gamma factor of mean 1).
    `holidays` is the share of accounts that once stay away altogether for 7 to 21 days; `closures` is how
    often a year each is closed for 5 to 16 days, and for 1 to 4.
    """
    rng = np.random.default_rng(seed)
    dates = [START + timedelta(days=n) for n in range(days)]
    weekly = np.clip(np.exp(rng.normal(np.log(middle), 1.0, accounts)), 1, 300)
    falls = np.where(rng.random(accounts) < share, rng.integers(150, days - 45, accounts), -1)
    depth = rng.uniform(0.5, deepest, accounts)
    elapsed = np.clip((np.arange(days)[:, None] - falls + 1) / 14, 0, 1)
    kept = np.where(falls >= 0, 1 - depth * elapsed, 1.0)
    rate = weekly / 7 * day_shape(dates)[:, None] * kept
    if spread:
        weeks = rng.gamma(1 / spread, spread, (days // 7 + 1, accounts))
        rate = rate * np.repeat(weeks, 7, axis=0)[:days]
    if holidays:
        leaves, length = rng.integers(130, days - 30, accounts), rng.integers(7, 22, accounts)
        day = np.arange(days)[:, None]
        away = (day >= leaves) & (day < leaves + length) & (rng.random(accounts) < holidays)
        rate = np.where(away, 0.0, rate)
    for often, (least, most) in zip(closures, ((5, 17), (1, 5)), strict=True):
        if often:
            rate = np.where(_closed(rng, days, accounts, often, least, most), 0.0, rate)
    ids = [f"a{n:04d}" for n in range(accounts)]
    return Planted(
        usage_frame(rng.poisson(rate), ids), accounts_frame(ids, signed_on=START), weekly, falls, dates
    )


def _closed(
    rng: np.random.Generator, days: int, accounts: int, often: float, least: int, most: int
) -> npt.NDArray[np.bool_]:
    """Day x account: closed for `least` to `most` - 1 days, `often` times a year by chance."""
    begins = np.argwhere(rng.random((days, accounts)) < often / 365)
    length = rng.integers(least, most, len(begins))
    closed = np.zeros((days, accounts), dtype=bool)
    for (day, account), n in zip(begins, length, strict=True):
        closed[day : day + n, account] = True
    return closed
