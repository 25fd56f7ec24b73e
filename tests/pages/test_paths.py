"""Happy paths: who is stuck, what a click lists, calls, views, adopting, editing, reverting, ticks."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from actions import paths as deeds
from actions.exporting import export
from components import queries
from components.queries import EVERYONE, Reader
from components.queries import paths as read
from data_access import path_discoveries
from data_access.errors import StoreError
from data_access.viewer import Viewer
from models.paths import frames
from models.paths.adopted import HappyPath, PathStep
from models.paths.frames import Discovery, nothing
from models.paths.picture import STALE_DAYS
from pages._paths_cards import PUT_AWAY
from pages._paths_evidence import CANDIDATES
from tests.conftest import DEMO_DAY, DEMO_NOW
from tests.pages.conftest import Open, shown
from tests.pages.walked import KICK_OFF, NAMES, walked

OTHER = Viewer("other@example.com", "Olga Other", "manager")


@pytest.fixture(scope="module")
def walked_template(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return walked(demo_template, tmp_path_factory.mktemp("walked") / "home")


@pytest.fixture
def in_walked(walked_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    shutil.copytree(walked_template, home)
    monkeypatch.setenv("ROUNDS_HOME", str(home))
    monkeypatch.setenv("ROUNDS_NOW", f"{DEMO_NOW.isoformat()}+00:00")
    return home


def reader() -> Reader:
    return queries.reader(EVERYONE)


def stuck() -> pl.DataFrame:
    return read.progress(reader()).filter(pl.col("state") == "stuck")


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return app.run()


def submit(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click()
    return app.run()


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


@pytest.mark.usefixtures("in_demo")
def test_without_a_path_it_says_why_and_a_path_is_written_by_hand(open_page: Open) -> None:
    found = read.discovery(reader())
    assert found is not None
    app = open_page("paths")
    assert found.found.why[0] in shown(app).replace("\\", "")
    assert "There is no path yet" in shown(app)

    app = press(app, "path-by-hand")
    app.text_input(key="path-new-name").input("Ours")
    app = submit(app, "Add a step that a person ticks")
    app.text_input(key="path-new-0-name").input("Kick-off")
    app = submit(app, "Save and adopt")
    assert "Say who ticks “Kick-off”." in shown(app)
    assert "doctor" not in shown(app), "what was typed is mended here, not on the command line"
    assert app.text_input(key="path-new-0-name").value == "Kick-off"

    app.text_input(key="path-new-0-who").input("CSM")
    app = submit(app, "Save and adopt")

    assert read.in_force(reader())["name"].to_list() == ["Ours"]
    assert "✓ In force, version 1" in shown(app)
    assert "Accounts were placed anew" in shown(app)
    assert (read.progress(reader())["path"] == "Ours").all(), "nobody waits for a refresh"


@pytest.mark.usefixtures("in_walked")
def test_a_path_is_edited_compared_reverted_and_retired(open_page: Open) -> None:
    app = press(open_page("paths"), "edit-own-1")
    app.text_input(key="path-own-1-name").input("Better plan")
    app.number_input(key="path-own-1-1-target_days").set_value(10)
    app = submit(app, "Save and adopt")
    now = read.in_force(reader()).filter(pl.col("path_id") == 1).row(0, named=True)
    assert (now["name"], now["version"]) == ("Better plan", 2)
    assert read.path_of(now).steps[1].target_days == 10

    app.session_state["versions-own-1"] = True
    app.run()
    assert "Name: Plan first → Better plan." in shown(app).replace("\\", "")
    app = press(app, "revert-own-1-1")
    now = read.in_force(reader()).filter(pl.col("path_id") == 1).row(0, named=True)
    assert (now["name"], now["version"]) == ("Plan first", 3)

    app = press(app, "retire-own-1")
    assert 1 not in read.in_force(reader())["path_id"].to_list()
    app.session_state[PUT_AWAY] = True
    app.run()
    assert "Retired]" in shown(app)
    press(app, "adopt-own-1")
    assert 1 in read.in_force(reader())["path_id"].to_list()


@pytest.mark.usefixtures("in_walked")
def test_when_somebody_saves_first_both_are_shown_and_nothing_typed_is_lost(open_page: Open) -> None:
    app = press(open_page("paths"), "edit-own-1")
    app.text_input(key="path-own-1-gives").input("What I typed")
    theirs = HappyPath("Theirs", (PathStep("Import", 1, event="customers.imported"),))
    deeds.save_path(reader().store, OTHER, DEMO_NOW, 1, 1, theirs)

    app = submit(app, "Save and adopt")

    assert "saved version 2 while you were editing" in shown(app)
    assert "Version 2, other@example.com: Theirs" in shown(app).replace("\\", "")
    assert app.text_input(key="path-own-1-gives").value == "What I typed"
    submit(app, "Save and adopt")
    versions = read.versions(reader(), 1)
    assert versions["version"].to_list() == [3, 2, 1]
    assert read.path_of(versions.row(0, named=True)).gives == "What I typed"
    assert read.path_of(versions.row(1, named=True)).name == "Theirs"


@pytest.mark.usefixtures("in_walked")
def test_a_csm_reads_and_may_not_adopt(open_page: Open) -> None:
    csm = queries.csms(reader()).drop_nulls("manager_id").row(0, named=True)

    app = open_page("paths", viewer=csm["email"])

    assert "Managers and admins adopt and edit paths" in shown(app)
    assert not [one for one in app.button if str(one.key).startswith(("adopt-", "edit-", "retire-"))]
    mine = queries.book(reader()).filter(pl.col("csm_id") == csm["csm_id"])["name"].to_list()
    assert set(ids(app)) <= set(mine)


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


def discovered() -> Discovery:
    """A discovery with one path of two steps, checked on later decisions, and two candidates."""
    path = {"path": 1, "name": "Import to Report", "kind": "steps", "why": "Order is kept.", "steps": 2}
    path |= {"support": 212, "coverage": 0.33, "lift": 1.4, "lift_low": 1.2, "lift_high": 1.7, "landmark": 60}
    step = {"path": 1, "nth": 1, "n": 200, "prevalence": 0.9, "base_rate": 0.41, "landmark": 30, "lift": 1.3}
    steps = [
        step | {"position": 1, "event": "customers.imported", "label": "Import", "median_days": 5.0},
        step | {"position": 2, "event": "report.scheduled", "label": "Report", "median_days": 80.0},
    ]
    one = {"nth": 1, "n": 300, "reached": 120, "prevalence": 0.4, "z": 4.0, "z_adj": 3.0, "landmark": 30}
    candidates = [
        one | {"event": "customers.imported", "verdict": "step", "why": "Those who did it succeed more."},
        one
        | {"event": "theme.changed", "verdict": "no difference", "why": "It goes with nothing.", "z": 0.1},
    ]
    check = {"measure": "lift", "label": "Lift on later decisions", "value": 1.4, "low": 1.2, "high": 1.7}
    said = check | {"n": 400, "sentence": "Tried on 400 later decisions: 1.4 times as likely."}
    return replace(
        nothing("It holds on later decisions.", counts={"decisions": 640}),
        verdict="paths",
        paths=pl.DataFrame([path], frames.PATHS.schema),
        steps=pl.DataFrame(steps, frames.STEPS.schema),
        candidates=pl.DataFrame(candidates, frames.CANDIDATES.schema),
        validation=pl.DataFrame([said], frames.VALIDATION.schema),
    )


@pytest.mark.usefixtures("in_walked")
def test_a_found_path_shows_its_evidence_and_is_adopted(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = reader().store.database
    with database.write() as connection:
        number = path_discoveries.add(connection, DEMO_NOW, DEMO_DAY, "a key", discovered())
    monkeypatch.setattr(read, "discovery", lambda _: path_discoveries.get(database, number))
    app = open_page("paths")
    app.session_state[CANDIDATES] = True
    app.run()

    text = shown(app).replace("\\", "")
    assert "**Import to Report** :gray-badge[Found in the data] for everybody" in text
    assert "212 successful accounts are nearest to it (33 %)" in text
    assert "| 1. **Import** | 5 | – | 200 | 41 % | 1.3 times | – |" in text
    assert "**The successful follow 1 path.** It holds on later decisions." in text
    assert "- Tried on 400 later decisions: 1.4 times as likely." in text
    assert "| Lift on later decisions | 1.40 | 1.20 to 1.70 | 400 |" in text
    assert list(app.dataframe[-1].value["verdict"]) == ["step", "no difference"]

    press(app, "adopt-found 1")

    adopted = read.in_force(reader()).filter(pl.col("name") == "Import to Report")
    assert read.path_of(adopted.row(0, named=True)).origin.startswith("found as of 2026-11-20")


@pytest.mark.usefixtures("in_walked")
def test_accounts_that_could_not_be_placed_are_placed_at_a_press(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(deeds, "placed_if_possible", lambda *_: None)
        app = press(open_page("paths"), "retire-own-1")
    assert "changed since accounts were last placed" in shown(app)
    assert (read.progress(reader())["path"] == NAMES[0]).any()

    app = press(app, "place-accounts")

    assert (read.progress(reader())["path"] == NAMES[1]).all()
    assert "Accounts were placed anew" in shown(app)
    assert "changed since accounts were last placed" not in shown(app)
    assert set(queries.book(reader())["path"]) == {NAMES[1]}, "the table of accounts follows"


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


@pytest.mark.usefixtures("in_walked")
def test_what_is_adopted_is_not_offered_again_and_all_of_the_rest_at_one_press(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, found = reader().store.database, discovered()
    more = [
        replace(found, paths=found.paths.with_columns(path=pl.lit(n, pl.Int64), name=pl.lit(f"Way {n}")))
        for n in (1, 2)
    ]
    paths = pl.concat([one.paths for one in more])
    steps = pl.concat(
        [
            found.steps,
            found.steps.with_columns(path=pl.lit(2, pl.Int64)).with_columns(
                event=pl.col("event").replace("report.scheduled", "route.optimised")
            ),
        ]
    )
    with database.write() as connection:
        number = path_discoveries.add(
            connection, DEMO_NOW, DEMO_DAY, "a key", replace(found, paths=paths, steps=steps)
        )
    monkeypatch.setattr(read, "discovery", lambda _: path_discoveries.get(database, number))
    app = open_page("paths")
    assert "2 other paths were found in the data; nobody is placed there until it is adopted" in shown(app)

    app = press(app, "adopt-all")

    assert read.in_force(reader())["name"].to_list() == [*NAMES, "Way 1", "Way 2"]
    assert set(read.steps(reader())["path"]) == {*NAMES, "Way 1", "Way 2"}
    assert not [one for one in app.button if str(one.key).startswith("adopt-")]
    assert "**4 paths are in force.**" in shown(app)
