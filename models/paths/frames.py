"""What goes into the search for happy paths, and what comes out of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from io import StringIO
from typing import Literal, get_args

import polars as pl

from models.contracts import Column, Contract

_TEXT, _WHOLE, _REAL, _DAY, _FLAG = pl.String(), pl.Int64(), pl.Float64(), pl.Date(), pl.Boolean()

DEPTHS = (1, 2, 3, 5, 8, 13, 21)
"""Which different days with an event are looked at: the first, the second, …"""

Verdict = Literal["paths", "checklist", "intensity", "none"]

CASES = Contract(
    "cases",
    (
        Column("case_id", _TEXT, required=True, doc="account_id and ordinal"),
        Column("account_id", _TEXT, required=True),
        Column("segment", _TEXT, required=True, doc="empty where it is not known"),
        Column("signed_on", _DAY, required=True),
        Column("decided_on", _DAY, required=True, doc="events count only before this day"),
        Column("ordinal", _WHOLE, required=True, doc="1 for the account's first decision"),
        Column("succeeded", _FLAG, required=True),
    ),
    key=("account_id", "ordinal"),
)
"""One row a decision that was watched from signing on: what paths are learned from."""

PATHS = Contract(
    "paths",
    (
        Column("path", _WHOLE, required=True, doc="1 to 5, the most common first"),
        Column("name", _TEXT, required=True, doc="proposed: its first and last step"),
        Column("kind", _TEXT, required=True, doc="steps, common practice or checklist"),
        Column("why", _TEXT, required=True, doc="what is known about its order, in words"),
        Column("steps", _WHOLE, required=True),
        Column("support", _WHOLE, required=True, doc="successful accounts that are on it"),
        Column("coverage", _REAL, required=True, doc="share of all successful that did 60 % of it, 0-1"),
        Column("lift", _REAL, doc="share of success with 60 % of its steps by `landmark`, over that without"),
        Column("lift_low", _REAL, doc="95 % interval"),
        Column("lift_high", _REAL),
        Column("landmark", _WHOLE, required=True, doc="days after signing"),
        Column("deviating", _REAL, doc="share of co-doers that broke the order; null for a checklist"),
        Column("order_z", _REAL, doc="does keeping the order add anything? null when it can't be tested"),
    ),
    key=("path",),
)

STEPS = Contract(
    "path_steps",
    (
        Column("path", _WHOLE, required=True),
        Column("position", _WHOLE, required=True, doc="from 1; equal where the order is free"),
        Column("event", _TEXT, required=True),
        Column("nth", _WHOLE, required=True, doc="different days with the event that make the step"),
        Column("label", _TEXT, required=True, doc="the feature's name, or the event's in words"),
        Column("n", _WHOLE, required=True, doc="successful accounts of the path that did it"),
        Column("prevalence", _REAL, required=True, doc="the same as a share of them, 0-1"),
        Column("base_rate", _REAL, required=True, doc="share of all decided accounts that did it, 0-1"),
        Column("median_days", _REAL, doc="day by which half of the path's successful who do it have"),
        Column("p85_days", _REAL, doc="the same for 85 %; both Kaplan-Meier, as a share of its last value"),
        Column("gap_median", _REAL, doc="the same from the position before on, or from signing"),
        Column("gap_p85", _REAL, doc="null when nobody took it after the position before"),
        Column("landmark", _WHOLE, required=True, doc="day by which it counts as done in `lift`"),
        Column("lift", _REAL, doc="share of success of those who did it by then, over those who did not"),
        Column("lift_low", _REAL, doc="95 % interval"),
        Column("lift_high", _REAL),
    ),
    key=("path", "event", "nth"),
)

CANDIDATE_VERDICTS = (
    "step",
    "duplicate",
    "everyone",
    "too rare",
    "too late",
    "no difference",
    "intensity",
    "left out",
)

CANDIDATES = Contract(
    "path_candidates",
    (
        Column("event", _TEXT, required=True),
        Column("nth", _WHOLE, required=True),
        Column("landmark", _WHOLE, doc="day after signing by which doing it counted"),
        Column("n", _WHOLE, required=True, doc="decisions open at the landmark"),
        Column("reached", _WHOLE, required=True, doc="of these, how many had done it by then"),
        Column("prevalence", _REAL, doc="reached / n"),
        Column("z", _REAL, doc="Mantel-Haenszel score within segment, signing quarter and ordinal"),
        Column("z_adj", _REAL, doc="the same after general activity is taken out"),
        Column("p", _REAL, doc="one-sided, of z"),
        Column("verdict", _TEXT, required=True, doc="one of CANDIDATE_VERDICTS"),
        Column("why", _TEXT, required=True, doc="the verdict as a sentence"),
    ),
    key=("event", "nth"),
)

VALIDATION = Contract(
    "path_validation",
    (
        Column("measure", _TEXT, required=True, doc="see models.paths.validation"),
        Column("label", _TEXT, required=True, doc="what it is called on a screen"),
        Column("value", _REAL, doc="null when it could not be told"),
        Column("low", _REAL, doc="95 % interval where there is one"),
        Column("high", _REAL),
        Column("n", _WHOLE, required=True, doc="decisions it was measured on"),
        Column("sentence", _TEXT, required=True),
    ),
    key=("measure",),
)


@dataclass(frozen=True)
class Learnable:
    """`cases` (`CASES`) and how many accounts can't teach anything, by reason."""

    cases: pl.DataFrame
    left_out: dict[str, int]


