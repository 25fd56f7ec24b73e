"""What somebody inside is not let see or do is told in a sentence, and put on record: who, what, where."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from components import failures, queries
from components.queries import AUDITOR, Viewer
from data_access import audit, facts, people
from data_access.errors import StoreError
from data_access.viewer import SYSTEM
from shell import gate
from tests.conftest import DEMO_DAY
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo", "kept")


@pytest.fixture
def kept() -> Iterator[None]:
    """Refusals are kept as the server keeps them."""
    gate.keep_refusals()
    yield
    failures.keep_refusals(lambda _: None)


def csm() -> Viewer:
    database = queries.store().database
    email = people.csms(database).drop_nulls("manager_id")["email"][0]
    return people.viewer_of(database, email, DEMO_DAY)


def refusals(viewer: Viewer) -> pl.DataFrame:
    return audit.listing(queries.store().database, SYSTEM, person=viewer.person, what="refused")


def press(app: AppTest, label: str) -> AppTest:
    return next(one for one in app.button if one.label == label).click().run()


@pytest.mark.parametrize("page", ["account", "call"])
def test_a_link_to_a_colleagues_account_is_on_record_once_a_session(page: str, open_page: Open) -> None:
    viewer = csm()
    every = facts.fact(queries.store().database, SYSTEM, "accounts")
    theirs = every.filter(~pl.col("csm_id").is_in(list(viewer.books or ())))["account_id"][0]
    app = open_page(page, viewer=viewer.person, account=theirs)
    app.run()
    assert f"There is no account **{theirs}** in this book" in shown(app)
    entry = refusals(viewer)
    assert entry["subject"].to_list() == [f"There is no account {theirs} in their book."]
    assert entry["rows"].to_list() == [0]


def test_a_page_for_others_is_on_record(open_page: Open) -> None:
    viewer = csm()
    app = open_page("audit", viewer=viewer.person)
    assert "is for auditors" in app.error[0].value
    assert "is for auditors" in refusals(viewer)["subject"][0]


def test_what_an_auditor_presses_is_refused_and_each_time_on_record(open_page: Open) -> None:
    account = facts.fact(queries.store().database, SYSTEM, "accounts")
    live = account.filter(pl.col("churned_on").is_null())["account_id"][0]
    app = open_page("account", viewer=AUDITOR.person, account=live)
    press(press(app, "Reached"), "Reached")
    assert "can read but not change anything" in shown(app)
    assert refusals(AUDITOR).height == 2
    assert "can read but not change anything" in refusals(AUDITOR)["subject"][0]


def test_a_refusal_that_cannot_be_recorded_is_still_a_refusal(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: str) -> None:
        raise StoreError("The database at db.example does not answer.")

    failures.keep_refusals(away)
    app = open_page("audit", viewer=csm().person)
    assert not app.exception
    assert "is for auditors" in app.error[0].value
