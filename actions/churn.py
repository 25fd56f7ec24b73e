"""The churn model in a refresh: trained once a month, compared with the one before, asked every day."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import polars as pl

from data_access import churn
from data_access.churn import Fresh, Kept
from data_access.store import Store
from data_access.usage.activity import Activity
from data_access.version import code_version
from data_access.viewer import SYSTEM, Viewer
from models.book import as_known
from models.churn.cautions import cautions
from models.churn.drift import DRIFT, drift
from models.churn.evaluation import JUDGED
from models.churn.evidence import Evidence, event_months, evidence_from
from models.churn.model import Model
from models.churn.observations import observations, upcoming
from models.churn.scoring import CONTRIBUTIONS, PREDICTIONS, contributions, features, predict
from models.churn.succession import better
from models.churn.table import FAMILIES
from models.churn.training import Training, accounts_seen, train
from models.churn.verdict import refusal
from models.churn.words import REASONS, reasons
from models.past_decisions import month_ends

NOTE = "churn"
"""The snapshot's note: which training, which model in use, its verdict and the sentence."""

Facts = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, eq=False)
class Leaving:
    """Who leaves, as the model in use says.

    `predictions` (`PREDICTIONS`) only while its verdict is a signal; `reasons` (`REASONS`) and
    `contributions` (`CONTRIBUTIONS`) belong to them.
    """

    note: dict[str, Any]
    predictions: pl.DataFrame = field(default_factory=PREDICTIONS.empty)
    reasons: pl.DataFrame = field(default_factory=REASONS.empty)
    contributions: pl.DataFrame = field(default_factory=CONTRIBUTIONS.empty)

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """What the snapshot keeps."""
        return {"churn_reasons": self.reasons, "churn_contributions": self.contributions}


class _Known:
    """What there is to learn from; what is costly to read only when it is wanted."""

    def __init__(self, store: Store, facts: Facts, activity: Activity, day: date) -> None:
        self.store, self.facts, self.activity, self.day = store, facts, activity, day

    @cached_property
    def evidence(self) -> Evidence:
        months = event_months(self.store.activity().spans_by_month(self.day))
        return evidence_from(self.facts, self.activity.account_days, months)

    @property
    def since(self) -> date | None:
        first = self.activity.account_days["day"].min()
        return first if isinstance(first, date) else None


def leaving_by(
    store: Store, viewer: Viewer, facts: Facts, activity: Activity, day: date, now: datetime
) -> Leaving:
    """Train if due, then ask the model in use about the live book of a day.

    A training knows decisions up to the last month's end; it is on record under what it was made from,
    and taken from there while code, decisions and earlier usage are the same.
    """
    known = _Known(store, facts, activity, day)
    latest = trained_by(known, viewer, now)
    used = churn.in_use(store.database, latest.known_on)
    note = _note(latest, used)
    if used is None or used.model is None or not used.model.verdict.usable:
        return Leaving(note)
    return _asked(used.model, known, note)


def trained_by(known: _Known, viewer: Viewer, now: datetime) -> Kept:
    """The training of the last month's end: the one on record, or a new one."""
    database, end = known.store.database, month_ends(known.day, 0)[-1]
    key = _key(known, end)
    kept = churn.by_key(database, key)
    if kept is not None:
        return kept
    before = churn.in_use(database, end)
    training = _trained(known, end)
    succession = better(before.model if before else None, training)
    model = training.model
    moved = drift(model, training.raw) if model else DRIFT.empty()
    fresh = Fresh(
        end,
        key,
        code_version(),
        training.verdict,
        succession.better,
        succession.sentence,
        model,
        training.judged,
        moved,
    )
    with database.write() as connection:
        model_id = churn.add(connection, viewer, now, fresh)
    return churn.get(database, model_id)


def _trained(known: _Known, end: date) -> Training:
    facts = known.facts
    rows = observations(facts["accounts"], facts["subscriptions"], end, since=known.since)
    refused = refusal(accounts_seen(facts["accounts"], end), int(rows["left"].sum()))
    if refused is not None:
        return Training(None, refused, JUDGED.empty(), pl.DataFrame())
    return train(rows, known.evidence, end)


def _asked(model: Model, known: _Known, note: dict[str, Any]) -> Leaving:
    facts = known.facts
    asked = upcoming(
        facts["accounts"],
        facts["subscriptions"],
        known.day,
        model.kind,
        lead=model.lead,
        horizon=model.horizon,
    )
    raw = features(model, asked, known.evidence)
    return Leaving(note, predict(model, raw), reasons(model, raw, len(FAMILIES)), contributions(model, raw))


def _note(latest: Kept, used: Kept | None) -> dict[str, Any]:
    shown = used or latest
    return {
        "training": latest.model_id,
        "model": used.model_id if used else None,
        "verdict": shown.verdict.word,
        "sentence": shown.verdict.sentence,
        "known_on": shown.known_on.isoformat(),
    }


_DATED = {
    "survey_responses": ("responded_at", "score"),
    "survey_invitations": ("sent_at",),
    "interactions": ("opened_at", "direction"),
    "handoffs": ("handed_on",),
}


def _key(known: _Known, end: date) -> str:
    """What a training is made from: the decisions, use and words up to a day, and the code."""
    facts = known.facts
    accounts = as_known(facts["accounts"], end).filter(
        pl.col("signed_on").is_null() | (pl.col("signed_on") <= end)
    )
    made = [accounts.select("account_id", "segment", "signed_on", "churned_on", "outcome_on")]
    terms = facts["subscriptions"].filter(pl.col("starts_on") <= end)
    made.append(terms.select("account_id", "product", "starts_on", _by(end, "ends_on")))
    for name, (at, *others) in _DATED.items():
        rows = facts[name].filter(pl.col(at).cast(pl.Date) <= end)
        made.append(rows.select("account_id", at, *(other for other in others if other in rows.columns)))
    made.append(known.store.usage().months().filter(pl.col("month") <= end))
    sums = "|".join(f"{part.height} {part.hash_rows(seed=1).sum()}" for part in made)
    return f"{end} {hashlib.sha256(sums.encode()).hexdigest()[:16]} {code_version()}"


def _by(end: date, column: str) -> pl.Expr:
    return pl.when(pl.col(column) <= end).then(pl.col(column)).alias(column)


def backtest(store: Store, day: date) -> dict[str, Any]:
    """How the model would have done on the past: figures with their intervals, verdict and warnings.

    Figures are null where there is no model; `n` counts the decisions it was judged on.
    """
    kept = churn.shown(store.database, day)
    told = kept.model.evaluation if kept.model else None
    judged = churn.judged(store.database, SYSTEM, kept.model_id)
    moved = churn.drift(store.database, kept.model_id)
    return {
        "auc": told and told.auc.value,
        "auc_interval": told and [told.auc.low, told.auc.high],
        "auc_within_month_and_tenure": told and told.stratified.value,
        "auc_within_interval": told and [told.stratified.low, told.stratified.high],
        "lift_top_decile": told and told.lift.value,
        "lift_interval": told and [told.lift.low, told.lift.high],
        "calibration_error": told and told.calibration.value,
        "calibration_interval": told and [told.calibration.low, told.calibration.high],
        "n": told.n if told else 0,
        "positives": told.positives if told else 0,
        "verdict": kept.verdict.word,
        "sentence": kept.verdict.sentence,
        "known_on": kept.known_on.isoformat(),
        "warnings": [*cautions(kept.model, judged, moved), *churn.not_taken(store.database, kept, day)],
    }
