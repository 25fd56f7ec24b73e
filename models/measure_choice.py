"""Past decisions choose what the behaviour score is made of: a few options, the default unless beaten."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl

from models.behaviour import Weights
from models.concordance import Concordance, concordance
from models.measures import FREQUENCIES, Measures, frequency

MIN_FAILED = 40
MIN_OTHERS = 120
CLEARLY = 1.5
"""How many standard errors an option must rank better than the default."""

OPTIONS: tuple[Measures, ...] = tuple(
    Measures(made_of, effectiveness, breadth)
    for effectiveness, breadth, made_of in product((True, False), (True, False), FREQUENCIES)
)
"""The default first."""


@dataclass(frozen=True)
class Choice:
    """What was chosen and why; `tried` has measures, auc, gain and error, a row an option."""

    measures: Measures
    why: str
    failed: int
    others: int
    tried: pl.DataFrame


def choose(past: pl.DataFrame, weights: Weights | None = None) -> Choice:
    """The measures whose score ranks past failures lowest among the accounts of the same day.

    In: `past_decisions.PAST`. An option replaces the default only when its AUC is higher by one and a half
    standard errors (accounts as units); of those within one error of the best the one with the fewest
    parts, own baseline before level. Nothing is fitted, so what is measured holds for decisions to come but
    for the choice among 12. `weights` that people chose keep all their parts; only what frequency is made
    of is then chosen. Under 40 failures or 120 others the default stands.
    """
    failed, others = int(past["failed"].sum()), int((~past["failed"]).sum())
    if failed < MIN_FAILED or others < MIN_OTHERS:
        why = (
            f"The usual measures: {failed:,} failures are known from past months, "
            f"{MIN_FAILED} are needed to choose others."
            if failed < MIN_FAILED
            else f"The usual measures: only {others:,} accounts to compare {failed:,} failures with."
        )
        return Choice(Measures(), why, failed, others, _tried([]))
    options = OPTIONS[: len(FREQUENCIES)] if weights else OPTIONS
    found = {option: ranked(past, score_of(past, option, weights or Weights())) for option in options}
    base = found[OPTIONS[0]]
    gains = {option: (one.auc - base.auc, _apart(one, base)) for option, one in found.items()}
    rows = [(option.words, found[option].auc, *gains[option]) for option in options]
    better = [option for option, (gain, error) in gains.items() if gain > max(CLEARLY * error, 0.0)]
    if not better:
        why = (
            f"The usual measures: on {failed:,} past failures no others ranked clearly better "
            f"(AUC {base.auc:.2f})."
        )
        return Choice(OPTIONS[0], why, failed, others, _tried(rows))
    chosen = _simplest(found, better)
    why = (
        f"{chosen.words} On {failed:,} past failures this ranked better than the usual measures: "
        f"AUC {found[chosen].auc:.2f} against {base.auc:.2f}."
    )
    return Choice(chosen, why, failed, others, _tried(rows))


def _simplest(found: dict[Measures, Concordance], better: list[Measures]) -> Measures:
    best = max(better, key=lambda option: found[option].auc)
    alike = [
        option
        for option in better
        if found[best].auc - found[option].auc <= _apart(found[best], found[option]) + 1e-12
    ]
    return min(alike, key=lambda option: (option.effectiveness + option.breadth, OPTIONS.index(option)))


def score_of(past: pl.DataFrame, option: Measures, weights: Weights) -> pl.Series:
    """The behaviour score that each row of `past_decisions.PAST` would have had."""
    known = weights.shares(effectiveness=option.effectiveness, breadth=option.breadth)
    without = weights.shares(effectiveness=False, breadth=option.breadth)
    often = frequency(pl.lit(option.frequency), pl.col("age"), pl.col("own"), pl.col("level"))

    def total(shares: dict[str, float]) -> pl.Expr:
        return (
            shares["frequency"] * often
            + shares["effectiveness"] * pl.col("effectiveness").fill_null(0.0)
            + shares["breadth"] * pl.col("breadth")
        )

    told = pl.when(pl.col("effectiveness").is_null()).then(total(without)).otherwise(total(known))
    return past.select(score=told)["score"]


def ranked(past: pl.DataFrame, score: pl.Series) -> Concordance:
    """How well a score of each row of `PAST` ranks failures within their day."""
    return concordance(
        past["failed"].to_numpy(),
        score.to_numpy(),
        past["observed_on"].rank("dense").cast(pl.Int64).to_numpy() - 1,
        past["account_id"].rank("dense").cast(pl.Int64).to_numpy() - 1,
    )


def _apart(one: Concordance, other: Concordance) -> float:
    return float(np.sqrt(((one.influence - other.influence) ** 2).sum()))


def _tried(rows: list[tuple[str, float, float, float]]) -> pl.DataFrame:
    schema = {"measures": pl.String, "auc": pl.Float64, "gain": pl.Float64, "error": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
