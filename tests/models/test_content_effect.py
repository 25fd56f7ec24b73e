"""Whether usage followed a piece: planted and not, who is compared with whom, and too few to tell."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.content_effect import CONTENT_EFFECT, LEAST, content_effects
from models.facts import ACCOUNT_DAYS, ACCOUNTS, EVENT_SPANS
from models.sends import SENDS
from tests.models.rows import frame

AS_OF = date(2026, 11, 20)
SENT = date(2026, 9, 1)
N, TOLD = 240, 40
LIBRARY = pl.DataFrame({"content_id": [1, 2], "event": ["report_shared", None]})


@cache
def company(lift: float = 1.0, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """240 accounts; the first 40 use `lift` times as much in the 28 days after they were sent a piece."""
    dice = np.random.default_rng(seed)
    rate = dice.gamma(3.0, 1.0, N)
    days = [AS_OF - timedelta(days=back) for back in range(150, -1, -1)]
    counts = dice.poisson(np.tile(rate, (len(days), 1)))
    more = dice.poisson(np.tile(rate * max(lift - 1, 0.0), (len(days), 1)))
    late = np.array([SENT < day <= SENT + timedelta(days=28) for day in days])
    counts[np.ix_(late, np.arange(TOLD))] += more[np.ix_(late, np.arange(TOLD))]
    rows = [
        (f"a{n}", day, int(counts[at, n])) for at, day in enumerate(days) for n in range(N) if counts[at, n]
    ]
    used = pl.DataFrame(rows, schema=["account_id", "day", "events"], orient="row").with_columns(
        quantity=pl.col("events").cast(pl.Float64), users=pl.lit(1, pl.Int64)
    )
    accounts = frame(
        ACCOUNTS,
        *({"account_id": f"a{n}", "segment": "x", "signed_on": date(2025, 1, 1)} for n in range(N)),
    )
    spans = [
        {"account_id": f"a{n}", "event": "report_shared", "events": 1, "quantity": 1.0}
        | {"first_at": datetime.combine(SENT + timedelta(days=3 if n % 2 else 90), time())}
        | {"last_at": datetime.combine(SENT + timedelta(days=90), time())}
        for n in range(60)
    ]
    return accounts, ACCOUNT_DAYS.check(used.select(ACCOUNT_DAYS.names)), frame(EVENT_SPANS, *spans)


def sends(piece: int = 1, n: int = TOLD, on: date = SENT) -> pl.DataFrame:
    base = {"content_id": piece, "sent_by": "eva", "how": "call"}
    at = datetime.combine(on, time(9))
    return frame(SENDS, *({**base, "send_id": k, "account_id": f"a{k}", "sent_at": at} for k in range(n)))


def told(sent: pl.DataFrame, lift: float = 1.0, seed: int = 1) -> dict[str, Any]:
    accounts, used, spans = company(lift, seed)
    return content_effects(sent, LIBRARY, accounts, used, spans, AS_OF).row(0, named=True)


def test_a_planted_rise_is_seen_and_none_is_not_claimed() -> None:
    row = told(sends(), lift=1.5)
    assert (row["sent"], row["waiting"], row["compared"]) == (40, 0, 40)
    assert 0.35 < row["low"] < 0.5 < row["high"] < 0.7
    none = [told(sends(), seed=seed) for seed in range(8)]
    assert sum(bool(row["low"] > 0 or row["high"] < 0) for row in none) <= 1


def test_the_event_it_should_lead_to_is_counted_among_those_who_had_not_used_it() -> None:
    row = told(sends())
    assert row["reachable"] == 40
    assert row["reached"] == pytest.approx(0.5)
    assert row["reached_beside"] < 0.2
    assert row["reached_low"] > 0.1
    assert told(sends(piece=2))["reachable"] == 0


def test_few_say_nothing_and_the_rest_wait() -> None:
    row = told(sends(n=LEAST - 1))
    assert (row["compared"], row["effect"], row["reached"]) == (LEAST - 1, None, None)
    row = told(sends(on=AS_OF - timedelta(days=27)))
    assert (row["sent"], row["waiting"], row["compared"]) == (40, 40, 0)
    assert told(sends(on=AS_OF - timedelta(days=28)))["compared"] == 40


def test_an_account_counts_once_from_its_first_day_and_others_like_it_are_left_out() -> None:
    again = sends(on=SENT + timedelta(days=5)).with_columns(send_id=pl.col("send_id") + 100)
    assert told(pl.concat([sends(), again])) == told(sends())


def test_nobody_comparable_and_nothing_sent() -> None:
    accounts, used, spans = company()
    alone = accounts.with_columns(
        segment=pl.when(pl.col("account_id") == "a0").then(pl.lit("y")).otherwise("segment")
    )
    row = content_effects(sends(), LIBRARY, alone, used, spans, AS_OF).row(0, named=True)
    assert row["compared"] == 39
    nothing = content_effects(SENDS.empty(), LIBRARY, accounts, used, spans, AS_OF)
    assert nothing.equals(CONTENT_EFFECT.empty())


def test_nothing_after_the_day_counts() -> None:
    accounts, used, spans = company(1.5)
    early = SENT + timedelta(days=40)
    cut = used.filter(pl.col("day") <= early)
    whole = content_effects(sends(), LIBRARY, accounts, used, spans, early)
    assert whole.equals(content_effects(sends(), LIBRARY, accounts, cut, spans, early))
