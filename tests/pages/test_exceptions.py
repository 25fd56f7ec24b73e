from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from components import queries
from components.queries import EVERYONE, Reader
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def judge(app: AppTest, key: str, verdict: str) -> None:
    control: Any = app.get_by_key(key)
    control.set_value(verdict).run()


def first() -> dict[str, Any]:
    """The open exception with most at stake."""
    stakes = queries.scores(reader()).select("account_id", "priority")
    found = queries.open_exceptions(reader()).join(stakes, on="account_id")
    at_stake = pl.col("severity") * pl.col("priority").fill_null(0)
    return found.sort(at_stake, "severity", descending=True).row(0, named=True)


def test_counts_what_is_open(open_page: Open) -> None:
    found = queries.open_exceptions(reader())

    said = shown(open_page("exceptions"))

    assert f"**{found.height} exceptions** on {found['account_id'].n_unique()} accounts" in said
    assert str(first()["sentence"]) in said.replace("\\", "")


def test_the_kind_in_the_link_filters(open_page: Open) -> None:
    found = queries.open_exceptions(reader()).filter(pl.col("kind") == "silent")

    said = shown(open_page("exceptions", exception_kind="Silent"))

    assert f"**{found.height} exception" in said


def test_a_verdict_is_kept_and_counts_for_the_rule(open_page: Open) -> None:
    top = first()
    key = f"verdict-{top['exception_id']}-{top['version']}"

    app = open_page("exceptions")
    judge(app, key, "true")

    row = queries.every_exception(reader()).row(
        by_predicate=pl.col("exception_id") == top["exception_id"], named=True
    )
    assert (row["verdict"], row["verdict_by"]) == ("true", EVERYONE.person)
    assert "1 exception judged so far" in shown(open_page("exceptions", exceptions_view="Rules"))


def test_what_is_judged_false_leaves_the_list(open_page: Open) -> None:
    top = first()
    before = queries.open_exceptions(reader()).height
    app = open_page("exceptions")
    judge(app, f"verdict-{top['exception_id']}-{top['version']}", "false")

    assert f"**{before - 1} exceptions**" in shown(open_page("exceptions"))
    assert "**1 exception** on 1 account" in shown(open_page("exceptions", exception_state="Judged false"))


def test_a_snooze_needs_a_reason_and_keeps_it(open_page: Open) -> None:
    number = first()["exception_id"]
    app = open_page("exceptions")
    app.date_input(key=f"until-{number}").set_value(date(2026, 12, 1))

    next(button for button in app.button if button.label == "Snooze").click().run()
    assert "needs a reason" in shown(app)

    app.date_input(key=f"until-{number}").set_value(date(2026, 12, 1))
    app.text_input(key=f"why-{number}").set_value("They are on holiday")
    next(button for button in app.button if button.label == "Snooze").click().run()

    assert "Snoozed until 1 Dec (in 10 days): They are on holiday" in shown(
        open_page("exceptions", exception_state="Snoozed")
    )


def test_an_account_goes_on_the_call_list(open_page: Open) -> None:
    top = first()
    app = open_page("exceptions")

    app.button(key=f"add-{top['exception_id']}").click().run()

    assert queries.accounts_to_call(reader()) == {top["account_id"]}
    assert "On the call list" in shown(app)


def test_an_empty_choice_says_what_would_fill_it(open_page: Open) -> None:
    assert "No exception here." in shown(open_page("exceptions", exception_state="Snoozed"))
