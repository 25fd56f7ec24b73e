"""A trained churn model as plain data: what it was trained on, its equation, and how good it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from models.auc import Estimate
from models.churn.equation import Equation, Term
from models.churn.evaluation import Evaluation
from models.churn.fitting import Method
from models.churn.observations import Kind
from models.churn.table import Recipe
from models.churn.verdict import Leaks, Verdict

VERSION = 2
"""Raise it when a model kept before can no longer be used."""


@dataclass(frozen=True)
class Trained:
    """On what a model was trained: observations of `first` to `last` (as_of), known on `known_on`."""

    first: date
    last: date
    known_on: date
    observations: int
    accounts: int
    churns: int


@dataclass(frozen=True)
class Model:
    """Everything that `scoring` needs, and what to say about it.

    `events`: those that features must be made with · `evaluation`: on decisions after the cut, by a
    twin trained on outcomes before it · `verdict`, `leaks`: what follows from it.
    """

    version: int
    kind: Kind
    lead: int
    horizon: int
    trained: Trained
    recipe: Recipe
    method: Method
    strength: float
    calibrated: bool
    equation: Equation
    evaluation: Evaluation
    verdict: Verdict
    leaks: Leaks

    @property
    def events(self) -> tuple[str, ...]:
        return self.recipe.milestones

    def to_json(self) -> str:
        """One JSON object; `from_json` gives the same model back, to the last digit."""
        return json.dumps(asdict(self), default=_text)


def from_json(text: str) -> Model:
    """Read what `Model.to_json` wrote.

    Raises ValueError when it was written by another version, or is no such text.
    """
    try:
        kept: dict[str, Any] = json.loads(text)
        found = kept["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"this is not a kept churn model: {error}; train it again") from error
    if found != VERSION:
        raise ValueError(f"the kept churn model has version {found}, not {VERSION}; train it again")
    trained = kept["trained"]
    days = {name: date.fromisoformat(trained[name]) for name in ("first", "last", "known_on")}
    plain = ("version", "kind", "lead", "horizon", "method", "strength", "calibrated")
    return Model(
        **{name: kept[name] for name in plain},
        trained=Trained(**(trained | days)),
        recipe=_recipe(kept["recipe"]),
        equation=_equation(kept["equation"]),
        evaluation=_evaluation(kept["evaluation"]),
        verdict=Verdict(**kept["verdict"]),
        leaks=_leaks(kept["leaks"]),
    )


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a model")


def _recipe(kept: Mapping[str, Any]) -> Recipe:
    knots = {name: tuple(values) for name, values in kept["knots"].items()}
    return Recipe(
        kept["feature_set"], tuple(kept["milestones"]), tuple(kept["segments"]), knots, kept["said_mean"]
    )


def _equation(kept: Mapping[str, Any]) -> Equation:
    terms = (Term(**(term | {n: tuple(term[n]) for n in ("edges", "points")})) for term in kept["terms"])
    return Equation(kept["intercept"], tuple(terms))


def _evaluation(kept: Mapping[str, Any]) -> Evaluation:
    estimates = {name: Estimate(**value) for name, value in kept.items() if isinstance(value, dict)}
    read: dict[str, Any] = {**kept, **estimates}
    return Evaluation(**read)


def _leaks(kept: Mapping[str, Any]) -> Leaks:
    return Leaks(
        tuple((name, area) for name, area in kept["features"]), tuple(kept["warnings"]), kept["checked"]
    )
