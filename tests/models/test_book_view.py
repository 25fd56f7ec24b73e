"""The table of the whole book: search, filters, order, pages, and the sentence above it."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.book_view import (
    NOBODY,
    VIEW,
    BookQuery,
    at_risk,
    book_view,
    choices,
    narrowed,
    page_count,
    page_of,
    renewing,
)
from models.facts import CSMS
from models.snapshot import SCORES, WEEKS

DAY = date(2026, 3, 1)


def scores(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{"name": row["account_id"], **row} for row in rows], schema=SCORES.schema)


def view(*rows: dict[str, Any], exceptions: dict[str, list[str]] | None = None) -> pl.DataFrame:
    pairs = [(account, kind) for account, kinds in (exceptions or {}).items() for kind in kinds]
    open_now = pl.DataFrame(pairs, schema={"account_id": pl.String, "kind": pl.String}, orient="row")
    csms = pl.DataFrame([{"csm_id": "c1", "name": "Eva Lind"}], schema=CSMS.schema)
    return book_view(scores(*rows), WEEKS.empty(), open_now, csms)


def ids(frame: pl.DataFrame) -> list[str]:
    return frame["account_id"].to_list()


BOOK = view(
    {"account_id": "a", "name": "Ångström", "segment": "Large", "risk": 80.0, "csm_id": "c1", "mrr": 10.0,
     "currency": "EUR", "renewal_on": date(2026, 3, 1), "quadrant": "adrift"},
    {"account_id": "b", "name": "Bond & Sons", "segment": "Small", "risk": 20.0, "csm_id": "gone", "mrr": 7.0,
     "currency": "USD", "renewal_on": date(2026, 5, 30), "quadrant": "advocate"},
    {"account_id": "c", "name": "Cable", "segment": "Small", "risk": None, "mrr": None,
     "renewal_on": date(2026, 5, 31), "quadrant": "silent"},
    {"account_id": "d", "name": "Bond Nord", "segment": None, "risk": 40.0, "csm_id": "c1", "mrr": 5.0,
     "currency": "EUR", "renewal_on": date(2026, 2, 28)},
    exceptions={"a": ["silent", "declined"], "b": ["declined"]},
)  # fmt: skip


def test_the_view_names_the_csm_and_says_nobody() -> None:
    assert dict(BOOK.select("account_id", "csm").iter_rows()) == {
        "a": "Eva Lind",
        "b": "gone",
        "c": NOBODY,
        "d": "Eva Lind",
    }
    assert BOOK.columns == VIEW.names


def test_search_wants_every_word_and_forgives_accents_and_case() -> None:
    assert ids(narrowed(BOOK, BookQuery(search="ANGstrom"), DAY)) == ["a"]
    assert ids(narrowed(BOOK, BookQuery(search="nord bond"), DAY)) == ["d"]
    assert ids(narrowed(BOOK, BookQuery(search="&"), DAY)) == ["b"]
    assert ids(narrowed(BOOK, BookQuery(search="(["), DAY)) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (BookQuery(segments=("Small",)), {"b", "c"}),
        (BookQuery(csms=(NOBODY,)), {"c"}),
        (BookQuery(csms=("Eva Lind",), quadrants=("adrift",)), {"a"}),
        (BookQuery(kinds=("silent",)), {"a"}),
        (BookQuery(kinds=("silent", "declined")), {"a", "b"}),
        (BookQuery(risk_at_least=40), {"a", "d"}),
        (BookQuery(renews_within=0), {"a"}),
        (BookQuery(renews_within=90), {"a", "b"}),
        (BookQuery(plans=("Pro",)), set()),
        (BookQuery(), {"a", "b", "c", "d"}),
    ],
)
def test_each_condition_keeps_what_it_says(query: BookQuery, expected: set[str]) -> None:
    assert set(ids(narrowed(BOOK, query, DAY))) == expected


def test_order_puts_the_unknown_last_both_ways() -> None:
    assert ids(narrowed(BOOK, BookQuery(sort="risk", descending=True), DAY)) == ["a", "d", "b", "c"]
    assert ids(narrowed(BOOK, BookQuery(sort="risk", descending=False), DAY)) == ["b", "d", "a", "c"]
    assert ids(narrowed(BOOK, BookQuery(sort="name", descending=False), DAY)) == ["a", "b", "d", "c"]


def test_an_unknown_order_names_what_there_is() -> None:
    with pytest.raises(ValueError, match="can't be ordered by shoe size; it can by risk"):
        narrowed(BOOK, BookQuery(sort="shoe size"), DAY)


def test_at_risk_and_renewing_include_their_edges() -> None:
    assert ids(at_risk(BOOK)) == ["a", "d"]
    assert ids(renewing(BOOK, DAY)) == ["a", "b"]
    assert ids(renewing(BOOK, DAY, within=91)) == ["a", "b", "c"]


def test_an_empty_book_has_one_empty_page() -> None:
    empty = view()
    assert narrowed(empty, BookQuery(search="x", kinds=("silent",)), DAY).height == 0
    assert at_risk(empty).height == 0
    assert page_of(empty, 3, 100).height == 0


def test_choices_are_sorted_without_nulls() -> None:
    assert choices(BOOK, "segment") == ["Large", "Small"]
    assert choices(BOOK, "kinds") == ["declined", "silent"]


@given(rows=st.integers(0, 1000), size=st.integers(1, 200))
def test_pages_hold_every_row_once(rows: int, size: int) -> None:
    frame = pl.DataFrame({"n": range(rows)})
    pages = [page_of(frame, number, size) for number in range(1, page_count(rows, size) + 1)]
    assert pl.concat(pages)["n"].to_list() == list(range(rows))
    assert all(page.height <= size for page in pages)


def test_a_page_past_the_end_is_the_last() -> None:
    frame = pl.DataFrame({"n": range(5)})
    assert page_of(frame, 9, 2)["n"].to_list() == [4]
    assert page_of(frame, -1, 2)["n"].to_list() == [0, 1]
