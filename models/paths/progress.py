"""Where every live account stands on its path: step, what is next, and how long against the successful."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from models.paths.placing import NO_PATH, Asked, Ints, Reals, place
from models.paths.progress_frames import PROGRESS, STEP_TIMES
from models.paths.progress_words import sentence, with_state

SLOW_TIMES = 3.0
"""Where fewer than 85 % of the successful took a step, this many times their median is slow."""

LOOP_DAYS = 28
_DAY = pl.col("day")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Progress:
    """`rows` (`PROGRESS`), one an account, and `steps` (`STEP_TIMES`), one an account and step."""

    rows: pl.DataFrame
    steps: pl.DataFrame

    @staticmethod
    def none() -> Progress:
        """Nobody's: there is no path."""
        return Progress(PROGRESS.empty(), STEP_TIMES.empty())


@dataclass(frozen=True)
class _Grid:
    """`days`: epoch day each account (row) did each step (column), NaN while not; `last`: last day it did."""

    days: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    last: np.ndarray[tuple[int, int], np.dtype[np.float64]]


def progress(
    live: pl.DataFrame,
    steps: pl.DataFrame,
    reached: pl.DataFrame,
    ticks: pl.DataFrame,
    as_of: date,
    usage_from: date | None = None,
    ticked_until: date | None = None,
) -> Progress:
    """Place the live book on the paths in force, as of a day.

    In: `book.BOOK`, `PRESCRIBED`, `REACHED`, `TICKS` and the first day usage is known of. An account stands
    on the paths of its segment, where there are any, or else on those for everybody; it is on the likeliest
    of them (`placing`). Who signed before usage is known, or on a day that is not known, is counted from
    `usage_from`, and its order is not judged.

    Its step is the furthest position of which it did something; what is missing before is skipped; the
    clock of the next step starts when the position before was complete. Stuck: longer than 85 % of the
    successful were on that step (three times their median where fewer than 85 % ever took it). Behind: past
    the step's target, or without one, later after signing than 85 % of them. Nothing after `as_of` counts,
    but for what people ticked meanwhile, up to `ticked_until`, where that is asked for.
    """
    meant = _meant(live, steps, as_of, usage_from)
    if meant.is_empty():
        return Progress.none()
    marked = _columns(steps)
    known = ticks.filter(pl.col("done_on") <= (ticked_until or as_of))
    grid = _grid(meant, marked, reached.filter(pl.col("reached_on") <= as_of), known, as_of)
    paths = steps["path_key"].unique(maintain_order=True).to_list()
    chosen = place(~np.isnan(grid.days), _asked(marked, paths), _allowed(meant, marked, paths))
    accounts = meant.with_columns(
        path_key=pl.Series([*paths, None], dtype=pl.String).gather(
            np.where(chosen == NO_PATH, len(paths), chosen)
        )
    )
    walked = _walked(accounts, marked, grid)
    return Progress(_rows(accounts, walked, _first_step(marked), as_of), _step_times(walked, as_of))


def _meant(live: pl.DataFrame, steps: pl.DataFrame, as_of: date, usage_from: date | None) -> pl.DataFrame:
    """The accounts that any path is meant for: row, account_id, segment, started, watched, age, since."""
    segments = steps["segment"].unique()
    own = pl.col("segment").fill_null("").is_in(segments.filter(segments != "").implode())
    kept = live if (segments == "").any() else live.filter(own)
    first = pl.lit(usage_from or as_of)
    watched = pl.col("signed_on").is_not_null() & (pl.col("signed_on") >= first)
    return (
        kept.sort("account_id")
        .with_columns(watched=watched, started=pl.when(watched).then("signed_on").otherwise(first), own=own)
        .with_columns(
            age=(pl.lit(as_of) - pl.coalesce("signed_on", "started")).dt.total_days(),
            since=(pl.lit(as_of) - pl.col("started")).dt.total_days(),
            row=pl.int_range(pl.len()),
        )
        .select("row", "account_id", "segment", "own", "started", "watched", "age", "since")
    )


