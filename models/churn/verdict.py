"""Whether to trust the model at all: one word, one sentence, and what was checked for leaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.auc import area
from models.churn.evaluation import Evaluation
from models.churn.table import Table
from models.shares import percent

Word = Literal["signal", "no reliable signal", "leak suspected", "not enough data to tell", "refused"]

LEAST_ACCOUNTS = 300
LEAST_CHURNS = 30
ENOUGH_CHURNS = 50
LEAK = 0.9


@dataclass(frozen=True)
class Verdict:
    """`word` is what holds, `sentence` says it with its numbers."""

    word: Word
    sentence: str

    @property
    def usable(self) -> bool:
        """Whether probabilities may be shown and rank the calls."""
        return self.word == "signal"


def refusal(accounts: int, churns: int) -> Verdict | None:
    """Why there is no model: under 300 accounts or 30 churns; None when there is enough.

    >>> refusal(120, 40).sentence
    'No churn model: it needs 300 accounts and 30 churns; the data have 120 accounts (180 missing).'
    """
    missing = []
    if accounts < LEAST_ACCOUNTS:
        missing.append(_short(accounts, "account", LEAST_ACCOUNTS))
    if churns < LEAST_CHURNS:
        missing.append(_short(churns, "churn", LEAST_CHURNS))
    if not missing:
        return None
    return Verdict(
        "refused",
        f"No churn model: it needs {LEAST_ACCOUNTS} accounts and {LEAST_CHURNS} churns; "
        f"the data have {' and '.join(missing)}.",
    )


def _short(number: int, noun: str, least: int) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'} ({least - number:,} missing)"


def judge(evaluation: Evaluation) -> Verdict:
    """What an evaluation on rows that the model had not seen allows to say.

    "No reliable signal" when the 99 % interval of the AUC within month and tenure band does not lie
    above .5; "not enough data to tell" under 50 churns, whatever the interval.
    """
    within, plain = evaluation.stratified, evaluation.auc
    if within.value is None or within.low is None or evaluation.positives < ENOUGH_CHURNS:
        return Verdict(
            "not enough data to tell",
            f"Not enough data to tell: {evaluation.positives:,} churns among {evaluation.n:,} decisions that "
            f"the model had not seen; {ENOUGH_CHURNS} are needed.",
        )
    told = (
        f"who left ranks above who stayed in {percent(within.value)} of pairs of the same month and tenure "
        f"(99 % interval {percent(within.low)} to {percent(within.high)}; "
        f"{percent(plain.value or 0)} over all pairs; {evaluation.positives:,} churns among "
        f"{evaluation.n:,} decisions)"
    )
    if within.low <= 0.5:
        return Verdict("no reliable signal", f"No reliable signal: {told}. Chance would give 50 %.")
    return Verdict("signal", f"The model tells something: {told}. Chance would give 50 %.")


@dataclass(frozen=True)
class Leaks:
    """Features that alone give the answer away, each with its AUC, and what was looked at."""

    features: tuple[tuple[str, float], ...]
    warnings: tuple[str, ...]
    checked: str


def held_back(verdict: Verdict, found: Leaks) -> Verdict:
    """The same, unless a column alone gives the answer away: then no chance is shown until it is gone."""
    if not found.features or not verdict.usable:
        return verdict
    name, told = found.features[0]
    return Verdict(
        "leak suspected",
        f"A leak is suspected, so the model is not used: the feature “{name}” alone tells {percent(told)} "
        "of who left from who stayed.",
    )


def leaks(table: Table, left: npt.NDArray[np.bool_], model_auc: float | None, lead: int | None) -> Leaks:
    """Look for columns that know the answer.

    A single column whose AUC passes .9 in either direction is named; so is a model that passes .9 with a
    lead of a week or more (`lead` None: not known, the model is not judged). Weaker leaks pass unseen.
    """
    found: list[tuple[str, float]] = []
    if left.any() and not left.all():
        for name, column in zip(table.names, table.matrix.T, strict=True):
            above = area(left, column)
            if max(above, 1 - above) > LEAK:
                found.append((name, max(above, 1 - above)))
    found.sort(key=lambda pair: (-pair[1], pair[0]))
    warnings = [
        f"The feature “{name}” alone tells {percent(area)} of who left from who stayed: it probably knows "
        "the answer. Leave it out, or date it before the decision."
        for name, area in found
    ]
    if model_auc is not None and lead is not None and lead >= 7 and model_auc > LEAK:
        warnings.append(
            f"The model tells {percent(model_auc)} of who left from who stayed, {lead} days ahead: too good "
            "to be true more often than not. Look at the features with the largest weight."
        )
    return Leaks(tuple(found), tuple(warnings), _checked(table.names, lead))


def _checked(names: Sequence[str], lead: int | None) -> str:
    whole = "" if lead is None else " and the whole model"
    return (
        f"Checked for leaks: each of {len(names)} features alone{whole}, warned above {percent(LEAK)}. "
        "A weaker leak would not be seen."
    )
