"""The churn model in a refresh: trained when due, kept, asked; refused at almost no cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from actions.churn import backtest
from actions.exporting import Asked, churn
from actions.refresh import refresh
from data_access import churn as trainings
from data_access import snapshots
from data_access.config import Configuration
from data_access.errors import NotFound
from data_access.facts import fact
from data_access.landing import write_fact
from data_access.snapshots import Snapshot
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM
from models.churn.model import Model
from models.churn.succession import Succession, better
from models.churn.training import Training
from tests.churned import END, NONE, SIGNAL, keep
from tests.conftest import DEMO_DAY, DEMO_NOW


@pytest.fixture
def demo(demo_home: Path) -> Iterator[Store]:
    opened = open_store(Configuration(home=demo_home))
    yield opened
    opened.close()


def newest(store: Store) -> Snapshot:
    found = snapshots.newest(store.database)
    assert found is not None
    return found


def scores(store: Store) -> pl.DataFrame:
    return snapshots.scores(store.database, SYSTEM, newest(store).snapshot_id)


def test_too_few_accounts_are_refused_and_risk_ranks(demo: Store) -> None:
    note = newest(demo).notes["churn"]
    assert note["verdict"] == "refused"
    assert note["model"] is None
    assert newest(demo).stages["churn"] < 2
    rows = scores(demo)
    assert rows["churn"].is_null().all()
    ranked = rows.filter(pl.col("mrr") > 0)
    assert (ranked["priority"] - ranked["risk"] / 100 * ranked["mrr"]).abs().max() < 1e-9  # type: ignore[operator]  # a statistic of numbers, typed as any value
    told = backtest(demo, DEMO_DAY)
    assert told["verdict"] == "refused"
    assert "missing" in told["sentence"]
    assert told["auc"] is None
    assert told["n"] == 0


def test_what_was_refused_is_not_tried_again_before_something_changed(demo: Store) -> None:
    known = trainings.newest(demo.database, DEMO_DAY)
    refresh(demo, SYSTEM, DEMO_NOW)
    assert trainings.newest(demo.database, DEMO_DAY) == known
    left = fact(demo.database, SYSTEM, "accounts").filter(pl.col("churned_on").is_null()).head(1)
    gone = left.with_columns(churned_on=pl.lit(END - timedelta(days=3)))
    with demo.database.write() as connection:
        write_fact(connection, "accounts", gone)
    refresh(demo, SYSTEM, DEMO_NOW)
    again = trainings.newest(demo.database, DEMO_DAY)
    assert again is not None
    assert known is not None
    assert again.key != known.key


def test_a_model_with_a_signal_scores_and_ranks_the_live_book(demo: Store) -> None:
    model_id = keep(demo, SIGNAL)
    report = refresh(demo, SYSTEM, DEMO_NOW)
    rows = scores(demo)
    assert newest(demo).notes["churn"]["model"] == model_id
    assert rows["churn"].is_between(0, 1).all()
    assert (rows["churn_on"] > DEMO_DAY).all()
    paying = rows.filter(pl.col("mrr") > 0)
    assert (paying["priority"] - paying["churn"] * paying["mrr"]).abs().max() < 1e-9  # type: ignore[operator]  # a statistic of numbers, typed as any value
    parts = snapshots.frame(demo.database, SYSTEM, report.snapshot_id, "churn_contributions")
    sums = parts.group_by("account_id").agg(pl.col("log_odds").sum())
    both = rows.join(sums, on="account_id")
    level = (both["churn"] / (1 - both["churn"])).log() - both["log_odds"]
    assert level.max() - level.min() < 1e-9  # type: ignore[operator]  # a statistic of numbers, typed as any value
    exported = churn(Asked(demo, SYSTEM, DEMO_NOW, newest(demo)))
    assert exported.height == rows.height
    assert exported["churn"].is_sorted(descending=True)
    assert exported["reasons"].drop_nulls().str.contains("the risk").all()
    told = backtest(demo, DEMO_DAY)
    assert told["auc_interval"][0] < told["auc"] < told["auc_interval"][1]
    assert told["lift_interval"][0] < told["lift_top_decile"]
    assert (told["verdict"], told["positives"] > 50) == ("signal", True)


def test_without_a_signal_no_chance_is_shown(demo: Store) -> None:
    keep(demo, NONE)
    refresh(demo, SYSTEM, DEMO_NOW)
    assert scores(demo)["churn"].is_null().all()
    assert newest(demo).notes["churn"]["verdict"] == "no reliable signal"


def test_a_past_day_is_not_scored_by_a_model_that_knew_more(demo: Store) -> None:
    keep(demo, SIGNAL)
    report = refresh(demo, SYSTEM, DEMO_NOW, as_of=END - timedelta(days=10))
    rows = snapshots.scores(demo.database, SYSTEM, report.snapshot_id)
    assert rows["churn"].is_null().all()
    with pytest.raises(NotFound):
        backtest(demo, date(2020, 1, 1))


def test_a_training_is_made_once_a_month_and_the_next_is_compared(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Model | None] = []

    def compared(old: Model | None, new: Training) -> Succession:
        seen.append(old)
        return better(old, new)

    monkeypatch.setattr("actions.churn.refusal", lambda *_: None)
    monkeypatch.setattr("models.churn.training.refusal", lambda *_: None)
    monkeypatch.setattr("actions.churn.better", compared)
    september = END.replace(day=1) - timedelta(days=1)
    august = september.replace(day=1) - timedelta(days=1)
    for day in (september - timedelta(days=1), september, END - timedelta(days=1)):
        refresh(demo, SYSTEM, DEMO_NOW, as_of=day)
    assert [None if old is None else old.trained.known_on for old in seen] == [None, august]
    kept = trainings.newest(demo.database, END - timedelta(days=1))
    assert kept is not None
    assert kept.model is not None
    assert kept.known_on == september
    assert kept.verdict.word == "not enough data to tell"
    assert not trainings.drift(demo.database, kept.model_id).is_empty()
