"""The book on its paths as a picture: which rows and cells the eye can take in, at any number of accounts."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from models.contracts import Column, Contract
from models.facts import FLAG, REAL, TEXT, WHOLE
from models.paths.progress_frames import BEHIND, DONE, NOT_STARTED, OFF_PATH, ON_TRACK, STUCK

ORDER = (STUCK, BEHIND, OFF_PATH, ON_TRACK, DONE, NOT_STARTED)
"""The states of `progress_frames`, the most urgent first."""

STALE_DAYS = 90
"""Who has been stuck for longer comes after those who got stuck since: there a call comes in time."""

MOST_NAMED = 24
"""Accounts with a row of their own, shared out among the paths; the others are counted."""

ONE_PATH_NAMED = 40
FEWEST_NAMED = 3

DID, NOW, SKIPPED, AHEAD = "done", "now", "skipped", "ahead"

STANDING = Contract(
    "path_standing",
    (
        Column("account_id", TEXT, required=True),
        Column("name", TEXT, required=True),
        Column("path_key", TEXT, doc="null on no path"),
        Column("state", TEXT, required=True, doc="one of ORDER"),
        Column("column", WHOLE, doc="place of its next step, from 0; null when done or on no path"),
        Column("next", TEXT, doc="name of that step"),
        Column("days", WHOLE, doc="waiting for it"),
        Column("usual", REAL, doc="days the successful needed (median)"),
        Column("stale", FLAG, required=True, doc="stuck for so long that a call is no news to it"),
        Column("reached", pl.List(pl.Int64), required=True, doc="places of the steps it has done"),
        Column("skipped", pl.List(pl.Int64), required=True, doc="places of the steps it left out"),
    ),
    key=("account_id",),
)
"""Where each account stands, a row an account."""

ROWS = Contract(
    "path_rows",
    (
        Column("path_key", TEXT, required=True),
        Column("row", WHOLE, required=True, doc="within its path, from 0 on top"),
        Column("state", TEXT, required=True),
        Column("n", WHOLE, required=True, doc="accounts it stands for"),
        Column("account_id", TEXT, doc="null where the row counts several"),
        Column("name", TEXT),
        Column("more", FLAG, required=True, doc="others of this state have rows of their own"),
    ),
    key=("path_key", "row"),
)

CELLS = Contract(
    "path_cells",
    (
        Column("path_key", TEXT, required=True),
        Column("row", WHOLE, required=True),
        Column("column", WHOLE, required=True),
        Column("state", TEXT, required=True),
        Column("account_id", TEXT),
        Column("mark", TEXT, required=True, doc="done, now, skipped or ahead"),
        Column("n", WHOLE, required=True, doc="accounts that stand here; 0 where nobody does"),
        Column("share", REAL, required=True, doc="of the row's accounts, 0-1"),
        Column("days", WHOLE, doc="on this step; null in rows that count several"),
        Column("usual", REAL),
    ),
    key=("path_key", "row", "column"),
)


@dataclass(frozen=True)
class Panel:
    """One path of the picture: its steps in columns, and how many accounts have done each.

    `by_hand[i]`: whether people tick step i; `reached[i]`: accounts of the path that did it; `accounts`: all
    on the path.
    """

    path_key: str
    name: str
    steps: tuple[str, ...]
    by_hand: tuple[bool, ...]
    reached: tuple[int, ...]
    accounts: int
    states: dict[str, int]


@dataclass(frozen=True)
class Picture:
    """Panels with their rows (`ROWS`) and cells (`CELLS`); `named` accounts of `accounts` have an own row."""

    panels: tuple[Panel, ...]
    rows: pl.DataFrame
    cells: pl.DataFrame
    accounts: int
    named: int


def columns(prescribed: pl.DataFrame) -> pl.DataFrame:
    """Each step's place in the picture, from 0: path_key, path, step, label, kind, column; in: `PRESCRIBED`.

    Paths in their order; steps by position, those that may come in any order by their usual day.
    """
    ordered = prescribed.with_columns(row=pl.int_range(pl.len()))
    first = pl.col("row").min().over("path_key")
    placed = ordered.sort(first, "position", "median_days", "row", nulls_last=True)
    return placed.select(
        *("path_key", "path", "step", "label", "kind"),
        column=pl.int_range(pl.len(), dtype=pl.Int64).over("path_key"),
    )


def standing(
    progress: pl.DataFrame, step_times: pl.DataFrame, prescribed: pl.DataFrame, names: pl.DataFrame
) -> pl.DataFrame:
    """Where each account stands on the picture's columns: `STANDING`, the most urgent first.

    Within a state those stuck for up to `STALE_DAYS` come first, the longest on top, then the others.

    In: `PROGRESS`, `STEP_TIMES`, `PRESCRIBED`, and account_id with name for the accounts wanted.
    """
    at = columns(prescribed)
    mine = step_times.join(at.drop("path", "label", "kind"), on=["path_key", "step"], how="inner")
    places = mine.group_by("account_id").agg(
        reached=pl.col("column").filter(pl.col("state") == DID).sort(),
        left_out=pl.col("column").filter(pl.col("state") == SKIPPED).sort(),
    )
    none = pl.lit([], dtype=pl.List(pl.Int64))
    rank = pl.col("state").replace_strict({state: n for n, state in enumerate(ORDER)}, return_dtype=pl.Int64)
    placed = (
        progress.drop("skipped")
        .join(names.select("account_id", "name"), on="account_id", how="inner")
        .join(at.select("path_key", "column", next_step="step"), on=["path_key", "next_step"], how="left")
        .join(places, on="account_id", how="left")
        .with_columns(
            days=pl.col("days_on"),
            usual=pl.col("usual_days"),
            stale=(pl.col("days_on") - pl.col("slow_days").fill_null(0) > STALE_DAYS).fill_null(value=False),
            reached=pl.col("reached").fill_null(none),
            skipped=pl.col("left_out").fill_null(none),
        )
    )
    down = [False, False, True, False, False]
    order = placed.sort(rank, "stale", "days", "name", "account_id", descending=down, nulls_last=True)
    return STANDING.check(order)


def picture(placed: pl.DataFrame, prescribed: pl.DataFrame) -> Picture:
    """What to draw of these accounts (`STANDING`, in its order) on these paths (`PRESCRIBED`).

    The stuck have rows of their own, then those behind; beyond `MOST_NAMED` rows the
    others of a state are one row that counts them by step. The path with most stuck accounts comes first.
    A path on which nobody stands is drawn too.
    """
    at = columns(prescribed)
    on = placed.filter(pl.col("path_key").is_in(at["path_key"].unique().implode()))
    paths = at["path_key"].unique(maintain_order=True).to_list()
    rows = _rows(on, len(paths))
    panels = sorted((_panel(on, at, key) for key in paths), key=_urgency, reverse=True)
    named = rows["account_id"].count()
    return Picture(tuple(panels), rows, _cells(rows, on, at), on.height, named)


def _urgency(panel: Panel) -> tuple[int, int]:
    return panel.states.get(STUCK, 0), panel.accounts


def _rows(on: pl.DataFrame, paths: int) -> pl.DataFrame:
    """An account a row where there is room for it, one row for the rest of each state."""
    alone = paths == 1
    budget = ONE_PATH_NAMED if alone else max(FEWEST_NAMED, MOST_NAMED // max(paths, 1))
    named = ORDER if alone else (STUCK, BEHIND)
    place = pl.int_range(pl.len()).over("path_key")
    own = (pl.col("state").is_in(named) & (place < budget)).alias("own")
    ranked = on.with_columns(own, place=pl.int_range(pl.len(), dtype=pl.Int64))
    one = pl.lit(1, pl.Int64)
    single = ranked.filter("own").select("path_key", "state", "place", "account_id", "name", n=one)
    rest = ranked.filter(~pl.col("own")).group_by("path_key", "state")
    counted = rest.agg(pl.col("place").min(), n=pl.len().cast(pl.Int64))
    more = pl.col("account_id").is_null() & pl.col("account_id").is_not_null().any().over("path_key", "state")
    both = pl.concat([single, counted], how="diagonal").sort("path_key", "place").with_columns(more=more)
    return ROWS.check(both.with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64).over("path_key")))


def _panel(on: pl.DataFrame, at: pl.DataFrame, key: str) -> Panel:
    mine, steps = on.filter(pl.col("path_key") == key), at.filter(pl.col("path_key") == key)
    did = dict(mine.select(pl.col("reached").explode(keep_nulls=False)).group_by("reached").len().iter_rows())
    counts = dict(mine.group_by("state").len().iter_rows())
    reached = tuple(int(did.get(column, 0)) for column in steps["column"])
    states = {state: counts[state] for state in ORDER if state in counts}
    name, by_hand = str(steps["path"][0]), tuple(steps["kind"] == "manual")
    return Panel(key, name, tuple(steps["label"]), by_hand, reached, mine.height, states)


def _cells(rows: pl.DataFrame, on: pl.DataFrame, at: pl.DataFrame) -> pl.DataFrame:
    """One cell a row and step."""
    grid = rows.join(at.select("path_key", "column"), on="path_key", how="inner", maintain_order="left")
    cells = pl.concat([_own_cells(grid, on), _counted(grid, rows, on)])
    return CELLS.check(cells.sort("path_key", "row", "column"))


def _own_cells(grid: pl.DataFrame, on: pl.DataFrame) -> pl.DataFrame:
    about = on.select("account_id", "days", "usual", "reached", "skipped", stands="column")
    own = grid.filter(pl.col("account_id").is_not_null()).join(about, on="account_id", how="left")
    here = (pl.col("stands") == pl.col("column")).fill_null(value=False)
    mark = (
        pl.when(here)
        .then(pl.lit(NOW))
        .when(pl.col("reached").list.contains(pl.col("column")))
        .then(pl.lit(DID))
        .when(pl.col("skipped").list.contains(pl.col("column")))
        .then(pl.lit(SKIPPED))
        .otherwise(pl.lit(AHEAD))
    )
    facts = {"mark": mark, "n": here.cast(pl.Int64), "share": here.cast(pl.Float64)}
    told = {name: pl.when(here).then(name) for name in ("days", "usual")}
    return own.select("path_key", "row", "column", "state", "account_id", **facts, **told)


def _counted(grid: pl.DataFrame, rows: pl.DataFrame, on: pl.DataFrame) -> pl.DataFrame:
    named = rows["account_id"].drop_nulls()
    others = on.filter(~pl.col("account_id").is_in(named.implode()))
    stands = others.group_by("path_key", "state", "column").agg(here=pl.len().cast(pl.Int64))
    counted = grid.filter(pl.col("account_id").is_null())
    counted = counted.join(stands, on=["path_key", "state", "column"], how="left")
    here = pl.col("here").fill_null(0)
    rest = pl.when(pl.col("state") == DONE).then(pl.lit(DID)).otherwise(pl.lit(AHEAD))
    facts = {"mark": pl.when(here > 0).then(pl.lit(NOW)).otherwise(rest), "n": here}
    none = {"days": pl.lit(None, pl.Int64), "usual": pl.lit(None, pl.Float64)}
    share = here / pl.col("n")
    return counted.select("path_key", "row", "column", "state", "account_id", **facts, share=share, **none)
