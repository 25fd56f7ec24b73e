"""Retention: the sentence, the filters, and rows that add up to the figure they open from."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from actions.goals import set_goal
from actions.settings import choose
from components import queries, words
from components.charts_retention import NAMES
from components.queries import EVERYONE, Reader
from components.queries import goals as queries_goals
from components.queries import retention as queries_retention
from models.goals import MEASURES
from models.retention_rows import FIGURES, LOGO, MOVES, WON
from models.shares import percent
from tests.conftest import DEMO_NOW
from tests.pages.conftest import Open, shown
from tests.spaced import spaced

pytestmark = pytest.mark.usefixtures("in_demo")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def _percent(value: object) -> str:
    assert isinstance(value, float)
    return percent(value, 1)


def logo(chosen: queries_retention.Chosen = ()) -> dict[str, object]:
    series = queries_retention.retention_figures(reader(), chosen)
    now = series.filter((pl.col("figure") == LOGO) & (pl.col("until") == reader().as_of))
    return now.row(0, named=True)


def test_the_sentence_says_how_many_were_kept(open_page: Open) -> None:
    now = logo()

    app = open_page("retention")

    assert f"of the {now['accounts']} customers of a year ago" in shown(app)
    assert app.metric[0].value == _percent(now["value"])


def test_a_segment_in_the_link_narrows_every_figure(open_page: Open) -> None:
    segment = str(queries.fact(reader(), "accounts")["segment"].drop_nulls()[0])
    narrowed = logo((("segment", (segment,)),))
    assert narrowed["accounts"] != logo()["accounts"]

    app = open_page("retention", r_segment=segment)

    assert app.metric[0].value == _percent(narrowed["value"])


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_opens_into_rows_that_make_it(figure: str, open_page: Open) -> None:
    series = queries_retention.retention_figures(reader(), ())
    some = series.filter((pl.col("figure") == figure) & (pl.col("value") != 0)).sort("until")
    if some.is_empty():
        assert figure in MOVES
        return
    one = some.filter(pl.col("currency") == some["currency"][-1]).row(-1, named=True)
    query = {"currency": one["currency"]} if one["currency"] else {}

    app = open_page("retention", figure=NAMES[figure], month=f"{one['until']:%b %Y}", **query)

    said = shown(app)
    assert ": the figure above." in said
    assert "please report this" not in said
    found = queries_retention.retention_behind(reader(), (), figure, one["until"], one["currency"])
    assert len(app.dataframe[-1].value) == found.height


def test_a_month_without_such_a_move_says_so(open_page: Open) -> None:
    series = queries_retention.retention_figures(reader(), ())
    none = series.filter((pl.col("figure") == "MRR reactivation") & (pl.col("value") == 0))

    app = open_page("retention", figure="Reactivated MRR", month=f"{none['until'][-1]:%b %Y}")

    assert "No account makes Reactivated MRR" in shown(app)
    assert not app.exception


def test_nobody_left_to_count_says_what_to_do(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = queries_retention.retention_figures(reader(), ()).clear()
    monkeypatch.setattr(queries_retention, "retention_figures", lambda *_: empty)

    assert "Nobody of these was a customer 12 months ago" in shown(open_page("retention"))


def test_a_failing_store_gives_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise queries.RoundsError("The database does not answer.")

    monkeypatch.setattr(queries_retention, "retention_figures", refuse)

    app = open_page("retention")

    assert not app.exception
    assert [error.value.split(". ")[0] for error in app.error] == ["The database does not answer"]


def now_rates(figure: str) -> dict[str, object]:
    series = queries_retention.retention_figures(reader(), ())
    return series.filter((pl.col("figure") == figure) & (pl.col("until") == reader().as_of)).row(
        0, named=True
    )


def test_both_bases_stand_side_by_side_and_open_with_one_click(open_page: Open) -> None:
    app = open_page("retention", view="Cohorts")
    won = now_rates(WON)
    assert app.metric[3].label == NAMES[WON]
    assert app.metric[3].value == _percent(won["value"])

    app.button(key=f"open-{WON}").click().run()

    assert f"= {spaced(_percent(won['value']))}: the figure above." in shown(app)
    assert len(app.dataframe[-1].value) == won["accounts"]


@pytest.mark.parametrize("by", ["Segment", "Plan", "Region", "CSM"])
def test_a_split_adds_up_and_opens(by: str, open_page: Open) -> None:
    app = open_page("retention", view="By group", by=by)

    table = app.dataframe[0].value
    assert table["accounts"].iloc[:-1].sum() == table["accounts"].iloc[-1] == logo()["accounts"]
    assert "as in the table." in shown(app)
    assert len(app.dataframe[1].value) == table["accounts"].iloc[0]


@pytest.mark.parametrize("by", ["Quadrant", "Path"])
def test_what_was_not_measured_a_year_ago_is_not_split_by(by: str, open_page: Open) -> None:
    app = open_page("retention", view="By group", by=by)

    assert "those who left would be missing" in shown(app)
    assert not app.exception


@pytest.mark.parametrize("grid", ["Customers", "MRR", "Use"])
def test_a_cell_of_the_cohort_grid_opens_into_its_accounts(grid: str, open_page: Open) -> None:
    app = open_page("retention", view="Cohorts", grid=grid)

    assert "as in the grid." in shown(app)
    assert len(app.dataframe) == 2


@pytest.mark.parametrize("by", ["Segment", "Quadrant"])
def test_how_long_they_stay_is_tested_and_opens(by: str, open_page: Open) -> None:
    app = open_page("retention", view="How long they stay", by=by)

    assert "Kaplan–Meier" in shown(app)
    table = app.dataframe[0].value
    assert len(app.dataframe[1].value) == table["n"].iloc[0]
    assert not app.exception


def test_a_share_that_rests_on_few_is_left_empty(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of 90 entered just before a departure: all of those watched left, all others are still there."""

    def lives(*_: object) -> tuple[pl.DataFrame, None]:
        few = [("few", 360.0, 365.0, True)] * 2 + [("few", 400.0, 700.0, False)] * 88
        rows = [("many", 0.0, 200.0 + n, n < 20) for n in range(100)] + few
        frame = pl.DataFrame(rows, schema=["part", "entered", "duration", "ended"], orient="row")
        ids = pl.Series("account_id", [f"A{n:05}" for n in range(frame.height)])
        return frame.with_columns(
            ids, signed_on=pl.lit(date(2025, 1, 1)), ended_on=pl.lit(None, pl.Date)
        ), None

    monkeypatch.setattr(queries_retention, "lives", lives)

    app = open_page("retention", view="How long they stay")

    assert not app.exception
    table = app.dataframe[0].value.set_index("part")
    assert table.loc["few", "n"] == 90
    assert table.loc["few", ["survival", "low", "high", "median"]].isna().all()
    assert table.loc["many", "survival"] == pytest.approx(0.8)
    assert "fewer than 5" in shown(app)


