"""Renewals: the list, what it says, and a result recorded, seen by the next reader, taken back."""

from __future__ import annotations

import polars as pl
import pytest

from components import queries
from components.queries import EVERYONE, Reader
from components.queries import renewals as queries_renewals
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def test_the_list_has_every_renewal_of_the_time_asked_for(open_page: Open) -> None:
    rows = queries_renewals.listing(reader())
    for label, days in (("30 days", 30), ("A year", 365)):
        due = rows.filter(pl.col("days").is_between(0, days))
        app = open_page("renewals", due=label)
        assert len(app.dataframe[0].value) == due.height > 0
        assert f"{due.height} renewals" in shown(app)
    assert rows.filter(pl.col("days").is_between(0, 90)).height > 0


def test_a_result_is_recorded_and_taken_back(open_page: Open) -> None:
    row = queries_renewals.listing(reader()).filter(pl.col("days") < 0).row(-1, named=True)
    app = open_page("renewals", due="Came due")
    label = f"{row['name']} · {row['due_on']:%-d %b %Y} · {row['account_id']}"
    key = f"{row['account_id']}-{row['due_on']}-0"

    app.selectbox(key="renewal").select(label).run()
    app.button_group(key=f"result-{key}").set_value("lost").run()
    app.button_group(key=f"reason-{key}-lost").set_value("price").run()
    app.button(key=f"save-{key}").click().run()

    assert not app.exception
    recorded = queries_renewals.listing(reader()).filter(pl.col("result").is_not_null())
    assert recorded.select("account_id", "result", "reason").rows() == [(row["account_id"], "lost", "price")]

    again = open_page("renewals", due="Recorded")
    again.selectbox(key="renewal").select(label).run()
    assert "Recorded as lost, price" in shown(again)
    again.button(key=f"undo-{row['account_id']}-{row['due_on']}-1").click().run()
    assert "Nobody recorded a result yet." in shown(again)


def test_a_result_without_a_reason_is_refused_in_words(open_page: Open) -> None:
    row = queries_renewals.listing(reader()).filter(pl.col("days") > 0).row(0, named=True)
    app = open_page("renewals")
    key = f"{row['account_id']}-{row['due_on']}-0"
    app.selectbox(key="renewal").select(
        f"{row['name']} · {row['due_on']:%-d %b %Y} · {row['account_id']}"
    ).run()
    app.button_group(key=f"result-{key}").set_value("won").run()
    app.button(key=f"save-{key}").click().run()

    assert "Choose why it was won" in shown(app)
    assert (
        queries_renewals.listing(reader())["result"].null_count() == queries_renewals.listing(reader()).height
    )


def test_no_renewal_says_what_would_fill_it(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    none = queries_renewals.listing(reader()).clear()
    monkeypatch.setattr(queries_renewals, "listing", lambda _: none)

    assert "No renewal is known." in shown(open_page("renewals"))


def test_a_failing_store_gives_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise queries.RoundsError("The database does not answer.")

    monkeypatch.setattr(queries_renewals, "listing", refuse)
    app = open_page("renewals")
    assert [error.value.split(". ")[0] for error in app.error] == ["The database does not answer"]
