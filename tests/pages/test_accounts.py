"""The whole book: the sentence, the link, the ticks, saved views, exports."""

from __future__ import annotations

import io

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from actions.views import save_view
from components import queries, tables
from components.queries import EVERYONE, Reader
from models.book_view import BookQuery, at_risk, narrowed
from pages import _files
from pages.accounts import shown_key
from tests.conftest import DEMO_NOW
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def rows(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["name"])


def tick(app: AppTest, *places: int) -> None:
    key = f"book-{shown_key(reader(), BookQuery())}-1"
    app.session_state[key] = {"selection": {"rows": list(places), "columns": []}}
    app.run()


def button(app: AppTest, label: str) -> None:
    next(one for one in app.button if one.label == label).click().run()


def test_the_sentence_counts_the_book(open_page: Open) -> None:
    book = queries.book(reader())

    said = shown(open_page("accounts"))

    troubled = queries.open_exceptions(reader())["account_id"].n_unique()
    assert f"**{book.height} accounts: {at_risk(book).height} at risk 40 or above, " in said
    assert f"{troubled} with an open exception.**" in said
    assert "MRR renews within 90 days" in said


def test_the_riskiest_stand_first_and_one_page_travels(open_page: Open) -> None:
    book = narrowed(queries.book(reader()), BookQuery(), reader().as_of)

    app = open_page("accounts")

    assert rows(app) == book["name"].head(tables.PAGE_ROWS).to_list()


def test_the_link_filters_and_orders(open_page: Open) -> None:
    segment = str(queries.book(reader())["segment"].drop_nulls()[0])
    query = BookQuery(segments=(segment,), sort="name", descending=False)

    app = open_page("accounts", segment=segment, sort="Name")

    found = narrowed(queries.book(reader()), query, reader().as_of)
    assert rows(app) == found["name"].head(tables.PAGE_ROWS).to_list()
    assert f"**{found.height} of " in shown(app)


def test_nothing_found_says_what_to_do(open_page: Open) -> None:
    app = open_page("accounts", q="no such company")

    assert "No account meets all of these conditions." in shown(app)
    button(app, "Clear")
    assert app.dataframe


def test_a_shortcut_narrows_to_the_accounts_it_counts(open_page: Open) -> None:
    risky = at_risk(queries.book(reader())).height
    troubled = queries.open_exceptions(reader())["account_id"].n_unique()
    app = open_page("accounts")

    button(app, f"At risk ({risky})")
    assert len(rows(app)) == risky

    button(app, f"Open exceptions ({troubled})")
    assert len(rows(app)) == troubled


def test_ticked_accounts_go_on_the_call_list_and_come_off_again(open_page: Open) -> None:
    app = open_page("accounts")
    book = narrowed(queries.book(reader()), BookQuery(), reader().as_of)
    before = queries.accounts_to_call(reader())

    tick(app, 0, 2)
    button(app, "Add to call list")

    added = {book["account_id"][0], book["account_id"][2]}
    assert queries.accounts_to_call(reader()) == before | added
    assert f"{len(added - before)} accounts added to the call list" in shown(app)

    button(app, "Undo")
    assert queries.accounts_to_call(reader()) == before
    assert "added to the call list" not in shown(app)


def test_who_may_only_read_is_told_so(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page("accounts")
    tick(app, 0)
    auditor = queries.Viewer("audit@example.com", "Ann Audit", "auditor")
    monkeypatch.setattr(queries, "viewer_of", lambda *_: auditor)

    button(app, "Add to call list")

    assert "can read but not change anything" in shown(app)
    assert not app.exception


def test_a_saved_view_opens_with_its_filters(open_page: Open) -> None:
    store = queries.store()
    save_view(store, EVERYONE, DEMO_NOW, "accounts", "Risky", "risk=40")
    app = open_page("accounts")

    button(app, "Risky")

    assert len(rows(app)) == at_risk(queries.book(reader())).height


def test_saving_a_view_needs_a_name(open_page: Open) -> None:
    app = open_page("accounts", risk="40")

    button(app, "Save")
    assert "Give the view a name." in shown(app)

    app.text_input(key="accounts_view_name").set_value("Mine").run()
    button(app, "Save")
    assert queries.saved_views(reader(), "accounts").rows() == [("Mine", "risk=40")]
    button(app, "Forget")
    assert queries.saved_views(reader(), "accounts").is_empty()


def test_a_csm_sees_only_their_own_book(open_page: Open) -> None:
    csm = queries.csms(reader()).filter(pl.col("manager_id").is_not_null()).row(0, named=True)
    own = queries.book(reader()).filter(pl.col("csm_id") == csm["csm_id"])

    app = open_page("accounts", viewer=csm["email"])

    assert set(rows(app)) == set(own["name"])


def test_the_export_holds_every_row_and_is_on_record() -> None:
    found = queries.book(reader()).drop("haystack")
    files = _files.tables(reader(), "accounts", found, _files.EVERY)
    before = reader().stamps.changes

    back = pl.read_parquet(io.BytesIO(files["parquet"]()))

    assert back.height == queries.scores(reader()).height
    assert pl.read_csv(files["csv"]()).height == found.height
    assert reader().stamps.changes == before + 2
