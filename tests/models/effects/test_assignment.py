"""Who is held out: never the exempt, exact shares, lots that anybody can draw again."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.call_frames import CALLS
from models.effects.assignment import BY_HAND, LARGEST, TOP_THIRD, UNHAPPY, assign, held_until
from models.effects.frames import CALLED, EPISODES, HELD, WAITING
from models.effects.lots import block, is_held
from models.effects.trial import base_churn, planned
from models.snapshot import SCORES
from tests.models.effects.making import trial
from tests.models.rows import frame

DAY = date(2026, 3, 2)


USED = ["account_id", "csm_id", "position", "by_hand", "kinds", "prescription", "risk", "mrr", "currency"]


def call(n: int, csm: str = "kim", kind: str = "declined", **more: Any) -> dict[str, Any]:
    row = {"account_id": f"{csm}{n}", "name": f"{csm}{n}", "csm_id": csm, "position": n, "by_hand": False}
    row |= {"kinds": [kind], "prescription": "Call.", "risk": 40.0, "mrr": 100.0, "currency": "EUR"}
    return {**row, **more}


def listed(calls: tuple[dict[str, Any], ...]) -> pl.DataFrame:
    rows = [{name: one[name] for name in USED} for one in calls]
    return pl.DataFrame(rows, schema={name: CALLS.schema[name] for name in USED})


def book(*calls: dict[str, Any]) -> pl.DataFrame:
    rest = [{"account_id": f"z{n}", "name": "z", "mrr": 1000.0, "currency": "EUR"} for n in range(5)]
    rows = [{key: one[key] for key in ("account_id", "name", "mrr", "currency")} for one in calls]
    return frame(SCORES, *rows, *rest)


def drawn(
    *calls: dict[str, Any], slots: int = 9, earlier: pl.DataFrame | None = None, day: date = DAY
) -> pl.DataFrame:
    before = EPISODES.empty() if earlier is None else earlier
    return assign(listed(calls), book(*calls), before, slots, trial(0.2), day)


def test_no_lot_for_the_top_third_the_unhappy_the_largest_and_by_hand() -> None:
    calls = [call(n) for n in range(1, 16)]
    calls[4] |= {"kinds": ["silent", "detractor"]}
    calls[5] |= {"mrr": 5000.0}
    calls[6] |= {"by_hand": True}
    of = drawn(*calls)
    exempt = dict(of.filter(pl.col("exempt").is_not_null()).select("account_id", "exempt").iter_rows())
    top = dict.fromkeys(["kim1", "kim2", "kim3"], TOP_THIRD)
    assert exempt == {**top, "kim5": UNHAPPY, "kim6": LARGEST, "kim7": BY_HAND}
    assert set(of.filter(pl.col("exempt").is_not_null())["arm"]) == {CALLED}


def test_a_held_out_slot_goes_to_the_next_and_the_rest_waits() -> None:
    of = drawn(*(call(n) for n in range(1, 31)))
    placed = of.filter(pl.col("arm") != WAITING)
    assert placed.filter(pl.col("arm") == CALLED).height == 9
    assert placed.filter(pl.col("arm") == HELD).height >= 1
    assert placed["position"].to_list() == list(range(1, placed.height + 1))
    assert of.filter(pl.col("arm") == WAITING)["position"].min() == placed.height + 1
    assert of.filter(pl.col("arm") == WAITING)["nth"].null_count() == 30 - placed.height


def test_lots_go_on_the_next_day_and_nobody_is_drawn_twice_in_90_days() -> None:
    calls = [call(n) for n in range(1, 41)]
    first = drawn(*calls)
    second = drawn(*calls, earlier=first, day=DAY + timedelta(days=1))
    assert second.is_empty()
    gone = first.filter(pl.col("arm") == CALLED)["account_id"].to_list()
    later = [one for one in calls if one["account_id"] not in gone]
    third = drawn(*later, earlier=first, day=DAY + timedelta(days=2))
    nth = pl.concat([first, third])["nth"].drop_nulls().sort().to_list()
    assert nth == list(range(len(nth)))
    held = first.filter(pl.col("arm") == HELD)["account_id"].to_list()
    assert not set(held) & set(third["account_id"])
    again = drawn(*calls, earlier=first, day=DAY + timedelta(days=90))
    assert again.filter(pl.col("arm") != WAITING).height >= 9


def test_who_is_held_out_until_when() -> None:
    of = drawn(*(call(n) for n in range(1, 31)))
    held = of.filter(pl.col("arm") == HELD)["account_id"].to_list()
    assert held_until(of, DAY + timedelta(days=89)) == dict.fromkeys(held, DAY + timedelta(days=90))
    assert held_until(of, DAY + timedelta(days=90)) == {}


def test_kinds_stay_what_they_are() -> None:
    of = drawn(call(1, kind='own "rule", made up'))
    assert json.loads(of["kinds"][0]) == ['own "rule", made up']


@given(share=st.floats(0.01, 1 / 3), salt=st.text(max_size=8), start=st.integers(0, 50))
def test_every_block_holds_out_its_exact_number(share: float, salt: str, start: int) -> None:
    held, size = block(share)
    drawn = [is_held(salt, "kim", start * size + place, share) for place in range(size)]
    assert sum(drawn) == held
    assert abs(held / size - 1.5 * share) <= 0.036


def test_salts_differ() -> None:
    one, other = ([is_held(salt, "kim", n, 0.2) for n in range(200)] for salt in ("a", "b"))
    assert one != other


@pytest.mark.parametrize("share", [0, -0.1, 0.4])
def test_a_share_that_makes_no_sense_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="at most 1/3"):
        block(share)


def test_the_base_is_the_share_of_quarters_that_ended_in_leaving() -> None:
    accounts = pl.DataFrame(
        {
            "account_id": ["a", "b", "c"],
            "signed_on": [None, date(2020, 1, 1), date(2025, 12, 1)],
            "churned_on": [None, DAY - timedelta(days=100), None],
        },
        schema_overrides={"signed_on": pl.Date, "churned_on": pl.Date},
    )
    # a lives through four quarters, b through three of which the last ended in leaving, c through one
    assert base_churn(accounts, DAY) == pytest.approx(1 / 8)
    assert planned(0.2, "", 0.05).n_max > planned(0.2, "", 0.1).n_max
