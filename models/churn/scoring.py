"""Uses a model: probabilities, accounts outside what it knows, and exact reasons by family."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit

from models.churn.evidence import Evidence
from models.churn.features import raw_features
from models.churn.model import Model
from models.churn.table import FAMILIES, Table, table
from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT

PREDICTIONS = Contract(
    "churn_predictions",
    (
        Column("account_id", TEXT, required=True),
        Column("as_of", DAY, required=True),
        Column("outcome_on", DAY, required=True, doc="the decision that is meant, or the end of the horizon"),
        Column("probability", REAL, required=True, doc="of leaving then, as things stand, 0-1"),
        Column("logit", REAL, required=True, doc="its log-odds"),
        Column("outside", TEXT, doc="how it differs from what the model was trained on; null: it does not"),
    ),
    key=("account_id", "as_of"),
)

CONTRIBUTIONS = Contract(
    "churn_contributions",
    (
        Column("account_id", TEXT, required=True),
        Column("as_of", DAY, required=True),
        Column("family", TEXT, required=True, doc="key of table.FAMILIES"),
        Column("log_odds", REAL, required=True, doc="sums with the intercept to the logit, exactly"),
    ),
    key=("account_id", "as_of", "family"),
)


def features(model: Model, observations: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """The raw features that this model is to be asked with: `features.RAW` and its own events."""
    return raw_features(observations, evidence, model.events)


def predict(model: Model, raw: pl.DataFrame) -> pl.DataFrame:
    """How likely each account leaves. In: what `features` gives. Out: `PREDICTIONS`, in the same order."""
    columns = table(raw, model.recipe)
    logit = model.equation.logit(columns)
    return PREDICTIONS.check(
        raw.with_columns(
            probability=pl.Series(expit(logit)), logit=pl.Series(logit), outside=_outside(model, raw, columns)
        )
    )


def _outside(model: Model, raw: pl.DataFrame, columns: Table) -> pl.Series:
    """The families in which a value passes what was seen in training, and segments never seen."""
    beyond = model.equation.outside(columns)
    words = np.full(raw.height, "", object)
    young, told = _younger(model, columns, beyond)
    words[young] += told
    for family, name in FAMILIES.items():
        mine = [place for place, term in enumerate(model.equation.terms) if term.family == family]
        hit = beyond[:, mine].any(axis=1) if mine else np.zeros(raw.height, np.bool_)
        words[hit & ~young if family == "tenure" else hit] += f"{name}; "
    if model.recipe.segments:
        strange = ~raw["segment"].is_in(list(model.recipe.segments)).to_numpy()
        words[strange] += "a segment it hardly knows; "
    said = pl.Series(words.tolist(), dtype=pl.String).str.strip_suffix("; ")
    sentence = pl.format("Outside what the model was trained on: {}.", pl.lit(said))
    return pl.select(pl.when(pl.lit(said) != "").then(sentence)).to_series()


def _younger(
    model: Model, columns: Table, beyond: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.bool_], str]:
    """Rows of accounts younger than any it learned from, and how that is said: renewals come late."""
    places = [place for place, term in enumerate(model.equation.terms) if term.name == "tenure"]
    if not places:
        return np.zeros(len(beyond), np.bool_), ""
    least = model.equation.terms[places[0]].least
    young = beyond[:, places[0]] & (columns.column("tenure") < least)
    return young, f"a customer for less than the {np.exp(least):,.0f} days from which it learned; "


def contributions(model: Model, raw: pl.DataFrame) -> pl.DataFrame:
    """What each family of features adds to the log-odds, against an average account: `CONTRIBUTIONS`."""
    found = model.equation.contributions(table(raw, model.recipe))
    families = [term.family for term in model.equation.terms]
    names = [name for name in FAMILIES if name in families]
    sums = [found[:, np.array(families) == name].sum(axis=1) for name in names]
    wide = raw.select("account_id", "as_of").with_columns(
        pl.Series(name, values) for name, values in zip(names, sums, strict=True)
    )
    long = wide.unpivot(names, index=["account_id", "as_of"], variable_name="family", value_name="log_odds")
    return CONTRIBUTIONS.check(long)
