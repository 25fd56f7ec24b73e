"""What calls of each kind have saved, learned with shrinkage from what was stated before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import chdtri

from models.effects.frames import CALLED, HELD, SAVEABILITY, WAITING

SPREAD = 0.15
"""Of the prior: kinds as a whole save N(what was stated, 0.15²)."""
LEAST_BETWEEN = 0.10
"""Kinds differ at least so much (τ), so that one kind's calls never speak for all."""
FLOOR, CEILING = 0.02, 0.95
LEAST_CONTROLS, LEAST_LEFT = 50, 5

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Expected:
    called: pl.DataFrame
    controls: pl.DataFrame
    words: str


def saveability(episodes: pl.DataFrame, stated: Mapping[str, float]) -> pl.DataFrame:
    """Learn the share of expected churn that calls save, a row a kind; columns of `SAVEABILITY`.

    In: `EPISODES` with outcomes, and by kind what was stated (0-1). An episode belongs to its strongest
    kind. Expected churn comes from held-out episodes and from waiting ones that ran their 90 days without
    a call: a logistic regression on predicted churn, MRR and kind. s = 1 − observed / expected among the
    called, with variance max(1 − s, 0.3)² (1 / churned + 1 / churned controls); shrunk toward what was
    stated, moved by what all kinds together show (`shrunk`). Where the held-out accounts left clearly more
    or less than waiting ones would have, only episodes for which a lot was drawn count.

    With fewer than 50 controls or 5 of them gone, everything stays as stated.
    """
    known = episodes.filter(pl.col("churned").is_not_null(), pl.col("ended_on").is_null()).with_columns(
        kind=pl.col("kinds").str.json_path_match("$[0]").fill_null("")
    )
    kinds = sorted({*stated, *known["kind"].to_list()} - {""})
    prior = pl.DataFrame(
        {"kind": kinds, "stated": [float(stated.get(kind, 0.2)) for kind in kinds]},
        schema={"kind": pl.String, "stated": pl.Float64},
    )
    found = _expected(known)
    if found is None:
        return SAVEABILITY.check(_as_stated(prior))
    rows = prior.join(_observed(found), on="kind", how="left").with_columns(
        pl.col("called", "churned", "left").fill_null(0), pl.col("expected").fill_null(0.0)
    )
    raw = pl.when(pl.col("expected") > 0).then(1 - pl.col("churned") / pl.col("expected"))
    rows = rows.with_columns(raw=raw, controls=pl.lit(found.words))
    learned = shrunk(
        rows["raw"].to_numpy(), *(rows[name].to_numpy() for name in ("stated", "churned", "left"))
    )
    return SAVEABILITY.check(rows.with_columns(learned=pl.Series(learned)))


def shrunk(raw: Reals, stated: Reals, churned: Reals, controls: Reals) -> Reals:
    """Shrink each kind's 1 − observed / expected (NaN: nothing known) toward what was stated.

    d = s − stated has mean μ ~ N(0, 0.15²) over kinds and spread τ around it (DerSimonian and Laird, at
    least 0.10); each kind is the mean of its own d and μ, weighted by 1/v and 1/τ². Never under 0.02.

    >>> stated = np.array([0.2, 0.2])
    >>> shrunk(np.array([0.5, np.nan]), stated, np.array([50, 0]), np.array([50, 0])).round(2).tolist()
    [0.43, 0.36]
    """
    told = np.isfinite(raw)
    off = np.where(told, raw - stated, 0.0)
    kept = np.maximum(1 - np.where(told, raw, 0.0), 0.3)
    spread = kept**2 * (1 / np.maximum(churned, 0.5) + 1 / np.maximum(controls, 0.5))
    between = max(LEAST_BETWEEN**2, _between(off[told], spread[told]))
    weight = np.where(told, 1 / (spread + between), 0.0)
    middle = float((weight * off).sum() / (weight.sum() + 1 / SPREAD**2))
    own = np.where(told, 1 / spread, 0.0)
    moved: Reals = (own * off + middle / between) / (own + 1 / between)
    return np.clip(stated + moved, FLOOR, CEILING)


