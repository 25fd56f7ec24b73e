"""Value: the sentence adds up, the lists rank, what is not known is said."""

from __future__ import annotations

import polars as pl
import pytest

from components import queries
from components.queries import EVERYONE, Reader
from components.queries import value as queries_value
from models.worth import WORTH, Worth
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def euros() -> pl.DataFrame:
    return queries_value.valued(reader()).accounts.filter(pl.col("currency").is_in(["EUR", ""]))


def test_the_sentence_is_the_sum_of_the_list_and_of_the_groups(open_page: Open) -> None:
    app = open_page("value")
    total = euros()["worth"].sum()

    assert f"are worth € {total:,.0f}" in shown(app)
    groups, listed = app.dataframe[0].value, app.dataframe[1].value
    assert groups["worth"].sum() == pytest.approx(total, abs=0.1)
    assert listed["worth"].sum() == pytest.approx(total, abs=0.1)
    assert list(listed["worth"]) == sorted(listed["worth"], reverse=True)


@pytest.mark.parametrize(
    ("wanted", "condition"),
    [
        ("Cost more than they bring", pl.col("monthly") < 0),
        ("Pay back late", pl.col("payback_months") > 24),
    ],
)
def test_a_list_holds_those_it_names(wanted: str, condition: pl.Expr, open_page: Open) -> None:
    app = open_page("value", list=wanted)
    n = euros().filter(condition).height
    assert len(app.dataframe) == (2 if n else 1)
    if n:
        assert len(app.dataframe[1].value) == n


def test_advocates_and_who_referred_are_listed(open_page: Open) -> None:
    app = open_page("value", list="Advocates and referrals")
    rows = app.dataframe[1].value
    assert ((rows["referrals_won"] > 0) | (rows["quadrant"] == "advocate")).all()


def test_what_is_not_known_is_said(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    real = queries.fact

    def without_margin(now: Reader, name: str, account_id: str | None = None) -> pl.DataFrame:
        rows = real(now, name, account_id)
        return rows.with_columns(gross_margin=pl.lit(None, pl.Float64)) if name == "accounts" else rows

    monkeypatch.setattr(queries_value, "fact", without_margin)
    said = shown(open_page("value"))
    assert "No worth is known" in said
    assert "margin not known" in said


def test_a_stated_margin_stands_in_and_is_named(open_page: Open) -> None:
    app = open_page("value")
    app.number_input(key="value-horizon-0").set_value(12)
    app.run()
    app.button(key="value-save").click().run()

    assert "over the next 12 months" in shown(app)
    assert queries_value.assumed(reader()).horizon_months == 12


def test_nobody_to_value_says_so(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    none = Worth(WORTH.empty(), (), 0, 0.0)
    monkeypatch.setattr(queries_value, "valued", lambda _: none)
    assert "Nobody is a customer" in shown(open_page("value"))


def test_a_failing_store_gives_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise queries.RoundsError("The database does not answer.")

    monkeypatch.setattr(queries_value, "valued", refuse)
    app = open_page("value")
    assert [error.value.split(". ")[0] for error in app.error] == ["The database does not answer"]
