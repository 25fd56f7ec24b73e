"""Signing in against a real OpenID provider: the right person, a stranger, an old session, signing out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_access import audit
from data_access.config import Configuration
from data_access.people import csms
from data_access.store import open_store
from data_access.viewer import SYSTEM
from tests.browser.conftest import Visit
from tests.browser.server import serve
from tests.browser.signing import ADMIN, Sign, configured, present, provider

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STRANGER, LIAR = "stranger@example.org", "unverified"
sign_in = Sign.enter


def staff(home: Path) -> pl.DataFrame:
    store = open_store(Configuration(home=home))
    found = csms(store.database)
    store.close()
    return found


def entries(home: Path) -> pl.DataFrame:
    store = open_store(Configuration(home=home))
    found = audit.listing(store.database, SYSTEM)
    store.close()
    return found


@pytest.fixture(scope="module")
def at(home: Path) -> Iterator[str]:
    """The provider, a process of its own: our people, two others, and one it does not vouch for."""
    people = staff(home).drop_nulls("email")["email"].to_list()
    users: list[dict[str, object]] = [{"sub": one, "email": one, "email_verified": True} for one in people]
    users += [{"sub": one, "email": one} for one in (STRANGER, ADMIN)]
    users.append({"sub": LIAR, "email": people[0], "email_verified": False})
    with provider(home.parent, users) as address:
        yield address


@pytest.fixture
def environment(at: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Sign-in by environment, as an operator sets it; gives the port that the app must have."""
    return configured(at, monkeypatch).port


def test_a_csm_signs_in_to_their_own_book_and_out_again(home: Path, environment: int, visit: Visit) -> None:
    person = (
        staff(home).filter(pl.col("csm_id").is_in(pl.col("manager_id").implode()).not_()).row(0, named=True)
    )
    others = staff(home).filter(pl.col("csm_id") != person["csm_id"])["name"].to_list()
    with serve(home, present(), "--server.address", "0.0.0.0", port=environment) as address:
        page = visit(address + "/accounts")
        page.get_by_role("button", name="Sign in").wait_for()
        assert page.get_by_test_id("stSidebarNavLink").count() == 0
        assert not [name for name in others if name in page.inner_text("body")]
        sign_in(page, person["email"])
        page.get_by_text(f"Signed in as {person['name']} (csm)").wait_for()
        assert "Audit log" not in page.inner_text("body")
        page.goto(address + "/audit")
        page.get_by_text("The audit log is for auditors").wait_for()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/end_session**")
        page.goto(address + "/accounts")
        page.get_by_role("button", name="Sign in").wait_for()
        assert page.get_by_test_id("stSidebarNavLink").count() == 0
    told = entries(home).filter(pl.col("person") == person["email"])
    assert told["what"].to_list() == ["refused", "sign-in"]
    assert "The audit log is for auditors" in told["subject"][0]
    assert json.loads(told["after"][0]) == {"page": "audit"}


def test_a_stranger_and_an_unverified_address_see_nothing(home: Path, environment: int, visit: Visit) -> None:
    people = staff(home)["name"].to_list()
    with serve(home, present(), "--server.address", "0.0.0.0", port=environment) as address:
        for sub in (STRANGER, LIAR):
            page = visit(address + "/account?account=A00001")
            sign_in(page, sub)
            page.get_by_role("heading", name="You have no book here yet").wait_for()
            text = page.inner_text("body")
            assert "Ask your admin" in text
            assert not [name for name in people if name in text]
            assert page.get_by_test_id("stSidebarNavLink").count() == 0
    refused = entries(home).filter(pl.col("what") == "refused")["person"].to_list()
    assert STRANGER in refused
    assert LIAR in refused


def test_the_first_admin_comes_in_and_gives_the_stranger_a_role(
    home: Path, environment: int, visit: Visit
) -> None:
    with serve(home, present(), "--server.address", "0.0.0.0", port=environment) as address:
        page = visit(address + "/people")
        sign_in(page, ADMIN)
        page.goto(address + "/people")
        page.get_by_text("Give somebody a role").click()
        field = page.get_by_label("E-mail address they sign in with")
        field.fill(STRANGER)
        field.press("Tab")
        page.get_by_text("Auditor: reads everything, changes nothing").last.click()
        page.get_by_role("button", name="Give this role").click()
        page.get_by_text("Take a role away").wait_for()
        other = visit(address + "/audit")
        sign_in(other, STRANGER)
        other.get_by_text(f"Signed in as {STRANGER} (auditor)").wait_for()


def test_an_old_sign_in_has_to_be_made_again(home: Path, environment: int, visit: Visit) -> None:
    person = staff(home).drop_nulls("email").row(0, named=True)
    later = (datetime.now(UTC) + timedelta(hours=13)).isoformat()
    with serve(home, later, "--server.address", "0.0.0.0", port=environment) as address:
        page = visit(address)
        sign_in(page, person["email"])
        page.get_by_text("You signed in more than 12 hours ago").wait_for()
        assert page.get_by_test_id("stSidebarNavLink").count() == 0
