"""What calls save: shrunk, floored, learned from fair controls, and worth money in the ranking."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from models.effects.assignment import assign
from models.effects.frames import CALLED, EPISODES, HELD, WAITING
from models.effects.saveability import FLOOR, learned, saveability, shrunk
from models.effects.trial import Trial, planned
from models.effects.words import learned_words, one_in

KINDS = ("declined", "silent", "stalled", "deviated")
STATED = dict.fromkeys(KINDS, 0.2)
TRUE = np.array([0.05, 0.10, 0.30, 0.60])
START = date(2025, 1, 6)


def made(n: int, seed: int, *, saved: np.ndarray = TRUE, waiting_churn: float = 1.0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 4, n)
    p = rng.beta(2, 8, n)
    arm = rng.choice([CALLED, HELD, WAITING], n, p=[0.5, 0.1, 0.4])
    true = np.where(arm == CALLED, p * (1 - saved[kind]), np.where(arm == WAITING, p * waiting_churn, p))
    schema = dict.fromkeys(EPISODES.names)
    frame = pl.DataFrame(
        schema
        | {
            "trial_id": 1,
            "account_id": [f"A{i}" for i in range(n)],
            "started_on": START,
            "csm_id": "kim",
            "arm": arm,
            "nth": [None if one == WAITING else i for i, one in enumerate(arm)],
            "kinds": [f'["{KINDS[k]}"]' for k in kind],
            "prescription": "Call.",
            "position": 1,
            "risk": p,
            "mrr": np.exp(rng.normal(6, 1, n)),
            "churned": rng.random(n) < true,
            "calls": 0,
        },
        schema_overrides=EPISODES.schema,
        strict=False,
    )
    return EPISODES.check(frame)


def test_shrinking_by_hand() -> None:
    """One kind, d = 0.3 with variance 0.01, τ = 0.1: μ = 50·0.3/(50 + 44.4), then the mean of both."""
    middle = 50 * 0.3 / (50 + 1 / 0.15**2)
    told = shrunk(np.array([0.5]), np.array([0.2]), np.array([50.0]), np.array([50.0]))
    assert told[0] == pytest.approx(0.2 + (0.3 + middle) / 2)


def test_nothing_known_stays_as_stated_and_nothing_falls_under_the_floor() -> None:
    table = saveability(EPISODES.empty(), {"declined": 0.25, "silent": 0.0})
    assert learned(table) == {"declined": 0.25, "silent": FLOOR}
    assert learned_words(table) == {}
    bad = shrunk(np.array([-2.0]), np.array([0.1]), np.array([400.0]), np.array([400.0]))
    assert bad[0] == FLOOR


def test_planted_saveability_is_learned_with_many() -> None:
    table = saveability(made(40_000, 1), STATED)
    assert table["controls"].unique().to_list() == ["held out and waiting"]
    told = [learned(table)[kind] for kind in KINDS]
    assert told == pytest.approx(TRUE, abs=0.08)
    assert learned_words(table)["stalled"].startswith("Calls for “Stalled on a step” have saved about 1 in ")


def test_few_move_it_less_than_many() -> None:
    told = [
        float(shrunk(np.array([0.6]), np.array([0.2]), np.array([n]), np.array([n]))[0])
        for n in (1.0, 10.0, 1e4)
    ]
    assert 0.2 < told[0] < 0.35 < told[1] < told[2] == pytest.approx(0.6, abs=0.01)


def test_waiting_accounts_that_differ_from_held_out_ones_are_not_used() -> None:
    table = saveability(made(12_000, 3, waiting_churn=0.4), STATED)
    assert table["controls"].unique().to_list() == ["held out"]
    assert learned(table)["deviated"] > 0.35


def test_shares_as_people_say_them() -> None:
    assert [one_in(share) for share in (0.02, 0.2, 0.33, 0.5, 0.95)] == [
        "1 in 50",
        "1 in 5",
        "1 in 3",
        "1 in 2",
        "9 in 10",
    ]


def test_the_learned_ranking_saves_more_mrr_than_churn_probability_alone() -> None:
    """Eight quarters, 1,500 accounts, 200 calls a quarter: lots and all, against p and against p × MRR."""
    ours, by_p, by_money = 0.0, 0.0, 0.0
    for seed in range(2):
        ours += _saved(seed, "learned")
        by_p += _saved(seed, "p")
        by_money += _saved(seed, "p x mrr")
    assert ours > 1.5 * by_p
    assert ours > by_money


def _saved(seed: int, rule: str) -> float:
    """MRR that the calls of eight quarters saved, by the truth that was planted."""
    rng = np.random.default_rng(seed)
    n, total = 1500, 0.0
    of = planned(0.06, f"salt{seed}", 0.15, trial_id=1)
    known = EPISODES.empty()
    for quarter in range(8):
        day = START + timedelta(days=91 * quarter)
        kind, p, mrr = rng.integers(0, 4, n), rng.beta(1.5, 6, n), np.exp(rng.normal(6, 0.8, n))
        seen = np.clip(p * np.exp(rng.normal(0, 0.3, n)), 0.01, 0.95)
        table = learned(saveability(known, STATED))
        share = np.array([table[name] for name in KINDS])[kind]
        worth = {"learned": seen * mrr * share, "p": seen, "p x mrr": seen * mrr}[rule]
        draw = rng.random(n)
        if rule == "learned":
            of_day = _assigned(quarter, day, kind, seen, mrr, worth, known, of)
            places = of_day["account_id"].str.slice(1).str.split("-").list.last().cast(pl.Int64).to_numpy()
            called = (of_day["arm"] == CALLED).to_numpy()
            total += (p * TRUE[kind] * mrr)[places[called]].sum()
            left = draw[places] < p[places] * np.where(called, 1 - TRUE[kind[places]], 1.0)
            seen_since = of_day.with_columns(churned=pl.Series(left), calls=pl.lit(0, pl.Int64))
            known = pl.concat([known, seen_since])
        else:
            best = np.argsort(-worth)[:200]
            total += (p * TRUE[kind] * mrr)[best].sum()
    return float(total)


def _assigned(
    quarter: int,
    day: date,
    kind: np.ndarray,
    seen: np.ndarray,
    mrr: np.ndarray,
    worth: np.ndarray,
    known: pl.DataFrame,
    of: Trial,
) -> pl.DataFrame:
    ids = [f"q{quarter}-{i}" for i in range(len(kind))]
    calls = pl.DataFrame(
        {
            "account_id": ids,
            "csm_id": "kim",
            "by_hand": False,
            "kinds": [[KINDS[k]] for k in kind],
            "prescription": "Call.",
            "risk": 100 * seen,
            "mrr": mrr,
            "currency": "EUR",
            "worth": worth,
        }
    ).sort("worth", descending=True)
    calls = calls.with_columns(position=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    book = calls.select("account_id", "mrr", "currency", churn=pl.col("risk") / 100)
    return assign(calls, book, known, 200, of, day)
