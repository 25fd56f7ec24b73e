"""Sentences that a snapshot keeps are read on later days: they name days, and no distances to today."""

from __future__ import annotations

import re

import polars as pl
import pytest

from components import queries
from components.queries import EVERYONE

DISTANCE = re.compile(r"\bago\b|\bRenews in \d|, in \d+ days?\.|\b(since|for) \d+ days?[.;,]")


@pytest.mark.usefixtures("in_demo")
def test_no_kept_sentence_counts_to_its_own_day() -> None:
    reader = queries.reader(EVERYONE)
    part = pl.List(pl.Struct({"term": pl.String, "points": pl.Float64, "sentence": pl.String}))
    parts = queries.scores(reader)["risk_parts"].drop_nulls().str.json_decode(part)
    signs = parts.explode(keep_nulls=False, empty_as_null=False).struct.field("sentence")
    found = queries.every_exception(reader)["sentence"]
    assert signs.len() > 500
    assert found.len() > 30
    told = [said for said in [*signs, *found] if said and DISTANCE.search(said)]
    assert not told


@pytest.mark.parametrize(
    "said",
    [
        "Renewal on 8 Dec 2026, in 18 days.",
        "Last used 3 days ago; it used to come back every 2 days.",
        "A customer for 40 days.",
        "Renews in 1 day (21 Nov 2025), and nobody has spoken with them since.",
    ],
)
def test_what_would_be_found(said: str) -> None:
    assert DISTANCE.search(said)
