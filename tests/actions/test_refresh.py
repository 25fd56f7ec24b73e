"""Refreshing a demo company: immutable, incremental, blind to the future."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from actions.import_files import import_files
from actions.refresh import default_day, needed, refresh, refresh_weeks
from data_access import exceptions, snapshots
from data_access.config import Configuration
from data_access.errors import Busy, NotAllowed
from data_access.facts import fact
from data_access.locks import exclusive
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.book import ends_as_known
from models.demo import company
from models.facts import FACTS
from models.mapping import parse
from tests.conftest import DEMO_DAY, DEMO_NOW


@pytest.fixture
def demo(demo_home: Path) -> Iterator[Store]:
    opened = open_store(Configuration(home=demo_home))
    yield opened
    opened.close()


def scores(store: Store, snapshot_id: int) -> pl.DataFrame:
    return snapshots.scores(store.database, SYSTEM, snapshot_id).sort("account_id")


def test_the_newest_snapshot_scores_the_live_book(demo: Store) -> None:
    newest = snapshots.newest(demo.database)
    assert newest is not None
    assert newest.as_of == DEMO_DAY == default_day(demo, DEMO_NOW)
    book = fact(demo.database, SYSTEM, "accounts").filter(
        pl.col("churned_on").is_null() | (pl.col("churned_on") > DEMO_DAY)
    )
    scored = scores(demo, newest.snapshot_id)
    assert scored["account_id"].to_list() == sorted(book["account_id"])
    parts = pl.sum_horizontal("frequency_points", "effectiveness_points", "breadth_points")
    known = scored.drop_nulls("behaviour")
    assert known.height > 50
    assert known.select((parts - pl.col("behaviour")).abs().max()).item() < 1e-9
    assert set(newest.freshness) >= {"usage_events", "survey_responses"}
    assert newest.code_version
    assert sum(newest.stages.values()) > 0


def test_a_second_refresh_reads_no_month_again_and_says_the_same(demo: Store) -> None:
    newest = snapshots.newest(demo.database)
    assert newest is not None
    again = refresh(demo, SYSTEM, DEMO_NOW)
    assert again.months_read == 0
    assert again.snapshot_id != newest.snapshot_id
    assert_frame_equal(scores(demo, again.snapshot_id), scores(demo, newest.snapshot_id))


def test_from_scratch_and_step_by_step_agree(demo: Store, tmp_path: Path) -> None:
    stepped = snapshots.newest(demo.database)
    assert stepped is not None
    facts = company(DEMO_DAY, accounts=120).facts
    other = open_store(Configuration(home=tmp_path / "other"))
    _import(other, facts, tmp_path)
    fresh = refresh(other, SYSTEM, DEMO_NOW)
    assert_frame_equal(
        scores(other, fresh.snapshot_id), scores(demo, stepped.snapshot_id), check_exact=False, abs_tol=1e-9
    )
    other.close()


def test_nothing_after_the_day_is_used(demo: Store, tmp_path: Path) -> None:
    """A past day scored today equals the same day scored when its future had not happened."""
    day = DEMO_DAY - timedelta(days=100)
    hindsight = refresh(demo, SYSTEM, DEMO_NOW, day)
    facts = company(DEMO_DAY, accounts=120).facts
    other = open_store(Configuration(home=tmp_path / "cut"))
    _import(other, {name: _until(name, frame, day) for name, frame in facts.items()}, tmp_path)
    blind = refresh(other, SYSTEM, DEMO_NOW, day)
    assert_frame_equal(
        scores(demo, hindsight.snapshot_id),
        scores(other, blind.snapshot_id),
        check_exact=False,
        abs_tol=1e-9,
    )
    other.close()


def test_a_past_day_is_recomputed_but_not_lived_again(demo: Store) -> None:
    before = exceptions.listing(demo.database, SYSTEM, only_open=False)
    refresh(demo, SYSTEM, DEMO_NOW, DEMO_DAY - timedelta(days=30))
    assert_frame_equal(exceptions.listing(demo.database, SYSTEM, only_open=False), before)
    newest = snapshots.newest(demo.database)
    assert newest is not None
    assert newest.as_of == DEMO_DAY


def test_each_account_and_kind_is_open_at_most_once(demo: Store) -> None:
    refresh(demo, SYSTEM, DEMO_NOW)
    opened = exceptions.listing(demo.database, SYSTEM)
    assert not opened.is_empty()
    assert not opened.select("account_id", "kind").is_duplicated().any()
    newest = snapshots.newest(demo.database)
    assert newest is not None
    found = snapshots.frame(demo.database, SYSTEM, newest.snapshot_id, "findings")
    key = ["account_id", "kind", "sentence"]
    assert_frame_equal(opened.select(key).sort(key), found.select(key).sort(key))


def test_a_snapshot_never_changes(demo: Store) -> None:
    listed = snapshots.listing(demo.database)
    kept = {one: scores(demo, one) for one in listed["snapshot_id"].to_list()}
    left = pl.DataFrame({"account_id": [kept[1]["account_id"][0]], "churned_on": [DEMO_DAY]}).write_csv()
    folder = demo.configuration.home
    (folder / "left.csv").write_text(left)
    mapping = parse(
        {"accounts": {"file": "left.csv", "account_id": "account_id", "churned_on": "churned_on"}}
    )
    import_files(demo, SYSTEM, DEMO_NOW, mapping, folder)
    after = refresh(demo, SYSTEM, DEMO_NOW)
    assert after.accounts == snapshots.get(demo.database, listed["snapshot_id"][0]).accounts - 1
    for one, before in kept.items():
        assert_frame_equal(scores(demo, one), before)


def test_weekly_history_is_made_once(demo: Store) -> None:
    assert needed(demo, DEMO_NOW) is False
    made = refresh_weeks(demo, SYSTEM, DEMO_NOW, 3)
    assert [report.as_of for report in made] == [DEMO_DAY - timedelta(days=21)]
    assert refresh_weeks(demo, SYSTEM, DEMO_NOW, 3) == []


def test_an_empty_store_gets_an_empty_snapshot(store: Store) -> None:
    report = refresh(store, SYSTEM, DEMO_NOW)
    assert report.accounts == 0
    assert report.as_of == DEMO_NOW.date() - timedelta(days=1)
    assert scores(store, report.snapshot_id).is_empty()


def test_refreshes_take_turns_and_need_a_role(demo: Store) -> None:
    with exclusive(demo, "refresh"), pytest.raises(Busy):
        refresh(demo, SYSTEM, DEMO_NOW)
    with pytest.raises(NotAllowed):
        refresh(demo, Viewer("a", "A", "auditor"), DEMO_NOW)


def test_sqlite_and_postgresql_score_alike(store: Store, tmp_path: Path) -> None:
    facts = company(DEMO_DAY, accounts=60, months=14).facts
    _import(store, facts, tmp_path)
    report = refresh(store, SYSTEM, DEMO_NOW)
    peer = open_store(Configuration(home=tmp_path / "peer"))
    _import(peer, facts, tmp_path)
    expected = scores(peer, refresh(peer, SYSTEM, DEMO_NOW).snapshot_id)
    assert_frame_equal(scores(store, report.snapshot_id), expected, check_exact=False, abs_tol=1e-9)
    peer.close()


def _import(store: Store, facts: dict[str, pl.DataFrame], folder: Path) -> None:
    document: dict[str, object] = {}
    for name, frame in facts.items():
        frame.write_parquet(folder / f"{name}.parquet")
        if not frame.is_empty():
            document[name] = {"file": f"{name}.parquet"} | {c: c for c in FACTS[name].names}
    import_files(store, SYSTEM, DEMO_NOW, parse(document), folder)


def _until(name: str, frame: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows of a fact that were known on a day, with what came later unknown."""
    first = {
        "accounts": "signed_on",
        "subscriptions": "starts_on",
        "usage_events": "occurred_at",
        "survey_invitations": "sent_at",
        "survey_responses": "responded_at",
        "interactions": "opened_at",
        "handoffs": "handed_on",
        "community_posts": "posted_at",
        "referrals": "referred_on",
    }.get(name)
    if first is None:
        return frame
    known = frame.filter(pl.col(first).cast(pl.Date) <= day)
    if name == "accounts":
        gone = pl.col("churned_on") > day
        later = [pl.when(gone).then(None).otherwise(pl.col(c)).alias(c) for c in ("churned_on", "outcome")]
        return known.with_columns(*later, pl.when(~gone).then("outcome_on"))
    return ends_as_known(known, day, DEMO_DAY) if name == "subscriptions" else known
