"""Content library: pieces added, changed, found, retired, exported, and who sends them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from actions import calls
from actions.playbooks import Piece, add_content, edit_content, save_playbook
from actions.refresh import refresh
from actions.sending import send_by_mail
from components import queries
from components.queries import EVERYONE, Reader
from components.queries import content as read_content
from components.queries import playbooks as read
from data_access.viewer import SYSTEM
from models.content_words import followed
from models.playbook import default
from pages import _files
from tests.conftest import DEMO_DAY, DEMO_NOW
from tests.pages.conftest import Open, shown
from tests.spaced import spaced

pytestmark = pytest.mark.usefixtures("in_demo")
FILM = Piece("Film", "Shows the report.", "https://example.com/f", "report.scheduled")
GUIDE = Piece("Guide *one*", "First steps.", None, "no.such.event")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def add(piece: Piece) -> int:
    return add_content(reader().store, EVERYONE, DEMO_NOW, piece)


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click()
    return app.run()


def type_in(app: AppTest, token: str, **values: str) -> None:
    for field, text in values.items():
        app.text_input(key=f"content-{token}-{field}").input(text)


def test_an_empty_library_says_what_fills_it_and_asks_for_the_first_piece(open_page: Open) -> None:
    app = open_page("content")
    assert "The library is empty" in shown(app)

    type_in(app, "new", title="Film", purpose="Shows it", link="https://example.com/f")
    press(app, "Save")

    assert "**[Film](https://example.com/f)**: Shows it" in shown(app)
    assert "**1 piece can be sent.** No playbook and no path sends it." in shown(app)
    assert not app.text_input(key="c_q").value


def test_what_is_missing_is_said_and_what_was_typed_stays(open_page: Open) -> None:
    app = open_page("content", piece="new")
    type_in(app, "new", title="Film", link="example.com")
    press(app, "Save")
    assert "say in a sentence what it is for" in app.warning[0].value

    type_in(app, "new", purpose="Shows it")
    press(app, "Save")

    assert "is no address" in app.warning[0].value
    assert app.text_input(key="content-new-purpose").value == "Shows it"
    assert read.library(reader()).is_empty()


def test_a_link_opens_a_piece_and_another_persons_change_is_not_passed_over(open_page: Open) -> None:
    piece = add(FILM)
    app = open_page("content", piece=str(piece))
    assert app.text_input(key=f"content-{piece}-event").value == "report.scheduled"
    edit_content(reader().store, EVERYONE, DEMO_NOW, piece, 1, replace(FILM, purpose="Theirs."))

    type_in(app, str(piece), purpose="Mine.")
    press(app, "Save")

    assert "was changed by" in shown(app)
    assert read.library(reader())["purpose"].to_list() == ["Theirs."]
    assert app.text_input(key=f"content-{piece}-purpose").value == "Mine."
    press(app, "Save")
    assert read.library(reader())["purpose"].to_list() == ["Mine."], "the second time is meant"
    assert "piece" not in app.query_params


def test_who_sends_a_piece_and_whether_its_event_is_known(open_page: Open) -> None:
    film, _ = add(FILM), add(GUIDE)
    captive = replace(default("captive"), content=(film,))
    save_playbook(reader().store, EVERYONE, DEMO_NOW, captive)

    told = shown(open_page("content"))

    assert "**2 pieces can be sent.** No playbook and no path sends 1 of them." in told
    assert "Sent by the playbook Captive. Saved on" in told
    assert "No playbook and no path sends it. No feature in your data has that event." in told
    assert "Guide \\*one\\*" in told


def test_retired_pieces_step_aside_and_come_back(open_page: Open) -> None:
    film, guide = add(FILM), add(GUIDE)
    app = open_page("content")
    app.button(key=f"retire-{film}").click().run()

    assert "**1 piece can be sent.**" in shown(app)
    assert "1 piece is retired." in shown(app)
    assert "[Film]" not in shown(app)

    again = open_page("content", c_state="Retired")
    assert "Shows the report. Should lead to `report.scheduled`." in shown(again).replace("\\", "")
    again.button(key=f"retire-{film}").click().run()
    assert read.library(reader())["content_id"].to_list() == [film, guide]


def test_the_search_finds_words_as_they_stand(open_page: Open) -> None:
    add(FILM)
    add(GUIDE)
    app = open_page("content", c_q="*ONE")
    assert "Guide" in shown(app)
    assert "Film" not in shown(app)

    assert "No piece is like that" in shown(open_page("content", c_q="(["))


def test_the_export_holds_every_column_and_who_sends_it(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = add(FILM)
    save_playbook(reader().store, EVERYONE, DEMO_NOW, replace(default("captive"), content=(film,)))
    taken: list[pl.DataFrame] = []

    def keep(_: Reader, __: str, frame: pl.DataFrame) -> _files.Files:
        taken.append(frame)
        return {}

    monkeypatch.setattr(_files, "tables", keep)
    open_page("content")

    [row] = taken[0].to_dicts()
    assert row["sent_by"] == "the playbook Captive"
    assert (row["title"], row["event"]) == ("Film", "report.scheduled")


def test_an_auditor_only_reads(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = add(FILM)
    auditor = queries.Viewer("audit@example.com", "Ann Audit", "auditor")
    monkeypatch.setattr(queries, "viewer_of", lambda *_: auditor)
    app = open_page("content")
    assert "Shows the report" in shown(app)

    app.button(key=f"retire-{piece}").click().run()

    assert "Ann Audit" in app.warning[0].value
    assert read.library(reader())["version"].to_list() == [1]


def test_a_piece_sent_with_a_call_is_counted_and_its_accounts_are_listed(open_page: Open) -> None:
    piece = add(FILM)
    account = queries.book(reader())["account_id"][0]
    task = calls.log(reader().store, EVERYONE, DEMO_NOW, calls.Call(account), "reached")
    assert "Nobody was sent it in the past year." in shown(open_page("content"))

    app = open_page("account", account=account)
    app.multiselect(key=f"sent-{task}").set_value([piece])
    press(app, "Save")
    assert "Sent: Film" in shown(app)

    refresh(reader().store, SYSTEM, DEMO_NOW + timedelta(days=1), as_of=DEMO_DAY + timedelta(days=1))
    app = open_page("content")
    assert "**Not enough data to say whether use followed:** it was sent to 1 account; the 28" in shown(app)
    assert "People choose whom they send a piece to" in shown(app)
    assert [one.label for one in app.expander if one.label.startswith("Sent to")] == ["Sent to 1 account"]


def test_pieces_sent_to_many_show_what_use_followed(open_page: Open) -> None:
    piece = add(FILM)
    sent_on = DEMO_NOW - timedelta(days=60)
    for account in queries.book(reader())["account_id"].head(30):
        send_by_mail(reader().store, EVERYONE, sent_on, account, [piece])
    refresh(reader().store, SYSTEM, DEMO_NOW)

    said = shown(open_page("content"))

    row = read_content.effects(reader())[piece]
    assert (row["sent"], row["waiting"]) == (30, 0)
    assert row["compared"] >= 20
    assert spaced(followed(row)) in said
    assert "(95 % interval, n = " in said
    assert "As of 20 Nov 2026." in said
