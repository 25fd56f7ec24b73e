"""The engine on features as they were given: IBM's Telco customers (Apache-2.0), five folds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit

from models.churn.evaluation import TENURE_BANDS, Evaluation, evaluate_rows
from models.churn.fitting import cross_fitted
from models.churn.table import Table, given
from models.churn.verdict import judge, leaks

_NUMBERS = ("tenure", "MonthlyCharges", "TotalCharges")
_SHUFFLES = 20


@dataclass(frozen=True)
class Telco:
    """One row a customer: features, whether they left, and their tenure in months."""

    table: Table
    left: npt.NDArray[np.bool_]
    tenure: npt.NDArray[np.float64]


def read(path: Path) -> Telco:
    """Numbers as they are (an empty total is 0), each other value of each column a flag."""
    raw = pl.read_csv(path, infer_schema_length=None)
    numbers = raw.select(pl.col(name).cast(pl.Float64, strict=False).fill_null(0.0) for name in _NUMBERS)
    named = [name for name in raw.columns if name not in (*_NUMBERS, "customerID", "Churn")]
    flags = raw.select(pl.col(name).cast(pl.String) for name in named).to_dummies(drop_first=True)
    table = given([*numbers.columns, *flags.columns], np.hstack([numbers.to_numpy(), flags.to_numpy()]))
    return Telco(table, (raw["Churn"] == "Yes").to_numpy(), numbers["tenure"].to_numpy())


def judged(telco: Telco, left: npt.NDArray[np.bool_], seed: int = 0) -> Evaluation:
    """Every customer predicted by a fit that had not seen them; strata are tenure bands."""
    groups = np.arange(len(left))
    logit = cross_fitted(telco.table, left, groups, seed=seed)
    within = np.searchsorted(np.array(TENURE_BANDS) / 30.4, telco.tenure, side="right")
    return evaluate_rows(left, expit(logit), groups, within, seed=seed)


def run(path: Path) -> None:
    """Print what the engine reaches, what it says of a leak, and of labels that mean nothing."""
    telco = read(path)
    found = judged(telco, telco.left)
    print(f"telco: {found.n:,} customers, {found.positives:,} left, five folds")
    print(f"  AUC {found.auc}   top-decile lift {found.lift}")
    print(
        f"  calibration error {found.calibration}, a calibrated model's 95th percentile "
        f"{found.calibration_limit:.4f}   observed/expected {found.observed_to_expected}"
    )
    print(f"  {judge(found).sentence}")
    leaky = np.where(np.random.default_rng(0).random(found.n) < 0.95, telco.left, ~telco.left)
    table = given(
        [*telco.table.names, "refund paid"], np.column_stack([telco.table.matrix, leaky.astype(float)])
    )
    for name, columns in (("as given", telco.table), ("with a giveaway", table)):
        warned = leaks(columns, telco.left, None, None)
        print(f"  {name}: {' '.join(warned.warnings) or 'no leak found.'} {warned.checked}")
    words = []
    for seed in range(_SHUFFLES):
        shuffled = np.random.default_rng(seed).permutation(telco.left)
        words.append(judge(judged(telco, shuffled, seed)).word)
    print(f"  shuffled labels: {words.count('no reliable signal')} of {_SHUFFLES} seeds “no reliable signal”")
