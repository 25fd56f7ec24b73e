"""Data: freshness in words, coverage with its rows, and an import from files to a refreshed snapshot."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components import jobs, queries
from components.queries import EVERYONE, Reader, imported
from data_access import suppressions
from pages import _history, _import
from tests.pages.conftest import Open, shown

GOOD = "".join(f"K{n};Company {n};{'Gold' if n % 2 else 'Silver'};2025-01-{n:02}\n" for n in range(1, 31))
ACCOUNTS = f"customer;name;tier;signup_date\n{GOOD}K99;Two;Silver;2025-02-30\n"


def reader() -> Reader:
    return queries.reader(EVERYONE)


def button(app: AppTest, label: str) -> None:
    next(one for one in app.button if one.label == label).click().run()


def wait(app: AppTest, what: str) -> jobs.Job:
    """Until the work has ended; the page draws once more."""
    job = jobs.current(_import.name(reader(), what))
    assert job is not None
    for _ in range(200):
        if job.ended:
            break
        time.sleep(0.05)
    assert job.ended
    app.run()
    return job


@pytest.mark.usefixtures("in_demo")
def test_the_sentence_says_how_far_usage_reaches(open_page: Open) -> None:
    app = open_page("data")

    assert "Usage reaches to yesterday (20 Nov" in shown(app)
    assert "The pages show 20 Nov 2026" in shown(app)
    assert sorted(app.dataframe[0].value["rows"]) == sorted(queries.fact_rows(reader()).values())


@pytest.mark.usefixtures("in_demo")
def test_coverage_opens_into_the_accounts_that_lack_it(open_page: Open) -> None:
    scores = queries.scores(reader())
    app = open_page("data", without="a survey answer in the last year")
    options = app.selectbox(key="without").options
    assert any(option.startswith("a survey answer in the last year (") for option in options)

    app.selectbox(key="without").set_value("a survey answer in the last year").run()

    told = next(option for option in options if option.startswith("a survey answer"))
    lacking = len(app.dataframe[-1].value)
    assert told.endswith(f"({lacking})")
    assert 0 < lacking < scores.height


@pytest.mark.usefixtures("in_demo")
def test_past_imports_and_snapshots_stand_in_their_tabs(open_page: Open) -> None:
    past = open_page("data", tab="Past imports")
    assert len(past.dataframe[0].value) == imported.import_list(reader()).height

    snapshots = open_page("data", tab="Snapshots")
    assert len(snapshots.dataframe[0].value) == queries.snapshot_list(reader()).height
    assert "The newest took" in shown(snapshots)


@pytest.mark.usefixtures("in_demo")
def test_the_past_is_scored_week_by_week_and_goes_on_where_it_was(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_history, "WEEKS", 4)
    app = open_page("data", tab="Snapshots")
    assert "**2 of the past 4 weeks are scored" in shown(app)

    app.button(key="recompute").click().run()
    job = wait(app, _history.WHERE)

    assert not job.failure
    assert [report.as_of.isoformat() for report in job.result] == ["2026-10-23", "2026-10-30"]
    assert [said.value for said in app.success] == ["2 weeks scored."]
    assert "Each of the past 4 weeks is scored" in shown(app)
    assert queries.snapshot_list(reader()).height == 5


@pytest.mark.usefixtures("in_demo")
def test_whoever_looks_sees_how_far_the_past_is_and_nobody_starts_it_twice(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_: object, progress: jobs.Tell) -> list[object]:
        progress("weekly snapshots", 13, 52)
        begun.set()
        assert go_on.wait(30)
        return []

    monkeypatch.setattr(_history, "refresh_weeks", slow)
    monkeypatch.setattr(_history, "WEEKS", 4)
    one = open_page("data", tab="Snapshots")
    one.button(key="recompute").click().run()
    assert begun.wait(30)
    try:
        csm = str(queries.csms(reader())["email"].drop_nulls()[0])
        for app in (one.run(), open_page("data", viewer=csm, tab="Snapshots")):
            [bar] = app.get("progress")
            assert "25\N{NO-BREAK SPACE}%" in bar.proto.text
            assert not [button for button in app.button if button.key == "recompute"]
    finally:
        go_on.set()
    assert not wait(one, _history.WHERE).failure


@pytest.mark.usefixtures("in_demo")
def test_what_the_past_gave_is_told_to_each_until_they_dismiss_it_or_it_runs_again(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_history, "refresh_weeks", lambda *_, **__: [None] * 7)
    monkeypatch.setattr(_history, "WEEKS", 4)
    one = open_page("data", tab="Snapshots")
    one.button(key="recompute").click().run()
    wait(one, _history.WHERE)
    two = open_page("data", tab="Snapshots")
    assert [[said.value for said in app.success] for app in (one, two)] == [["7 weeks scored."]] * 2
    assert "Ended just now." in shown(two)

    button(one, "Dismiss")
    assert not one.success
    assert two.run().success
    assert open_page("data", tab="Snapshots").success

    two.button(key="recompute").click().run()
    wait(two, _history.WHERE)
    assert one.run().success


@pytest.mark.usefixtures("in_demo")
def test_a_past_that_could_not_be_scored_says_why_and_can_be_started_again(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise queries.RoundsError("The disk is full.")

    monkeypatch.setattr(_history, "refresh_weeks", refuse)
    monkeypatch.setattr(_history, "WEEKS", 4)
    app = open_page("data", tab="Snapshots")
    app.button(key="recompute").click().run()
    if jobs.current(_import.name(reader(), _history.WHERE)):
        wait(app, _history.WHERE)  # it had not ended when the page was drawn

    assert "The disk is full. The weeks scored so far stay" in app.error[0].value
    assert app.button(key="recompute")


@pytest.mark.usefixtures("in_empty")
def test_files_become_a_snapshot(open_page: Open) -> None:
    app = open_page("data", tab="Import")
    assert "There is no data yet." in shown(app)

    app.file_uploader(key="import_files").upload("../kunden.csv", ACCOUNTS.encode()).run()
    button(app, "Look at these files")
    mapping = app.text_area(key="import_mapping").value
    assert 'account_id = "customer"' in str(mapping)

    button(app, "Check")
    assert "accounts: account_id" in shown(app).replace("\\", "")

    button(app, "Import")
    assert not wait(app, "import").failure
    assert "30 rows are new or changed" in shown(app)
    assert "Past imports says which rows and why" in shown(app)
    refused = imported.rejects(reader(), int(imported.import_list(reader())["import_id"][0]))
    assert refused.select("file", "line", "column", "value").rows() == [
        ("kunden.csv", 32, "signup_date", "2025-02-30")
    ]

    app.button(key="refresh_now").click().run()
    assert not wait(app, "refresh").failure
    assert queries.scores(reader()).height == 30
    button(app, "Import more")
    assert "Choose the files" in shown(app)


@pytest.mark.usefixtures("in_empty")
def test_a_file_that_tells_of_somebody_erased_goes_after_its_import_and_that_is_said(open_page: Open) -> None:
    store = reader().store
    with store.database.write() as connection:
        suppressions.add(connection, "E-1", ["zoe@acme.example"])
    app = open_page("data", tab="Import")
    text = f"{ACCOUNTS}K40;Write to Zoe@acme.example;Gold;2025-01-31\n"
    app.file_uploader(key="import_files").upload("kunden.csv", text.encode()).run()
    button(app, "Look at these files")
    assert list((store.configuration.home / "uploads").rglob("kunden.csv"))

    button(app, "Import")

    assert wait(app, "import").result.deleted == ("kunden.csv",)
    assert "Deleted here now, as somebody in them was erased" in app.info[0].value
    assert not list((store.configuration.home / "uploads").rglob("*.csv"))


@pytest.mark.usefixtures("in_empty")
def test_a_broken_mapping_gets_a_sentence_and_imports_nothing(open_page: Open) -> None:
    app = open_page("data", tab="Import")
    app.file_uploader(key="import_files").upload("kunden.csv", ACCOUNTS.encode()).run()
    button(app, "Look at these files")

    app.text_area(key="import_mapping").set_value(
        '[accounts]\nfile = "../other.csv"\naccount_id = "id"\n'
    ).run()
    button(app, "Import")
    assert "is not one of the files handed in" in shown(app)

    app.text_area(key="import_mapping").set_value("[accounts\n").run()
    button(app, "Check")
    assert "The mapping is no proper TOML" in shown(app)
    assert imported.import_list(reader()).is_empty()


@pytest.mark.usefixtures("in_empty")
def test_a_file_that_holds_nothing_gets_a_sentence(open_page: Open, in_empty: Path) -> None:
    app = open_page("data", tab="Import")
    app.file_uploader(key="import_files").upload("empty.csv", b"").run()

    button(app, "Look at these files")

    assert not app.exception
    assert "empty" in app.warning[0].value
    assert (in_empty / "uploads").is_dir()


@pytest.mark.usefixtures("in_demo")
def test_a_failing_store_gives_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise queries.RoundsError("The database does not answer.")

    monkeypatch.setattr(queries, "fact_rows", refuse)

    app = open_page("data")

    assert not app.exception
    assert len(app.error) == 1
