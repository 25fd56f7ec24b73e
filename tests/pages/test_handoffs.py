"""Handoffs: who waits first, filters, the chosen level, SIPOC with a conflict, and failures in a sentence."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from actions.quality import save_sipoc
from components import charts_handoffs, handoff_words
from components.conflicts import Kept
from components.queries import handoffs as read
from data_access import quality, settings
from data_access.config import Configuration
from data_access.errors import Conflict, StoreError
from data_access.store import open_store
from data_access.viewer import Viewer
from models.handoff_times import LANES
from models.sipoc import Line, from_body
from tests.conftest import DEMO_NOW
from tests.models.rows import frame
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")

TODAY = date(2026, 11, 21)
BEN = Viewer("ben@example.com", "Ben", "manager")
SIPOC = "SIPOC of each team"


def waiting(*rows: tuple[str, float]) -> pl.DataFrame:
    told = [
        {
            "account_id": name,
            "name": name,
            "step": "sales → onboarding",
            "handed_on": date(2026, 11, 1),
            "days": days,
            "level": 5.0,
        }
        for name, days in rows
    ]
    schema = {"name": pl.String, "account_id": pl.String, "days": pl.Float64}
    return pl.DataFrame(told) if told else pl.DataFrame(schema=schema)


def test_the_sentence_names_the_longest() -> None:
    told = handoff_words.headline(waiting(("Acme", 3), ("Zeta", 19), ("Beta", 7)), TODAY)
    assert told == (
        "**3 customers are waiting to be taken over, 2 of them past their time; the longest, Zeta, 19 days** "
        "(sales → onboarding, handed over on 1 Nov)."
    )
    assert "1 customer is waiting to be taken over, past its time;" in handoff_words.headline(
        waiting(("Acme", 9)), TODAY
    )
    assert "none past its time" in handoff_words.headline(waiting(("Acme", 2)), TODAY)
    assert "Nobody is waiting" in handoff_words.headline(waiting(), TODAY)


def test_the_page_says_who_waits_before_anything_else(open_page: Open) -> None:
    app = open_page("handoffs")
    assert not app.exception
    assert "waiting to be taken over" in app.markdown[0].value
    first: Any = app.dataframe[0].value
    assert list(first["Days waiting"] if "Days waiting" in first else first["days"]) == sorted(
        first["days"], reverse=True
    )


def test_a_segment_narrows_what_is_told(open_page: Open) -> None:
    whole = int(open_page("handoffs").subheader[-1].value.split()[-2].replace(",", ""))
    part = int(
        open_page("handoffs", handoff_segment="Small").subheader[-1].value.split()[-2].replace(",", "")
    )
    assert 0 < part < whole


def test_a_step_and_a_state_show_their_rows(open_page: Open) -> None:
    app = open_page("handoffs", handoff_step="sales → onboarding", handoff_state="waiting")
    rows = app.dataframe[-1].value
    assert set(rows["step"]) == {"sales → onboarding"}
    assert set(rows["state"]) == {"waiting"}


def test_one_account_s_way_is_drawn(open_page: Open) -> None:
    app = open_page("handoffs", handoff_account="A00001")
    assert not app.exception
    assert not app.error


def test_a_chosen_level_holds_at_once_and_is_a_version(open_page: Open, in_demo: Path) -> None:
    app = open_page("handoffs")
    app.number_input[0].set_value(99).run()
    app.button[[button.label for button in app.button].index("Save")].click().run()
    assert not app.exception
    assert "99 days, chosen" in shown(app)
    store = open_store(Configuration(home=in_demo))
    assert list(settings.current(store.database)[1]["handoff_days"].values()) == [99.0]
    store.close()


def test_sipoc_tells_data_from_people(open_page: Open, in_demo: Path) -> None:
    store = open_store(Configuration(home=in_demo))
    save_sipoc(store, BEN, DEMO_NOW, "onboarding", [Line("outputs", "A plan for success")], 0)
    store.close()
    told = shown(open_page("handoffs", handoff_view=SIPOC, sipoc_process="Onboarding"))
    assert "handoffs, from data" in told
    assert "A plan for success" in told
    assert "written by ben" in told


def test_both_versions_are_shown_after_a_conflict_and_mine_can_be_kept(
    open_page: Open, in_demo: Path
) -> None:
    store = open_store(Configuration(home=in_demo))
    save_sipoc(store, BEN, DEMO_NOW, "onboarding", [Line("outputs", "A plan of Ben")], 0)
    mine = partial(save_sipoc, store, BEN, DEMO_NOW, "onboarding", (Line("outputs", "A plan of mine"),))
    with pytest.raises(Conflict) as refused:
        mine(0)
    kept = Kept(
        str(refused.value), refused.value.theirs, refused.value.mine, refused.value.standing, act=mine
    )
    app = open_page("handoffs", handoff_view=SIPOC, sipoc_process="Onboarding")
    app.session_state["conflicts"] = {"sipoc-onboarding": kept}
    app.run()
    both = next(table.value for table in app.dataframe if "theirs" in table.value.columns)
    assert both["theirs"].to_list() == ["outputs · A plan of Ben"]
    assert both["mine"].to_list() == ["outputs · A plan of mine"]

    app.button("mine-sipoc-onboarding").click().run()

    assert not [button for button in app.button if button.key == "mine-sipoc-onboarding"]
    newest = quality.versions(store.database, "sipoc", "onboarding")
    assert [one.text for one in from_body(newest["body"][0])] == ["A plan of mine"]
    store.close()


def test_a_failing_store_gives_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("The database at db.example does not answer.")

    monkeypatch.setattr(read, "between", refuse)
    app = open_page("handoffs")
    assert not app.exception
    assert [error.value.split(". ")[0] for error in app.error] == [
        "The database at db.example does not answer"
    ]


def test_lanes_without_an_end_run_to_the_edge_and_say_so() -> None:
    base = {"held": 10, "there": 4, "handed_on": 6, "left": 0, "start_low": 0.0, "start_high": 9.0}
    lanes = frame(
        LANES,
        {**base, "team": "<b>", "start": 3.0, "stay": 20.0, "stay_p85": 30.0},
        {**base, "team": "success", "start": 40.0, "left": 2},
    )
    figure = charts_handoffs.swimlanes(lanes)
    closed, still, _ = figure["data"]
    assert (closed["base"], closed["x"], closed["y"]) == ([3.0], [20.0], [1])
    assert still["marker"]["pattern"]["shape"] == "/"
    assert still["base"][0] + still["x"][0] == pytest.approx(50.0)
    assert "<b>&lt;b></b>" in figure["layout"]["yaxis"]["ticktext"][0]
    assert "more than half are still there, 10 accounts, 2 left there" in charts_handoffs.alt(lanes)
