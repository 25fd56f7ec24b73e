"""The columns that a model sees, made from raw features the same way in training and afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from models.churn.event_features import EARLY, OFTEN, REACHED

FeatureSet = Literal["own pace", "counts"]

OWN_PACE: FeatureSet = "own pace"
COUNTS: FeatureSet = "counts"

USED_BY_LESS_THAN = 0.95
"""Events used by more say nothing about who got how far."""

_USED_BY_AT_LEAST = 0.01
_LEAST_SEGMENT = 30
_QUANTILES = (0.1, 0.2, 0.35, 0.5)
MOST_STEPS = 8
"""Milestones up to which each further one may count differently."""

_SAID_PRIOR = 2.0
"""Answers that the mean of all stands for in an account's mean."""

Floats = npt.NDArray[np.float64]

FAMILIES = {
    "now": "use now against before",
    "own": "use against its own first 90 days",
    "recency": "how lately it was used",
    "level": "how much it is used",
    "breadth": "how much of the product it uses",
    "milestones": "milestones and pace",
    "said": "what they said",
    "care": "support and handoffs",
    "contact": "calls and meetings with us",
    "tenure": "how long they are here",
    "segment": "their segment",
    "events": "what they use it for",
    "given": "as given",
}
"""Families of columns, by key, and how a person calls each."""

_PLAIN = {
    "use_28_prior": "now",
    "use_28_91": "now",
    "use_91_prior": "now",
    "use_28_year": "now",
    "own_28": "own",
    "own_91": "own",
    "fell": "now",
    "recency": "recency",
    "active_share": "level",
    "rate": "level",
    "breadth": "breadth",
    "breadth_28": "breadth",
    "tickets": "care",
    "waiting": "care",
    "slow": "care",
    "heard": "said",
    "dropped": "care",
    "calls": "contact",
    "meetings": "contact",
    "tenure": "tenure",
    "seen_late": "tenure",
    "renewed": "tenure",
}


@dataclass(frozen=True)
class Recipe:
    """What was settled in training: which set of columns, and what they are measured by.

    `milestones`: events used by 1 to 95 % of the rows · `knots`: quantiles of the deepest fall ·
    `said_mean`: mean of all last answers, 0-10.
    """

    feature_set: FeatureSet
    milestones: tuple[str, ...]
    segments: tuple[str, ...]
    knots: dict[str, tuple[float, ...]]
    said_mean: float


@dataclass(frozen=True, eq=False)
class Table:
    """A matrix with one row an observation and one named column a feature; no value is missing.

    Each column lies in one piece, as it is by columns that one looks at it.
    """

    names: tuple[str, ...]
    families: tuple[str, ...]
    matrix: Floats

    def rows(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Table:
        return Table(self.names, self.families, self.matrix.T[:, chosen].T)

    def column(self, name: str) -> Floats:
        found: Floats = self.matrix[:, self.names.index(name)]
        return found


def given(names: Sequence[str], matrix: Floats) -> Table:
    """A table of features as they were given."""
    return Table(tuple(names), ("given",) * len(names), np.asfortranarray(matrix, dtype=np.float64))


def settle(raw: pl.DataFrame, feature_set: FeatureSet) -> Recipe:
    """Learn a recipe from raw features (`features.RAW`) of the rows to train on."""
    shares = {
        name.removeprefix(REACHED): float(raw[name].to_numpy().mean())
        for name in raw.columns
        if name.startswith(REACHED)
    }
    sizes = raw.group_by("segment").len().filter(pl.col("len") >= _LEAST_SEGMENT)
    last = raw["said_last"].to_numpy()
    heard = last[~np.isnan(last)]
    return Recipe(
        feature_set,
        tuple(sorted(e for e, share in shares.items() if _USED_BY_AT_LEAST <= share < USED_BY_LESS_THAN)),
        tuple(sorted(sizes["segment"].to_list())),
        {name: tuple(np.quantile(raw[name].to_numpy(), _QUANTILES).tolist()) for name in ("fell",)},
        float(heard.mean()) if len(heard) else 5.0,
    )


def table(raw: pl.DataFrame, recipe: Recipe) -> Table:
    """The columns of a recipe. Raises ValueError when raw features lack an event of it."""
    missing = [event for event in recipe.milestones if REACHED + event not in raw.columns]
    if missing:
        raise ValueError(
            f"the features lack the events {', '.join(missing)}; make them with the model's own events"
        )
    columns: dict[str, tuple[str, Floats]] = {}
    if recipe.feature_set == COUNTS:
        for event in recipe.milestones:
            columns[OFTEN + event] = "events", _number(raw, OFTEN + event)
        columns["tenure"] = "tenure", _number(raw, "tenure")
        columns["age"] = "tenure", _number(raw, "age")
    else:
        columns |= {name: (family, _number(raw, name)) for name, family in _PLAIN.items()}
        columns |= _hinges(raw, recipe) | _milestones(raw, recipe)
        columns |= {name: ("said", value) for name, value in _said(raw, recipe).items()}
    for segment in recipe.segments if len(recipe.segments) > 1 else ():
        columns[f"segment: {segment}"] = "segment", (raw["segment"] == segment).to_numpy().astype(np.float64)
    return Table(
        tuple(columns),
        tuple(family for family, _ in columns.values()),
        np.array([value for _, value in columns.values()]).T,
    )


def _number(raw: pl.DataFrame, name: str) -> Floats:
    return raw[name].cast(pl.Float64).to_numpy()


def _hinges(raw: pl.DataFrame, recipe: Recipe) -> dict[str, tuple[str, Floats]]:
    """min(v − k, 0): how far a ratio lies under a knot."""
    return {
        f"{name} under {place:.0%}": ("now", np.minimum(_number(raw, name) - knot, 0.0))
        for name, knots in recipe.knots.items()
        for place, knot in zip(_QUANTILES, knots, strict=True)
    }


def _milestones(raw: pl.DataFrame, recipe: Recipe) -> dict[str, tuple[str, Floats]]:
    """How many of the milestones were reached, how many early, and each of them."""
    if not recipe.milestones:
        return {}
    each = {event: _number(raw, REACHED + event) for event in recipe.milestones}
    reached = sum(each.values(), np.zeros(raw.height))
    early = sum((_number(raw, EARLY + event) for event in recipe.milestones), np.zeros(raw.height))
    columns = {"milestones": reached, "milestones early": early}
    columns |= {
        f"milestones at least {n}": (reached >= n).astype(np.float64) for n in range(1, MOST_STEPS + 1)
    }
    # Who signed before usage begins had reached some unseen, and the first term is decided otherwise.
    first_term = (_number(raw, "renewed") == 0).astype(np.float64)
    columns |= {
        "milestones, signed before": reached * _number(raw, "seen_late"),
        "milestones, first term": reached * first_term,
        "first term": first_term,
    }
    columns |= {REACHED + event: value for event, value in each.items()}
    return {name: ("milestones", value) for name, value in columns.items()}


def _said(raw: pl.DataFrame, recipe: Recipe) -> dict[str, Floats]:
    n, total = (_number(raw, name) for name in ("said_n", "said_sum"))
    return {
        "said mean": (total + _SAID_PRIOR * recipe.said_mean) / (n + _SAID_PRIOR) - recipe.said_mean,
        "said response rate": np.minimum((n + 1) / (_number(raw, "asked") + 2), 1.0),
        "said nothing": (n == 0).astype(np.float64),
        "said silent": _number(raw, "silent"),
    }
