"""The sentence over the call list."""

from __future__ import annotations

import polars as pl
import pytest

from models.calls import headline


@pytest.mark.parametrize(
    ("planned", "sentence"),
    [
        ([], "None of your 9 accounts needs a call today."),
        ([True], "1 of your 9 accounts needs you today."),
        ([True, True, False], "2 of your 9 accounts need you today. 1 can wait."),
    ],
)
def test_headline(planned: list[bool], sentence: str) -> None:
    assert headline(pl.DataFrame({"planned": planned}, schema={"planned": pl.Boolean}), 9) == sentence