@dataclass(frozen=True)
class Discovery:
    """The happy paths of one company as of one day, or why there are none.

    `verdict`: "paths" (at least one has an order), "checklist" (what to do, in any order), "intensity"
    (those who use it more succeed more, whatever they do) or "none". `why`: sentences for a reader.
    `counts`: accounts, decisions, successes, failures, and accounts left out by reason. Frames: `PATHS`,
    `STEPS`, `CANDIDATES`, `VALIDATION`; `paths` and `steps` are empty without a path.
    """

    verdict: Verdict
    why: tuple[str, ...]
    counts: dict[str, int]
    paths: pl.DataFrame
    steps: pl.DataFrame
    candidates: pl.DataFrame
    validation: pl.DataFrame

    def __post_init__(self) -> None:
        if self.verdict not in get_args(Verdict):
            raise ValueError(f"verdict {self.verdict!r} is not one of {', '.join(get_args(Verdict))}")

    @property
    def found(self) -> bool:
        """Whether there is a path or a checklist to follow."""
        return self.paths.height > 0


_FRAMES: Mapping[str, Contract] = {
    "paths": PATHS,
    "steps": STEPS,
    "candidates": CANDIDATES,
    "validation": VALIDATION,
}


def as_json(discovery: Discovery) -> str:
    """A discovery as text that `from_json` reads back unchanged.

    >>> from_json(as_json(nothing("No decisions yet."))).why
    ('No decisions yet.',)
    """
    told = {field.name: getattr(discovery, field.name) for field in fields(discovery)}
    frames = {name: told[name].write_json() for name in _FRAMES}
    return json.dumps({**told, **frames}, ensure_ascii=False)


def from_json(text: str) -> Discovery:
    """The discovery that `as_json` wrote. Raises ContractError when its frames are of another version."""
    told = json.loads(text)
    frames = {
        name: contract.check(pl.read_json(StringIO(told[name]), schema=contract.schema))
        for name, contract in _FRAMES.items()
    }
    return Discovery(verdict=told["verdict"], why=tuple(told["why"]), counts=told["counts"], **frames)


def nothing(*why: str, counts: Mapping[str, int] | None = None) -> Discovery:
    """A discovery without a path, and why."""
    frames = {name: contract.empty() for name, contract in _FRAMES.items()}
    return Discovery("none", why, dict(counts or {}), **frames)
