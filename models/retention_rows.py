"""The rows behind every retention figure of every month, ready to be narrowed and opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from models.book_view import NOBODY
from models.bridge import PARTS, bridge_moves
from models.ledger import ledger, month_ends
from models.retention import logo_retention, logo_rows, revenue_retention, revenue_rows
from models.retention_series import RETENTION_SERIES

LOGO, GRR, NRR = "logo retention", "GRR", "NRR"
MOVES = tuple(f"MRR {part}" for part in PARTS)
FIGURES = (LOGO, GRR, NRR, *MOVES)
"""The figures that open into rows, named as in `RETENTION_SERIES`."""

SCOPES = ("segment", "plan", "region", "csm")
"""What the rows can be narrowed by."""


@dataclass(frozen=True)
class RetentionRows:
    """`LOGO_ROWS`, `REVENUE_ROWS` and `BRIDGE_ROWS` of each month's end, each with `until`, its day."""

    logos: pl.DataFrame
    revenue: pl.DataFrame
    moves: pl.DataFrame
    as_of: date


def retention_rows(
    accounts: pl.DataFrame, subscriptions: pl.DataFrame, as_of: date, months: int = 24
) -> RetentionRows:
    """The rows of the last `months` months; the current one ends on `as_of`, nothing after it counts.

    In: `ACCOUNTS` and `SUBSCRIPTIONS`. Rows of all months are made at once, so that narrowing them to
    a segment is one filter: 30 ms at 10,000 accounts where making them takes two seconds.
    """
    book = ledger(accounts, subscriptions, as_of)
    days = month_ends(as_of, months)[1:]
    moves = bridge_moves(book, months)
    ends = pl.DataFrame({"until": days}).with_columns(month=pl.col("until").dt.month_start())
    return RetentionRows(
        pl.concat([logo_rows(book, day).with_columns(until=pl.lit(day)) for day in days]),
        pl.concat([revenue_rows(book, day).with_columns(until=pl.lit(day)) for day in days]),
        moves.join(ends, on="month"),
        as_of,
    )


def only(rows: RetentionRows, accounts: pl.Series) -> RetentionRows:
    """The rows of these accounts (account ids)."""
    kept = accounts.alias("account_id").to_frame()
    logos, revenue, moves = (
        frame.join(kept, on="account_id", how="semi") for frame in (rows.logos, rows.revenue, rows.moves)
    )
    return RetentionRows(logos, revenue, moves, rows.as_of)


def with_scopes(accounts: pl.DataFrame, csms: pl.DataFrame) -> pl.DataFrame:
    """Accounts by what they can be narrowed by: account_id, name and the columns of `SCOPES`."""
    named = accounts.join(csms.select("csm_id", csm="name"), on="csm_id", how="left")
    return named.select(
        "account_id",
        pl.coalesce("name", "account_id"),
        *SCOPES[:3],
        csm=pl.coalesce("csm", "csm_id", pl.lit(NOBODY)),
    )


def members(scoped: pl.DataFrame, chosen: Mapping[str, Sequence[str]]) -> pl.Series:
    """The ids of the accounts that meet every choice; in: what `with_scopes` gives."""
    return scoped.filter(*(pl.col(name).is_in(list(values)) for name, values in chosen.items()))["account_id"]


def figures(rows: RetentionRows) -> pl.DataFrame:
    """Logo retention, GRR, NRR and the parts of the bridge at each month's end: `RETENTION_SERIES`.

    Equal to `models.retention_series.series` where that has a base.
    """
    logos = logo_retention(rows.logos, ["until"]).select(
        "until", currency=pl.lit(""), figure=pl.lit(LOGO), value="rate", accounts="accounts"
    )
    money = revenue_retention(rows.revenue, ["until"])
    rates = [
        money.select("until", "currency", figure=pl.lit(name), value=name.lower(), accounts="accounts")
        for name in (GRR, NRR)
    ]
    return RETENTION_SERIES.check(
        pl.concat([logos, *rates, _amounts(rows.moves)]).sort("until", "figure", "currency")
    )


def behind(rows: RetentionRows, figure: str, until: date, currency: str) -> pl.DataFrame:
    """The rows that make one figure, what was lost first.

    Raises `ValueError` for a figure that is not in `FIGURES`.
    """
    if figure == LOGO:
        return rows.logos.filter(pl.col("until") == until).sort("kept", "ended_on", "account_id")
    own = (pl.col("until") == until) & (pl.col("currency") == currency)
    if figure in (GRR, NRR):
        now = "mrr_kept" if figure == GRR else "mrr_now"
        return rows.revenue.filter(own).sort(pl.col(now) - pl.col("mrr_then"), "account_id")
    if figure in MOVES:
        part = figure.removeprefix("MRR ")
        found = rows.moves.filter(own & (pl.col("part") == part))
        return found.sort(pl.col("change").abs(), "account_id", descending=[True, False])
    raise ValueError(f"There is no figure {figure!r}; there are {', '.join(FIGURES)}.")


def value_of(found: pl.DataFrame, figure: str) -> float | None:
    """The figure, worked out anew from its rows: what `behind` gives."""
    if found.is_empty():
        return None
    if figure == LOGO:
        return float(found.select(pl.col("kept").mean()).item())
    if figure in (GRR, NRR):
        now = "mrr_kept" if figure == GRR else "mrr_now"
        return float(found.select(pl.col(now).sum().round(2) / pl.col("mrr_then").sum().round(2)).item())
    return float(found.select(pl.col("change").sum().round(2)).item())


def _amounts(moves: pl.DataFrame) -> pl.DataFrame:
    change, part = pl.col("change"), pl.col("part")
    parts = [change.filter(part == name).sum().round(2).alias(f"MRR {name}") for name in PARTS]
    ends = [pl.col(name).sum().round(2).alias(f"MRR {name}") for name in ("opening", "closing")]
    wide = moves.group_by("until", "currency").agg(*parts, *ends)
    return wide.unpivot(index=["until", "currency"], variable_name="figure", value_name="value").select(
        "until", "currency", "figure", "value", accounts=pl.lit(None, pl.Int64)
    )
