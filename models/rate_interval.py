"""How surely a retention figure is known: what a year like this one varies by, from account to account."""

from __future__ import annotations

import polars as pl
from scipy.special import stdtrit

from models.retention_rows import GRR, LOGO, NRR, RENEWAL_GRR, RENEWAL_NRR, WON, value_of
from models.wilson import interval_of

_WHOLE = (GRR, RENEWAL_GRR)
"""Figures that can't pass 1."""


def interval(found: pl.DataFrame, figure: str) -> tuple[float, float] | None:
    """Low and high (95 %) of a share from the rows that make it (`retention_rows.behind`).

    Counted shares: Wilson's interval. Shares of MRR: R ± t · √(n/(n−1) · Σ(y − R x)²) ÷ Σx, with x what
    an account paid then and y what of it counts now (Cochran, Sampling Techniques, 1977, §6.3); a few
    large accounts widen it. None where fewer than two accounts paid, and for figures that are no shares.
    """
    share = value_of(found, figure) if figure in (LOGO, WON, GRR, NRR, RENEWAL_GRR, RENEWAL_NRR) else None
    if share is None:
        return None
    if figure in (LOGO, WON):
        return interval_of(share, found.height)
    now = "mrr_kept" if figure in _WHOLE else "mrr_now"
    each = found.group_by("account_id").agg(then=pl.col("mrr_then").sum(), now=pl.col(now).sum())
    if each.height < 2:
        return None
    then, count = each["then"].to_numpy(), each.height
    off = float(((each["now"].to_numpy() - share * then) ** 2).sum())
    error = (count / (count - 1) * off) ** 0.5 / float(then.sum())
    half = float(stdtrit(count - 1, 0.975)) * error
    return max(share - half, 0.0), min(share + half, 1.0) if figure in _WHOLE else share + half
