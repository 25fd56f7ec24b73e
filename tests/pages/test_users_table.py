"""The users of an account, in a sentence and rows."""

from __future__ import annotations

import polars as pl
import pytest

from components.queries import settings as queries_settings
from models.user_behaviour import USERS
from tests.pages.conftest import Open, shown


@pytest.mark.usefixtures("in_demo")
def test_the_account_page_shows_its_users(open_page: Open) -> None:
    app = open_page("account", account="A00002")
    told = shown(app)
    assert "seen in half a year were active" in told or "No named users" in told
    assert not app.exception


@pytest.mark.usefixtures("in_demo")
def test_without_named_users_it_says_what_is_missing(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from components import queries

    reader = queries.reader(queries.EVERYONE)
    account = queries.scores(reader)["account_id"][0]
    monkeypatch.setattr(queries_settings, "users", lambda _: USERS.empty())
    assert "No named users in half a year" in shown(open_page("account", account=account))


@pytest.mark.usefixtures("in_demo")
def test_counts_in_the_sentence_are_those_of_the_rows(open_page: Open) -> None:
    from components import queries

    reader = queries.reader(queries.EVERYONE)
    users = queries_settings.users(reader)
    account = users["account_id"][0]
    mine = users.filter(pl.col("account_id") == account)
    active = mine.filter(pl.col("active_days_28") > 0).height
    assert f"**{active} of {mine['users_of_account'][0]} user" in shown(open_page("account", account=account))
