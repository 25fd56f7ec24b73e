"""The figure of the book on its paths: words in cells, one meaning a mark, every box leads somewhere."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from components.charts_paths import SIGNS, clicked, strip, strip_alt
from models.paths.chosen import read
from models.paths.picture import ORDER, picture
from tests.models.paths.test_picture import PLAN, one, placed, prescribed


def figure() -> dict[str, Any]:
    book = placed(
        one("A", PLAN, "stuck", 2, 41),
        one("B", PLAN, "behind", 1, 12),
        one("C", PLAN, "on track", 1, 4),
        one("E", PLAN, "done", None, None),
    )
    return strip(picture(book.with_columns(name=pl.col("name") + " <b>"), prescribed()))


def test_plotly_accepts_it_full_and_empty() -> None:
    assert len(go.Figure(figure()).data) == 2
    assert len(go.Figure(strip(picture(placed(), prescribed()))).data) == 2
    assert len(go.Figure(strip(picture(placed(), prescribed().clear()))).data) == 2


def test_each_state_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(ORDER)
    assert len(set(SIGNS.values())) == len(ORDER)


def test_the_stuck_cell_says_its_days_and_its_row_the_name_unspoilt() -> None:
    drawn = figure()
    assert "<b>‼ 41 days</b>" in drawn["data"][1]["text"]
    said = [note["text"] for note in drawn["layout"]["annotations"]]
    assert "<b>Name A &lt;b&gt;</b> ‼" in said
    assert any("‼ 1 stuck · ! 1 behind · ▸ 1 on track · ✓ 1 done" in text for text in said)
    hovers = [says for _, says in drawn["data"][0]["customdata"]]
    assert (
        "Name A &lt;b&gt;<br>stuck: 41 days before “Late twin”; the successful needed 12 (median)" in hovers
    )


def test_every_box_asks_for_something_that_can_be_read() -> None:
    for show, says in figure()["data"][0]["customdata"]:
        assert read(show) is not None
        assert says
        assert clicked({"points": [{"customdata": [show, says]}]}) == show
    assert clicked({"points": [{"customdata": "state:stuck"}]}) == "state:stuck"
    assert clicked({}) == clicked({"points": [{"x": 1}]}) == ""


def test_the_words_name_the_stuck() -> None:
    said = strip_alt(picture(placed(one("A", PLAN, "stuck", 2, 41)), prescribed()))
    assert "Plan, 1 account, 1 stuck" in said
    assert "Name A before “Late twin”, 41 days" in said
    assert "Nobody is stuck" in strip_alt(picture(placed(), prescribed()))
