"""Trains the churn model: judged on decisions that come after all it knew, then fitted on everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy.special import expit

from models.churn.evaluation import JUDGED, evaluate
from models.churn.event_features import common_events
from models.churn.evidence import Evidence
from models.churn.features import raw_features
from models.churn.fitting import BOOSTING, MOST_ROWS, Choice, Fit, choose, fitted
from models.churn.model import VERSION, Model, Trained
from models.churn.observations import HORIZON, LEAD, RENEWAL, Kind
from models.churn.side_by_side import side_by_side
from models.churn.table import COUNTS, OWN_PACE, FeatureSet, Recipe, settle, table
from models.churn.thinned import thinned
from models.churn.timeline import Ints
from models.churn.verdict import Verdict, held_back, judge, leaks, refusal

WINDOWS = 4
"""The held-out past is cut into so many windows; each is judged by a model trained before it."""

FIRST_CUT = 0.4
"""Share of the observations that come before the first window."""

LEAST_TO_FIT = 15
"""Churns without which a window is left unjudged."""

Chosen = tuple[FeatureSet, Choice]
"""Which columns, and how to fit them."""


@dataclass(frozen=True, eq=False)
class Training:
    """`model` None when refused, with the verdict that says why.

    `judged`: `evaluation.JUDGED`, predictions of decisions by models trained on outcomes before them ·
    `raw`: the features of all observations.
    """

    model: Model | None
    verdict: Verdict
    judged: pl.DataFrame
    raw: pl.DataFrame


def train(
    observations: pl.DataFrame,
    evidence: Evidence,
    known_on: date,
    *,
    lead: int = LEAD,
    horizon: int = HORIZON,
    seed: int = 0,
) -> Training:
    """Learn who leaves from decisions known on a day.

    In: `observations.OBSERVATIONS` with `left` filled, all outcomes on or before `known_on`. The past is
    replayed in four windows of time: each is predicted by a model trained on outcomes before it began,
    and the verdict rests on these predictions. The model itself is then fitted on everything. Refused
    under 300 accounts or 30 churns.
    """
    rows = observations.filter(pl.col("left").is_not_null() & (pl.col("outcome_on") <= known_on))
    refused = refusal(accounts_seen(evidence.accounts, known_on), int(rows["left"].sum()))
    if refused is not None:
        return Training(None, refused, JUDGED.empty(), pl.DataFrame())
    raw = raw_features(rows, evidence, common_events(evidence.event_months, known_on))
    kind: Kind = raw["kind"][0]
    recipe, made = _fitted(raw, kind, seed)
    judged = replay(raw, cuts(raw), seed=seed, challenge=made.method == BOOSTING)
    evaluation = evaluate(judged, seed=seed)
    found = leaks(table(raw, recipe), raw["left"].to_numpy(), evaluation.auc.value, lead)
    verdict = held_back(judge(evaluation), found)
    model = Model(
        VERSION,
        kind,
        lead,
        horizon,
        _trained(raw, known_on),
        recipe,
        made.method,
        made.strength,
        made.calibrated,
        made.equation,
        evaluation,
        verdict,
        found,
    )
    return Training(model, verdict, judged, raw)


def accounts_seen(accounts: pl.DataFrame, until: date) -> int:
    """How many accounts there were by a day, those that left included."""
    signed = pl.col("signed_on")
    return accounts.filter(signed.is_null() | (signed <= until)).height


def cuts(raw: pl.DataFrame, windows: int = WINDOWS) -> list[date]:
    """The days on which the windows begin: at equal shares of the observations after the first 40 %."""
    days = raw["as_of"].sort()
    shares = [FIRST_CUT + (1 - FIRST_CUT) * n / windows for n in range(windows)]
    return sorted({days[int(share * (len(days) - 1))] for share in shares})


def replay(raw: pl.DataFrame, starts: list[date], *, seed: int = 0, challenge: bool = True) -> pl.DataFrame:
    """Predict the observations of each window by a model that knows outcomes before its first day alone.

    In: raw features with outcomes, sorted days. Out: `evaluation.JUDGED`; a window before which under 15
    accounts had left is left out. Windows end where the next begins, the last one never. What is chosen
    on 10,000 rows or more before a window holds for the windows after it.
    """
    spans = list(zip(starts, [*starts[1:], date.max], strict=True))
    windows = [window for span in spans if (window := _window(raw, *span)) is not None]
    settled = next((_chosen(w.before, w.kind, seed, challenge=challenge) for w in windows if w.long), None)

    def judged(window: _Window) -> pl.DataFrame:
        choice = settled if window.long else None
        recipe, made = _fitted(window.before, window.kind, seed, challenge=challenge, settled=choice)
        return _judged(window.after, expit(made.equation.logit(table(window.after, recipe))))

    return pl.concat([JUDGED.empty(), *side_by_side(judged, windows, raw.height)])


@dataclass(frozen=True, eq=False)
class _Window:
    """Raw features known before it, and those to be judged."""

    before: pl.DataFrame
    after: pl.DataFrame

    @property
    def kind(self) -> Kind:
        found: Kind = self.before["kind"][0]
        return found

    @property
    def long(self) -> bool:
        return self.before.height > MOST_ROWS


def _window(raw: pl.DataFrame, start: date, end: date) -> _Window | None:
    """None where it can't be judged."""
    before = raw.filter(pl.col("outcome_on") < start)
    after = raw.filter((pl.col("as_of") >= start) & (pl.col("as_of") < end))
    churns = int(before["left"].sum())
    judged = churns >= LEAST_TO_FIT and churns < before.height and after.height
    return _Window(before, after) if judged else None


