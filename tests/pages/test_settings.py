"""Settings: choose, see what it changes, save, go back."""

from __future__ import annotations

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from actions.refresh import refresh
from components import queries
from components.queries import EVERYONE
from components.queries import paths as queries_paths
from components.queries import settings as queries_settings
from models.auc import Estimate
from models.behaviour import Weights
from models.learned_weights import Proposal
from models.measure_choice import MIN_FAILED
from pages import _settings_success
from tests.conftest import DEMO_NOW
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def test_counts_stand_beside_each_definition(open_page: Open) -> None:
    app = open_page("settings")
    told = shown(app)
    assert "The usual settings are in force" in told
    choice = app.radio[0]
    assert choice.options[0] == "Renewed at a decision date"
    own = list(_settings_success.OWN.values())
    assert set(choice.options[4:]) <= set(own), "outcomes under which nobody succeeded are not offered"
    assert next(button for button in app.button if button.label == "Save as a new version").disabled


def test_saving_makes_a_version_and_going_back_another(open_page: Open) -> None:
    app = open_page("settings")
    app.number_input[0].set_value(5)
    app.run()
    assert "Calls a day" in shown(app)
    press(app, "Save as a new version")
    assert "Version 1 is in force" in shown(app)
    assert "The next refresh uses version 1" in shown(app)
    press(app, "Go back to these")
    assert "Version 2 is in force" in shown(app)
    assert app.number_input[0].value == 8


def test_own_weights_show_what_they_would_change(open_page: Open) -> None:
    app = open_page("settings")
    app.button_group[0].set_value("Our own")
    app.run()
    app.number_input[0].set_value(80.0)
    app.run()
    told = shown(app)
    assert "with a score change quadrant" in told
    assert told.count("On ") >= 2, "today and about a quarter ago"


def test_learning_refuses_in_a_sentence_in_a_small_company(open_page: Open) -> None:
    app = press(open_page("settings"), "Learn weights from outcomes")
    assert "No weights can be learned yet" in shown(app)
    assert f"{MIN_FAILED} and" in shown(app)


