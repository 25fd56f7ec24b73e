"""What the behaviour score is made of: which measures make up frequency, and which parts count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from models.reference import BASELINE

OWN_FROM = BASELINE + 28
"""The age from which the last 28 days lie wholly after the first 90."""

Frequency = Literal["own", "both", "level"]

FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)

WORDS: dict[Frequency, str] = {
    "own": "use against its own first 90 days",
    "both": "use against its own first 90 days and active days at the same age, half each",
    "level": "active days against others at the same age",
}


@dataclass(frozen=True)
class Measures:
    """`frequency`: `own` is the mean of the shares of the two own-baseline ratios, `level` the share of
    the active days of 28, `both` half of each. `effectiveness`, `breadth`: whether the part counts.
    """

    frequency: Frequency = "own"
    effectiveness: bool = True
    breadth: bool = True

    def __post_init__(self) -> None:
        if self.frequency not in FREQUENCIES:
            known = ", ".join(FREQUENCIES)
            raise ValueError(f"frequency can't be made of {self.frequency!r}; use one of {known}")

    @property
    def words(self) -> str:
        """What counts, in a sentence.

        >>> Measures("level", effectiveness=False).words
        'Frequency (active days against others at the same age) and breadth count.'
        """
        parts = [f"frequency ({WORDS[self.frequency]})"]
        parts += [name for name in ("effectiveness", "breadth") if getattr(self, name)]
        listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
        return f"{listed[0].upper()}{listed[1:]} {'count' if len(parts) > 1 else 'alone counts'}."


def frequency(made_of: pl.Expr, age: pl.Expr, own: pl.Expr, level: pl.Expr) -> pl.Expr:
    """The frequency part from its measures' shares; never lower for a higher one.

    A young account has no early time of its own apart from now: up to an age of 90 days the level stands
    in for its own baseline, and from 90 to 118 days it gives way to it day by day.
    """
    settled = ((age - BASELINE) / (OWN_FROM - BASELINE)).clip(0, 1)
    grown = settled * own + (1 - settled) * level
    return (
        pl.when(made_of == "level")
        .then(level)
        .when(made_of == "both")
        .then((grown + level) / 2)
        .otherwise(grown)
    )
