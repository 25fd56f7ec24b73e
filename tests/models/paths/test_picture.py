"""The picture of the book on its paths: who gets a row, what each cell says, and that nobody is lost."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from models.paths.chosen import Chosen, narrowed, read, told
from models.paths.picture import MOST_NAMED, ORDER, STANDING, columns, picture, standing
from models.paths.progress_frames import PRESCRIBED, PROGRESS, STEP_TIMES

PLAN, CASH = "found:1", "found:2"


def prescribed() -> pl.DataFrame:
    rows = [
        {"path_key": PLAN, "path": "Plan", "step": "a#1", "position": 1, "label": "Import"},
        {
            "path_key": PLAN,
            "path": "Plan",
            "step": "c#1",
            "position": 2,
            "label": "Late twin",
            "median_days": 9.0,
        },
        {
            "path_key": PLAN,
            "path": "Plan",
            "step": "b#1",
            "position": 2,
            "label": "Early twin",
            "median_days": 3.0,
        },
        {"path_key": CASH, "path": "Cash", "step": "b#1", "position": 1, "label": "Early twin"},
    ]
    every = {
        "source": "found",
        "segment": "",
        "kind": "data",
        "event": "e",
        "nth": 1,
        "who": "",
        "advice": "",
    }
    return pl.DataFrame(
        [{**dict.fromkeys(PRESCRIBED.names), **every, **row} for row in rows], PRESCRIBED.schema
    )


def one(account: str, key: str | None, state: str, column: int | None, days: int | None) -> dict[str, object]:
    reached = list(range(column or 0))
    at = {"path_key": key, "state": state, "column": column, "days": days, "usual": 12.0, "stale": False}
    return {"account_id": account, "name": f"Name {account}", **at, "reached": reached, "skipped": []}


def placed(*rows: dict[str, object]) -> pl.DataFrame:
    return STANDING.check(pl.DataFrame(list(rows), STANDING.schema))


def test_columns_follow_positions_and_ties_their_usual_day() -> None:
    assert columns(prescribed()).select("path_key", "label", "column").rows() == [
        (PLAN, "Import", 0),
        (PLAN, "Early twin", 1),
        (PLAN, "Late twin", 2),
        (CASH, "Early twin", 0),
    ]


def test_standing_takes_places_from_steps_and_puts_the_longest_stuck_of_late_first() -> None:
    base: dict[str, object] = dict.fromkeys(PROGRESS.names) | {
        "path_key": PLAN, "path": "Plan", "done": 1, "steps": 3, "position": 1, "skipped": ["Early twin"],
        "swapped": [], "looped": [], "distance": 0, "days_since_start": 50, "watched": True, "sentence": "…",
    }  # fmt: skip
    told_of: list[dict[str, object]] = [
        {"account_id": "A", "state": "on track", "next_step": "c#1", "next": "Late twin", "days_on": 90},
        {"account_id": "B", "state": "stuck", "next_step": "c#1", "next": "Late twin", "days_on": 40},
        {"account_id": "C", "state": "stuck", "next_step": "c#1", "next": "Late twin", "days_on": 41},
        {"account_id": "E", "state": "stuck", "next_step": "c#1", "next": "Late twin", "days_on": 300},
        {"account_id": "D", "state": "not started", "path_key": None, "skipped": []},
    ]
    progress = PROGRESS.check(pl.DataFrame([base | row for row in told_of], PROGRESS.schema))
    step: dict[str, object] = dict.fromkeys(STEP_TIMES.names) | {
        "path_key": PLAN,
        "position": 1,
        "label": "…",
        "kind": "data",
    }
    times = [
        step | {"account_id": "C", "step": "a#1", "state": "done", "done_on": date(2026, 1, 5)},
        step | {"account_id": "C", "step": "b#1", "state": "skipped"},
        step | {"account_id": "C", "step": "c#1", "state": "current"},
    ]
    names = pl.DataFrame({"account_id": ["A", "B", "C", "D", "E"], "name": ["a", "b", "c", "d", "e"]})

    found = standing(progress, pl.DataFrame(times, STEP_TIMES.schema), prescribed(), names)

    assert found["account_id"].to_list() == ["C", "B", "E", "A", "D"]
    first = found.row(0, named=True)
    assert (first["column"], first["days"], first["reached"], first["skipped"]) == (2, 41, [0], [1])
    assert found.row(4, named=True)["path_key"] is None


def test_the_stuck_have_names_and_days_the_others_are_counted_by_step() -> None:
    found = picture(
        placed(
            one("A", PLAN, "stuck", 2, 41),
            one("B", PLAN, "on track", 1, 3),
            one("C", PLAN, "on track", 1, 4),
            one("D", PLAN, "on track", 2, 5),
            one("E", CASH, "done", None, None),
            one("F", None, "not started", None, None),
        ),
        prescribed(),
    )

    assert [(panel.name, panel.accounts, panel.reached) for panel in found.panels] == [
        ("Plan", 4, (4, 2, 0)),
        ("Cash", 1, (0,)),
    ]
    rows = found.rows.select("path_key", "state", "n", "account_id").rows()
    assert set(rows) == {(PLAN, "stuck", 1, "A"), (PLAN, "on track", 3, None), (CASH, "done", 1, None)}
    plan = found.cells.filter(pl.col("path_key") == PLAN)
    assert plan.filter(pl.col("row") == 0).select("mark", "days").rows() == [
        ("done", None), ("done", None), ("now", 41),
    ]  # fmt: skip
    assert plan.filter(pl.col("row") == 1)["n"].to_list() == [0, 2, 1]
    assert (found.accounts, found.named) == (5, 1)


def test_beyond_the_room_the_rest_is_counted_and_said_to_be_more() -> None:
    many = [one(f"A{n}", PLAN, "stuck", 1, 500 - n) for n in range(300)]

    found = picture(placed(*many), prescribed())

    plan = found.rows.filter(pl.col("path_key") == PLAN)
    assert plan["account_id"].to_list()[:2] == ["A0", "A1"]
    assert plan.height == MOST_NAMED // 2 + 1
    last = plan.row(-1, named=True)
    assert (last["n"], last["more"], last["account_id"]) == (300 - MOST_NAMED // 2, True, None)


def test_one_path_alone_names_everybody_while_there_is_room() -> None:
    only = prescribed().filter(pl.col("path_key") == PLAN)

    found = picture(placed(one("A", PLAN, "on track", 1, 3), one("B", PLAN, "done", None, None)), only)

    assert found.named == 2


@given(
    st.lists(
        st.tuples(
            st.sampled_from([PLAN, CASH]), st.sampled_from(ORDER), st.integers(0, 2), st.integers(0, 99)
        ),
        max_size=80,
    )
)
def test_every_account_on_a_path_stands_in_exactly_one_row_and_cell(
    given_rows: list[tuple[str, str, int, int]],
) -> None:
    rows = [
        one(f"A{n:03}", key, state, None if state == "done" else column % (3 if key == PLAN else 1), days)
        for n, (key, state, column, days) in enumerate(given_rows)
    ]
    ordered = sorted(rows, key=lambda row: (ORDER.index(str(row["state"])), -int(str(row["days"]))))
    found = picture(placed(*ordered), prescribed())

    assert found.rows["n"].sum() == len(rows)
    assert sum(panel.accounts for panel in found.panels) == len(rows)
    assert found.cells["n"].sum() == sum(row["column"] is not None for row in rows)
    for key in (PLAN, CASH):
        states = found.rows.filter(pl.col("path_key") == key)["state"].to_list()
        assert [ORDER.index(state) for state in states] == sorted(ORDER.index(state) for state in states)


def test_what_is_clicked_reads_back_and_finds_its_accounts() -> None:
    book = placed(
        one("A:1", PLAN, "stuck", 2, 41),
        one("B", PLAN, "on track", 1, 3),
        one("C", None, "not started", None, None),
    )
    asked = {
        Chosen("id", account_id="A:1"): ["A:1"],
        Chosen("state", state="stuck"): ["A:1"],
        Chosen("in", state="on track", path_key=PLAN): ["B"],
        Chosen("at", state="stuck", path_key=PLAN, column=2): ["A:1"],
        Chosen("at", state="stuck", path_key=PLAN, column=1): [],
        Chosen("did", path_key=PLAN, column=1): ["A:1"],
        Chosen("path", path_key=PLAN): ["A:1", "B"],
    }
    for chosen, ids in asked.items():
        assert read(chosen.text) == chosen
        assert narrowed(book, chosen)["account_id"].to_list() == ids
    assert narrowed(book, None).height == 3
    for nonsense in ("", "at:x:stuck:found:1", "state:gone", "what:1", "id:", "in:stuck"):
        assert read(nonsense) is None


def test_what_is_asked_for_is_said_in_words() -> None:
    at = columns(prescribed())
    assert (
        told(Chosen("at", state="stuck", path_key=PLAN, column=2), at) == "stuck before “Late twin” on Plan"
    )
    assert (
        told(Chosen("did", path_key=PLAN, column=9), at) == "have done a step that is no longer there on Plan"
    )
    assert told(Chosen("path", path_key="gone"), at) == "on a path that is no longer there"
    assert told(None, at) == ""