def test_a_proposal_says_what_it_would_have_changed_before_anybody_takes_it(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = {
        "frequency": Estimate(10.0, 2.0, 30.0),
        "effectiveness": Estimate(70.0, 50.0, 90.0),
        "breadth": Estimate(20.0, 0.0, 32.0),
    }
    monkeypatch.setattr(queries_settings, "proposal", lambda _: Proposal(weights, 40, 160, None, ""))
    reader = queries.reader(EVERYONE)
    wanted = Weights(frequency=10, effectiveness=70, breadth=20)
    now, then = (
        queries_settings.effect_now(reader, wanted),
        queries_settings.effect_then(reader, wanted),
    )
    assert then

    app = press(open_page("settings"), "Learn weights from outcomes")

    told = shown(app)
    assert "frequency 10 [2–30], effectiveness 70 [50–90], breadth 20 [0–32]" in told
    assert f"On 20 Nov 2026: {now.moved:,} of {now.rows.height:,} accounts with a score" in told
    assert f"On {then[1]}: {then[0].moved:,} of {then[0].rows.height:,} accounts" in told
    assert "Nothing is changed yet" in told
    assert "weights" not in queries_settings.in_force(reader)[1]


def test_a_csm_is_refused_and_nothing_changes(open_page: Open) -> None:
    from components import queries

    people = queries.csms(queries.reader(queries.EVERYONE))
    csm = people.filter(people["manager_id"].is_not_null())["email"][0]
    app = open_page("settings", viewer=csm)
    app.number_input[0].set_value(5)
    app.run()
    press(app, "Save as a new version")
    assert "Settings hold for everybody" in shown(app)
    assert "The usual settings are in force" in shown(app)


def test_today_begins_with_the_calls_that_fit(open_page: Open) -> None:
    app = open_page("settings")
    app.number_input[0].set_value(3)
    app.run()
    press(app, "Save as a new version")
    assert open_page("today").number_input[0].value == 3


def test_an_event_is_counted_before_it_is_chosen_and_kept(open_page: Open) -> None:
    app = open_page("settings")
    radio = app.radio(key="success-0")
    radio.set_value(radio.options.index("Used an event")).run()
    box = app.selectbox(key="success-event-0")
    row = (
        queries_settings.event_choices(queries.reader(EVERYONE))
        .filter(event="report.scheduled")
        .row(0, named=True)
    )
    assert f"Reports (report.scheduled): {row['succeeded']:,} of {row['decided']:,} accounts" in " ".join(
        box.options
    )

    box.set_value("report.scheduled").run()

    assert f"{row['succeeded']:,} of {row['decided']:,} accounts with a known result" in shown(app)
    assert "used report.scheduled once" in shown(app).replace("\\", "")


def test_any_number_of_days_is_counted(open_page: Open) -> None:
    app = open_page("settings")
    radio = app.radio(key="success-0")
    radio.set_value(
        radio.options.index("Still a customer after another number of days, and not paying less")
    ).run()
    app.number_input(key="success-days-0").set_value(30).run()

    told = queries_settings.success_count(queries.reader(EVERYONE), {"alive_after_days": 30})
    assert told is not None
    assert f"{told['succeeded']:,} of {told['decided']:,} accounts with a known result" in shown(app)
    assert "still a customer after 30 days" in shown(app)


def test_the_rules_of_the_calls_are_saved_as_a_version(open_page: Open) -> None:
    app = open_page("settings")
    app.number_input(key="rest-0").set_value(21)
    app.text_area(key="holidays-0").set_value("2026-12-25, , Christmas").run()
    assert "Rest after a call: not set → 21 days; 2 when nobody was reached" in shown(app).replace("\\", "")
    next(button for button in app.button if button.label == "Save as a new version").click().run()
    assert app.number_input(key="rest-1").value == 21
    assert "2026-12-25" in str(app.text_area(key="holidays-1").value)

    app.text_area(key="holidays-1").set_value("Christmas").run()
    assert any("begins with" in warning.value for warning in app.warning)


def test_the_target_to_first_value_is_chosen_counted_and_given_back(open_page: Open) -> None:
    rows = queries_paths.first_value(queries.reader(EVERYONE))
    waiting = rows.filter(pl.col("live") & pl.col("reached_on").is_null())
    late = waiting.filter(pl.col("days") > 20).height
    app = open_page("settings")
    assert app.number_input(key="first-value-0").value is None
    assert "No score changes by it" in shown(app)

    app.number_input(key="first-value-0").set_value(20).run()

    assert f"With day 20, {late:,} of {waiting.height:,} accounts in this book" in shown(app)
    assert "First value: not set → within 20 days of signing" in shown(app).replace("\\", "")
    press(app, "Save as a new version")
    assert queries_settings.in_force(queries.reader(EVERYONE))[1] == {"first_value_days": 20}
    assert app.number_input(key="first-value-1").value == 20

    app.session_state["first-value-1"] = None
    app.run()
    assert "First value: within 20 days of signing → not set" in shown(app).replace("\\", "")
    press(app, "Save as a new version")
    assert queries_settings.in_force(queries.reader(EVERYONE))[1] == {}


def test_the_next_refresh_judges_by_the_chosen_target(open_page: Open) -> None:
    app = open_page("settings")
    app.number_input(key="first-value-0").set_value(20).run()
    press(app, "Save as a new version")
    reader = queries.reader(EVERYONE)

    refresh(reader.store, EVERYONE, DEMO_NOW)

    reader = queries.reader(EVERYONE)
    assert queries_paths.first_value_target(reader) == (20, "chosen")
    rows = queries_paths.first_value(reader)
    late = rows.filter(pl.col("live") & pl.col("reached_on").is_null() & (pl.col("days") > 20))
    assert set(rows.filter("late")["account_id"]) == set(late["account_id"])
    assert "The target is day 20." in shown(open_page("paths"))
