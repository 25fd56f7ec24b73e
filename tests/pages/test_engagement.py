"""Engagement: the words, the quarters, what a box selects, calls, views and playbooks."""

from __future__ import annotations

import json

import plotly.graph_objects as go
import plotly.io as pio
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from components import charts_quadrant, queries
from components.charts_quadrant import marked
from components.charts_ready import Ready
from components.queries import EVERYONE, Reader
from components.queries import engagement as queries_engagement
from components.queries import playbooks as queries_playbooks
from models.quadrant_moves import MOVES, counts, moves
from models.quadrant_points import QUARTERS, drawn, points, quarter
from models.quadrant_region import inside, regions
from pages._engagement_playbook import EDIT, VERSIONS
from pages._engagement_words import MOST_OF_ALL
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")
BOX = "box:plane:20,60;70,95"


def reader() -> Reader:
    return queries.reader(EVERYONE)


def book() -> pl.DataFrame:
    return queries.book(reader())


def button(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return app.run()


def opened(app: AppTest, *parts: str) -> AppTest:
    for part in parts:
        app.session_state[part] = True
    return app.run()


def figure(app: AppTest) -> dict[str, list[dict[str, object]]]:
    spec: dict[str, list[dict[str, object]]] = json.loads(app.get("plotly_chart")[0].proto.spec)
    return spec


def test_the_words_come_first_and_count_the_book(open_page: Open) -> None:
    standing = dict(book().group_by(quarter()).len().iter_rows())
    assert standing["captive"] > 0

    app = open_page("engagement")

    said = f"**{standing['captive']:,} of {book().height:,} accounts use a lot and are unhappy** (captive)."
    assert said in app.markdown[0].value
    for name in QUARTERS:
        assert any(
            f"{name.capitalize()}] **{standing.get(name, 0):,}**" in text.value for text in app.markdown
        )


def test_every_account_with_a_behaviour_score_is_a_mark_of_its_quarters_shape(open_page: Open) -> None:
    drawn = book().filter(pl.col("behaviour").is_not_null())

    traces = {trace["name"]: trace for trace in figure(open_page("engagement"))["data"]}

    for name in QUARTERS:
        there = drawn.filter(quarter() == name).height
        assert len(json.loads(json.dumps(traces[name]["customdata"]))) == there
    shapes = [json.dumps(traces[name]["marker"]) for name in QUARTERS]
    assert len({json.loads(marker)["symbol"] for marker in shapes}) == len(QUARTERS)


def test_reach_says_that_followers_carry_no_date(open_page: Open) -> None:
    undated = "followers carry no date"
    assert undated not in shown(open_page("engagement"))
    app = open_page("engagement", size="Reach")
    assert undated in shown(app)


def test_a_quarter_leads_to_its_rows_and_its_playbook(open_page: Open) -> None:
    captive = book().filter(pl.col("quadrant") == "captive")

    app = button(open_page("engagement"), "show-captive")

    assert app.query_params["show"] == "quarter:captive"
    assert len(app.dataframe[0].value) == captive.height
    assert "**Captive: Repair the relationship" in shown(app)
    assert len(button(app, "clear_show").dataframe[0].value) == min(100, book().height)


def test_who_moved_is_counted_since_the_chosen_day_and_opens(open_page: Open) -> None:
    days = queries_engagement.earlier_days(reader())
    day = min(days)
    then = queries_engagement.book_in(reader(), days[day])
    moved = moves(book(), then)
    down = moved.filter(pl.col("direction") == "moved down")
    assert not down.is_empty()

    app = button(open_page("engagement", since=day.isoformat()), "moved-moved down")

    assert app.button(key="moved-moved down").label == f"{down.height} moved down"
    assert set(app.dataframe[0].value["name"]) == set(down["name"])
    change = counts(book(), then).row(by_predicate=pl.col("quarter") == "captive", named=True)
    net = change["accounts"] - change["before"]
    said = f"{'+' if net > 0 else '−'}{abs(net)}" if net else "±0"
    assert any(f"Captive] **{change['accounts']}** :gray[{said}]" in text.value for text in app.markdown)


def test_arrows_show_who_moved_farthest_and_only_the_direction_that_is_listed(open_page: Open) -> None:
    day = min(queries_engagement.earlier_days(reader()))
    then = queries_engagement.book_in(reader(), queries_engagement.earlier_days(reader())[day])
    moved = moves(book(), then).drop_nulls("distance")
    down = moved.filter(pl.col("direction") == "moved down")
    assert 0 < down.height < moved.height < MOST_OF_ALL

    def ends(app: AppTest) -> list[object]:
        drawn_as = next(trace["x"] for trace in figure(app)["data"] if trace["name"] == "moved")
        assert isinstance(drawn_as, list)
        return drawn_as[1::3]

    assert ends(open_page("engagement", since=day.isoformat())) == moved["behaviour"].to_list()
    only = open_page("engagement", since=day.isoformat(), show="moved:moved down")
    assert ends(only) == down["behaviour"].to_list()


def test_a_box_in_the_link_lists_everybody_inside_and_adds_them_to_the_calls(open_page: Open) -> None:
    there = inside(points(book()), regions(BOX))
    assert 2 < there.height < 100

    app = open_page("engagement", show=BOX)
    assert set(app.dataframe[0].value["name"]) == set(there["name"])
    assert "marked\\: behaviour 20 to 70, emotion 60 to 95" in shown(app)
    button(app, "add_chosen")

    assert f"{there.height} accounts added to the call list" in shown(app)
    assert queries.accounts_to_call(reader()) == set(there["account_id"])
    [undo] = [one for one in app.button if one.label == "Undo"]
    undo.click()
    app.run()
    assert queries.accounts_to_call(reader()) == set()


def test_a_filter_narrows_marks_list_and_words(open_page: Open) -> None:
    segment = str(book()["segment"].drop_nulls()[0])
    mine = book().filter(pl.col("segment") == segment)
    assert mine.height < book().height

    app = open_page("engagement", e_segment=segment)

    assert (
        f"of {mine.height:,} accounts that the filters let through ({book().height:,} in the book)"
        in shown(app)
    )
    assert len(app.dataframe[0].value) == mine.height


def test_a_view_keeps_filters_and_region(open_page: Open) -> None:
    segment = str(book()["segment"].drop_nulls()[0])
    app = open_page("engagement", e_segment=segment, show=BOX)
    app.text_input(key="engagement_view_name").input("Mine").run()
    [save] = [one for one in app.button if one.label == "Save"]
    save.click()
    app.run()
    assert queries.saved_views(reader(), "engagement")["name"].to_list() == ["Mine"]

    other = button(open_page("engagement"), "view-Mine")

    assert other.query_params["show"] == BOX
    assert other.session_state["e_segment"] == [segment]
    assert set(other.dataframe[0].value["name"]) == set(app.dataframe[0].value["name"])


def test_a_playbook_is_saved_spoken_and_taken_back(open_page: Open) -> None:
    app = opened(open_page("engagement", show="quarter:captive"), EDIT, VERSIONS)
    app.text_area(key="playbook-captive-talk").input("Open: Sorry, {name}")
    button_of = next(one for one in app.button if one.label == "Save as a new version")
    button_of.click()
    app.run()

    first = app.dataframe[0].value["name"].iloc[0]
    assert queries_playbooks.saved(reader())["captive"].talk == "Open: Sorry, {name}"
    assert any("Sorry, " in text.value and str(first)[:4] in text.value for text in app.markdown)
    assert "Today's talk track uses these words" in shown(app)
    assert "changed the talk track" in shown(app)
    assert any(
        "**The talk track**" in one.value and "Now:] Open: Sorry, " in one.value.replace("\\", "")
        for one in app.markdown
    )

    button(app, "revert-captive-0")
    assert "Sorry" not in queries_playbooks.saved(reader())["captive"].talk
    assert "Sorry" not in str(app.text_area(key="playbook-captive-talk").value)


def test_a_wrong_placeholder_is_named_and_the_words_stay_in_the_form(open_page: Open) -> None:
    app = opened(open_page("engagement", playbook="Captive"), EDIT)
    app.text_area(key="playbook-captive-talk").input("Open: Dear {contakt}")
    next(one for one in app.button if one.label == "Save as a new version").click()
    app.run()

    assert "{contakt}, which nothing fills" in shown(app)
    assert app.text_area(key="playbook-captive-talk").value == "Open: Dear {contakt}"
    assert queries_playbooks.saved(reader()) == {}


def test_what_the_figure_hands_over_becomes_regions() -> None:
    box = {"xref": "x", "yref": "y", "x": [10, 20], "y": [30, 40.5]}
    lasso = {"xref": "x", "yref": "y2", "x": [1, 2, 3], "y": [0, 1, 0]}

    assert marked({"box": [box], "lasso": [lasso], "points": [{"customdata": "id:A"}]}) == (
        "box:plane:10,30;20,40.5|lasso:strip:1,0;2,1;3,0"
    )
    assert marked({"points": [{"customdata": ["id:A"]}, {"customdata": "id:A"}, {"x": 1}]}) == "id:A"
    assert marked({}) == ""


@pytest.mark.usefixtures("in_demo")
def test_the_figure_handed_over_is_the_one_plotly_would_have_checked(open_page: Open) -> None:
    open_page("engagement")  # Streamlit's own template is in force from its first figure on
    marks = drawn(points(queries.book(reader()), "mrr"))
    n = {"advocate": 3, "silent": 1}

    ready = Ready(charts_quadrant.quadrant(marks, n, MOVES.empty())).to_dict()

    checked = go.Figure(charts_quadrant.quadrant(marks, n, MOVES.empty())).to_dict()
    assert json.loads(pio.to_json(ready, validate=False)) == json.loads(pio.to_json(checked, validate=False))
