"""The log-odds of leaving as a sum of terms, one a column: how a model is kept, used and explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.churn.boosting import bins
from models.churn.table import Table

Floats = npt.NDArray[np.float64]

BEYOND = 0.1
"""A value counts as outside when it passes what was seen by a tenth of that range."""


@dataclass(frozen=True)
class Term:
    """One column: cut to low-high, less its mean, over its deviation, times the weight.

    Where `edges` are given, the term is `points` of the bin instead. `least` and `most` were seen in
    training.
    """

    name: str
    family: str
    low: float
    high: float
    mean: float
    deviation: float
    least: float
    most: float
    weight: float = 0.0
    edges: tuple[float, ...] = ()
    points: tuple[float, ...] = ()


@dataclass(frozen=True)
class Equation:
    """logit = intercept + the sum of its terms, exactly."""

    intercept: float
    terms: tuple[Term, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(term.name for term in self.terms)

    def contributions(self, table: Table) -> Floats:
        """What each term adds to each row's log-odds: rows x terms.

        Raises ValueError when the table lacks a column.
        """
        missing = [name for name in self.names if name not in table.names]
        if missing:
            raise ValueError(
                f"the table lacks {', '.join(missing)}; it has {', '.join(table.names) or 'no columns'}"
            )
        scaled = standardised(self.terms, table)
        for place, term in enumerate(self.terms):
            if term.points:
                code = bins(scaled[:, place], np.array(term.edges))
                scaled[:, place] = np.array(term.points)[code]
            else:
                scaled[:, place] *= term.weight
        return scaled

    def logit(self, table: Table) -> Floats:
        found: Floats = self.intercept + self.contributions(table).sum(axis=1)
        return found

    def outside(self, table: Table) -> npt.NDArray[np.bool_]:
        """Rows x terms: whether a value lies clearly outside what was seen in training."""
        values = np.column_stack([table.column(term.name) for term in self.terms])
        least, most = (np.array([getattr(term, name) for term in self.terms]) for name in ("least", "most"))
        room = BEYOND * (most - least)
        found: npt.NDArray[np.bool_] = (values < least - room - 1e-9) | (values > most + room + 1e-9)
        return found

    def recalibrated(self, shift: float, slope: float) -> Equation:
        """The same with log-odds shift + slope · logit."""
        terms = tuple(
            replace(term, weight=slope * term.weight, points=tuple(slope * p for p in term.points))
            for term in self.terms
        )
        return Equation(shift + slope * self.intercept, terms)


def scale(table: Table) -> tuple[Term, ...]:
    """A term for each column that varies: winsorised at .5 and 99.5 %, standardised on these rows."""
    made = (_term(*named) for named in zip(table.names, table.families, table.matrix.T, strict=True))
    return tuple(term for term in made if term.deviation > 1e-9)


def _term(name: str, family: str, column: Floats) -> Term:
    least, most = float(column.min()), float(column.max())
    low, high = (float(place) for place in np.quantile(column, [0.005, 0.995]))
    # A rare flag would be cut away: what 99.5 % of the rows share keeps its full range.
    if high - low <= 1e-12:
        low, high = least, most
    cut = np.clip(column, low, high)
    return Term(name, family, low, high, float(cut.mean()), float(cut.std()), least, most)


def standardised(terms: Sequence[Term], table: Table) -> Floats:
    """The columns of the terms, cut and scaled: rows x terms."""
    found = np.empty((len(terms), len(table.matrix)))
    for place, term in enumerate(terms):
        np.clip(table.column(term.name), term.low, term.high, out=found[place])
        found[place] -= term.mean
        found[place] /= term.deviation
    return found.T
