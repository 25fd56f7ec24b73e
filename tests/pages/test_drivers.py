"""Success drivers: a sentence first, dots with intervals, rows."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from components import charts_drivers
from components.queries import settings as queries_settings
from models.driver_accounts import DRIVER_ACCOUNTS
from models.drivers import DRIVERS
from tests.models.rows import frame
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")

CLEAR = {
    "driver": "contact support at least twice",
    "activity": "support",
    "landmark": 30,
    "times": 2,
    "n_with": 40,
    "n_without": 60,
    "share_with": 0.81,
    "share_without": 0.7,
    "difference": 0.11,
    "low": 0.02,
    "high": 0.2,
    "z": 2.5,
    "q": 0.01,
    "clear": True,
    "sentence": "Customers who contact support at least twice stay more often.",
}
FOUND = frame(
    DRIVERS, CLEAR, {**CLEAR, "driver": "use “X <b>”", "clear": False, "difference": -0.1, "landmark": 90}
)


def test_a_small_company_says_what_is_missing(open_page: Open) -> None:
    assert "Too few decisions are known" in shown(open_page("drivers"))


def test_the_clearest_is_said_first(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries_settings, "drivers", lambda _: FOUND)
    app = open_page("drivers")
    told = shown(app)
    assert "1 of 2 activities go clearly with success or failure" in told
    assert told.index("contact support") < told.index("Dot: difference")
    assert app.dataframe[0].value.shape[0] == 2


def test_nothing_clear_is_said_plainly(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries_settings, "drivers", lambda _: FOUND.with_columns(clear=pl.lit(value=False)))
    assert "Nothing stands out" in shown(open_page("drivers"))


NAME = "contact support at least twice, first 30 days"
BEHIND = frame(
    DRIVER_ACCOUNTS,
    *(
        {
            "account_id": f"x{n}",
            "signed_on": date(2024, 1, 1),
            "decided_on": date(2025, 1, 1),
            "succeeded": n % 4 > 0,
            "did": [NAME] if n < 40 else [],
            "did_not": [NAME] if 40 <= n < 100 else ["use “X <b>”, first 90 days"],
        }
        for n in range(120)
    ),
)


def test_a_driver_opens_into_the_accounts_that_add_up_to_its_n(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries_settings, "drivers", lambda _: FOUND)
    monkeypatch.setattr(queries_settings, "driver_accounts", lambda _: BEHIND)
    app = open_page("drivers")
    assert len(app.dataframe) == 1
    app.button(key=f"behind-{NAME}").click().run()
    assert app.selectbox(key="driver").value == NAME
    assert "**40 did it**, of them 30 (75 %) succeeded; **60 did not**, of them 45 (75 %)" in shown(app)
    assert "In this book" not in shown(app)
    assert [int(n) for n in app.dataframe[1].value["did"].value_counts().sort_index()] == [60, 40]

    linked = open_page("drivers", driver=NAME, driver_who="who did not")
    assert linked.dataframe[1].value.shape[0] == 60
    assert not linked.dataframe[1].value["did"].any()


def test_a_book_that_holds_some_of_them_says_so(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries_settings, "drivers", lambda _: FOUND)
    monkeypatch.setattr(queries_settings, "driver_accounts", lambda _: BEHIND.head(10))
    assert "In this book are 10 of the 100 accounts" in shown(open_page("drivers", driver=NAME))


def test_a_snapshot_from_before_says_that_it_cannot_tell(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries_settings, "drivers", lambda _: FOUND)
    monkeypatch.setattr(queries_settings, "driver_accounts", lambda _: None)
    app = open_page("drivers", driver=NAME)
    assert not app.exception
    assert "the next refresh will" in shown(app)


def test_dots_carry_their_interval_and_their_meaning_without_colour() -> None:
    clear, chance = charts_drivers.dots(FOUND)["data"]
    assert (clear["marker"]["symbol"], chance["marker"]["symbol"]) == ("circle", "circle-open")
    assert clear["x"] == pytest.approx([11])
    assert clear["error_x"]["array"] == pytest.approx([9])
    assert clear["error_x"]["arrayminus"] == pytest.approx([9])
    labels = charts_drivers.dots(FOUND)["layout"]["yaxis"]["ticktext"]
    assert labels == ["use “X &lt;b>”, 90 days", "contact support at least twice, 30 days"]
    assert "1 of them clear" in charts_drivers.alt(FOUND)
