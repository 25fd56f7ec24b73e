"""An amount of money as people read it: one manner for every sentence."""

from __future__ import annotations

import polars as pl

NO_BREAK = "\N{NO-BREAK SPACE}"
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}
"""What stands before an amount instead of the currency's code."""

_GROUPS = 5


def money(amount: float | None, currency: str | None, decimals: int = 0) -> str:
    """An amount in its own currency, which stands first; "not known" for null.

    No line breaks between the two.

    >>> money(9400, "EUR").split(), money(12.5, "SEK", 2).split(), money(None, "EUR")
    (['€', '9,400'], ['SEK', '12.50'], 'not known')
    """
    if amount is None:
        return "not known"
    sign = SIGNS.get(currency or "", currency or "")
    return f"{sign}{NO_BREAK}{round(amount, decimals) + 0.0:,.{decimals}f}".replace("-", "−").strip()


def money_of(amount: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """What `money` says of each row, without decimals; null where the amount is."""
    whole = amount.round(0).cast(pl.Int64)
    sign = currency.fill_null("").replace(SIGNS)
    before = pl.when(sign == "").then(pl.lit("")).otherwise(pl.concat_str(sign, pl.lit(NO_BREAK)))
    below = pl.when(amount.round(0).sign() < 0).then(pl.lit("−")).otherwise(pl.lit(""))
    return pl.concat_str(before, below, _grouped(whole.abs()))


def _grouped(whole: pl.Expr) -> pl.Expr:
    """Digits in groups of three."""
    said = whole.cast(pl.String)
    for group in range(1, _GROUPS):
        tail = [
            (whole // 1000**place % 1000).cast(pl.String).str.zfill(3) for place in reversed(range(group))
        ]
        head = (whole // 1000**group).cast(pl.String)
        said = pl.when(whole >= 1000**group).then(pl.concat_str(head, *tail, separator=",")).otherwise(said)
    return said
