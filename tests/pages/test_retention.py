"""Retention: the sentence, the filters, and rows that add up to the figure they open from."""

from __future__ import annotations

import polars as pl
import pytest

from components import queries
from components.charts_retention import NAMES
from components.queries import EVERYONE, Reader
from components.queries import retention as queries_retention
from models.retention_rows import FIGURES, LOGO, MOVES
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


def reader() -> Reader:
    return queries.reader(EVERYONE)


def logo(chosen: queries_retention.Chosen = ()) -> dict[str, object]:
    series = queries_retention.retention_figures(reader(), chosen)
    now = series.filter((pl.col("figure") == LOGO) & (pl.col("until") == reader().as_of))
    return now.row(0, named=True)


def test_the_sentence_says_how_many_were_kept(open_page: Open) -> None:
    now = logo()

    app = open_page("retention")

    assert f"of the {now['accounts']} customers of a year ago" in shown(app)
    assert app.metric[0].value == f"{now['value']:.1%}"


def test_a_segment_in_the_link_narrows_every_figure(open_page: Open) -> None:
    segment = str(queries.fact(reader(), "accounts")["segment"].drop_nulls()[0])
    narrowed = logo((("segment", (segment,)),))
    assert narrowed["accounts"] != logo()["accounts"]

    app = open_page("retention", r_segment=segment)

    assert app.metric[0].value == f"{narrowed['value']:.1%}"


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
    assert len(app.dataframe[0].value) == found.height


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
