"""The Happy paths page's link: what was asked stands in it, reads back, and narrows the book."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from models.book_view import VIEW
from models.paths.link import DEFAULTS, FILTERS, NO_PATH, choices, filterable, kept, link_of, state_of
from models.paths.progress_frames import PROGRESS


def book() -> pl.DataFrame:
    base = dict.fromkeys(VIEW.names) | {"csm": "Eva", "kinds": [], "path": "of another day"}
    rows = [
        base | {"account_id": "A", "name": "Äsir", "haystack": "asir a", "signed_on": date(2026, 2, 3)},
        base | {"account_id": "B", "name": "Bo", "haystack": "bo b", "segment": "Small", "csm": "Udo"},
        base | {"account_id": "C", "name": "No path meant", "haystack": "no path meant c"},
    ]
    return pl.DataFrame(rows, VIEW.schema)


def progress() -> pl.DataFrame:
    base: dict[str, object] = dict.fromkeys(PROGRESS.names) | {"skipped": [], "swapped": [], "looped": []}
    rows = [
        base | {"account_id": "A", "path": "Plan", "state": "stuck"},
        base | {"account_id": "B", "path": None, "state": "not started"},
    ]
    return pl.DataFrame(rows, PROGRESS.schema)


def test_filters_compare_path_state_and_quarter_of_signing() -> None:
    rows = filterable(book(), progress())

    assert rows.select("account_id", "path", "state", "cohort", "segment").rows() == [
        ("A", "Plan", "stuck", "2026 Q1", "not known"),
        ("B", NO_PATH, "not started", "not known", "Small"),
    ]
    assert choices(rows, "cohort") == ["not known", "2026 Q1"]
    assert kept(rows, {"state": ("stuck",)})["account_id"].to_list() == ["A"]
    assert kept(rows, {"csm": ("Udo",), "state": ("stuck",)}).is_empty()
    assert kept(rows, {}, "ÄSIR")["account_id"].to_list() == ["A"]
    assert kept(rows, {}).height == 2


@given(
    st.fixed_dictionaries(
        {name: st.text(max_size=8) if default == "" else st.lists(st.text(min_size=1, max_size=5), max_size=3)
         for name, default in DEFAULTS.items()}
    )
)  # fmt: skip
def test_a_link_reads_back_as_it_was_asked(state: dict[str, object]) -> None:
    assert state_of(link_of(state)) == state
    assert len(DEFAULTS) == len(FILTERS) + 2
