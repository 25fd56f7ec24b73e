"""What was asked of the Happy paths page, as it stands in a link and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

import polars as pl

from models.book_view import NOBODY, folded

SHOW = "show"
"""Which accounts are listed, as `models.paths.chosen` writes it."""

PREFIX = "p_"
FILTERS: dict[str, str] = {
    "csm": "CSM",
    "segment": "Segment",
    "cohort": "Signed",
    "path": "Path",
    "state": "State",
}
"""Each filter's column, and what a person calls it."""

SEARCH = f"{PREFIX}q"
DEFAULTS: dict[str, Any] = {SEARCH: "", **{f"{PREFIX}{name}": [] for name in FILTERS}, SHOW: ""}
"""Every parameter of the link with what it is when it is left out."""

NO_PATH = "no path"
UNKNOWN = "not known"


def link_of(state: Mapping[str, Any]) -> str:
    """The parameters that somebody set, as a link's query string.

    >>> link_of({"p_segment": ["Small", "R&D"], "show": "state:stuck", "p_q": ""})
    'p_segment=Small&p_segment=R%26D&show=state%3Astuck'
    """
    return urlencode({name: state[name] for name in DEFAULTS if state.get(name)}, doseq=True)


def state_of(link: str) -> dict[str, Any]:
    """Every parameter as a kept link wants it; the reverse of `link_of`.

    >>> state_of("p_state=stuck")["p_state"]
    ['stuck']
    """
    given = parse_qs(link)
    return {
        name: given.get(name, []) if isinstance(default, list) else given.get(name, [default])[0]
        for name, default in DEFAULTS.items()
    }


def filterable(book: pl.DataFrame, progress: pl.DataFrame) -> pl.DataFrame:
    """The accounts that a path is meant for, with what the filters compare: `VIEW` plus path, state, cohort.

    In: `book_view.VIEW` and `progress_frames.PROGRESS`. A cohort is the quarter of signing, "2026 Q3".
    """
    quarter = pl.format("{} Q{}", pl.col("signed_on").dt.year(), pl.col("signed_on").dt.quarter())
    mine = progress.select("account_id", pl.col("path").fill_null(NO_PATH), "state")
    kept_book = book.drop("path", strict=False)
    return kept_book.join(mine, on="account_id", how="inner", maintain_order="left").with_columns(
        pl.col("segment").fill_null(UNKNOWN),
        pl.col("csm").fill_null(NOBODY),
        cohort=quarter.fill_null(UNKNOWN),
    )


def choices(rows: pl.DataFrame, column: str) -> list[str]:
    """What a filter can offer; the newest cohort first, everything else in alphabetical order."""
    values = sorted(rows[column].drop_nulls().unique().to_list(), key=str.casefold)
    return values[::-1] if column == "cohort" else values


def kept(rows: pl.DataFrame, chosen: Mapping[str, tuple[str, ...]], search: str = "") -> pl.DataFrame:
    """The rows of `filterable` that meet every condition."""
    conditions = [pl.col(name).is_in(values) for name, values in chosen.items() if values]
    conditions += [pl.col("haystack").str.contains(word, literal=True) for word in folded(search).split()]
    return rows.filter(*conditions) if conditions else rows
