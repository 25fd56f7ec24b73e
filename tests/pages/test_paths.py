"""Happy paths: who is stuck, what a click lists, calls, views, ticks, exports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from actions import paths as deeds
from actions.exporting import export
from components import queries
from components.queries import EVERYONE
from components.queries import paths as read
from data_access.errors import StoreError
from data_access.viewer import Viewer
from models.paths.picture import STALE_DAYS
from tests.conftest import DEMO_NOW
from tests.pages.conftest import Open, shown
from tests.pages.walked import KICK_OFF, NAMES, press, reader, submit


def stuck() -> pl.DataFrame:
    return read.progress(reader()).filter(pl.col("state") == "stuck")


def figure(app: AppTest) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(app.get("plotly_chart")[0].proto.spec)
    return spec


def ids(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["name"])


@pytest.mark.usefixtures("in_walked")
def test_the_first_sentence_says_who_is_stuck_and_on_what(open_page: Open) -> None:
    assert stuck().height > 3
    book = queries.book(reader())
    longest = stuck().join(book.select("account_id", "name"), on="account_id")
    stale = pl.col("days_on") - pl.col("slow_days").fill_null(0) > STALE_DAYS
    longest = longest.sort(stale, "days_on", "name", descending=[False, True, False])

    app = open_page("paths")

    said = app.markdown[0].value
    assert f"**{stuck().height:,} of the {book.height:,} accounts are stuck on a step" in said
    first = longest.row(0, named=True)
    assert f"**{first['name']}**, {first['days_on']:,} days before “{first['next']}”" in said.replace(
        "\\", ""
    )
    assert app.button(key="state-stuck").label == f"‼ {stuck().height:,} stuck"


@pytest.mark.usefixtures("in_walked")
def test_the_picture_holds_every_account_once_and_the_stuck_by_name(open_page: Open) -> None:
    placed = read.progress(reader()).drop_nulls("path_key")

    drawn = figure(open_page("paths"))

    titles = [note["text"] for note in drawn["layout"]["annotations"] if "accounts" in note["text"]]
    counts = dict(placed.group_by("path").len().iter_rows())
    for name in NAMES:
        assert any(f"<b>{name}</b>  {counts[name]} accounts" in title for title in titles)
    stale = pl.col("days_on") - pl.col("slow_days").fill_null(0) > STALE_DAYS
    longest = stuck().sort(stale, "days_on", descending=[False, True]).row(0, named=True)
    assert f"<b>‼ {longest['days_on']} d</b>" in drawn["data"][1]["text"]


@pytest.mark.usefixtures("in_walked")
def test_a_state_a_cell_and_a_filter_list_their_accounts(open_page: Open) -> None:
    app = press(open_page("paths"), "state-stuck")
    assert app.query_params["show"] in ("state:stuck", ["state:stuck"])
    assert len(ids(app)) == min(stuck().height, 100)
    assert f"**{stuck().height:,} of" in shown(app)

    shows = [show for show, _ in figure(app)["data"][0]["customdata"]]
    cell = next(show for show in shows if show.startswith("at:"))
    _, column, state, key = cell.split(":", 3)
    label = read.steps(reader()).filter(pl.col("path_key") == key)["label"][int(column)]
    there = read.progress(reader()).filter(path_key=key, state=state, next=label)
    listed = open_page("paths", show=cell)
    assert len(ids(listed)) == there.height > 0
    assert f"{state} before “{label}” on " in shown(listed).replace("\\", "")

    segment = str(queries.book(reader())["segment"].drop_nulls()[0])
    mine = queries.book(reader()).filter(pl.col("segment") == segment)
    narrowed = open_page("paths", p_segment=segment)
    assert f"of these {mine.height:,} accounts" in shown(narrowed)
    assert set(ids(narrowed)) <= set(mine["name"])
    alone = open_page("paths", p_path=NAMES[0], p_state="stuck")
    assert len(ids(alone)) == stuck().filter(pl.col("path") == NAMES[0]).height


@pytest.mark.usefixtures("in_walked")
def test_chosen_accounts_go_to_the_calls_and_back(open_page: Open) -> None:
    one = stuck()["account_id"][0]
    app = press(open_page("paths", show=f"id:{one}"), "add_chosen")

    assert queries.accounts_to_call(reader()) == {one}
    assert "1 account added to the call list" in shown(app)
    next(button for button in app.button if button.label == "Undo").click()
    app.run()
    assert queries.accounts_to_call(reader()) == set()
    assert len(ids(press(app, "clear_show"))) > 1


@pytest.mark.usefixtures("in_walked")
def test_a_view_keeps_filters_and_what_is_listed(open_page: Open) -> None:
    app = open_page("paths", p_path=NAMES[0], show="state:stuck")
    app.text_input(key="paths_view_name").input("Mine").run()
    submit(app, "Save")

    other = press(open_page("paths"), "view-Mine")

    assert other.session_state["p_path"] == [NAMES[0]]
    assert ids(other) == ids(app)


@pytest.mark.usefixtures("in_walked")
def test_the_account_shows_its_path_and_a_csm_ticks_with_undo(open_page: Open) -> None:
    one = stuck().row(0, named=True)
    csm_id = queries.scores(reader()).row(by_predicate=pl.col("account_id") == one["account_id"], named=True)[
        "csm_id"
    ]
    email = queries.csms(reader()).row(by_predicate=pl.col("csm_id") == csm_id, named=True)["email"]

    app = open_page("account", viewer=email, account=one["account_id"])

    text = shown(app).replace("\\", "")
    assert one["sentence"] in text
    assert f"{one['days_on']} days on it; the successful needed" in text.replace(",", "")
    assert "Show them" in text
    key = f"by hand: {KICK_OFF.casefold()}"
    app = press(app, f"tick-{key}")
    assert read.ticks(reader(), one["account_id"])["step"].to_list() == [key]
    assert f"✓ **{KICK_OFF}**" in shown(app).replace("\\", "")
    press(app, f"untick-{key}")
    assert read.ticks(reader(), one["account_id"]).is_empty()


@pytest.mark.usefixtures("in_walked")
def test_an_account_without_a_path_says_so(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "of_account", lambda *_: None)
    app = open_page("account", account=stuck()["account_id"][0])
    assert "No path is meant for this account yet" in shown(app)


@pytest.mark.usefixtures("in_walked")
def test_who_is_late_for_first_value_has_rows(open_page: Open) -> None:
    late = read.first_value(reader()).filter("late")
    assert not late.is_empty()

    app = open_page("paths")

    assert f"**Late for first value** ({late.height:,})" in shown(app)
    assert f"**{late.height:,} accounts are late**" in shown(app)


@pytest.mark.parametrize("whose", ["everyone", "one CSM"])
@pytest.mark.usefixtures("in_walked")
def test_exports_are_what_the_screens_show_also_after_a_change(whose: str, tmp_path: Path) -> None:
    viewer = EVERYONE if whose == "everyone" else Viewer("eva@example.com", "Eva", "csm", ("csm-01",))
    now, store, out = queries.reader(viewer), reader().store, tmp_path / "out"
    one = read.progress(now)["account_id"][0]
    deeds.tick_step(store, EVERYONE, DEMO_NOW, 1, f"by hand: {KICK_OFF.casefold()}", one)
    deeds.retire_path(store, EVERYONE, DEMO_NOW, 2, 1)
    now = queries.reader(viewer)

    steps, standing = read.path_table(now), read.progress_table(now)

    assert export(store, viewer, DEMO_NOW, "paths", "parquet", out) == steps.height
    assert pl.read_parquet(out).equals(steps)
    assert set(steps["path"]) == {NAMES[0]}
    assert export(store, viewer, DEMO_NOW, "path-progress", "parquet", out) == standing.height
    assert pl.read_parquet(out).equals(standing)
    assert standing["account_id"].sort().equals(queries.scores(now)["account_id"].sort())
    assert (standing.height < queries.scores(reader()).height) == (whose != "everyone")
    assert standing.filter(account_id=one)["done"].item() == (
        read.step_times(now).filter(account_id=one, state="done").height
    )


@pytest.mark.usefixtures("in_walked")
def test_a_failing_store_gives_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("The database does not answer.")

    monkeypatch.setattr(read, "progress", refuse)
    app = open_page("paths")
    assert not app.exception
    assert app.error[0].value.startswith("The database does not answer.")


@pytest.mark.usefixtures("in_walked")
def test_the_accounts_table_says_where_each_stands(open_page: Open) -> None:
    app = open_page("accounts", sort="Path")
    said = list(app.dataframe[0].value["path_state"])
    assert said[0].startswith("‼ stuck")
    assert any(text.startswith("‼ stuck after ") for text in said)


@pytest.mark.usefixtures("in_walked")
def test_today_says_how_many_are_stuck_and_leads_there(open_page: Open) -> None:
    before = queries.earlier(reader())
    assert before is not None
    new = stuck().filter(pl.col("stuck_since") > before.as_of).height

    links = [element.proto for element in open_page("today").get("page_link")]

    assert f"{stuck().height} accounts stuck on the path, {new} of them new" in [one.label for one in links]
