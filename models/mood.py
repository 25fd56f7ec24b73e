"""How much one survey answer tells about an account's mood: the variances behind the emotion score.

An answer is the company's mean + the account's mood on that day + the respondent's own style + noise.
Mood has a steady share and a share that fades with a memory of so many days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

MIN_PAIRS = 20
MIN_STYLED = 20
CLOSEST = 5
MOST_ANSWERS = 16
SAMPLE = 1500
STEADY_SHARES = (0.0, 0.3, 0.6)
MEMORIES = (45.0, 90.0, 180.0, 360.0)
WORTH_FADING = 0.99

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MoodModel:
    """Mean and variance of an answer (0-100), and how its variance divides.

    `mood` + `style` + `noise` = 1. `steady` is the share of the mood that does not fade; the rest fades
    as e^(-days / `memory`). `learned` is False while there are too few answers.
    """

    mean: float = 50.0
    variance: float = 625.0
    mood: float = 0.5
    style: float = 0.0
    noise: float = 0.5
    steady: float = 1.0
    memory: float = 180.0
    learned: bool = False


@dataclass(frozen=True, eq=False)
class Grid:
    """Answers of many accounts side by side: one row an account, its newest answers first to last."""

    value: Floats
    day: Floats
    contact: npt.NDArray[np.int64]
    precision: Floats
    filled: npt.NDArray[np.bool_]
    now: Floats


@dataclass(frozen=True, eq=False)
class Weighed:
    """The weight of each answer (0 or more) and the variance that is left, both in `Grid` layout."""

    weight: Floats
    left: Floats


def weigh(grid: Grid, model: MoodModel) -> Weighed:
    """Best linear weights of the answers for the mood on day `now`: w = K⁻¹k, none below zero.

    K = mood [steady + (1 - steady) e^(-|Δt| / memory)] + style [same contact] + noise on the diagonal,
    k the same from each answer to `now`, without style and noise. An answer whose weight would be
    negative (an old one that only tells of its respondent's style) is left out, so that a better answer
    never lowers a score.
    """
    pair = grid.filled[:, :, None] & grid.filled[:, None, :]
    apart = np.abs(grid.day[:, :, None] - grid.day[:, None, :])
    same = grid.contact[:, :, None] == grid.contact[:, None, :]
    noise = (model.noise / grid.precision)[:, :, None] * np.eye(grid.value.shape[1])
    covariance = np.where(pair, _kernel(model, apart) + model.style * same, 0.0) + noise
    target = np.where(grid.filled, _kernel(model, np.abs(grid.now[:, None] - grid.day)), 0.0)
    weight = _not_negative(covariance, target, grid.filled)
    spread = np.einsum("ai,aij,aj->a", weight, covariance, weight)
    return Weighed(weight, np.maximum(model.mood - 2 * (weight * target).sum(axis=1) + spread, 0.0))


def _kernel(model: MoodModel, days: Floats) -> Floats:
    return np.asarray(
        model.mood * (model.steady + (1 - model.steady) * np.exp(-days / model.memory)), np.float64
    )


def _not_negative(covariance: Floats, target: Floats, filled: npt.NDArray[np.bool_]) -> Floats:
    kept = filled.copy()
    size = covariance.shape[1]
    weight = np.zeros_like(target)
    rows = np.arange(len(target))
    for _ in range(size):
        both = kept[rows][:, :, None] & kept[rows][:, None, :]
        system = np.where(both, covariance[rows], np.eye(size))
        solved = np.linalg.solve(system, np.where(kept[rows], target[rows], 0.0)[:, :, None])[:, :, 0]
        weight[rows] = np.where(kept[rows], solved, 0.0)
        rows = rows[(weight[rows] < 0).any(axis=1)]
        if not len(rows):
            break
        kept[rows] &= weight[rows] >= 0
    return weight


def grids(answers: pl.DataFrame) -> list[tuple[pl.DataFrame, Grid]]:
    """Cut answers into grids of accounts with about equally many, so that padding stays small.

    In: account_id, contact_id, day and now (numbers), value, precision, sorted by account_id and day.
    Out: pairs of the rows used (`slot` and `place` point into the grid) and the grid. The newest 16
    answers of an account are used.
    """
    newest = answers.with_columns(
        place=pl.int_range(pl.len()).reverse().over("account_id"),
        contact=pl.when(pl.col("contact_id") == "")
        .then(-2 - pl.int_range(pl.len()))
        .otherwise(pl.struct("account_id", "contact_id").rank("dense").cast(pl.Int64)),
    ).filter(pl.col("place") < MOST_ANSWERS)
    sized = newest.with_columns(many=pl.len().over("account_id"))
    out = []
    for low, high in ((1, 1), (2, 2), (3, 4), (5, 8), (9, MOST_ANSWERS)):
        rows = sized.filter(pl.col("many").is_between(low, high))
        if rows.height:
            placed = rows.with_columns(slot=pl.col("account_id").rle_id().cast(pl.Int64))
            out.append((placed, _grid(placed, high)))
    return out


def _grid(rows: pl.DataFrame, width: int) -> Grid:
    at = rows["slot"].to_numpy(), rows["place"].to_numpy()
    shape = (int(at[0].max()) + 1, width)

    def spread(column: str, empty: float) -> Floats:
        table = np.full(shape, empty, np.float64)
        table[at] = rows[column].to_numpy()
        return table

    filled = np.zeros(shape, np.bool_)
    filled[at] = True
    contact = spread("contact", -1.0).astype(np.int64)
    now = spread("now", 0.0)[:, 0]
    return Grid(spread("value", 0.0), spread("day", 0.0), contact, spread("precision", 1.0), filled, now)


def learn(answers: pl.DataFrame) -> MoodModel:
    """Estimate the model from answers (columns as in `grids`).

    Noise is half the mean squared difference of one respondent's successive answers, over the closest
    fifth, in which mood had least time to change; style the same between respondents of one account
    less the noise, from 20 such accounts on; mood the rest. Fading is chosen by predicting each account's
    last answer from its earlier ones, and only when that is 1 % better than no fading. Shares are rounded
    to .05 so that one answer more seldom shifts them. Under 20 such pairs the shares are half mood, half
    noise, under 20 answers all is as in `MoodModel()`.
    """
    value = answers["value"].to_numpy()
    if len(value) < MIN_PAIRS:
        return MoodModel()
    known = MoodModel(float(value.mean()), max(float(value.var(ddof=1)), 1.0), learned=True)
    noise = _noise(answers)
    if noise is None:
        return known
    noisy = _rounded(noise / known.variance, 0.1, 0.9)
    style = min(_rounded(_style(answers, noise) / known.variance, 0.0, 0.5), 0.95 - noisy)
    return _fading(answers, replace(known, mood=1 - noisy - style, style=style, noise=noisy))


def _noise(answers: pl.DataFrame) -> float | None:
    """Half the mean squared step between close answers of one respondent."""
    return _half_square(_steps(answers, "account_id", "contact_id"))


def _style(answers: pl.DataFrame, noise: float) -> float:
    """What a close answer of another respondent of the account differs by, beyond the noise."""
    named = answers.filter(pl.col("contact_id") != "")
    other = _steps(named, "account_id").filter(pl.col("contact_id") != pl.col("before"))
    if other["account_id"].n_unique() < MIN_STYLED:
        return 0.0
    return max((_half_square(other) or 0.0) - noise, 0.0)


def _steps(answers: pl.DataFrame, *owner: str) -> pl.DataFrame:
    """From each answer of an owner to its next one: account_id, contact_id, before, gap, step."""
    return (
        answers.sort(*owner, "day", "value")
        .with_columns(
            before=pl.col("contact_id").shift().over(owner),
            gap=pl.col("day").diff().over(owner),
            step=pl.col("value").diff().over(owner),
        )
        .drop_nulls("gap")
    )


def _half_square(steps: pl.DataFrame) -> float | None:
    """Half the mean square of the closest fifth of the steps; None under 20 steps."""
    if steps.height < MIN_PAIRS:
        return None
    closest = steps.sort("gap", pl.col("step").abs()).head(max(steps.height // CLOSEST, MIN_PAIRS))
    return float((closest["step"].to_numpy() ** 2).mean()) / 2


def _rounded(share: float, low: float, high: float) -> float:
    return round(min(max(share, low), high) * 20) / 20


def _fading(answers: pl.DataFrame, model: MoodModel) -> MoodModel:
    """The model with the fading that predicts each account's last answer best."""
    several = answers.filter(pl.len().over("account_id") > 1)
    final = pl.int_range(pl.len()).reverse().over("account_id") == 0
    ends = several.filter(final).sort("day", "value").select("account_id", now="day", truth="value")
    sample = ends.gather_every(max(ends.height // SAMPLE, 1))
    if sample.height < MIN_PAIRS:
        return model
    earlier = [
        (rows.unique("slot", keep="first").sort("slot")["truth"].to_numpy(), grid)
        for rows, grid in grids(
            several.filter(~final).drop("now").join(sample, on="account_id", maintain_order="left")
        )
    ]
    choices = [replace(model, steady=part, memory=days) for part in STEADY_SHARES for days in MEMORIES]
    misses = [_miss(earlier, choice) for choice in choices]
    best = int(np.argmin(misses))
    return choices[best] if misses[best] < WORTH_FADING * _miss(earlier, model) else model


def _miss(earlier: list[tuple[Floats, Grid]], model: MoodModel) -> float:
    """Summed squared error of predicting each account's next answer."""
    total = 0.0
    for truth, grid in earlier:
        points = (weigh(grid, model).weight * (grid.value - model.mean)).sum(axis=1)
        total += float(((truth - model.mean - points) ** 2).sum())
    return total
