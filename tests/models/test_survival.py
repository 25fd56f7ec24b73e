"""Kaplan–Meier, quantiles and the log-rank test against lifelines, and by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import median_survival_times, qth_survival_time

from models.survival import (
    CURVES,
    SPELLS,
    kaplan_meier,
    log_rank,
    quantiles,
    survival_at,
    well_watched,
)


def spells(
    durations: list[float], ended: list[bool], entered: list[float] | None = None, **more: object
) -> pl.DataFrame:
    n = len(durations)
    return pl.DataFrame(
        {
            "account_id": [f"a{i}" for i in range(n)],
            "entered": entered or [0.0] * n,
            "duration": durations,
            "ended": ended,
            **more,
        },
        schema_overrides=dict(SPELLS.schema),
    )


def random_spells(seed: int, n: int = 300, *, late: bool = False) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, n)
    event = np.ceil(rng.exponential(300 + 150 * group, n))
    watched = np.ceil(rng.uniform(20, 900, n))
    duration = np.minimum(event, watched)
    entered = np.floor(duration * rng.uniform(0, 0.9, n) * (rng.random(n) < 0.5)) if late else np.zeros(n)
    return spells(
        duration.tolist(),
        (event <= watched).tolist(),
        entered.tolist(),
        group=[f"g{g}" for g in group],
    )


def fitted(rows: pl.DataFrame, *, late: bool = False) -> KaplanMeierFitter:
    entry = rows["entered"].to_numpy() if late else None
    return KaplanMeierFitter().fit(rows["duration"].to_numpy(), rows["ended"].to_numpy(), entry=entry)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("late", [False, True])
def test_curve_interval_and_median_equal_lifelines(seed: int, late: bool) -> None:
    rows = random_spells(seed, late=late)
    curve, peer = kaplan_meier(rows), fitted(rows, late=late)
    times = peer.survival_function_.index.to_numpy()
    assert np.array_equal(curve["time"].to_numpy(), times)
    assert np.allclose(curve["survival"], peer.survival_function_.iloc[:, 0], atol=1e-9, rtol=0)
    assert np.allclose(curve["low"], peer.confidence_interval_.iloc[:, 0], atol=1e-9, rtol=0)
    assert np.allclose(curve["high"], peer.confidence_interval_.iloc[:, 1], atol=1e-9, rtol=0)
    between = median_survival_times(peer.confidence_interval_)
    middle = quantiles(curve).row(0, named=True)
    assert middle["time"] == peer.median_survival_time_
    assert [middle["low"], middle["high"]] == between.iloc[0].replace(np.inf, None).tolist()


@pytest.mark.parametrize("share", [0.1, 0.25, 0.85])
def test_quantiles_equal_lifelines(share: float) -> None:
    rows = random_spells(9)
    found = quantiles(kaplan_meier(rows), share).item(0, "time")
    assert (np.inf if found is None else found) == qth_survival_time(
        1 - share, fitted(rows).survival_function_
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_log_rank_test_equals_lifelines(seed: int) -> None:
    rows = random_spells(seed)
    found = log_rank(rows, ["group"])
    peer = multivariate_logrank_test(
        rows["duration"].to_numpy(), rows["group"].to_numpy(), rows["ended"].to_numpy()
    )
    assert found.statistic == pytest.approx(peer.test_statistic, abs=1e-9)
    assert found.p == pytest.approx(peer.p_value, abs=1e-9)
    assert found.degrees == 2
    assert found.groups["observed"].sum() == pytest.approx(found.groups["expected"].sum())
    assert found.groups["accounts"].sum() == rows.height


def test_each_group_has_the_curve_it_has_alone() -> None:
    rows = random_spells(3, late=True)
    together = kaplan_meier(rows, ["group"])
    for group in ("g0", "g1", "g2"):
        alone = kaplan_meier(rows.filter(pl.col("group") == group))
        assert together.filter(pl.col("group") == group).drop("group").equals(alone)


def test_by_hand_with_late_entry() -> None:
    # Day 2: a, b, c at risk (d enters on 2, so it counts from then on), a leaves: 2/3.
    # Day 4: b, c, d at risk, b leaves: 2/3 * 2/3. Day 5: c is censored. Day 7: d alone leaves: 0.
    rows = spells([2, 4, 5, 7], [True, True, False, True], [0, 0, 0, 2])
    curve = kaplan_meier(rows)
    assert curve.select("time", "at_risk", "events", "censored").rows() == [
        (0, 3, 0, 0),
        (2, 3, 1, 0),
        (4, 3, 1, 0),
        (5, 2, 0, 1),
        (7, 1, 1, 0),
    ]
    assert curve["survival"].to_list() == pytest.approx([1, 2 / 3, 4 / 9, 4 / 9, 0])
    assert curve["variance"].to_list()[:3] == pytest.approx([0, 1 / 6, 1 / 3])
    assert survival_at(curve, 4.5).row(0, named=True)["at_risk"] == 2
    assert survival_at(curve, 4.5).item(0, "survival") == pytest.approx(4 / 9)
    assert survival_at(curve, 100).item(0, "at_risk") == 0


def test_log_rank_by_hand_with_late_entry() -> None:
    # Day 2: at risk 1 of x, 2 of y; x leaves: expected 1/3. Day 5: 1 of x (entered on 3), 2 of y; y leaves.
    # x: observed 1, expected 2/3; variance 2 * (1/3 * 2/3) = 4/9; chi² = (1/3)² / (4/9) = 1/4.
    rows = spells([2, 6, 5, 6], [True, False, True, False], [0, 3, 0, 0], group=["x", "x", "y", "y"])
    found = log_rank(rows, ["group"])
    assert found.groups.rows() == [("x", 2, 1, pytest.approx(2 / 3)), ("y", 2, 1, pytest.approx(4 / 3))]
    assert found.statistic == pytest.approx(0.25)


def test_nothing_to_test() -> None:
    one = log_rank(spells([3, 4], [True, False], group=["x", "x"]), ["group"])
    assert (one.statistic, one.p, one.degrees) == (None, None, 0)
    none = log_rank(spells([3, 4], [False, False], group=["x", "y"]), ["group"])
    assert (none.statistic, none.p, none.degrees) == (None, None, 1)
    assert log_rank(spells([], [], group=pl.Series([], dtype=pl.String)), ["group"]).groups.is_empty()


def test_an_unknown_group_is_a_group() -> None:
    rows = spells([3, 4, 5], [True, True, False], group=["x", None, None])
    assert log_rank(rows, ["group"]).groups["accounts"].sum() == 3
    assert kaplan_meier(rows, ["group"])["group"].null_count()


def test_nobody_makes_an_empty_curve() -> None:
    assert kaplan_meier(SPELLS.empty()).schema == CURVES.schema
    assert quantiles(kaplan_meier(SPELLS.empty())).row(0) == (None, None, None)


def test_a_spell_that_ends_before_it_begins_is_named() -> None:
    with pytest.raises(ValueError, match="first account a0: entered on day 5"):
        kaplan_meier(spells([3], [True], [5]))


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40))
def test_a_curve_falls_inside_its_interval(given_rows: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier(spells([float(d) for d, _ in given_rows], [e for _, e in given_rows]))
    survival = curve["survival"].to_numpy()
    assert (np.diff(survival) <= 1e-12).all()
    assert (curve["low"].to_numpy() <= survival + 1e-12).all()
    assert (survival <= curve["high"].to_numpy() + 1e-12).all()
    assert curve.select(pl.col("events", "censored").sum()).row(0) == (
        sum(e for _, e in given_rows),
        sum(not e for _, e in given_rows),
    )


def test_who_comes_late_and_leaves_the_same_day_was_never_watched() -> None:
    rows = spells([3, 4, 6], [True, True, False], [0, 4, 0])
    assert kaplan_meier(rows)["survival"].to_list() == [1, 0.5, 0.5]
    assert log_rank(rows.with_columns(group=pl.lit("x")), ["group"]).groups["observed"].to_list() == [1]


def test_a_curve_ends_before_a_departure_among_few() -> None:
    many = spells(
        [100.0] * 6 + [300.0, 400.0, 500.0], [True, *[False] * 5, True, False, True], group=["m"] * 9
    )
    late = spells([365.0, 365.0, 900.0], [True, True, False], [360.0, 350.0, 700.0], group=["l"] * 3)
    rows = pl.concat([many, late])
    curve = kaplan_meier(rows, ["group"])

    kept = well_watched(curve, ["group"], fewest=3)

    assert kept.filter(pl.col("group") == "m")["time"].to_list() == [0.0, 100.0, 300.0, 400.0]
    assert kept.filter(pl.col("group") == "l")["survival"].to_list() == [1.0, 1.0]
    assert well_watched(curve, ["group"], fewest=1).equals(curve)
    assert well_watched(kaplan_meier(many), fewest=3)["time"].to_list() == [0.0, 100.0, 300.0, 400.0]
