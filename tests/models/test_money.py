"""Money has one form, whichever way it is made."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.money import NO_BREAK, money, money_of

AMOUNTS = st.none() | st.floats(-1e13, 1e13, allow_nan=False)


@given(st.lists(st.tuples(AMOUNTS, st.sampled_from([None, "", "EUR", "USD", "SEK"])), min_size=1))
def test_a_column_says_what_the_function_says(rows: list[tuple[float | None, str | None]]) -> None:
    frame = pl.DataFrame(rows, schema={"mrr": pl.Float64, "currency": pl.String}, orient="row")
    said = frame.select(money_of(pl.col("mrr"), pl.col("currency"))).to_series().to_list()
    assert said == [None if amount is None else money(amount, currency) for amount, currency in rows]


@pytest.mark.parametrize(
    ("amount", "decimals", "said"),
    [
        (0.4, 0, "0"),
        (999.6, 0, "1,000"),
        (1_234_567, 0, "1,234,567"),
        (-12.345, 2, "−12.35"),
        (-0.2, 0, "0"),
    ],
)
def test_digits_stand_in_threes_with_a_true_minus(amount: float, decimals: int, said: str) -> None:
    assert money(amount, "GBP", decimals) == f"£{NO_BREAK}{said}"
