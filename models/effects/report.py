"""Every effect that the page tells: of the whole list, by kind of exception and by prescription."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from models.effects import churn, looks, usage
from models.effects.frames import (
    EFFECTS,
    HARMS,
    HELD,
    HELPS,
    KIND,
    MEASURES,
    PRESCRIPTION,
    RETENTION,
    UNKNOWN,
    WHOLE_LIST,
    kinds_of,
)
from models.effects.trial import Trial

ONCE = 1.959964
"""Standard errors of a 95 % interval that is looked at once."""

GROUPS_ALPHA = 0.05
"""Shared evenly by the groups of a measure, once the whole list has shown an effect on it."""

_COLUMN = {"use at 28 days": "use_28", "use at 90 days": "use_90"}


def randomised(episodes: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """The trial's episodes for which a lot was drawn, oldest first."""
    drawn = episodes.filter((pl.col("trial_id") == trial.trial_id) & pl.col("nth").is_not_null())
    return drawn.sort("started_on", "csm_id", "nth", "account_id")


def effects(episodes: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """Called less held out, by what was meant, whoever was called in the end; columns of `EFFECTS`.

    In: `EPISODES` with their outcomes. The whole list gives three rows: retention (Newcombe, adjusted on
    predicted churn), and use at 28 and at 90 days (Lin). A measure stops at its trial's planned number of
    episodes: later ones are not counted. A group may claim an effect only on a measure on which the whole
    list does, and then at 5 % shared by the groups. An episode counts in every kind it had.
    """
    drawn = randomised(episodes, trial)
    rows = [_row(drawn, WHOLE_LIST, "", measure, looks.ALPHA[measure], trial) for measure in MEASURES]
    shown = {row["measure"] for row in rows if row["verdict"] != UNKNOWN}
    for by, groups in ((KIND, kinds_of(drawn)), (PRESCRIPTION, drawn)):
        several = groups[by].n_unique()
        for (group,), members in sorted(groups.group_by(by)):
            for measure in MEASURES:
                row = _row(members, by, str(group), measure, GROUPS_ALPHA / several, trial)
                rows.append(row if measure in shown else {**row, "verdict": UNKNOWN})
    return EFFECTS.check(pl.DataFrame(rows, schema=EFFECTS.schema))


def _row(
    episodes: pl.DataFrame, by: str, group: str, measure: str, alpha: float, trial: Trial
) -> dict[str, Any]:
    planned = trial.n_max if measure == RETENTION else trial.n_max_use
    known = episodes.filter(pl.col(_COLUMN.get(measure, "churned")).is_not_null()).sort(
        "started_on", "csm_id", "nth", "account_id"
    )
    counted = known.head(planned)
    told = _retention(counted) if measure == RETENTION else _use(counted, _COLUMN[measure])
    row = {"by": by, "group": group, "measure": measure, **_counts(counted), **told["values"]}
    compared = told["compared"]
    if compared is None:
        return {**row, "verdict": UNKNOWN, "needed": _calls(planned, 0, trial)}
    low, high = compared.interval(ONCE)
    enough = row["held"] >= looks.FROM_HELD and told["churns"] >= looks.FROM_CHURNS
    sure = compared.interval(looks.threshold(counted.height, planned, alpha)) if enough else (None, None)
    return {
        **row,
        "effect": compared.effect,
        "low": low,
        "high": high,
        "sure_low": sure[0],
        "sure_high": sure[1],
        "verdict": _verdict(*sure),
        "needed": _calls(planned, counted.height, trial),
    }


def _verdict(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return UNKNOWN
    return HELPS if low > 0 else HARMS if high < 0 else UNKNOWN


def _calls(planned: int, n: int, trial: Trial) -> int:
    return max(0, math.ceil((planned - n) * (1 - trial.held_share)))


def _counts(episodes: pl.DataFrame) -> dict[str, int]:
    held = int((episodes["arm"] == HELD).sum())
    return {"held": held, "called": episodes.height - held}


def _arms(episodes: pl.DataFrame) -> usage.Flags:
    return (episodes["arm"] == HELD).to_numpy()


def _retention(episodes: pl.DataFrame) -> dict[str, Any]:
    held, left = _arms(episodes), episodes["churned"].cast(pl.Boolean).to_numpy()
    values: dict[str, Any] = {
        "called_churned": int(left[~held].sum()),
        "held_churned": int(left[held].sum()),
        "method": "Newcombe",
    }
    compared = None
    if held.any() and not held.all():
        predicted = episodes["risk"].fill_null(np.nan).to_numpy()
        compared = churn.difference(left, held, predicted)
        values |= {"called_mean": compared.called.share, "held_mean": compared.held.share}
        values["method"] = "Newcombe, adjusted" if compared.explained else "Newcombe"
    return {"values": values, "compared": compared, "churns": int(left.sum())}


def _use(episodes: pl.DataFrame, column: str) -> dict[str, Any]:
    held = _arms(episodes)
    values: dict[str, Any] = {"method": "Lin, HC3"}
    compared = None
    if min(int(held.sum()), int((~held).sum())) >= 2:
        before, after = (episodes[name].cast(pl.Float64).to_numpy() for name in ("use_before", column))
        compared = usage.change(before, after, held)
        values |= {"called_mean": compared.called_mean, "held_mean": compared.held_mean}
        values["method"] = compared.method
    return {"values": values, "compared": compared, "churns": looks.FROM_CHURNS}


def of(table: pl.DataFrame, by: str = WHOLE_LIST) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """Each group of the table with its rows by measure, most episodes first."""
    mine = table.filter(pl.col("by") == by)
    size = mine.group_by("group").agg(n=(pl.col("called") + pl.col("held")).max())
    for group in size.sort("n", "group", descending=[True, False])["group"]:
        rows = mine.filter(pl.col("group") == group).iter_rows(named=True)
        yield group, {row["measure"]: row for row in rows}
