"""The call sheet: one call on one screen, and the plan changed by hand."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from components import queries
from components.queries import EVERYONE, Reader
from tests.pages.conftest import Open, shown
from tests.pages.test_today import cards

pytestmark = pytest.mark.usefixtures("in_demo")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def sheet(open_page: Open) -> tuple[str, AppTest]:
    """The sheet of the first call of today."""
    account = cards(open_page("today"))[0]
    return account, open_page("call", account=account)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_the_sheet_tells_whom_why_what_to_say_and_what_was_said(open_page: Open) -> None:
    account, app = sheet(open_page)

    said = shown(app)
    assert "**Open** " in said
    assert "(tel:+" in said
    assert "Last contacts" in said
    assert "(mailto:" in said
    assert "Hello " in app.code[0].value
    assert {"Reached", "Left message", "Wrong person"} <= {button.label for button in app.button}
    name = queries.scores(reader()).filter(account_id=account)["name"].item()
    assert app.title[0].value.startswith("Call ")
    assert name.split()[0] in app.title[0].value


def test_why_it_stands_above_another(open_page: Open) -> None:
    _, app = sheet(open_page)

    table = app.dataframe[0].value
    assert table["term"].tolist()[0] == "Chance of leaving"
    assert [str(said).endswith("%") for said in table["upper"]] == [True, False, True, False]
    chance, size, saved, worth = (float(said) for said in table["times"])
    assert chance * size * saved == pytest.approx(worth, rel=0.03)


@pytest.mark.usefixtures("open_always")
def test_a_call_is_taken_and_given_back(open_page: Open) -> None:
    account, app = sheet(open_page)

    press(app, "I take this call")
    assert "Yours since 10:00" in shown(app)
    press(app, "Give it back")
    assert "I take this call" in [button.label for button in app.button]
    assert queries.calls(reader()).is_empty()
    assert account


def test_a_call_put_off_leaves_the_list_and_undo_brings_it_back(open_page: Open) -> None:
    account, app = sheet(open_page)
    app.date_input(key="put-off-until").set_value(date(2026, 12, 1))
    app.text_input(key="put-off-why").set_value("On leave")
    [button for button in app.button if button.label == "Put off"][-1].click().run()

    assert queries.calls(reader())["due_on"].to_list() == [date(2026, 12, 1)]
    assert "is not on today's list" in shown(app)
    assert "On leave" in shown(app)
    today = open_page("today")
    assert account not in cards(today)


def test_a_call_taken_off_needs_a_reason(open_page: Open) -> None:
    _, app = sheet(open_page)
    press(app, "Take off")

    assert "Say why it comes off the list" in shown(app)
    assert queries.calls(reader()).is_empty()


def test_an_account_that_is_not_listed_says_so(open_page: Open) -> None:
    assert "There is no account **nobody**" in shown(open_page("call", account="nobody"))
    assert "Choose a call on Today." in shown(open_page("call"))


@pytest.mark.usefixtures("open_always")
def test_several_calls_are_logged_at_once(open_page: Open) -> None:
    app = open_page("today")
    two = cards(app)[:2]
    app.multiselect(key="many").set_value(two).run()
    app.button(key="many-left message").click().run()

    assert "2 calls logged: left message." in shown(app)
    assert set(queries.calls(reader())["account_id"]) == set(two)
    assert not set(two) & set(cards(app))

    app.button(key="undo-many").click().run()
    assert set(queries.calls(reader())["state"]) == {"undone"}
    assert set(two) <= set(cards(app))
    assert "2 calls logged" not in shown(app)
