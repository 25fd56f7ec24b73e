from __future__ import annotations

from datetime import date

import polars as pl

from models.findings import KINDS
from models.overnight import overnight
from models.snapshot import MOVES, SCORES

SINCE = date(2026, 11, 19)


def scored(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCORES.schema)


def account(
    name: str, quadrant: str | None, mrr: float, behaviour: float, emotion: float | None
) -> dict[str, object]:
    return {
        "account_id": name.lower(),
        "name": name,
        "mrr": mrr,
        "quadrant": quadrant,
        "behaviour": behaviour,
        "emotion": emotion,
    }


def trouble(
    account_id: str, first_seen: date, closed_on: date | None, sentence: str = "It fell."
) -> dict[str, object]:
    return {
        "account_id": account_id,
        "kind": "declined",
        "first_seen": first_seen,
        "closed_on": closed_on,
        "sentence": sentence,
    }


TROUBLES = {
    "account_id": pl.String,
    "kind": pl.String,
    "first_seen": pl.Date,
    "closed_on": pl.Date,
    "sentence": pl.String,
}
NONE = pl.DataFrame(schema=TROUBLES)


def test_says_where_an_account_was_and_what_moved_it() -> None:
    now = scored(account("Ada", "captive", 10, 71, 44.4))
    before = scored(account("Ada", "advocate", 10, 71.2, 82))

    rows = overnight(now, before, NONE, SINCE, KINDS).rows()

    assert rows == [("ada", "Ada", "moved", "was advocate, is captive now, emotion 82 → 44.", 10.0)]


def test_an_account_that_had_no_place_or_stayed_did_not_move() -> None:
    now = scored(account("Ada", "captive", 10, 71, 44), account("Bea", "silent", 10, 20, None))
    before = scored(account("Ada", None, 10, 71, 44), account("Bea", "silent", 10, 60, None))

    assert overnight(now, before, NONE, SINCE, KINDS).is_empty()


def test_lists_new_and_mended_exceptions_the_largest_account_first() -> None:
    now = scored(account("Ada", None, 10, 50, None), account("Bea", None, 90, 50, None))
    known = pl.DataFrame(
        [
            trouble("ada", date(2026, 11, 20), None, "Ada fell."),
            trouble("bea", date(2026, 11, 20), None, "Bea fell."),
            trouble("ada", SINCE, None, "known before"),
            trouble("bea", date(2026, 9, 1), date(2026, 11, 20)),
            trouble("bea", date(2026, 9, 1), SINCE, "mended before"),
            trouble("gone", date(2026, 11, 20), None),
        ],
        schema=TROUBLES,
    )

    found = overnight(now, now, known, SINCE, KINDS).select("change", "sentence").rows()

    assert found == [("new", "Bea fell."), ("new", "Ada fell."), ("mended", "Usage fell: no longer.")]


def test_says_why_a_score_moved_where_that_is_known() -> None:
    now = scored(account("Ada", "captive", 10, 71, 44.4))
    before = scored(account("Ada", "advocate", 10, 71.2, 82))
    causes = {name: 0.0 for name in MOVES.names if name != "account_id"}
    moved = pl.DataFrame(
        [{"account_id": "ada"} | causes | {"emotion_new": -35.6, "emotion_fading": -2.0}], schema=MOVES.schema
    )

    (row,) = overnight(now, before, NONE, SINCE, KINDS, moved).rows()

    assert row[3] == (
        "was advocate, is captive now, emotion 82 → 44 (new answers −36, older answers fading −2)."
    )
