"""Happy paths: written, adopted, edited, compared, reverted and placed anew."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from actions import paths as deeds
from components import queries
from components.queries import paths as read
from data_access import path_discoveries
from data_access.viewer import Viewer
from models.paths import frames
from models.paths.adopted import HappyPath, PathStep
from models.paths.frames import Discovery, nothing
from pages._paths_cards import PUT_AWAY
from pages._paths_evidence import CANDIDATES
from tests.conftest import DEMO_DAY, DEMO_NOW
from tests.pages.conftest import Open, shown
from tests.pages.walked import NAMES, press, reader, submit

OTHER = Viewer("other@example.com", "Olga Other", "manager")


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
    assert set(app.dataframe[0].value["name"]) <= set(mine)


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
    assert read.path_of(adopted.row(0, named=True)).origin.startswith("found as of 20 Nov 2026")


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
