"""The rules of the Exceptions page: precision, budget, and rules of one's own from form to exception."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from actions import exception_rules, playbooks, settings
from actions.refresh import needed, refresh
from components import queries
from components.queries import EVERYONE, Reader, rules
from components.queries import part as snapshot_part
from data_access.errors import DataError, StoreError
from data_access.viewer import SYSTEM
from models.own_playbook import came_with
from models.own_rules import Rule
from tests.conftest import DEMO_NOW
from tests.pages.conftest import Open, shown

RULE = Rule("Few days", "active_days_28", "below", 8.0, "Call them.")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def click(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


@pytest.mark.usefixtures("in_demo")
def test_a_new_rule_is_replayed_saved_and_switched_on(open_page: Open) -> None:
    app = open_page("exceptions", exceptions_view="Rules", own_rule="+ New rule")
    app.text_input(key="name-new-0").set_value("Few days").run()
    app.number_input(key="at-new-0").set_value(8.0).run()
    app.text_input(key="do-new-0").set_value("Call them.").run()
    click(app, "Replay 12 weeks")
    assert "weekly snapshots" in shown(app)
    click(app, "Save, switched off")
    (row,) = rules.listing(reader()).iter_rows(named=True)
    assert (row["version"], row["active"], row["saved_by"]) == (1, False, EVERYONE.person)
    assert "active days in 28 days below 8" in shown(app)
    click(app, "Replay 12 weeks")
    click(app, "Switch on")
    assert rules.listing(reader())["active"].to_list() == [True]


@pytest.mark.usefixtures("in_demo")
def test_a_rule_cannot_be_switched_on_before_its_replay_was_seen(open_page: Open) -> None:
    exception_rules.add_rule(reader().store, SYSTEM, DEMO_NOW, RULE)
    app = open_page("exceptions", exceptions_view="Rules", own_rule="Few days")
    switch = next(button for button in app.button if button.label == "Switch on")
    assert switch.disabled


@pytest.mark.usefixtures("in_demo")
def test_what_a_rule_finds_is_listed_under_its_name(open_page: Open) -> None:
    store = reader().store
    rule_id = exception_rules.add_rule(store, SYSTEM, DEMO_NOW, RULE)
    exception_rules.switch_rule(store, SYSTEM, DEMO_NOW, rule_id, 1, on=True)
    refresh(store, SYSTEM, DEMO_NOW)
    few = queries.scores(reader()).filter(pl.col("active_days_28") < 8).height
    app = open_page("exceptions", exception_kind="Few days")
    assert few > 0
    assert f"**{few} exception" in shown(app)
    assert "Few days: active days in 28 days" in shown(app).replace("\\", "")


@pytest.mark.usefixtures("in_demo")
def test_what_the_budget_leaves_out_is_said_and_shown(open_page: Open) -> None:
    every = queries.open_exceptions(reader()).height
    settings.choose(reader().store, SYSTEM, DEMO_NOW, 0, {"alert_budget": 1})
    said = shown(open_page("exceptions"))
    assert "stand under “Over the budget”" in said
    shown_there = [
        int(text.split("**")[1].split()[0])
        for state in ("Open", "Over the budget")
        for text in shown(open_page("exceptions", exception_state=state)).splitlines()
        if text.startswith("**") and "exception" in text and " on " in text
    ]
    assert sum(shown_there) == every
    assert all(shown_there)


@pytest.mark.usefixtures("in_demo")
def test_a_csm_reads_the_rules_and_makes_none(open_page: Open) -> None:
    person = queries.csms(reader()).drop_nulls("manager_id")["email"][0]
    app = open_page("exceptions", viewer=person, exceptions_view="Rules")
    assert "Managers and administrators make them" in shown(app)
    assert not [button for button in app.button if button.label == "Save, switched off"]
    assert next(button for button in app.button if button.label == "Save").disabled


@pytest.mark.usefixtures("in_demo")
def test_a_kind_is_looked_back_at(open_page: Open) -> None:
    said = shown(open_page("exceptions", exceptions_view="Rules", replay_kind="Silent"))
    assert "About" in said
    assert "No snapshot is 90 days old yet" in said


@pytest.mark.usefixtures("in_demo")
def test_a_failing_store_gives_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("The database does not answer.")

    monkeypatch.setattr(rules, "listing", refuse)
    app = open_page("exceptions", exceptions_view="Rules")
    assert not app.exception
    assert len(app.error) == 1


@pytest.mark.usefixtures("in_demo")
def test_a_rule_has_a_playbook_that_its_calls_speak(open_page: Open) -> None:
    store = reader().store
    rule_id = exception_rules.add_rule(store, SYSTEM, DEMO_NOW, RULE)
    edited = open_page("exceptions", exceptions_view="Rules", own_rule="Few days")
    assert any("Its playbook" in link.proto.label for link in edited.get("page_link"))
    app = open_page("engagement", playbook="Few days")
    assert "**Few days: Call them\\.**" in shown(app)
    assert "The rule's own words." in shown(app)

    mine = replace(came_with({rule_id: RULE}, f"rule:{rule_id}"), do="Ring twice.", within_days=3)
    mine = replace(mine, talk='Open: "Hello {contact}, of {name}?"')
    playbooks.save_playbook(store, SYSTEM, DEMO_NOW, mine, 0)
    exception_rules.switch_rule(store, SYSTEM, DEMO_NOW, rule_id, 1, on=True)
    refresh(store, SYSTEM, DEMO_NOW)

    found = queries.open_exceptions(reader()).filter(pl.col("kind") == f"rule:{rule_id}")
    assert found["prescription"].unique().to_list() == ["Ring twice."]
    assert found.select((pl.col("due_on") - pl.col("since")).dt.total_days().unique()).item() == 3
    calls = queries.call_list(reader(), DEMO_NOW.replace(tzinfo=UTC), DEMO_NOW, 100).calls
    said = calls.filter(pl.col("kinds").list.first() == f"rule:{rule_id}")
    assert said.height
    assert said["talk_track"].str.contains(r'^Open: "Hello .+, of .+\?"').all()
    assert said["prescription"].str.starts_with("Ring twice.").all()


@pytest.mark.usefixtures("in_demo")
def test_a_kind_is_switched_off_which_is_said_until_it_is_on_again(open_page: Open) -> None:
    of_kind = pl.col("kind") == "silent"
    n = queries.open_exceptions(reader()).filter(of_kind).height
    assert n
    app = open_page("exceptions", exceptions_view="Rules")
    app.multiselect(key="kinds-off-0").set_value(["silent"]).run()
    assert f"The next refresh would close {n} open exceptions of Silent." in shown(app)
    app.button(key="save_kinds").click().run()
    assert needed(reader().store, DEMO_NOW)
    refresh(reader().store, SYSTEM, DEMO_NOW)

    assert queries.open_exceptions(reader()).filter(of_kind).is_empty()
    assert snapshot_part(reader(), "findings").filter(of_kind).height == n
    said = shown(open_page("exceptions")).replace("\\", "")
    assert f"Not looked for: Silent, by {EVERYONE.person} on 21 Nov 2026." in said
    counts = queries.scores(reader())["open_exceptions"].sum()
    assert counts == queries.open_exceptions(reader()).height

    settings.revert(reader().store, SYSTEM, DEMO_NOW, 1, 0)
    refresh(reader().store, SYSTEM, DEMO_NOW)
    assert queries.open_exceptions(reader()).filter(of_kind)["times_opened"].unique().to_list() == [2]


@pytest.mark.usefixtures("in_demo")
def test_an_unknown_kind_cannot_be_switched_off() -> None:
    with pytest.raises(DataError, match="there is no kind sad; there are declined"):
        settings.choose(reader().store, SYSTEM, DEMO_NOW, 0, {"kinds_off": ["sad"]})