def test_the_forecast_adds_up_and_shows_its_past(open_page: Open) -> None:
    app = open_page("retention", view="Forecast")

    said = shown(app)
    made = queries_retention.foreseen(reader(), ())
    if made.quarters.is_empty():
        assert made.missing in said
    else:
        first = made.quarters.row(0, named=True)
        amount = words.marked_money(first["expected"], first["currency"], 2)
        assert f"add up to {spaced(amount)}" in said
        assert "past forecasts held what came" in said or "no past forecast" in said
    assert not app.exception


def test_stated_rates_show_all_in_one_and_say_their_day(open_page: Open, in_demo: object) -> None:
    rates: dict[str, object] = {"into": "EUR", "on": "2026-11-01"}
    now = reader()
    found = queries_retention.currencies(now)
    rates["per_unit"] = {name: 0.9 for name in found if name != "EUR"}
    choose(now.store, EVERYONE, DEMO_NOW, 0, {"rates": rates})

    app = open_page("retention", currency="All in EUR")

    said = shown(app)
    assert "Converted into EUR at the rates of 1 Nov 2026" in said
    assert "please report this" not in said
    assert "Apart, because" not in said


def test_a_goal_is_set_changed_and_taken_off(open_page: Open) -> None:
    app = open_page("retention")
    app.button(key="goal-set").click().run()

    said = shown(app)
    assert "An even pace would be at" in said
    goal = queries_goals.listing(reader()).row(0, named=True)
    key = f"goal-{goal['goal_id']}-1"
    app.number_input(key=f"{key}-target").set_value(99.0)
    app.button(key=f"{key}-save").click().run()
    assert "Target 99.0 %" in shown(app)

    key = f"goal-{goal['goal_id']}-2"
    app.number_input(key=f"{key}-target").set_value(1.0)
    app.button(key=f"{key}-save").click().run()
    assert "Target 1.0 %" in shown(app)
    assert "of the way" not in shown(app), "what is reached has no way to go"

    app.button(key=f"goal-{goal['goal_id']}-3-retire").click().run()
    assert queries_goals.listing(reader()).is_empty()


@pytest.mark.parametrize("measure", list(MEASURES))
def test_every_goal_opens_into_the_rows_that_make_it(measure: str, open_page: Open) -> None:
    now = reader()
    due = date(2027, 6, 30)
    set_goal(now.store, EVERYONE, DEMO_NOW, measure, 0.9, date(2026, 1, 1), due)

    app = open_page("retention", goal=MEASURES[measure])

    assert not app.exception
    trend = queries_goals.trends(reader(), "EUR").filter(
        (pl.col("measure") == measure) & (pl.col("day") == now.as_of)
    )
    if trend.is_empty():
        assert "known yet" in shown(app)
        return
    point = trend.row(0, named=True)
    assert f"{point['part']:,.0f} ÷ {point['whole']:,.0f} = {spaced(_percent(point['value']))}" in shown(app)
    if measure not in ("grr", "nrr"):
        assert queries_goals.behind(reader(), measure, "EUR").height == point["whole"]