def _columns(steps: pl.DataFrame) -> pl.DataFrame:
    """The steps in order, each with the `column` of what it asks for: steps of two paths may share one."""
    asked = pl.when(pl.col("kind") == "data").then(pl.format("{}#{}", "event", "nth"))
    by_hand = pl.format("{}|{}", "path_key", "step")
    return (
        steps.sort("path_key", "position", "median_days", "label", nulls_last=True, maintain_order=True)
        .with_columns(column=asked.otherwise(by_hand).rank("dense").cast(pl.Int64) - 1)
        .with_columns(slow=pl.coalesce("gap_p85", SLOW_TIMES * pl.col("gap_median")))
    )


def _asked(steps: pl.DataFrame, paths: list[str]) -> list[Asked]:
    own = [steps.filter(pl.col("path_key") == key) for key in paths]
    seen = [(part["kind"] == "data").to_numpy() for part in own]
    return [
        Asked(part["column"].to_numpy(), part["position"].to_numpy(), one)
        for part, one in zip(own, seen, strict=True)
    ]


def _allowed(
    accounts: pl.DataFrame, steps: pl.DataFrame, paths: list[str]
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    whose = dict(steps.select("path_key", "segment").iter_rows())
    segment = accounts["segment"].fill_null("")
    columns = [(segment == whose[key]) if whose[key] else ~accounts["own"] for key in paths]
    return np.column_stack([column.to_numpy() for column in columns])


def _grid(
    accounts: pl.DataFrame, steps: pl.DataFrame, reached: pl.DataFrame, ticks: pl.DataFrame, as_of: date
) -> _Grid:
    rows = accounts.select("row", "account_id")
    data = steps.filter(pl.col("kind") == "data").select("event", "nth", "column").unique()
    used = reached.join(data, on=["event", "nth"])
    hand = steps.filter(pl.col("kind") == "manual").select("path_id", "step", "column")
    ticked = ticks.join(hand, on=["path_id", "step"])
    known = pl.when(pl.col("last_on") <= as_of).then("last_on")
    marks = pl.concat(
        [
            used.select("account_id", "column", day="reached_on", last=known),
            ticked.select("account_id", "column", day="done_on", last=pl.lit(None, pl.Date)),
        ]
    ).join(rows, on="account_id")
    shape = (accounts.height, int(steps["column"].max() or 0) + 1)  # type: ignore[arg-type]  # a statistic of numbers, typed as any value
    days, last = np.full(shape, np.nan), np.full(shape, np.nan)
    at = marks["row"].to_numpy(), marks["column"].to_numpy()
    days[at] = _epoch_days(marks["day"])
    last[at] = _epoch_days(marks["last"])
    return _Grid(days, last)


def _epoch_days(days: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return days.cast(pl.Int32).cast(pl.Float64).to_numpy()


def _walked(accounts: pl.DataFrame, steps: pl.DataFrame, grid: _Grid) -> pl.DataFrame:
    """Every account's steps on its path: the day each was done, and what state that leaves it in.

    `arrived`: the last day anything was done at an earlier position, or the start.
    """
    on = accounts.filter(pl.col("path_key").is_not_null())
    long = on.join(steps.drop("segment"), on="path_key", maintain_order="left_right")
    arrived, furthest, current = _clocks(accounts, steps, grid)
    row = long["row"].to_numpy()
    at = row, long["column"].to_numpy()
    dated = long.with_columns(
        pl.Series("day", grid.days[at]).fill_nan(None).cast(pl.Int32).cast(pl.Date),
        pl.Series("last", grid.last[at]).fill_nan(None).cast(pl.Int32).cast(pl.Date),
        pl.Series("arrived", arrived[at]).cast(pl.Int32).cast(pl.Date),
        pl.Series("furthest", furthest[row]),
        pl.Series("current", current[row]),
    )
    return dated.with_columns(
        step_state=pl.when(_DAY.is_not_null())
        .then(pl.lit("done"))
        .when(pl.col("position") == pl.col("current"))
        .then(pl.lit("current"))
        .when(pl.col("position") < pl.col("furthest"))
        .then(pl.lit("skipped"))
        .otherwise(pl.lit("ahead"))
    )


def _clocks(accounts: pl.DataFrame, steps: pl.DataFrame, grid: _Grid) -> tuple[Reals, Ints, Ints]:
    """When each step's clock began (accounts × columns, epoch days), the furthest position of which each
    account did something (0: none), and from there on the first that it has not done whole (0: none).

    A tick moves the clock of the next position alone: it may be made long after the call it stands for.
    """
    start = _epoch_days(accounts["started"])
    arrived = np.full(grid.days.shape, np.nan)
    furthest, current = np.zeros(len(start), dtype=np.int64), np.zeros(len(start), dtype=np.int64)
    for key in steps["path_key"].unique(maintain_order=True):
        own = steps.filter(pl.col("path_key") == key)
        rows = np.flatnonzero((accounts["path_key"] == key).fill_null(value=False).to_numpy())
        since = ticked = start[rows]
        for position in own["position"].unique().sort():
            level = own.filter(pl.col("position") == position)
            columns, by_hand = level["column"].to_numpy(), (level["kind"] == "manual").to_numpy()
            days = grid.days[np.ix_(rows, columns)]
            arrived[np.ix_(rows, columns)] = np.fmax(since, ticked)[:, None]
            since = np.fmax(since, _latest(days[:, ~by_hand]))
            ticked = _latest(days[:, by_hand])
            began, missing = ~np.isnan(days).all(axis=1), np.isnan(days).any(axis=1)
            furthest[rows[began]], current[rows[began]] = position, 0
            waiting = rows[missing & (current[rows] == 0)]
            current[waiting] = position
    return arrived, furthest, current


def _latest(days: Reals) -> Reals:
    """The last day in each row; minus infinity where there is none."""
    told: Reals = np.where(np.isnan(days), -np.inf, days).max(axis=1, initial=-np.inf)
    return told


def _first_step(steps: pl.DataFrame) -> dict[str, pl.Expr]:
    """The days of the slowest first step of all paths: what who has begun none is compared with."""
    first = steps.filter(pl.col("position") == 1)
    names = {"usual_days": "gap_median", "slow_days": "slow"}
    return {name: pl.lit(first[column].max(), pl.Float64) for name, column in names.items()}


def _rows(
    accounts: pl.DataFrame, walked: pl.DataFrame, first: dict[str, pl.Expr], as_of: date
) -> pl.DataFrame:
    state, label = pl.col("step_state"), pl.col("label")
    is_next = state == "current"
    skipped = (state == "skipped") & (pl.col("kind") == "data")
    untold = (
        pl.when(pl.col("kind") == "manual").then(pl.format("{} (not ticked)", "label")).otherwise("label")
    )
    again = (
        (_DAY.is_not_null() & (pl.col("position") == pl.col("furthest")))
        & (pl.col("last") > _DAY)
        & ((pl.lit(as_of) - pl.col("last")).dt.total_days() <= LOOP_DAYS)
    )
    waits = {name: pl.col(column) for name, column in _NEXT.items()}
    followed = walked.filter(is_next).unique("row", keep="first", maintain_order=True)
    reached = walked.filter(_DAY.is_not_null() & (pl.col("position") == pl.col("furthest")))
    told = (
        walked.group_by("row", maintain_order=True)
        .agg(
            pl.col("path", "path_id", "version", "source", "furthest").first(),
            done=(state == "done").sum().cast(pl.Int64),
            steps=pl.len().cast(pl.Int64),
            left_out=skipped.sum().cast(pl.Int64),
            last_step_on=_DAY.max(),
        )
        .join(followed.select("row", arrived_on="arrived", **waits), on="row", how="left")
        .join(
            reached.unique("row", keep="last", maintain_order=True).select("row", step="label"),
            on="row",
            how="left",
        )
        .join(_named(walked, state == "skipped", untold, "skipped"), on="row", how="left")
        .join(_named(walked, again, label, "again"), on="row", how="left")
    )
    whole = accounts.join(told, on="row", how="left", maintain_order="left").join(
        _swaps(walked), on="row", how="left", maintain_order="left"
    )
    nowhere = pl.col("path_key").is_null()
    begun = {name: pl.when(nowhere).then(day).otherwise(name) for name, day in first.items()}
    counted = whole.with_columns(
        arrived_on=pl.when(nowhere).then("started").otherwise("arrived_on"), **begun
    ).with_columns(
        pl.col("done", "steps", "left_out", "moved", "furthest").fill_null(0),
        pl.col("skipped", "swapped", "again").fill_null([]),
        days_on=(pl.lit(as_of) - pl.col("arrived_on")).dt.total_days().clip(lower_bound=0),
    )
    stated = with_state(counted)
    looped = pl.when(pl.col("state") == "stuck").then("again").otherwise(pl.lit([], pl.List(pl.String)))
    return PROGRESS.check(
        stated.with_columns(
            sentence(),
            looped=looped,
            position="furthest",
            days_since_start="since",
            distance=pl.col("left_out") + pl.col("moved"),
        ).sort("account_id")
    )


def _named(walked: pl.DataFrame, which: pl.Expr, name: pl.Expr, what: str) -> pl.DataFrame:
    """The names of some steps of each account as a list."""
    return walked.filter(which).group_by("row", maintain_order=True).agg(name.alias(what))


_NEXT = {
    "next": "label",
    "next_step": "step",
    "next_kind": "kind",
    "next_who": "who",
    "advice": "advice",
    "usual_days": "gap_median",
    "slow_days": "slow",
    "target_days": "target_days",
    "late_days": "p85_days",
}
"""What is told of the next step: its name in `PROGRESS`, and the step's own column."""


def _swaps(walked: pl.DataFrame) -> pl.DataFrame:
    """The neighbours in time that stand the other way round on the path, and how many steps moved."""
    timed = walked.filter(_DAY.is_not_null() & pl.col("watched")).select("row", "day", "position", "label")
    timed = timed.sort("row", "day", "position")
    beside = pl.col("row").shift(1) == pl.col("row")
    turned = timed.with_columns(
        before=pl.col("label").shift(1), turned=beside & (pl.col("position").shift(1) > pl.col("position"))
    ).filter("turned")
    pairs = turned.group_by("row", maintain_order=True).agg(
        swapped=pl.format("{} before {}", "before", "label")
    )
    broken = timed.join(pairs, on="row", how="semi", maintain_order="left")
    row, place, size = np.unique(broken["row"].to_numpy(), return_inverse=True, return_counts=True)
    nth = np.arange(len(place)) - np.repeat(size.cumsum() - size, size)
    padded = np.zeros((len(row), int(size.max(initial=0))), dtype=np.int64)
    padded[place, nth] = broken["position"].to_numpy()
    moved = pl.DataFrame({"row": row, "moved": size - _in_order(padded)}, schema=_MOVED)
    return pairs.join(moved, on="row", maintain_order="left")


_MOVED = {"row": pl.Int64, "moved": pl.Int64}


def _in_order(positions: Ints) -> Ints:
    """The most steps of each row that stand in order without moving; 0 fills rows up.

    That is its longest run, gaps allowed, that never falls.

    >>> _in_order(np.array([[1, 3, 2, 4], [2, 1, 0, 0]])).tolist()
    [3, 1]
    """
    best = np.zeros_like(positions)
    for end in range(positions.shape[1]):
        follows = (positions[:, :end] <= positions[:, [end]]) & (positions[:, :end] > 0)
        before = np.where(follows, best[:, :end], 0).max(axis=1, initial=0)
        best[:, end] = np.where(positions[:, end] > 0, before + 1, 0)
    longest: Ints = best.max(axis=1, initial=0)
    return longest


def _step_times(walked: pl.DataFrame, as_of: date) -> pl.DataFrame:
    until = pl.coalesce("day", pl.lit(as_of))
    gap = (until - pl.col("arrived")).dt.total_days().clip(lower_bound=0)
    told = pl.col("step_state").is_in(["done", "current"])
    rows = walked.with_columns(
        state="step_state",
        done_on="day",
        days=(_DAY - pl.col("started")).dt.total_days(),
        gap_days=pl.when(told).then(gap),
        usual_days="gap_median",
        slow_days="slow",
    )
    return STEP_TIMES.check(rows)
