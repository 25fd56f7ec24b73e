"""A link says the same as the filters, there and back."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.book_link import DEFAULTS, LISTS, WITHIN, link_of, query_of, state_of, told
from models.book_view import SORTS, BookQuery
from models.findings import KINDS

WORDS = st.text(min_size=1, max_size=8).filter(lambda text: text.strip() == text)
STATES = st.fixed_dictionaries(
    {
        "q": st.one_of(st.just(""), WORDS),
        **{name: st.lists(WORDS, max_size=3) for name in LISTS},
        "risk": st.integers(0, 100),
        "renews": st.sampled_from([None, *WITHIN]),
        "sort": st.sampled_from(list(SORTS.values())),
        "reverse": st.booleans(),
    }
)


@given(STATES)
def test_a_link_brings_back_what_it_was_made_from(state: dict[str, Any]) -> None:
    assert state_of(link_of(state)) == state


def test_nothing_asked_is_an_empty_link_and_the_whole_book() -> None:
    assert link_of(DEFAULTS) == ""
    assert link_of({}) == ""
    assert query_of({}) == BookQuery()
    assert told(BookQuery()) == ""


def test_a_spoilt_link_asks_for_nothing() -> None:
    state = state_of("risk=lots&reverse=maybe&unknown=1")
    assert state == DEFAULTS
    assert query_of({"sort": "shoe size", "renews": "ever"}) == BookQuery()


def test_labels_become_columns_and_kinds() -> None:
    query = query_of({"exception": [KINDS["silent"]], "sort": "Renewal", "renews": "60 days"})
    assert (query.kinds, query.sort, query.renews_within) == (("silent",), "renewal_on", 60)


def test_each_order_begins_where_a_person_looks_first() -> None:
    assert query_of({"sort": "MRR"}).descending
    assert not query_of({"sort": "Renewal"}).descending
    assert not query_of({"sort": "MRR", "reverse": True}).descending


def test_the_conditions_in_words() -> None:
    query = BookQuery(search=" nord ", csms=("Eva Lind", "Nobody"), kinds=("silent", "new kind"))
    assert told(query) == (
        f"“nord” in the name or id, CSM Eva Lind or Nobody, exception {KINDS['silent']} or new kind"
    )
