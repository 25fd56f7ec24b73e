"""Voice: the sentence, periods and splits in the link, the table, comments, and the call list."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from actions.exporting import Asked, voice
from components import queries
from components.queries import EVERYONE, Reader
from components.queries import voice as queries_voice
from components.voice_words import figure
from components.words import plain
from models.answers import SPLITS, TENURES
from models.surveys import windows
from pages import _files
from tests.conftest import DEMO_DAY, DEMO_NOW
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def whole(kind: str = "nps") -> dict[str, Any]:
    spans = tuple(windows(reader().as_of, 90, 2))
    found = queries_voice.figures(reader(), spans).filter(kind=kind, split="all", last=reader().as_of)
    return found.row(0, named=True)


def test_words_first_with_n_days_interval_and_verdict(open_page: Open) -> None:
    row = whole()

    said = shown(open_page("voice"))

    assert f"**NPS {figure(row['value'], 'nps')}** (n = {row['n']}, 90 days to 20 Nov 2026; 95 %: " in said
    assert "against the 90 days before" in said
    assert "Data as of 20 Nov 2026" in said


def test_kind_and_split_stand_in_the_link(open_page: Open) -> None:
    app = open_page("voice", kind="CSAT", split="CSM")

    assert f"CSAT {figure(whole('csat')['value'], 'csat')} satisfied" in shown(app)
    table = app.dataframe[0].value
    assert list(table.columns[:3]) == ["CSM", "n", "CSAT"]


def test_any_two_periods_can_be_compared(open_page: Open) -> None:
    app = open_page("voice")
    app.date_input[0].set_value((date(2026, 1, 1), date(2026, 6, 30))).run()
    app.date_input[1].set_value((date(2025, 7, 1), date(2025, 12, 31))).run()

    said = shown(app)

    assert "181 days to 30 Jun 2026" in said
    assert "184 days to 31 Dec 2025" in said
    app.date_input[1].set_value((date(2026, 6, 30), date(2026, 7, 31))).run()
    assert "share days" in app.warning[0].value


def test_a_shortcut_sets_both_periods(open_page: Open) -> None:
    app = open_page("voice")

    next(button for button in app.button if button.label == "Last a year").click().run()

    assert "365 days to 20 Nov 2026" in shown(app)


def test_groups_under_ten_answers_show_n_only(open_page: Open) -> None:
    spans = tuple(windows(reader().as_of, 90, 2))
    found = queries_voice.figures(reader(), spans).filter(kind="nps", last=reader().as_of)
    few = found.filter((pl.col("n") > 0) & (pl.col("n") < 10))
    split = SPLITS[str(few["split"][0])]

    table = open_page("voice", split=split).dataframe[0].value.set_index(split)

    for name, n in few.filter(split=few["split"][0]).select("group", "n").iter_rows():
        assert table.loc[name, "NPS"] == "fewer than 10 answers"
        assert table.loc[name, "n"] == n


def test_comments_name_their_account(open_page: Open) -> None:
    told = queries_voice.answers_of(reader()).filter(kind="nps").drop_nulls("comment")
    name = queries.fact(reader(), "accounts").filter(account_id=told["account_id"][0])["name"].item()

    app = open_page("voice")

    assert told["comment"][0].split()[0] in shown(app)
    assert f"**{plain(name)}**" in {link.proto.label for link in app.get("page_link")}


def test_the_answers_behind_a_group_add_up_to_its_n_and_can_be_taken_along(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: dict[str, pl.DataFrame] = {}

    def keep(_: Reader, what: str, frame: pl.DataFrame, __: object = None) -> _files.Files:
        taken[what] = frame
        return {}

    monkeypatch.setattr(_files, "tables", keep)
    spans = tuple(windows(reader().as_of, 90, 2))
    found = queries_voice.figures(reader(), spans).filter(kind="nps", split="segment", last=DEMO_DAY)
    row = found.sort("n").row(-1, named=True)

    said = shown(open_page("voice", of_segment=row["group"]))

    rows = taken["answers"]
    assert rows["segment"].unique().to_list() == [row["group"]]
    assert rows["score"].count() == row["n"]
    share = (rows.filter(pl.col("score") >= 9).height - rows.filter(pl.col("score") <= 6).height) / row["n"]
    assert 100 * share == pytest.approx(row["value"])
    assert f"**{rows.height} answers** ({plain(row['group'])})" in said
    assert set(rows["name"]) <= set(queries.fact(reader(), "accounts")["name"])
    other = open_page("voice", of_segment="no such segment")
    assert not other.exception
    assert other.selectbox(key="of_segment").value is None
    tenures = open_page("voice", split="Customer for").selectbox(key="of_tenure").options
    assert tenures == [tenure for tenure in TENURES if tenure in tenures]
    assert taken["answers"].height > rows.height


def test_those_who_do_not_answer_can_be_called(open_page: Open) -> None:
    found = queries_voice.unanswered(reader())
    assert (found["times"] >= 3).all()

    app = open_page("voice")
    assert f"{found.height} accounts of" in shown(app).replace("1 account of", "1 accounts of")
    key = f"silent-{reader().stamps.snapshot}"
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    app.button(key="silent_add").click().run()

    assert found["account_id"][0] in queries.accounts_to_call(reader())
    assert not app.exception


def test_a_csm_sees_their_own_answers_only(open_page: Open) -> None:
    csm = queries.csms(reader()).drop_nulls("email").filter(pl.col("csm_id").is_in(owners()))
    email, name = csm.select("email", "name").row(0)
    mine = queries.reader(queries.viewer_of(email, DEMO_DAY))
    assert 0 < queries_voice.answers_of(mine).height < queries_voice.answers_of(reader()).height

    table = open_page("voice", viewer=email, split="CSM").dataframe[0].value

    assert table["CSM"].to_list() == [name]


def owners() -> list[str]:
    return queries.fact(reader(), "accounts")["csm_id"].drop_nulls().unique().to_list()


def test_the_command_line_gives_the_same_numbers() -> None:
    now = reader()
    assert now.snapshot
    exported = voice(Asked(now.store, EVERYONE, DEMO_NOW, now.snapshot))
    spans = tuple(windows(now.as_of, 90, 2))
    figures = queries_voice.figures(now, spans)
    assert exported["last"].n_unique() == 8
    assert_frame_equal(
        exported.filter(pl.col("last") == now.as_of), figures.filter(pl.col("last") == now.as_of)
    )


def test_tenures_stand_from_short_to_long(open_page: Open) -> None:
    table = open_page("voice", split="Customer for").dataframe[0].value

    shown_order = [TENURES.index(name) for name in table["Customer for"] if name in TENURES]
    assert shown_order == sorted(shown_order)
    assert len(shown_order) > 2


def test_a_failing_store_gives_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise queries.RoundsError("The database does not answer.")

    monkeypatch.setattr(queries_voice, "figures", refuse)

    app = open_page("voice")

    assert not app.exception
    assert [error.value.split(". ")[0] for error in app.error] == ["The database does not answer"]
