from __future__ import annotations

import json
import re
from datetime import UTC

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from actions import plan
from actions.exporting import Asked, calls
from components import queries
from components.queries import EVERYONE, Reader
from data_access import audit
from data_access.viewer import SYSTEM, Viewer
from tests.conftest import DEMO_DAY, DEMO_NOW
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def cards(app: AppTest) -> list[str]:
    """The accounts whose cards offer a call, in their order."""
    keys = [button.key or "" for button in app.button]
    return [key.removeprefix("reached-") for key in keys if key.startswith("reached-")]


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def eva(app_reader: Reader) -> str:
    """A CSM's address."""
    people = queries.csms(app_reader)
    leads = people["manager_id"].drop_nulls()
    return str(people.filter(~pl.col("csm_id").is_in(leads.implode()))["email"][0])


def test_the_first_sentence_counts_the_cards_below_it(open_page: Open) -> None:
    csm = eva(reader())
    app = open_page("today", viewer=csm, capacity="3")

    said = shown(app)
    book = queries.scores(queries.reader(queries.viewer_of(csm, DEMO_DAY))).height
    assert f"**3 of your {book} accounts need you on Monday, 23 Nov.**" in said
    assert "Data as of yesterday (20 Nov)." in said
    assert len(cards(app)) == 3


def test_who_would_rather_be_written_to_is_said_with_the_way_to_do_it(open_page: Open) -> None:
    app, now = open_page("today"), reader()
    assert now.snapshot is not None
    listed = calls(Asked(now.store, SYSTEM, DEMO_NOW, now.snapshot)).filter(
        pl.col("account_id").is_in(cards(app))
    )
    writes = listed.filter((pl.col("channel") == "email") & pl.col("email").is_not_null())
    assert 0 < writes.height < listed.height
    assert shown(app).count("[prefers e-mail](mailto:") == writes.height


def test_capacity_cuts_the_list_and_keeps_its_order(open_page: Open) -> None:
    csm = eva(reader())

    few, more = (cards(open_page("today", viewer=csm, capacity=n)) for n in ("2", "4"))

    assert len(few) == 2
    assert more[:2] == few


def test_each_card_has_a_true_reason(open_page: Open) -> None:
    app = open_page("today")
    sentences = queries.open_exceptions(reader())

    for account in cards(app)[:5]:
        of_account = sentences.filter(pl.col("account_id") == account)["sentence"].to_list()
        plain = shown(app).replace("\\", "")
        assert any(sentence in plain for sentence in of_account)


@pytest.mark.usefixtures("open_always")
def test_two_clicks_log_a_call_and_undo_takes_it_back(open_page: Open) -> None:
    app = open_page("today")
    account = cards(app)[0]

    press(app, f"reached-{account}")
    assert "**Logged: reached**" in shown(app)
    assert "Did it help?" in shown(app)
    (task,) = queries.calls(reader()).rows(named=True)
    assert (task["account_id"], task["state"], task["outcome"], task["helped"]) == (
        account,
        "done",
        "reached",
        None,
    )

    press(app, f"Helped-{task['task_id']}")
    assert "It helped." in shown(app)
    assert queries.calls(reader())["helped"].to_list() == [True]
    assert "**1 call** since 1 Nov: 1 reached, 1 helped" in shown(app)

    press(app, f"undo-{task['task_id']}")
    assert queries.calls(reader())["state"].to_list() == ["undone"]
    assert cards(app)[0] == account


@pytest.mark.usefixtures("open_always")
def test_a_logged_call_stays_in_its_place_after_a_reload(open_page: Open) -> None:
    first = open_page("today")
    before = cards(first)
    press(first, f"left message-{before[1]}")

    again = open_page("today")

    assert cards(again) == [account for account in before if account != before[1]]
    assert "**Logged: left message**" in shown(again)
    assert [button.label for button in again.button if str(button.key).startswith("undo-")] == ["Undo"]


@pytest.mark.usefixtures("open_always")
def test_a_note_and_the_next_step_are_kept(open_page: Open) -> None:
    app = open_page("today")
    press(app, f"reached-{cards(app)[0]}")
    (task,) = queries.calls(reader())["task_id"]
    app.text_area(key=f"note-{task}").set_value("They *stay*")
    app.text_input(key=f"next-{task}").set_value("Send the guide")

    save = next(button for button in app.button if button.label == "Save")
    save.click().run()

    row = queries.calls(reader()).row(0, named=True)
    assert (row["note"], row["next_step"], row["helped"]) == ("They *stay*", "Send the guide", None)
    assert r"They \*stay\*" in shown(app)


@pytest.mark.usefixtures("open_always")
def test_a_call_that_somebody_else_logged_is_not_logged_twice(open_page: Open) -> None:
    mine, theirs = open_page("today"), open_page("today")
    account = cards(mine)[0]
    press(theirs, f"reached-{account}")

    press(mine, f"reached-{account}")

    assert queries.calls(reader()).height == 1
    assert "logged a call here" in shown(mine)


def test_out_of_hours_a_call_needs_a_reason_which_is_one_click_more(open_page: Open) -> None:
    app = open_page("today")
    account = cards(app)[0]

    press(app, f"reached-{account}")
    said = shown(app).replace("\\", "")
    assert "It is Saturday there, a day without calls. Nothing is logged yet." in said
    assert queries.calls(reader()).is_empty()

    press(app, f"because-1-{account}")
    assert "**Logged: reached**" in shown(app)
    entry = audit.listing(reader().store.database, SYSTEM, what="call beyond limits").row(0, named=True)
    assert entry["subject"] == account
    assert json.loads(entry["after"]) == {
        "limits": ["It is Saturday there, a day without calls."],
        "because": "It was done earlier",
    }


def test_a_reason_can_be_typed_or_the_call_left(open_page: Open) -> None:
    app = open_page("today")
    account = cards(app)[0]
    press(app, f"reached-{account}")
    press(app, f"because-not-{account}")
    assert "Nothing is logged yet" not in shown(app)

    press(app, f"left message-{account}")
    app.text_input(key=f"because-{account}").set_value("They are at work on Saturdays")
    next(button for button in app.button if button.label == "Go on").click().run()

    assert "**Logged: left message**" in shown(app)


def test_a_card_says_who_has_taken_its_call(open_page: Open) -> None:
    first = open_page("today")
    account = cards(first)[0]
    mo = Viewer("mo@example.com", "Mo", "admin")
    plan.take(reader().store, mo, DEMO_NOW, account, because="They asked for it")

    again = shown(open_page("today"))

    assert "**Taken by Mo since 10:00.**" in again
    assert again.count("Taken by") == 1


@pytest.mark.usefixtures("open_always")
def test_no_reason_is_said_twice_on_a_card(open_page: Open) -> None:
    """A renewal that is the exception is not a sign of risk as well."""
    calls = queries.call_list(reader(), DEMO_NOW.replace(tzinfo=UTC), DEMO_NOW, 100).calls
    renewing = calls.filter(pl.col("kinds").list.contains("renewal_untouched"))
    assert renewing.height
    assert not renewing["reasons"].list.join(" ").str.contains(r"Renewal on \d").any()


def test_what_changed_compares_with_the_day_before(open_page: Open) -> None:
    said = shown(open_page("today"))

    assert re.search(r"Since the snapshot of 13 Nov\.", said)


def test_the_list_can_be_taken_along(open_page: Open) -> None:
    app = open_page("today")

    assert [button.proto.label for button in app.get("download_button")] == ["CSV", "Excel", "Calendar"]