def _judged(raw: pl.DataFrame, probability: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pl.DataFrame:
    return JUDGED.check(
        raw.with_columns(tenure_days=pl.col("tenure").exp(), probability=pl.Series(probability))
    )


def _fitted(
    raw: pl.DataFrame,
    kind: Kind,
    seed: int,
    *,
    challenge: bool = True,
    settled: Chosen | None = None,
) -> tuple[Recipe, Fit]:
    feature_set, choice = settled or _chosen(raw, kind, seed, challenge=challenge)
    recipe = settle(raw, feature_set)
    return recipe, fitted(table(raw, recipe), raw["left"].to_numpy(), choice)


def _chosen(raw: pl.DataFrame, kind: Kind, seed: int, *, challenge: bool) -> Chosen:
    """For renewals the account's own pace; for rolling contracts whichever set has the lower log loss.

    The sets are compared by a line in each, then boosting challenges the one that is chosen.
    """
    rows, times = thinned(raw["left"].to_numpy(), MOST_ROWS, seed)
    part = raw[rows]
    left, accounts = part["left"].to_numpy(), numbered(part)
    tables = {name: table(part, settle(raw, name)) for name in _sets(kind)}
    if len(tables) == 1:
        ((name, columns),) = tables.items()
        return name, choose(columns, left, accounts, times, seed=seed, challenge=challenge)
    lines = {
        name: choose(columns, left, accounts, times, seed=seed, challenge=False)
        for name, columns in tables.items()
    }
    name = min(lines, key=lambda each: lines[each].loss)
    found = lines[name]
    if challenge:
        found = choose(tables[name], left, accounts, times, seed=seed, strengths=(found.strength,))
    return name, found


def _sets(kind: Kind) -> tuple[FeatureSet, ...]:
    return (OWN_PACE,) if kind == RENEWAL else (OWN_PACE, COUNTS)


def numbered(raw: pl.DataFrame) -> Ints:
    """A number for each account."""
    return raw["account_id"].rank("dense").cast(pl.Int64).to_numpy()


def _trained(raw: pl.DataFrame, known_on: date) -> Trained:
    days = raw["as_of"].sort()
    return Trained(
        days[0], days[-1], known_on, raw.height, raw["account_id"].n_unique(), int(raw["left"].sum())
    )


def due(model: Model | None, on: date, every: timedelta = timedelta(days=28)) -> bool:
    """Whether it is time to train again: never trained, or four weeks ago."""
    return model is None or on - model.trained.known_on >= every
