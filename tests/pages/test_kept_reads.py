"""What is kept between sessions: nobody gets another's, and it moves with deeds and filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
import streamlit as st

from actions import calls, exceptions, pulse
from actions.calls import Call
from components import queries
from components.queries import EVERYONE, Reader, Viewer, day, found, imported, retained, wrong
from models.book_view import BookQuery
from models.calls import CallList
from models.exception_view import FALSE, OPEN
from models.retention_rows import LOGO
from tests.conftest import DEMO_DAY, DEMO_NOW

pytestmark = pytest.mark.usefixtures("in_demo")

BEGAN = DEMO_NOW.replace(hour=0)


def list_of_the_day(reader: Reader) -> day.Day:
    return day.day(reader, DEMO_NOW.astimezone(), BEGAN, 5)


READS: dict[str, Callable[[Reader], Any]] = {
    "day.day": list_of_the_day,
    "day.risky": day.risky,
    "day.done": lambda reader: day.done(reader, DEMO_DAY.replace(day=1)),
    "found.told": found.told,
    "found.found": lambda reader: found.found(reader, BookQuery()),
    "found.whole": lambda reader: found.whole(reader, BookQuery(sort="name")),
    "imported.coverage": imported.coverage,
    "retained.retained": lambda reader: retained.retained(reader, ()),
    "retained.drawn": lambda reader: retained.drawn(reader, (), "EUR"),
    "retained.ranges": lambda reader: retained.ranges(reader, (), "EUR"),
    "wrong.known": wrong.known,
    "wrong.listed": lambda reader: wrong.listed(reader, DEMO_DAY, OPEN, None, None),
    "wrong.owners": wrong.owners,
    "wrong.segments": wrong.segments,
}


def plain(value: Any) -> Any:
    """An answer as what can be compared; sums differ in their last digits with the order of threads."""
    if isinstance(value, pl.DataFrame):
        return plain(value.to_dicts())
    if isinstance(value, day.Day | found.Told | retained.Retained | retained.Drawn | CallList):
        return plain(vars(value))
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | pl.Series):
        return [plain(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value


def reader(viewer: Viewer = EVERYONE) -> Reader:
    return queries.reader(viewer)


def csm() -> Viewer:
    """Whose own book has open exceptions, and is not the whole."""
    most = wrong.known(reader())["csm_id"].drop_nulls().mode()[0]
    rows = queries.csms(reader())
    found = queries.signed_in(rows.filter(pl.col("csm_id") == most)["email"][0], DEMO_DAY)
    assert found is not None
    assert found.books is not None
    return found


def test_nobody_gets_what_was_kept_for_another() -> None:
    mine = csm()
    st.cache_resource.clear()
    alone = {name: plain(read(reader(mine))) for name, read in READS.items()}
    st.cache_resource.clear()
    everyones = {name: plain(read(reader())) for name, read in READS.items()}
    assert {name: plain(read(reader(mine))) for name, read in READS.items()} == alone
    assert {name: plain(read(reader())) for name, read in READS.items()} == everyones
    same = {name for name in READS if alone[name] == everyones[name]}
    assert same <= {"day.done", "wrong.segments"}


def test_a_call_that_was_logged_counts_and_leaves_the_list_of_what_was_kept() -> None:
    before, was = day.done(reader(), DEMO_DAY.replace(day=1)), list_of_the_day(reader())
    row = was.mine.row(0, named=True)
    whom = Call(row["account_id"], csm_id=row["csm_id"])
    calls.log(queries.store(), EVERYONE, DEMO_NOW, whom, "reached", because="a test")
    now = day.done(reader(), DEMO_DAY.replace(day=1))
    assert (now.calls, now.reached) == (before.calls + 1, before.reached + 1)
    assert list_of_the_day(reader()) is not was


def test_a_smaller_capacity_is_another_list() -> None:
    few = day.day(reader(), DEMO_NOW.astimezone(), BEGAN, 1).mine
    assert few.height < list_of_the_day(reader()).mine.height
    assert few["csm_id"].is_unique().all()


def test_a_verdict_moves_an_exception_to_another_list() -> None:
    row = wrong.listed(reader(), DEMO_DAY, OPEN, None, None).row(0, named=True)
    assert row["exception_id"] not in wrong.listed(reader(), DEMO_DAY, FALSE, None, None)["exception_id"]

    exceptions.judge(queries.store(), EVERYONE, DEMO_NOW, row["exception_id"], row["version"], "false")

    assert row["exception_id"] not in wrong.listed(reader(), DEMO_DAY, OPEN, None, None)["exception_id"]
    assert row["exception_id"] in wrong.listed(reader(), DEMO_DAY, FALSE, None, None)["exception_id"]


def test_the_export_of_accounts_has_the_pulse_that_stands_when_it_is_taken() -> None:
    query = BookQuery(sort="name", descending=False)
    rows = found.whole(reader(), query)
    assert (
        rows["account_id"].to_list()
        == queries.book(reader())[found.found(reader(), query)]["account_id"].to_list()
    )
    account = rows["account_id"][0]

    pulse.give(queries.store(), EVERYONE, DEMO_NOW, account, 1, "They said so")

    assert found.whole(reader(), query).row(0, named=True)["pulse_reason"] == "They said so"


def test_each_narrowing_has_figures_of_its_own() -> None:
    segment = str(queries.fact(reader(), "accounts")["segment"].drop_nulls()[0])
    own = (("segment", (segment,)),)
    day_of = reader().as_of
    whole, part = (retained.retained(reader(), chosen).at(LOGO, "", day_of) for chosen in ((), own))
    assert 0 < part.accounts < whole.accounts
    assert retained.ranges(reader(), own, "EUR")[LOGO] != retained.ranges(reader(), (), "EUR")[LOGO]


def test_where_what_was_asked_for_stands_follows_the_question() -> None:
    book = queries.book(reader())
    name = str(book["name"].drop_nulls()[0])
    only = book[found.found(reader(), BookQuery(search=name))]
    assert name in only["name"]
    assert only.height < book.height
    assert found.found(reader(), BookQuery(search="no such company")).is_empty()
