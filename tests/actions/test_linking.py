"""What a store keeps of why scores moved stays whole when days are made again, or in between."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from actions.demo import make_demo
from actions.refresh import refresh, refresh_weeks
from data_access import moves, settings, snapshots
from data_access.config import Configuration
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.links import way
from models.why import CAUSES
from tests.conftest import DEMO_DAY, DEMO_NOW

SCORES = {"behaviour": CAUSES[:10], "emotion": CAUSES[10:]}


@pytest.fixture
def demo(demo_home: Path) -> Iterator[Store]:
    opened = open_store(Configuration(home=demo_home))
    yield opened
    opened.close()


def links(store: Store) -> dict[int, int | None]:
    rows = snapshots.listing(store.database).select("snapshot_id", "previous_snapshot_id").sort("snapshot_id")
    return dict(rows.iter_rows())


def days(store: Store) -> dict[int, date]:
    return dict(snapshots.listing(store.database).select("snapshot_id", "as_of").iter_rows())


def worst(store: Store) -> float:
    """The largest gap between a change and its causes, over any two snapshots, accounts and scores."""
    linked, gaps = links(store), [0.0]
    told = {at: snapshots.scores(store.database, SYSTEM, at) for at in linked}
    for start, end in itertools.permutations(linked, 2):
        signs = way(linked, start, end)
        sign = pl.col("snapshot_id").replace_strict(signs, return_dtype=pl.Float64)
        steps = moves.steps(store.database, SYSTEM, list(signs))
        rows = steps.group_by("account_id").agg((pl.col(CAUSES) * sign).sum())
        for at, suffix in ((start, "_was"), (end, "_now")):
            score = told[at].select("account_id", pl.col(list(SCORES)).name.suffix(suffix))
            rows = rows.join(score, on="account_id", how="full", coalesce=True)
        rows = rows.with_columns(pl.exclude("account_id").fill_null(0.0))
        for name, causes in SCORES.items():
            gap = pl.sum_horizontal(causes) - (pl.col(f"{name}_now") - pl.col(f"{name}_was"))
            gaps.append(rows.select(gap.abs().max()).item())
    return max(gaps)


def test_days_made_again_and_in_between_keep_every_chain_whole(demo: Store) -> None:
    assert links(demo) == {1: None, 2: 1, 3: 2}
    refresh(demo, SYSTEM, DEMO_NOW, DEMO_DAY - timedelta(days=3))
    assert links(demo) == {1: None, 2: 1, 3: 4, 4: 2}
    with demo.database.write() as connection:
        settings.save(
            connection, SYSTEM, DEMO_NOW, {"weights": {"frequency": 60, "effectiveness": 1, "breadth": 9}}
        )
    refresh(demo, SYSTEM, DEMO_NOW, DEMO_DAY - timedelta(days=7))
    assert links(demo) == {1: None, 2: 5, 3: 4, 4: 5, 5: 1}
    refresh(demo, SYSTEM, DEMO_NOW, DEMO_DAY - timedelta(days=60))
    assert links(demo) == {1: 6, 2: 5, 3: 4, 4: 5, 5: 1, 6: None}
    assert worst(demo) < 1e-9


def test_new_settings_make_the_past_anew_and_leave_the_old(demo: Store) -> None:
    before = {at: snapshots.scores(demo.database, SYSTEM, at) for at in links(demo)}
    assert refresh_weeks(demo, SYSTEM, DEMO_NOW, 2) == []
    with demo.database.write() as connection:
        settings.save(
            connection, SYSTEM, DEMO_NOW, {"weights": {"frequency": 1, "effectiveness": 0, "breadth": 1}}
        )
    made = refresh_weeks(demo, SYSTEM, DEMO_NOW, 2)
    assert [report.as_of for report in made] == [DEMO_DAY - timedelta(days=back) for back in (14, 7)]
    assert refresh_weeks(demo, SYSTEM, DEMO_NOW, 2) == []
    for at, scores in before.items():
        assert snapshots.scores(demo.database, SYSTEM, at).equals(scores)
    newest = {day: max(at for at, on in days(demo).items() if on == day) for day in days(demo).values()}
    chain = [newest[day] for day in sorted(newest)]
    assert all(links(demo)[later] == earlier for earlier, later in itertools.pairwise(chain))
    assert worst(demo) < 1e-9


def test_a_viewer_sees_steps_of_their_own_book_alone(demo: Store) -> None:
    scores = snapshots.scores(demo.database, SYSTEM, 3)
    csm = scores["csm_id"].drop_nulls()[0]
    narrow = Viewer("one@example.com", "One", "csm", (csm,))
    mine = set(scores.filter(pl.col("csm_id") == csm)["account_id"])
    seen = set(moves.steps(demo.database, narrow, [2, 3])["account_id"])
    assert mine & seen
    assert seen < set(moves.steps(demo.database, SYSTEM, [2, 3])["account_id"])


def test_both_databases_keep_the_same_steps(store: Store) -> None:
    make_demo(store, SYSTEM, DEMO_NOW, as_of=DEMO_DAY, accounts=40)
    refresh(store, SYSTEM, DEMO_NOW)
    refresh_weeks(store, SYSTEM, DEMO_NOW, 1)
    assert links(store) == {1: 2, 2: None}
    assert moves.steps(store.database, SYSTEM, [1]).height >= 20
    assert worst(store) < 1e-9
