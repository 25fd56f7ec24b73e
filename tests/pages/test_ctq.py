"""Quality to customers: a proposal nobody adopted, adopting, editing beside somebody else, who misses."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from actions.quality import TREE, save_tree
from components import charts_ctq
from components.queries import quality as read
from data_access import quality
from data_access.config import Configuration
from data_access.errors import StoreError
from data_access.store import open_store
from data_access.viewer import Viewer
from models.ctq import Branch, Share, from_body
from models.ctq_measures import VALUES
from models.ctq_table import Told
from pages import _ctq_edit
from tests.conftest import DEMO_NOW
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")

BEN = Viewer("ben@example.com", "Ben", "manager")
HEARD = Branch("I am heard", "They would tell others", "nps", 9)


def press(app: AppTest, label: str) -> None:
    next(one for one in app.button if one.label == label).click().run()


def test_the_proposal_is_called_one_until_somebody_adopts_it(open_page: Open, in_demo: Path) -> None:
    app = open_page("ctq")
    told = shown(app)
    assert "Nobody has adopted a tree yet" in told
    assert "Fewest get this" in app.markdown[0].value

    app.button[[button.label for button in app.button].index("Adopt as it is")].click().run()

    assert not app.exception
    assert "Tree saved by" in shown(app)
    store = open_store(Configuration(home=in_demo))
    body = quality.versions(store.database, "ctq", TREE)["body"][0]
    assert {one.by for one in from_body(body)} == {"demo@localhost"}
    store.close()


def test_an_adopted_tree_stands_in_the_place_of_the_proposal(open_page: Open, in_demo: Path) -> None:
    store = open_store(Configuration(home=in_demo))
    save_tree(store, BEN, DEMO_NOW, [HEARD, Branch("I feel safe", "Nobody loses data")], 0)
    store.close()
    app = open_page("ctq")
    table = app.dataframe[0].value
    assert list(table["driver"]) == ["They would tell others", "Nobody loses data"]
    assert list(table["measure"])[1] == "not measured"
    assert "Tree saved by ben" in shown(app)


def test_the_editor_says_what_a_target_counts_and_saves_the_measure_it_offers() -> None:
    offered = _ctq_edit._frame([Branch("I use it", "Daily", "active_days", 40)])

    assert offered["measure"].to_list() == ["Days with use in the last 28: at least, % of days"]
    assert _ctq_edit._branches(offered)[0].measure == "active_days"


def test_who_does_not_get_it_is_listed_with_the_gap(open_page: Open, in_demo: Path) -> None:
    store = open_store(Configuration(home=in_demo))
    save_tree(store, BEN, DEMO_NOW, [HEARD], 0)
    store.close()
    app = open_page("ctq")
    rows = app.dataframe[1].value
    n = int(app.dataframe[0].value["n"].iloc[0])
    assert 0 < len(rows) <= n
    assert (rows["low"] < 9).all()
    assert rows["gap"].is_monotonic_decreasing
    assert f"{len(rows)} accounts" in shown(app)


@pytest.mark.parametrize(("choice", "versions"), [("Keep theirs", 1), ("Save mine in its place", 2)])
def test_both_trees_are_shown_after_a_conflict_and_either_can_count(
    choice: str, versions: int, open_page: Open, in_demo: Path
) -> None:
    store = open_store(Configuration(home=in_demo))
    app = open_page("ctq")
    save_tree(store, BEN, DEMO_NOW, [HEARD], 0)
    press(app, "Adopt as it is")
    assert "was changed by ben@example" in shown(app)
    assert "21 Nov 2026 09" in shown(app)
    row = app.dataframe[0].value.iloc[0]
    assert "I am heard" in row["theirs"]
    assert "I am heard · They would tell others" not in row["mine"]
    press(app, choice)
    assert "changed by" not in shown(app)
    assert quality.versions(store.database, "ctq", TREE).height == versions
    store.close()


def test_an_empty_tree_says_how_to_fill_it(open_page: Open, in_demo: Path) -> None:
    store = open_store(Configuration(home=in_demo))
    first = save_tree(store, BEN, DEMO_NOW, [HEARD], 0)
    save_tree(store, BEN, DEMO_NOW, [], first)
    store.close()
    assert "The tree is empty" in shown(open_page("ctq"))


def test_without_measures_it_says_what_is_missing(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "values", lambda _: VALUES.empty())
    assert "Nothing of what matters to customers can be measured yet" in shown(open_page("ctq"))


def test_a_failing_store_gives_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> pl.DataFrame:
        raise StoreError("The database at db.example does not answer.")

    monkeypatch.setattr(read, "values", refuse)
    app = open_page("ctq")
    assert not app.exception
    assert len(app.error) == 1
    assert "does not answer" in app.error[0].value


def test_the_figure_groups_drivers_under_their_need_and_marks_few() -> None:
    rows = [
        Told(HEARD, Share(40, 30, 0, 0.75, 0.6, 0.86)),
        Told(Branch("I <am> heard", "Other", "csat", 4), Share(5, 5, 2, 1.0, 0.57, 1.0)),
        Told(Branch("I am heard", "Not measured"), Share(0, 0, 0, None, None, None)),
    ]
    figure = charts_ctq.tree(rows)
    (dots,) = figure["data"]
    assert figure["layout"]["yaxis"]["ticktext"] == [
        "<b>I am heard</b>",
        "They would tell others",
        "Not measured",
        "<b>I &lt;am> heard</b>",
        "Other",
    ]
    assert dots["y"] == [3, 0]
    assert dots["x"] == [75.0, 100.0]
    assert dots["marker"]["symbol"] == ["circle", "circle-open"]
    assert dots["error_x"]["arrayminus"][0] == pytest.approx(15)
    assert "75 % of 40 accounts (60 to 86)" in charts_ctq.alt(rows)
    assert charts_ctq.tree(rows[2:])["data"] == []
