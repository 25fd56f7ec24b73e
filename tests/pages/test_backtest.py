"""Backtest: refused, without a signal, and with one: the sentence counts what the rows hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from components import queries
from components.queries import EVERYONE
from components.queries import churn as queries_churn
from models.churn.backtest import backtest
from tests.churned import NONE, teach
from tests.models.churn.test_training import trained
from tests.pages.conftest import Open, shown


@pytest.fixture
def taught(in_demo: Path) -> Path:
    teach(in_demo)
    return in_demo


@pytest.mark.usefixtures("in_demo")
def test_refused_says_what_is_missing_and_what_ranks_instead(open_page: Open) -> None:
    said = shown(open_page("backtest"))
    assert "missing" in said
    assert "transparent risk points" in said
    assert "nothing to hold against the past" in said
    assert "Ranked by risk points" in shown(open_page("today"))
    account = queries.scores(queries.reader(EVERYONE))["account_id"][0]
    assert "Chance of leaving: not known" in shown(open_page("account", account=account))


@pytest.mark.usefixtures("taught")
def test_a_past_list_is_counted_from_its_rows(open_page: Open) -> None:
    judged = trained().judged
    day: date = judged["as_of"].sort()[judged.height // 2]
    found = backtest(judged, day, 25)
    app = open_page("backtest", on=f"{day}", top="25")
    said = shown(app)
    assert f"of its top 25, {found.caught:,} left" in said
    assert f"of 25 at random, {found.chance:.1f}" in said
    rows = app.dataframe[0].value
    assert len(rows) == found.missed.height
    assert list(rows["position"]) == found.missed["position"].to_list()
    wrong = open_page("backtest", on=f"{day}", top="25", who="Stayed, and wrongly named")
    assert len(wrong.dataframe[0].value) == found.wrong.height


@pytest.mark.usefixtures("taught")
def test_figures_months_and_todays_list_stand_there(open_page: Open) -> None:
    app = open_page("backtest")
    assert not app.exception
    model = trained().model
    assert model is not None
    figures = app.dataframe[1].value
    assert figures["value"][0] == f"{model.evaluation.auc.value:.3f}"
    months = app.dataframe[2].value
    assert months["n"].sum() == trained().judged.height
    assert months["left"].sum() == model.evaluation.positives
    scores = queries.scores(queries.reader(EVERYONE))
    today = app.dataframe[-1].value
    assert len(today) == scores.height
    assert list(today["churn"]) == sorted(scores["churn"].round(2), reverse=True)
    assert "Checked for leaks" in shown(app)


@pytest.mark.usefixtures("taught")
def test_the_account_shows_its_chance_and_factors_that_multiply_to_it(open_page: Open) -> None:
    row = queries.scores(queries.reader(EVERYONE)).sort("churn").row(-1, named=True)
    said = shown(open_page("account", account=row["account_id"]))
    assert "Chance of leaving" in said
    table = next(part for part in said.split("\n\n") if "| Why | Odds × |" in part)
    lines = table[table.index("| Why | Odds × |") :].splitlines()[2:]
    table_rows = [line for line in lines if line.startswith("|")]
    factors = [float(line.rsplit("|", 2)[1].strip(" *")) for line in table_rows]
    product = 1.0
    for factor in factors[:-1]:
        product *= factor
    assert product == pytest.approx(factors[-1], rel=0.05)
    assert "Leaves" not in said
    assert "Ranked by chance of leaving" in shown(open_page("today"))
    assert "churn" in open_page("accounts").dataframe[0].value.columns


def test_no_reliable_signal_is_said_and_no_chance_shown(in_demo: Path, open_page: Open) -> None:
    teach(in_demo, NONE)
    said = shown(open_page("backtest"))
    assert "No reliable signal" in said
    assert "No chances are shown" in said
    assert "transparent risk points" in said
    assert "churn" not in open_page("accounts").dataframe[0].value.columns


@pytest.mark.usefixtures("taught")
def test_a_book_without_judged_decisions_says_so(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries_churn, "judged", lambda *_: trained().judged.clear())
    assert "No past decision of this book" in shown(open_page("backtest"))


@pytest.mark.usefixtures("taught")
def test_what_speaks_against_it_is_said(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries_churn, "said_against", lambda *_: ["The feature “x” knows the answer."])
    assert "knows the answer" in shown(open_page("backtest"))


@pytest.mark.usefixtures("in_demo")
def test_a_failing_store_gives_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise queries.RoundsError("The database does not answer.")

    monkeypatch.setattr(queries_churn, "training", refuse)
    app = open_page("backtest")
    assert [error.value.split(". ")[0] for error in app.error] == ["The database does not answer"]
