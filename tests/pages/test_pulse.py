"""The pulse on an account's page and in the export of accounts."""

from __future__ import annotations

import pytest

from actions.exporting import Asked, accounts_with_pulse
from components import queries
from components.queries import EVERYONE
from tests.conftest import DEMO_NOW
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


def test_given_shown_taken_back_and_never_in_a_score(open_page: Open) -> None:
    reader = queries.reader(EVERYONE)
    account = str(queries.scores(reader)["account_id"][0])
    before = queries.scores(reader).filter(account_id=account)
    app = open_page("account", account=account)
    assert "nobody gave one yet" in shown(app)

    app.session_state["pulse_level"] = 2
    app.text_input(key="pulse_reason").set_value("Their *sponsor* left").run()
    app.button(key="pulse_save").click().run()

    assert "**Pulse: shaky** (5 of 6, 1 is best)" in shown(app)
    assert "Their \\*sponsor\\* left" in shown(app)
    assert "Pulse: shaky" in shown(open_page("account", account=account)), "on the timeline too"
    reader = queries.reader(EVERYONE)
    assert queries.scores(reader).filter(account_id=account).equals(before)
    assert reader.snapshot
    exported = accounts_with_pulse(Asked(reader.store, EVERYONE, DEMO_NOW, reader.snapshot))
    assert exported.filter(account_id=account)["pulse"].to_list() == ["shaky"]
    assert exported["pulse"].count() == 1
    assert exported.height == queries.scores(reader).height

    app.button(key="pulse_back").click().run()

    assert "nobody gave one yet" in shown(app)


def test_no_level_or_no_reason_is_said_and_nothing_saved(open_page: Open) -> None:
    account = str(queries.scores(queries.reader(EVERYONE))["account_id"][0])
    app = open_page("account", account=account)

    app.button(key="pulse_save").click().run()

    assert "A pulse is one of" in app.warning[0].value
    assert queries.pulses(queries.reader(EVERYONE)).is_empty()
