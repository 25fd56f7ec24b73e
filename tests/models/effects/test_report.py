"""What the page claims: seldom without an effect however often one looks, and rightly with one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.effects import looks
from models.effects.churn import difference
from models.effects.frames import (
    CALLED,
    EPISODES,
    HARMS,
    HELD,
    HELPS,
    KIND,
    RETENTION,
    UNKNOWN,
    USE_28,
    USE_90,
    WHOLE_LIST,
)
from models.effects.report import effects, of
from models.effects.usage import change
from models.effects.words import effect_words
from tests.models.effects.making import BEGAN, episodes, trial

TRIAL = trial(0.2, 0.15)


def rows(table: pl.DataFrame, by: str = WHOLE_LIST) -> dict[tuple[str, str], dict[str, Any]]:
    mine = table.filter(pl.col("by") == by)
    return {(row["group"], row["measure"]): row for row in mine.iter_rows(named=True)}


def share(of: pl.DataFrame) -> float:
    return int(of["churned"].cast(pl.Int64).sum()) / of.height


def test_counts_and_means_are_those_of_the_rows() -> None:
    of_90 = episodes(TRIAL, 90, 1).episodes
    row = rows(effects(of_90, TRIAL))["", RETENTION]
    held, called = (of_90.filter(pl.col("arm") == arm) for arm in (HELD, CALLED))
    assert (row["held"], row["called"]) == (held.height, called.height)
    assert row["held_churned"] == int(held["churned"].cast(pl.Int64).sum())
    assert row["effect"] == pytest.approx(share(held) - share(called))
    assert row["method"] == "Newcombe"


def test_only_drawn_matured_episodes_of_the_trial_count() -> None:
    whole = episodes(TRIAL, 200, 1).episodes
    none = pl.lit(None)
    marked = whole.with_row_index("i").with_columns(
        nth=pl.when(pl.col("i") >= 10).then("nth"),
        trial_id=pl.when(pl.col("i").is_between(10, 29)).then(7).otherwise("trial_id"),
        churned=pl.when(pl.col("i") >= 150).then(none).otherwise("churned"),
    )
    row = rows(effects(EPISODES.check(marked), TRIAL))["", RETENTION]
    assert row["held"] + row["called"] == 120


def test_an_episode_counts_in_each_of_its_kinds() -> None:
    table = rows(effects(episodes(TRIAL, 300, 2).episodes, TRIAL), KIND)
    n = {group: row["held"] + row["called"] for (group, name), row in table.items() if name == RETENTION}
    assert set(n) == {"declined", "silent"}
    assert sum(n.values()) > 300


def test_the_looking_ends_where_it_was_meant_to() -> None:
    longer = episodes(TRIAL, TRIAL.n_max + 400, 3, saved=0.4).episodes
    row = rows(effects(longer, TRIAL))["", RETENTION]
    assert row["held"] + row["called"] == TRIAL.n_max
    assert row["needed"] == 0


def test_planted_effects_are_found_and_said() -> None:
    table = effects(episodes(TRIAL, TRIAL.n_max, 4, saved=0.6, more_use=0.35).episodes, TRIAL)
    told = rows(table)
    assert [told["", name]["verdict"] for name in (RETENTION, USE_28, USE_90)] == [HELPS] * 3
    assert effect_words(told["", RETENTION]).startswith("**Calls keep customers.** Of 100 ")
    assert "more than the held out, between +" in effect_words(told["", USE_28])
    harmed = episodes(TRIAL, TRIAL.n_max, 4, more_use=-0.4).episodes
    assert rows(effects(harmed, TRIAL))["", USE_28]["verdict"] == HARMS


def test_a_great_effect_is_claimed_long_before_the_end() -> None:
    few = episodes(TRIAL, TRIAL.n_max, 4, saved=0.9).episodes.head(TRIAL.n_max // 6)
    row = rows(effects(few, TRIAL))["", RETENTION]
    errors = 1.96 * row["effect"] / (row["effect"] - row["low"])
    assert looks.threshold(1, 6, looks.ALPHA[RETENTION]) < errors
    assert errors < looks.reach(looks.ALPHA[RETENTION]) * np.sqrt(6), "an effect of the planned size waits"
    assert row["verdict"] == HELPS


def test_few_give_an_interval_and_how_many_more() -> None:
    table = effects(episodes(TRIAL, 60, 5).episodes, TRIAL)
    row = rows(table)["", RETENTION]
    assert row["verdict"] == UNKNOWN
    assert row["low"] < row["effect"] < row["high"]
    assert row["sure_low"] is None
    assert row["needed"] == np.ceil((TRIAL.n_max - 60) * 0.7)
    assert effect_words(row).startswith("**Not enough data: about ")
    nobody = effects(EPISODES.empty(), TRIAL)
    assert effect_words(rows(nobody)["", RETENTION]).endswith("(0 called, 0 held out).")
    assert list(of(nobody, KIND)) == []


@pytest.mark.parametrize(
    ("sure", "said"),
    [
        (
            (-0.057, 0.613),
            " Looked at every week it lies between −5.7 and 61.3 in 100, so nothing is claimed yet.",
        ),
        ((None, None), " With so few nothing is claimed yet."),
        ((0.01, 0.5), " Nothing is claimed of a part before the whole list shows it."),
    ],
)
def test_an_interval_that_leaves_0_out_without_a_claim_says_why(
    sure: tuple[float | None, float | None], said: str
) -> None:
    row = rows(effects(episodes(TRIAL, 200, 3).episodes, TRIAL))["", RETENTION]
    seen = row | {"verdict": UNKNOWN, "low": 0.19, "high": 0.33, "sure_low": sure[0], "sure_high": sure[1]}
    assert effect_words(seen).endswith(f"held out).{said}")
    assert effect_words(seen | {"low": -0.1}).endswith("held out).")


def test_without_an_effect_weekly_looks_claim_one_in_at_most_5_of_100_trials() -> None:
    """Weekly looks at all three measures of the whole list; groups claim only after these."""
    tries, wrong, n = 150, 0, TRIAL.n_max
    for seed in range(tries):
        rng = np.random.default_rng(seed)
        held = np.resize(np.arange(10) % 10 < 3, n)[rng.permutation(n)]
        p = rng.beta(1.5, 8.5, n)
        left = rng.random(n) < p
        level = np.exp(rng.normal(2.5, 0.9, n))
        use = [rng.poisson(level * np.exp(rng.normal(0, s, n))).astype(float) for s in (0, 0.4, 0.5)]
        wrong += any(
            _claims(held[:at], left[:at], p[:at], [one[:at] for one in use])
            for at in range(n // 40, n + 1, n // 40)
        )
    assert wrong / tries <= 0.05


def _claims(held: np.ndarray, left: np.ndarray, p: np.ndarray, use: list[np.ndarray]) -> bool:
    n, spans = len(held), []
    if held.sum() < looks.FROM_HELD:
        return False
    if left.sum() >= looks.FROM_CHURNS:
        z = looks.threshold(n, TRIAL.n_max, looks.ALPHA[RETENTION])
        spans.append(difference(left, held, p).interval(z))
    if n <= TRIAL.n_max_use:
        for measure, after in zip((USE_28, USE_90), use[1:], strict=True):
            z = looks.threshold(n, TRIAL.n_max_use, looks.ALPHA[measure])
            spans.append(change(use[0], after, held).interval(z))
    return any(low > 0 or high < 0 for low, high in spans)


def test_the_whole_report_says_the_same_week_after_week() -> None:
    """The report itself, looked at every four weeks: the same verdicts as the parts, mostly none."""
    claims = 0
    for seed in range(6):
        whole = episodes(TRIAL, 800, 100 + seed).episodes
        for weeks in range(4, 32, 8):
            upto = whole.filter(pl.col("started_on") < BEGAN + timedelta(days=7 * weeks))
            claims += effects(upto, TRIAL).filter(pl.col("verdict") != UNKNOWN).height
    assert claims == 0
