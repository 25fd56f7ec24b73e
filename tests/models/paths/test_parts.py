"""The parts of the search, each by hand: landmarks, pace, sets, order, selection, places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from models.paths.assembly import assemble, essential
from models.paths.finding import find, followed
from models.paths.landmarks import landmarks
from models.paths.order import Order, order_score, ordered
from models.paths.pace import by_share, curve
from models.paths.placing import NO_PATH, Asked, in_any_order, place
from models.paths.selection import depth, select
from models.paths.validation import shuffled, split_half
from models.paths.watched import NEVER
from tests.models.paths.small import small


def test_landmarks_follow_the_reach_days_not_the_outcomes() -> None:
    days = np.full((100, 5), NEVER)
    days[:50, 0] = 20
    days[:, 1] = 3
    days[:2, 2] = 5
    days[:50, 3] = 250
    days[:50, 4] = np.arange(50)
    rng = np.random.default_rng(1)
    good = rng.random(100) < 0.5
    marks = landmarks(small(days, good), np.arange(5))
    assert marks.day.tolist() == [21, 7, 7, 7, 45]
    assert marks.barred == ("", "everyone", "too rare", "too late", "")
    assert marks.reached.tolist() == [50, 100, 2, 0, 45]
    again = landmarks(small(days, ~good), np.arange(5))
    assert again.day.tolist() == marks.day.tolist()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), min_size=1, max_size=30))
def test_the_curve_is_kaplan_meiers(rows: list[tuple[int, int]]) -> None:
    day, until = (np.array(column) for column in zip(*rows, strict=True))
    happened = day < until
    known = KaplanMeierFitter().fit(np.where(happened, day, until - 1), happened)
    share = curve(day, until)
    days = np.arange(len(share) - 1)
    assert share[1:] == pytest.approx(1 - known.survival_function_at_times(days).to_numpy(), abs=1e-9)


def test_days_by_share() -> None:
    share = curve(np.array([2, 4, 6, NEVER]), np.full(4, 100))
    assert by_share(share, 0.5) == 4
    assert by_share(share, 0.9) is None


def _followers(sets: list[list[int]], size: int, each: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    done = rng.random((each * len(sets), size)) < 0.05
    for number, steps in enumerate(sets):
        rows = slice(number * each, (number + 1) * each)
        done[rows, :] |= np.isin(np.arange(size), steps) & (rng.random((each, size)) < 0.85)
    return done


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sets_that_share_steps_are_told_apart(seed: int) -> None:
    sets = [[0, 1, 2, 3, 4], [2, 3, 5, 6, 7], [0, 3, 7, 8, 9]]
    assert {frozenset(found) for found in assemble(_followers(sets, 10, 120, seed))} == set(
        map(frozenset, sets)
    )


def test_independent_milestones_make_no_more_than_one_list() -> None:
    rng = np.random.default_rng(5)
    assert len(assemble(rng.random((400, 8)) < 0.6)) <= 1
    assert assemble(np.zeros((50, 4), dtype=bool)) == []
    assert assemble(np.zeros((0, 4), dtype=bool)) == []


def test_a_step_that_only_happens_beside_the_others_is_dropped() -> None:
    done = _followers([[0, 1, 2]], 4, 300, 2)
    done = np.vstack([done, np.zeros((300, 4), dtype=bool)])
    done[:, 3] = np.random.default_rng(1).random(600) < 0.7
    assert essential([(0, 1, 2, 3)], done) == [(0, 1, 2)]


def test_order_keeps_ties_as_sets() -> None:
    rng = np.random.default_rng(2)
    first, later = rng.integers(1, 10, (60, 1)), rng.integers(20, 30, (60, 2))
    reached = np.hstack([later[:, :1], first, later[:, 1:]])
    told = ordered((0, 1, 2), reached, reached < NEVER)
    assert [set(level) for level in told.levels] == [{1}, {0, 2}]
    assert told.deviating == 0
    few = ordered((0, 1), reached[:7, :2], reached[:7, :2] < NEVER)
    assert few.levels == ((1, 0),)


def test_order_matters_only_where_keeping_it_helps() -> None:
    rng = np.random.default_rng(4)
    size = 400
    kept = rng.random(size) < 0.6
    reached = np.where(kept[:, None], [[5, 9]], [[9, 5]])
    done, stratum = reached < NEVER, np.zeros(size, dtype=np.int64)
    order = Order(((0,), (1,)), 0.4)
    helps = order_score(order, reached, done, rng.random(size) < np.where(kept, 0.8, 0.4), stratum)
    assert helps is not None
    assert helps > 4
    nothing = order_score(order, reached, done, rng.random(size) < 0.6, stratum)
    assert nothing is not None
    assert abs(nothing) < 3
    assert order_score(order, np.tile([5, 9], (size, 1)), done, kept, stratum) is None


def test_places_by_hand_and_off_path() -> None:
    paths = [in_any_order([0, 1]), in_any_order([2, 3, 4])]
    done = np.array(
        [[1, 1, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0], [1, 0, 0, 1, 0], [1, 0, 1, 1, 0]], dtype=bool
    )
    assert place(done, paths).tolist() == [0, 1, NO_PATH, 0, 1]
    # Where the way is over, the step of the longer path that is missing counts too.
    assert place(done, paths, ended=True).tolist() == [0, 1, NO_PATH, 0, 1]
    assert place(done[[3]], [paths[1], paths[0]]).tolist() == [0]
    assert place(done[[3]], [paths[1], paths[0]], ended=True).tolist() == [1]
    assert place(done[[2]], paths[:1]).tolist() == [NO_PATH]
    assert place(done[[2]], paths, np.array([[True, False]])).tolist() == [0], "the only one meant for it"
    assert place(done[[0]], paths, np.array([[False, False]])).tolist() == [NO_PATH]


def test_what_was_left_out_before_the_furthest_step_tells_against_a_path() -> None:
    by_step = Asked(np.arange(3), np.array([1, 2, 3]), np.ones(3, dtype=bool))
    other = Asked(np.array([2, 3]), np.array([1, 2]), np.ones(2, dtype=bool))
    only_last = np.array([[0, 0, 1, 0]], dtype=bool)
    assert place(only_last, [by_step, other]).tolist() == [1]
    ticked = replace(by_step, seen=np.array([False, False, True]))
    assert place(only_last, [ticked, other]).tolist() == [0], "what people tick may be left out"


def test_the_successful_are_on_the_path_they_went_the_most_common_first() -> None:
    rng = np.random.default_rng(2)
    size = 400
    of = rng.choice(3, size, p=[0.25, 0.45, 0.3])
    steps = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]], dtype=bool)
    good = rng.random(size) < np.where(of < 2, 0.9, 0.3)
    found = find(small(np.where(steps[of], [5, 20, 9, 40], NEVER), good))
    assert [frozenset(found.columns[list(one)].tolist()) for one in found.paths] == [{2, 3}, {0, 1}]
    won = of[good]
    done = steps[won][:, found.columns]
    assert followed(found.paths, done).tolist() == np.array([1, 0, NO_PATH])[won].tolist()


def test_twins_keep_the_clearer_and_links_bring_in_the_weaker() -> None:
    rng = np.random.default_rng(6)
    size = 500
    helps = rng.random(size) < 0.5
    good = rng.random(size) < np.where(helps, 0.9, 0.4)
    day = np.where(helps, 10, NEVER)
    twin = day + (rng.random(size) < 0.3) * (day < NEVER)
    noise = np.where(rng.random(size) < 0.5, 10, NEVER)
    chosen = select(small(np.column_stack([day, twin, noise]), good))
    assert chosen.chosen.sum() == 1
    assert sorted(chosen.twin.tolist()) in ([-1, -1, 0], [-1, -1, 1])
    assert not chosen.chosen[2]


def test_depth_is_looked_at_with_bonferroni() -> None:
    marks, found, holds = depth(small(np.full((50, 2), NEVER), np.arange(50) < 25))
    assert len(marks.columns) == len(found.z) == len(holds) == 0


def test_shuffles_and_halves_of_noise_find_nothing() -> None:
    rng = np.random.default_rng(9)
    watched = small(np.where(rng.random((300, 6)) < 0.5, 10, NEVER), rng.random(300) < 0.6)
    dealt = shuffled(watched, select(watched), times=50)
    assert dealt.of == 50
    assert dealt.as_good > 2
    assert split_half(watched) is None
