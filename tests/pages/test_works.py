"""What works: what a holdout would cost, what is known, the rows behind it, and failures in a sentence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from actions import effects, settings
from components.queries import effects as read
from data_access import effects as rows
from data_access.config import Configuration
from data_access.errors import StoreError
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM
from models.effects.frames import HELD
from tests.conftest import DEMO_NOW
from tests.models.effects.making import episodes, trial
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


@pytest.fixture(autouse=True)
def _salt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same lots on every run."""
    monkeypatch.setattr("secrets.token_hex", lambda _: "a salt of tests")


def chosen(home: Path, share: float = 0.2) -> Store:
    store = open_store(Configuration(home=home))
    settings.choose(store, SYSTEM, DEMO_NOW, 0, {"holdout": share})
    return store


def test_without_a_holdout_it_says_what_one_costs_and_tells(open_page: Open) -> None:
    app = open_page("works")
    assert not app.exception
    told = shown(app)
    assert "Nobody knows whether the calls help" in told
    assert "would go without a call for 90 days" in told
    assert "of MRR a quarter" in told
    assert "at today's pace" in told


def test_opening_today_draws_the_lots_and_leaves_the_held_out_out(open_page: Open, in_demo: Path) -> None:
    store = chosen(in_demo)
    assert "no lot has been drawn yet" in shown(open_page("works"))
    today = open_page("today")
    assert not today.exception
    held = rows.episodes(store.database, SYSTEM).filter(pl.col("arm") == HELD)
    assert held.height > 0
    assert "Held out by lot until" in shown(today)
    told = shown(open_page("works"))
    assert "20 % of the calls are held out by lot since 21 Nov 2026" in told
    assert "Not enough data: about" in told
    assert "The rows behind: " in told
    store.close()


def test_a_full_trial_is_told_by_kind_and_prescription(
    open_page: Open, in_demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = chosen(in_demo)
    effects.assigned(store, DEMO_NOW)
    of = trial()
    whole = episodes(of, of.n_max, 4, saved=0.6, more_use=0.35).episodes
    monkeypatch.setattr(rows, "newest_trial", lambda _: of)
    monkeypatch.setattr(rows, "episodes", lambda *_: whole)
    app = open_page("works")
    assert not app.exception
    told = shown(app)
    assert "Calls keep customers." in told
    assert "Calls raise use." in told
    groups = [one.label.split(" · ")[0].replace("\\", "") for one in app.expander]
    assert (set(groups[:2]), groups[2:]) == ({"Usage fell", "Silent"}, ["Call.", "Ask."])
    held = open_page("works", works_arm=HELD)
    assert f"The rows behind: {whole.filter(pl.col('arm') == HELD).height:,} assignments" in shown(held)
    store.close()


def test_a_csm_sees_the_page_too(open_page: Open, in_demo: Path) -> None:
    store = chosen(in_demo)
    effects.assigned(store, DEMO_NOW + timedelta(minutes=1))
    store.close()
    app = open_page("works", viewer="auditor@localhost")
    assert not app.exception
    assert not app.error


def test_a_failing_store_gives_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("The database at db.example does not answer.")

    monkeypatch.setattr(read, "works", refuse)
    app = open_page("works")
    assert not app.exception
    assert [error.value.split(". ")[0] for error in app.error] == [
        "The database at db.example does not answer"
    ]
