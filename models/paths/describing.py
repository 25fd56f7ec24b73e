"""The frames of a discovery: paths, their steps with days and lifts, and how fast each path goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from models.paths.assembly import Steps
from models.paths.finding import ON_THE_WAY, Found, at_horizon, followed
from models.paths.frames import PATHS, STEPS
from models.paths.order import TESTABLE, Order
from models.paths.pace import by_share, curve
from models.paths.scores import tables
from models.paths.watched import Flags, Floats, Ints, Watched
from models.shares import percent

CLEAR = 1.645
LATE = 0.85


@dataclass(frozen=True)
class Winners:
    """Successful accounts: the day they reached each milestone, the day of success, and their path."""

    reached: Ints
    until: Ints
    path: Ints

    @property
    def done(self) -> Flags:
        done: Flags = self.reached < self.until[:, None]
        return done


def winners(watched: Watched, found: Found) -> Winners:
    """The first success of each account that has one."""
    reached = watched.reached[watched.account[watched.won]][:, found.columns]
    until = watched.decided[watched.won]
    return Winners(reached, until, followed(found.paths, reached < until[:, None]))


def described(watched: Watched, found: Found, labels: Mapping[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`PATHS` and `STEPS` of what was found; empty frames without a path."""
    won = winners(watched, found)
    named = [watched.candidates[column] for column in found.columns]
    words = [label_of(event, labels) for event, _ in named]
    names = _names(found.orders, words)
    lifts = _path_lifts(watched, found)
    paths = [
        {
            "path": number + 1,
            "name": names[number],
            **order_words(order, found.scores[number]),
            "steps": len(found.paths[number]),
            "support": int((won.path == number).sum()),
            "coverage": float(((won.path == number) & _along(won, found.paths[number])).mean()),
            **_bounds(*(bound[number] for bound in lifts)),
            "landmark": watched.horizon,
            "deviating": order.deviating,
            "order_z": found.scores[number],
        }
        for number, order in enumerate(found.orders)
    ]
    steps = [
        {"path": number + 1, "event": named[step][0], "nth": named[step][1], "label": words[step], **told}
        for number, order in enumerate(found.orders)
        for step, told in _steps(watched, found, order, _of(won, number)).items()
    ]
    return (
        PATHS.check(pl.DataFrame(paths, schema=PATHS.schema)),
        STEPS.check(pl.DataFrame(steps, schema=STEPS.schema).sort("path", "position", "median_days")),
    )


def _along(won: Winners, steps: Steps) -> Flags:
    along: Flags = won.done[:, list(steps)].mean(axis=1) >= ON_THE_WAY
    return along


def label_of(event: str, labels: Mapping[str, str]) -> str:
    """What an event is called.

    >>> label_of("team.invited", {}), label_of("x", {"x": "Exports"})
    ('Team invited', 'Exports')
    """
    plain = event.replace(".", " ").replace("_", " ").replace("-", " ").strip()
    return labels.get(event) or (plain[:1].upper() + plain[1:]) or event


def order_words(order: Order, score: float | None) -> dict[str, str]:
    """`kind` and `why` of a path.

    >>> order_words(Order(((0, 1),), None), None)["kind"]
    'checklist'
    """
    if len(order.levels) < 2 or order.deviating is None:
        why = "The successful do these in any order: order adds nothing, what counts is getting them done."
        return {"kind": "checklist", "why": why}
    broke = f"{percent(order.deviating)} of the successful who are on it break this order somewhere"
    if score is None:
        why = f"The usual order; {broke}, too few to test whether the order matters."
        if order.deviating >= TESTABLE:
            why = f"The usual order; {broke}. Whether the order matters can't be tested here."
        return {"kind": "common practice", "why": why}
    if score > CLEAR:
        why = f"Order matters: those who keep it succeed more than those with as many steps ({broke})."
        return {"kind": "steps", "why": why}
    why = f"The usual order; {broke}, and those with as many steps in another order succeed as often."
    return {"kind": "common practice", "why": why}


def _of(won: Winners, path: int) -> Winners:
    mine = won.path == path
    return Winners(won.reached[mine], won.until[mine], won.path[mine])


def _names(orders: tuple[Order, ...], words: list[str]) -> list[str]:
    """First and last step; a checklist by its first; numbered where two would be the same."""
    names: list[str] = []
    for order in orders:
        first, last = words[order.levels[0][0]], words[order.levels[-1][-1]]
        name = f"{first} to {last}" if len(order.levels) > 1 else f"{first} and more"
        names.append(name if name not in names else f"{name} ({len(names) + 1})")
    return names


def _path_lifts(watched: Watched, found: Found) -> tuple[Floats, Floats, Floats]:
    """Success of those along each path at the horizon, over those along none."""
    there = at_horizon(watched, found, watched.horizon)
    none = ~there.on_the_way
    lifts = []
    for path in range(len(found.paths)):
        mine = there.on_the_way & (there.path == path)
        rows = there.cases[mine | none]
        counted = tables(watched.succeeded[rows], mine[mine | none][:, None], watched.stratum[rows])
        lifts.append([float(bound[0]) for bound in counted.lift])
    low_high = np.array(lifts).T
    return low_high[0], low_high[1], low_high[2]


def _steps(watched: Watched, found: Found, order: Order, mine: Winners) -> dict[int, dict[str, Any]]:
    """What is known of each step of one path, by milestone; `mine`: the path's successful."""
    told: dict[int, dict[str, Any]] = {}
    begun = np.zeros(len(mine.until), dtype=np.int64)
    since, open_to = begun, np.ones(len(begun), dtype=bool)
    for position, level in enumerate(order.levels, 1):
        for step in level:
            day = mine.reached[:, step]
            took = open_to & (day >= since) & (mine.until > since)
            told[step] = {
                "position": position,
                "n": int(mine.done[:, step].sum()),
                "prevalence": float(mine.done[:, step].mean()) if len(day) else 0.0,
                **days_of("median_days", "p85_days", day, mine.until),
                **days_of("gap_median", "gap_p85", (day - since)[took], (mine.until - since)[took]),
                **_step_lift(watched, found, step),
            }
        at = np.where(mine.done[:, list(level)], mine.reached[:, list(level)], -1).max(axis=1)
        since, open_to = np.maximum(at, 0), at > -1
    return told


def days_of(median: str, late: str, day: Ints, until: Ints) -> dict[str, float | None]:
    """Days by which half and 85 % of those who ever do it have done it."""
    if not len(day) or not (day < until).any():
        return {median: None, late: None}
    share = curve(day, until)
    return {median: by_share(share, 0.5 * share[-1]), late: by_share(share, LATE * share[-1])}


def _step_lift(watched: Watched, found: Found, step: int) -> dict[str, Any]:
    """The lift of one step at its landmark over all cases, and how many of all accounts did it."""
    column = int(found.columns[step])
    marks = found.selected.marks
    landmark = int(marks.day[np.flatnonzero(marks.columns == column)[0]])
    rows = np.flatnonzero(watched.decided > landmark)
    done = watched.done(rows, np.array([column]), landmark)
    bounds = tables(watched.succeeded[rows], done, watched.stratum[rows]).lift
    return {
        "landmark": landmark,
        "base_rate": float((watched.reached[:, column] < watched.last).mean()),
        **_bounds(*(float(bound[0]) for bound in bounds)),
    }


def _bounds(value: float, low: float, high: float) -> dict[str, float | None]:
    known = not np.isnan(value)
    return {
        "lift": float(value) if known else None,
        "lift_low": float(low) if known else None,
        "lift_high": float(high) if known else None,
    }
