from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from components import queries
from components.account_search import matching
from components.queries import EVERYONE, Reader
from components.queries import settings as queries_settings
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def troubled() -> dict[str, Any]:
    """An account with an open exception and a score."""
    open_now = queries.open_exceptions(reader())["account_id"]
    book = queries.scores(reader())
    return book.filter(
        pl.col("account_id").is_in(open_now.implode()) & pl.col("behaviour").is_not_null()
    ).row(0, named=True)


def test_the_link_opens_the_account_with_its_exceptions(open_page: Open) -> None:
    row = troubled()

    app = open_page("account", account=str(row["account_id"]))

    said = shown(app).replace("\\", "")
    assert app.title[0].value.replace("\\", "") == row["name"]
    for sentence in queries.open_exceptions(reader()).filter(pl.col("account_id") == row["account_id"])[
        "sentence"
    ]:
        assert sentence in said


def test_the_parts_of_each_score_sum_to_it(open_page: Open) -> None:
    row = troubled()

    said = shown(open_page("account", account=str(row["account_id"])))

    parts = [float(row[f"{name}_points"]) for name in ("frequency", "effectiveness", "breadth")]
    assert sum(parts) == pytest.approx(row["behaviour"], abs=0.01)
    assert f"| **Sum** | | | **{row['behaviour']:.1f}** |" in said
    risk = json.loads(str(row["risk_parts"]))
    assert sum(part["points"] for part in risk) == pytest.approx(row["risk"], abs=0.5)


def test_an_unknown_account_says_so_and_leads_back(open_page: Open) -> None:
    app = open_page("account", account="nobody*")

    assert not app.exception
    assert r"There is no account **nobody\*** in this book" in shown(app)
    assert [link.value for link in app.page_link] == ["All accounts"]


def test_another_csms_account_is_not_shown(open_page: Open) -> None:
    row = troubled()
    people = queries.csms(reader())
    leads = people["manager_id"].drop_nulls()
    other = people.filter((pl.col("csm_id") != row["csm_id"]) & ~pl.col("csm_id").is_in(leads.implode()))

    said = shown(open_page("account", viewer=str(other["email"][0]), account=str(row["account_id"])))

    assert "There is no account" in said
    assert str(row["name"]) not in said


def test_a_call_can_be_logged_and_undone_here(open_page: Open) -> None:
    account = str(troubled()["account_id"])
    app = open_page("account", account=account)

    app.button(key="here-reached").click().run()
    assert "**Logged: reached**" in shown(app)

    (task,) = queries.calls(reader())["task_id"]
    app.button(key=f"undo-{task}").click().run()
    assert queries.calls(reader())["state"].to_list() == ["undone"]


def test_the_account_goes_on_the_call_list(open_page: Open) -> None:
    account = str(troubled()["account_id"])
    app = open_page("account", account=account)

    app.button(key="add-here").click().run()

    assert queries.accounts_to_call(reader()) == {account}


def test_who_must_be_left_alone_is_marked_and_has_no_number(open_page: Open) -> None:
    contacts = queries.fact(reader(), "contacts").filter("do_not_contact")
    live = queries.scores(reader())["account_id"]
    row = contacts.filter(pl.col("account_id").is_in(live.implode())).row(0, named=True)

    said = shown(open_page("account", account=row["account_id"])).replace("\\", "")

    assert "Do not contact" in said
    assert "Asked not to be contacted." in said
    assert f"tel:{row['phone']}" not in said


def test_search_finds_by_any_word_without_accents() -> None:
    book = pl.DataFrame({"account_id": ["A1", "A2", "B1"], "name": ["Åland Café", "Cafe Nord", "Bau"]})

    assert matching(book, "cafe")["account_id"].to_list() == ["A2", "A1"]
    assert matching(book, "CAFÉ aland")["account_id"].to_list() == ["A1"]
    assert matching(book, "b1")["name"].to_list() == ["Bau"]
    assert matching(book, "nothing").is_empty()


def test_a_quiet_champion_and_a_release_stand_in_the_timeline(open_page: Open) -> None:
    quiet = queries.part(reader(), "champions").row(0, named=True)
    released = queries.part(reader(), "releases").row(0, named=True)

    said = shown(open_page("account", account=quiet["account_id"])).replace("\\", "")

    assert f"Champion quiet since {quiet['quiet_since']:%-d %b}" in said
    assert quiet["sentence"] in said
    signed_on = queries.scores(reader()).filter(account_id=quiet["account_id"])["signed_on"][0]
    assert (f"Release: {released['feature']}" in said) == (signed_on <= released["released_on"])


def test_reach_stands_beside_behaviour_and_emotion_with_what_it_is_made_of(open_page: Open) -> None:
    rows = queries.scores(queries.reader(EVERYONE)).filter(pl.col("referrals_made") > 0)
    row = rows.row(0, named=True)

    told = shown(open_page("account", account=row["account_id"]))

    assert f"**Reach {row['reach']:.0f}** of 100" in told
    followers = "Followers not known" if row["followers"] is None else f"{row['followers']:,} follower"
    assert followers in told
    made = row["referrals_made"]
    assert f"{made} referral{'s' if made > 1 else ''} made, {row['referrals_won']} of them won" in told


def test_users_are_scored_in_three_parts_and_say_whom_they_are_compared_with(open_page: Open) -> None:
    scored = queries_settings.users(reader()).drop_nulls("behaviour")
    assert scored.height > 30
    account = scored["account_id"][0]
    app = open_page("account", account=account)
    assert not app.exception
    told = " ".join(caption.value for caption in app.caption)
    assert f"the share of {scored['reference_n'][0]:,} users" in told
