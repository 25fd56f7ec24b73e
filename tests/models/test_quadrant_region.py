"""What lies inside a marked part is found from every account's own place, not from what was drawn."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.quadrant_points import PLANE, POINTS, STRIP, drawn, points
from models.quadrant_region import Region, in_polygon, inside, regions

place = st.floats(0, 100, allow_nan=False)
QUIET = settings(max_examples=60, deadline=None)


def book(
    behaviour: list[float | None], emotion: list[float | None], quadrant: list[str | None]
) -> pl.DataFrame:
    n = len(behaviour)
    return pl.DataFrame(
        {
            "account_id": [f"A{i}" for i in range(n)],
            "name": [f"Name {i}" for i in range(n)],
            "quadrant": quadrant,
            "behaviour": behaviour,
            "emotion": emotion,
            "mrr": [float(100 * (i + 1)) for i in range(n)],
            "currency": ["EUR"] * n,
        },
        schema={
            **dict.fromkeys(("account_id", "name", "quadrant"), pl.String),
            **dict.fromkeys(("behaviour", "emotion", "mrr"), pl.Float64),
            "currency": pl.String,
        },
    )


def many(n: int, seed: int = 1) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 100, n), random.uniform(0, 100, n)
    names = [
        ("advocate" if b >= 70 else "captive") if a >= 50 else "forgetful fan" if b >= 70 else "adrift"
        for a, b in zip(x, y, strict=True)
    ]
    return book(x.tolist(), y.tolist(), list(names))


@given(st.lists(st.tuples(place, place), max_size=30), place, place, place, place)
@QUIET
def test_a_box_holds_what_lies_between_its_edges(
    spots: list[tuple[float, float]], a: float, b: float, c: float, d: float
) -> None:
    found = points(book([x for x, _ in spots], [y for _, y in spots], ["captive"] * len(spots)))
    box = Region("box", PLANE, ((a, b), (c, d)))

    held = set(inside(found, (box,))["account_id"])

    between = {
        f"A{i}"
        for i, (x, y) in enumerate(spots)
        if min(a, c) <= x <= max(a, c) and min(b, d) <= y <= max(b, d)
    }
    assert held == between


@given(
    st.lists(st.tuples(place, place), min_size=1, max_size=30),
    st.integers(3, 9),
    place,
    place,
    st.floats(5, 60),
)
@QUIET
def test_a_convex_lasso_holds_what_lies_left_of_each_edge(
    spots: list[tuple[float, float]], sides: int, across: float, up: float, radius: float
) -> None:
    angles = np.arange(sides) * 2 * np.pi / sides
    corners = [(across + radius * np.cos(a), up + radius * np.sin(a)) for a in angles]
    x, y = np.array([s[0] for s in spots]), np.array([s[1] for s in spots])
    sides_of = [
        (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True)
    ]
    clear = np.min(np.abs(sides_of), axis=0) > 1e-6

    held = in_polygon(x, y, tuple(corners))

    assert (held == (np.min(sides_of, axis=0) > 0))[clear].all()


def test_a_hollow_lasso_leaves_its_hollow_out() -> None:
    u_shape = ((0, 0), (9, 0), (9, 9), (6, 9), (6, 3), (3, 3), (3, 9), (0, 9))

    held = in_polygon(np.array([1.5, 4.5, 7.5, 4.5, 20]), np.array([6.0, 6.0, 6.0, 1.0, 6.0]), u_shape)

    assert held.tolist() == [True, False, True, True, False]


def test_two_corners_hold_nothing() -> None:
    assert not in_polygon(np.array([1.0]), np.array([1.0]), ((0, 0), (2, 2))).any()


def test_the_marks_of_a_crowd_select_everybody_between_them() -> None:
    found = points(many(4000))
    marks = drawn(found, most=500)
    assert marks.cells
    assert marks.marks["n"].sum() == marks.accounts == 4000

    chosen = [inside(found, regions(region)) for region in marks.marks["region"]]

    assert [part.height for part in chosen] == marks.marks["n"].to_list()
    assert pl.concat(chosen)["account_id"].is_unique().all()


def test_a_box_over_drawn_cells_selects_by_the_accounts_own_places() -> None:
    everybody = many(4000)
    found = points(everybody)

    held = inside(found, regions("box:plane:40.1,60.2;51.3,70.4"))

    there = everybody.filter(
        pl.col("behaviour").is_between(40.1, 51.3) & pl.col("emotion").is_between(60.2, 70.4)
    )
    assert set(held["account_id"]) == set(there["account_id"])
    assert held.height > 10


def test_the_strip_and_the_plane_are_never_mixed() -> None:
    found = points(book([30.0, 30.0], [0.9, None], ["adrift", "silent"]))
    whole = ((0.0, -10.0), (100.0, 110.0))

    assert inside(found, (Region("box", PLANE, whole),))["account_id"].to_list() == ["A0"]
    assert inside(found, (Region("box", STRIP, whole),))["account_id"].to_list() == ["A1"]


@given(
    st.sampled_from(["box", "lasso", "cell", "id"]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=3, max_size=5),
    st.text(min_size=1, max_size=8),
)
@QUIET
def test_a_region_survives_its_link(kind: str, corners: list[tuple[int, int]], what: str) -> None:
    spots = tuple((x / 100, y / 100) for x, y in corners)
    one = {
        "box": Region("box", STRIP, spots[:2]),
        "lasso": Region("lasso", PLANE, spots),
        "cell": Region("cell", PLANE, ((3.0, 7.0),), "forgetful fan"),
        "id": Region("id", what=what),
    }[kind]

    assert regions(one.text) == (one,)
    assert regions(f"{one.text}|{one.text}") == (one, one)


def test_an_odd_id_is_clicked_and_found() -> None:
    odd = book([10.0, 20.0], [10.0, 20.0], ["adrift", "adrift"]).with_columns(
        account_id=pl.Series(["a|b%7C", "b"])
    )
    found = points(odd)
    region = drawn(found).marks.filter(pl.col("x") == 10)["region"].item()

    assert inside(found, regions(region))["account_id"].to_list() == ["a|b%7C"]


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "box:plane:1,2", "box:moon:1,2;3,4", "lasso:plane:a,b;1,2;3,4", "box:plane:nan,1;2,3"],
)
def test_a_damaged_link_marks_nothing(text: str) -> None:
    assert regions(text) == ()
    assert inside(points(many(5)), regions(text)).is_empty()


def test_without_behaviour_nobody_is_drawn_and_sizes_know_their_currency() -> None:
    rows = book([10.0, None, 20.0], [20.0, 20.0, 20.0], ["adrift", None, "adrift"]).with_columns(
        currency=pl.Series(["EUR", "EUR", "JPY"]), mrr=pl.Series([100.0, 9.0, 15_000.0])
    )

    found = points(rows)

    assert found["account_id"].to_list() == ["A0", "A2"]
    assert found["size"].to_list() == [1.0, 1.0]
    assert POINTS.check(found).height == 2