def learned(table: pl.DataFrame) -> dict[str, float]:
    """By kind, what the ranking uses."""
    return dict(table.select("kind", "learned").iter_rows())


def _as_stated(prior: pl.DataFrame) -> pl.DataFrame:
    return prior.with_columns(
        called=pl.lit(0, pl.Int64),
        churned=pl.lit(0, pl.Int64),
        expected=pl.lit(0.0),
        raw=pl.lit(None, pl.Float64),
        learned=pl.col("stated").clip(FLOOR, CEILING),
        controls=pl.lit("too few"),
    )


def _between(off: Reals, spread: Reals) -> float:
    if len(off) < 2:
        return 0.0
    w = 1 / spread
    middle = (w * off).sum() / w.sum()
    more = (w * (off - middle) ** 2).sum() - (len(off) - 1)
    return float(max(0.0, more / (w.sum() - (w**2).sum() / w.sum())))


def _expected(known: pl.DataFrame) -> _Expected | None:
    """The called with the churn to expect (`e`), and their controls; None with too few controls."""
    called = known.filter(pl.col("arm") == CALLED)
    held = known.filter(pl.col("arm") == HELD)
    waited = known.filter((pl.col("arm") == WAITING) & (pl.col("calls") == 0))
    if _enough(waited) and _agree(waited, held):
        controls, words = pl.concat([held, waited]), "held out and waiting"
    else:
        controls, words = held, "held out"
        called = called.filter(pl.col("nth").is_not_null())
    if not _enough(controls):
        return None
    return _Expected(called.with_columns(e=pl.Series(_predict(controls, called))), controls, words)


def _enough(controls: pl.DataFrame) -> bool:
    left = int(controls["churned"].cast(pl.Int64).sum())
    return controls.height >= LEAST_CONTROLS and LEAST_LEFT <= left < controls.height


def _agree(waited: pl.DataFrame, held: pl.DataFrame) -> bool:
    """Whether held-out accounts left as often as waiting ones like them (Poisson, 95 %)."""
    if held.is_empty():
        return True
    seen, due = int(held["churned"].cast(pl.Int64).sum()), float(_predict(waited, held).sum())
    low = chdtri(2 * seen, 0.975) / 2 if seen else 0.0
    return bool(low <= due <= chdtri(2 * seen + 2, 0.025) / 2)


def _predict(controls: pl.DataFrame, rows: pl.DataFrame) -> Reals:
    from sklearn.linear_model import LogisticRegression  # slow to load, and most commands fit nothing

    if rows.is_empty():
        return np.zeros(0)
    kinds = sorted(controls["kind"].unique())
    usual = (float(controls["risk"].mean() or 0.5), float(controls["mrr"].median() or 1.0))  # type: ignore[arg-type]  # a statistic of numbers, typed as any value
    model = LogisticRegression(C=1.0, max_iter=500)
    model.fit(_features(controls, kinds, usual), controls["churned"].cast(pl.Int64).to_numpy())
    likely: Reals = model.predict_proba(_features(rows, kinds, usual))[:, 1]
    return likely


def _features(rows: pl.DataFrame, kinds: list[str], usual: tuple[float, float]) -> Reals:
    p = np.clip(rows["risk"].fill_null(usual[0]).to_numpy(), 0.005, 0.995)
    size = np.log(np.maximum(rows["mrr"].fill_null(usual[1]).to_numpy(), 1.0) / max(usual[1], 1.0))
    flags = [(rows["kind"] == kind).to_numpy().astype(np.float64) for kind in kinds]
    return np.column_stack([np.log(p / (1 - p)), size, *flags])


def _observed(found: _Expected) -> pl.DataFrame:
    called = found.called.group_by("kind").agg(
        called=pl.len().cast(pl.Int64),
        churned=pl.col("churned").cast(pl.Int64).sum(),
        expected=pl.col("e").sum(),
    )
    left = found.controls.group_by("kind").agg(left=pl.col("churned").cast(pl.Int64).sum())
    return called.join(left, on="kind", how="full", coalesce=True)
