from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models.rate_interval import interval
from models.retention_rows import GRR, LOGO, NRR, RENEWAL_NRR, WON
from models.wilson import interval_of


def revenue(then: list[float], now: list[float]) -> pl.DataFrame:
    names = [f"a{n}" for n in range(len(then))]
    kept = [min(pair) for pair in zip(then, now, strict=True)]
    return pl.DataFrame({"account_id": names, "mrr_then": then, "mrr_now": now, "mrr_kept": kept})


def test_counted_shares_are_wilsons() -> None:
    assert interval(pl.DataFrame({"kept": [True] * 8 + [False] * 2}), LOGO) == interval_of(0.8, 10)
    assert interval(pl.DataFrame({"won": [True, False]}), WON) == interval_of(0.5, 2)


def test_a_share_of_mrr_by_hand() -> None:
    rows = revenue([100.0, 100.0, 200.0], [100.0, 0.0, 300.0])
    # R = 400/400 = 1; residuals 0, -100, 100: √(3/2 · 20,000) / 400 = .4330, t(2) = 4.3027.
    assert interval(rows, NRR) == pytest.approx((0.0, 1 + 4.302653 * 0.4330127))
    # R = 300/400 = .75; residuals 25, -75, 50: √(3/2 · 8,750) / 400 = .2864.
    assert interval(rows, GRR) == pytest.approx((0.0, 1.0))
    assert interval(revenue([100.0] * 50, [100.0] * 50), GRR) == (1.0, 1.0)


def test_two_renewals_of_an_account_are_not_two_accounts() -> None:
    rows = revenue([100.0, 100.0, 100.0], [100.0, 0.0, 120.0])
    twice = pl.concat([rows, rows])
    assert interval(twice, RENEWAL_NRR) == pytest.approx(interval(rows, RENEWAL_NRR))


def test_nothing_to_tell() -> None:
    assert interval(revenue([], []), NRR) is None
    assert interval(revenue([100.0], [50.0]), NRR) is None
    assert interval(pl.DataFrame({"change": [1.0]}), "MRR new") is None


def test_it_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    then = rng.lognormal(6, 1, size=(400, 150))
    now = np.where(rng.random((400, 150)) < 0.15, 0, then * rng.choice([1.0, 1.3], size=(400, 150)))
    truth = 0.85 * 1.15
    ranges = [interval(revenue(a.tolist(), b.tolist()), NRR) for a, b in zip(then, now, strict=True)]
    held = [low <= truth <= high for low, high in (one for one in ranges if one is not None)]
    assert 0.90 <= np.mean(held) <= 0.98
