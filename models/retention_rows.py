"""The rows behind every retention figure of every month, ready to be narrowed and opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from models.book_view import NOBODY
from models.bridge import PARTS, bridge_moves
from models.ledger import Rates, ledger, month_ends, months_before
from models.retention import (
    BASE_MONTHS,
    DECIDED_AFTER,
    logo_retention,
    logo_rows,
    renewal_logos,
    renewal_rows,
    revenue_retention,
    revenue_rows,
)
from models.retention_series import RETENTION_SERIES

LOGO, GRR, NRR = "logo retention", "GRR", "NRR"
WON, RENEWAL_GRR, RENEWAL_NRR = "renewals won", "renewal GRR", "renewal NRR"
MOVES = tuple(f"MRR {part}" for part in PARTS)
ENDS = ("MRR opening", "MRR closing")
FIGURES = (LOGO, GRR, NRR, WON, RENEWAL_GRR, RENEWAL_NRR, *MOVES, *ENDS)
"""The figures that open into rows, named as in `RETENTION_SERIES`."""

SCOPES = ("segment", "plan", "region", "csm")
"""What the rows can be narrowed by."""

MEASURED = ("quadrant", "path")
"""What was measured of an account on a day, not what it is: its 12 months are counted from that day."""


@dataclass(frozen=True)
class RetentionRows:
    """`LOGO_ROWS`, `REVENUE_ROWS`, `RENEWAL_ROWS` and `BRIDGE_ROWS` of each month's end, `until`.

    A renewal belongs to every month's end whose 12 months it was due in, so it comes up twelve times.
    """

    logos: pl.DataFrame
    revenue: pl.DataFrame
    renewals: pl.DataFrame
    moves: pl.DataFrame
    as_of: date


def retention_rows(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    as_of: date,
    months: int = 24,
    rates: Rates | None = None,
) -> RetentionRows:
    """The rows of the last `months` months; the current one ends on `as_of`, nothing after it counts.

    In: `ACCOUNTS` and `SUBSCRIPTIONS`; with `rates` all money is converted. Rows of all months are made at
    once, so that narrowing them to a segment is one filter: 30 ms at 10,000 accounts where making them
    takes two seconds.
    """
    book = ledger(accounts, subscriptions, as_of, rates)
    days = month_ends(as_of, months)[1:]
    moves = bridge_moves(book, months)
    ends = pl.DataFrame({"until": days}).with_columns(month=pl.col("until").dt.month_start())
    return RetentionRows(
        pl.concat([logo_rows(book, day).with_columns(until=pl.lit(day)) for day in days]),
        pl.concat([revenue_rows(book, day).with_columns(until=pl.lit(day)) for day in days]),
        _renewals(renewal_rows(book, months + BASE_MONTHS), days),
        moves.join(ends, on="month"),
        as_of,
    )


def only(rows: RetentionRows, accounts: pl.Series) -> RetentionRows:
    """The rows of these accounts (account ids)."""
    kept = accounts.alias("account_id").to_frame()
    logos, revenue, renewals, moves = (
        frame.join(kept, on="account_id", how="semi")
        for frame in (rows.logos, rows.revenue, rows.renewals, rows.moves)
    )
    return RetentionRows(logos, revenue, renewals, moves, rows.as_of)


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
    """Every figure of `FIGURES` at each month's end: `RETENTION_SERIES`.

    Logo retention, GRR, NRR and the bridge equal `models.retention_series.series` where that has a base.
    The renewal base is what was due in the 12 months up to 31 days before.
    """
    logos = logo_retention(rows.logos, ["until"]).select(
        "until", currency=pl.lit(""), figure=pl.lit(LOGO), value="rate", accounts="accounts"
    )
    money = revenue_retention(rows.revenue, ["until"])
    rates = [
        money.select("until", "currency", figure=pl.lit(name), value=name.lower(), accounts="accounts")
        for name in (GRR, NRR)
    ]
    won = renewal_logos(rows.renewals, ["until"], each=["until"]).select(
        "until", currency=pl.lit(""), figure=pl.lit(WON), value="rate", accounts="due"
    )
    due = revenue_retention(rows.renewals.filter(pl.col("currency") != ""), ["until"])
    renewed = [
        due.select("until", "currency", figure=pl.lit(name), value=rate, accounts="accounts")
        for name, rate in ((RENEWAL_GRR, "grr"), (RENEWAL_NRR, "nrr"))
    ]
    return RETENTION_SERIES.check(
        pl.concat([logos, *rates, won, *renewed, _amounts(rows.moves)]).sort("until", "figure", "currency")
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
    if figure in ENDS:
        end = pl.col(figure.removeprefix("MRR "))
        return rows.moves.filter(own & (end > 0)).sort(end, "account_id", descending=[True, False])
    if figure == WON:
        due = rows.renewals.filter(pl.col("until") == until).sort("won", "due_on", "account_id", "currency")
        return due.unique(["account_id", "due_on"], keep="first", maintain_order=True).drop(
            "currency", "mrr_then", "mrr_now", "mrr_kept"
        )
    if figure in (RENEWAL_GRR, RENEWAL_NRR):
        now = "mrr_kept" if figure == RENEWAL_GRR else "mrr_now"
        return rows.renewals.filter(own).sort(pl.col(now) - pl.col("mrr_then"), "account_id", "due_on")
    raise ValueError(f"There is no figure {figure!r}; there are {', '.join(FIGURES)}.")


def value_of(found: pl.DataFrame, figure: str) -> float | None:
    """The figure, worked out anew from its rows: what `behind` gives."""
    if found.is_empty():
        return None
    if figure in (LOGO, WON):
        return float(found.select(pl.col("kept" if figure == LOGO else "won").mean()).item())
    if figure in (GRR, NRR, RENEWAL_GRR, RENEWAL_NRR):
        now = "mrr_kept" if figure in (GRR, RENEWAL_GRR) else "mrr_now"
        then = float(found["mrr_then"].sum())
        return round(float(found[now].sum()), 2) / round(then, 2) if then else None
    if figure in ENDS:
        return float(found.select(pl.col(figure.removeprefix("MRR ")).sum().round(2)).item())
    return float(found.select(pl.col("change").sum().round(2)).item())


def _renewals(rows: pl.DataFrame, days: Sequence[date]) -> pl.DataFrame:
    """Each renewal with every month's end whose 12 months (settled by then) it was due in."""
    settled = [day - timedelta(days=DECIDED_AFTER) for day in days]
    spans = pl.DataFrame(
        {"until": days, "first": [months_before(day, BASE_MONTHS) for day in settled], "last": settled},
        schema={"until": pl.Date, "first": pl.Date, "last": pl.Date},
    )
    inside = (pl.col("due_on") > pl.col("first")) & (pl.col("due_on") <= pl.col("last"))
    return rows.join(spans, how="cross").filter(inside).drop("first", "last")


def _amounts(moves: pl.DataFrame) -> pl.DataFrame:
    change, part = pl.col("change"), pl.col("part")
    parts = [change.filter(part == name).sum().round(2).alias(f"MRR {name}") for name in PARTS]
    ends = [pl.col(name).sum().round(2).alias(f"MRR {name}") for name in ("opening", "closing")]
    wide = moves.group_by("until", "currency").agg(*parts, *ends)
    return wide.unpivot(index=["until", "currency"], variable_name="figure", value_name="value").select(
        "until", "currency", "figure", "value", accounts=pl.lit(None, pl.Int64)
    )
