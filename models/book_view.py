"""The whole book as one table: search it, narrow it, order it, cut it into pages."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import polars as pl

from models.contracts import Column, Contract
from models.facts import TEXT
from models.snapshot import SCORES

HIGH_RISK = 40.0
"""From here on (points of 0-100, few accounts reach 50) an account counts as at risk on the screens."""

NOBODY = "Nobody"
"""How an account without a CSM is called in the column and in the filter."""

VIEW = Contract(
    "book_view",
    (
        *SCORES.columns,
        Column("csm", TEXT, required=True, doc="name of the CSM, or Nobody"),
        Column("kinds", pl.List(pl.String), required=True, doc="kinds of its open exceptions"),
        Column("weeks", pl.List(pl.Int64), doc="events a week, oldest first; null without usage"),
        Column("haystack", TEXT, required=True, doc="name and id, folded for search"),
    ),
    key=("account_id",),
)

SORTS: dict[str, str] = {
    "risk": "Risk",
    "churn": "Chance of leaving",
    "name": "Name",
    "renewal_on": "Renewal",
    "mrr": "MRR",
    "behaviour": "Behaviour",
    "emotion": "Emotion",
    "open_exceptions": "Open exceptions",
    "path_state": "Path",
    "last_contact_on": "Last contact",
    "quadrant": "Quadrant",
    "csm": "CSM",
    "segment": "Segment",
}
"""What the table can be ordered by, and how a person calls it."""

HIGHEST_FIRST = ("risk", "churn", "mrr", "behaviour", "emotion", "open_exceptions", "path_state")
"""Columns whose natural order begins with the largest; of the states on a path that is "stuck"."""


Rows = TypeVar("Rows", pl.DataFrame, pl.Series)
"""Accounts, or their places."""


@dataclass(frozen=True)
class BookQuery:
    """What of the book is wanted; an empty condition lets every account through.

    `renews_within` is in days after the book's day, `risk_at_least` in points of 0-100.
    """

    search: str = ""
    segments: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    csms: tuple[str, ...] = ()
    quadrants: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    risk_at_least: float = 0.0
    renews_within: int | None = None
    sort: str = "risk"
    descending: bool = True


def book_view(
    scores: pl.DataFrame, weeks: pl.DataFrame, exceptions: pl.DataFrame, csms: pl.DataFrame
) -> pl.DataFrame:
    """Join what the table of accounts shows.

    In: `SCORES`, `WEEKS`, open exceptions (account_id, kind) and `facts.CSMS`. Out: `VIEW`.
    """
    kinds = exceptions.group_by("account_id").agg(kinds=pl.col("kind").unique().sort())
    names = csms.select("csm_id", csm="name")
    joined = (
        scores.join(kinds, on="account_id", how="left")
        .join(names, on="csm_id", how="left")
        .join(weeks.select("account_id", weeks="events"), on="account_id", how="left")
    )
    return VIEW.check(
        joined.with_columns(
            csm=pl.coalesce("csm", "csm_id", pl.lit(NOBODY)),
            kinds=pl.col("kinds").fill_null(pl.lit([], dtype=pl.List(pl.String))),
            haystack=_folded(pl.concat_str("name", "account_id", separator=" ")),
        )
    )


def narrowed(view: pl.DataFrame, query: BookQuery, as_of: date) -> pl.DataFrame:
    """The accounts that meet every condition, in the order wanted; nulls last, ties by name.

    In and out: `VIEW`. Raises `ValueError` for a column that is not in `SORTS`.
    """
    return view[places(view, query, as_of)]


def places(view: pl.DataFrame, query: BookQuery, as_of: date) -> pl.Series:
    """Where in the view the accounts of `narrowed` stand, in its order: far smaller to keep than they are.

    In: `VIEW`. Out: row numbers from 0. Raises as `narrowed` does.
    """
    if query.sort not in SORTS:
        raise ValueError(f"The book can't be ordered by {query.sort}; it can by {', '.join(SORTS)}.")
    first = "haystack" if query.sort == "name" else query.sort
    keys = list(dict.fromkeys((first, "haystack", "account_id")))
    order = [query.descending, *(False for _ in keys[1:])]
    meets = view.lazy().with_row_index("place").filter(*_conditions(query, as_of))
    rows = meets.select(pl.col("place").sort_by(keys, descending=order, nulls_last=True))
    return rows.collect()["place"]


def at_risk(view: pl.DataFrame) -> pl.DataFrame:
    """The accounts whose risk is `HIGH_RISK` or more. In and out: `VIEW`."""
    return view.filter(pl.col("risk") >= HIGH_RISK)


def renewing(view: pl.DataFrame, as_of: date, within: int = 90) -> pl.DataFrame:
    """The accounts that decide from `as_of` on, within so many days. In and out: `VIEW`."""
    return view.filter(_renews(as_of, within))


def choices(view: pl.DataFrame, column: str) -> list[str]:
    """The values that a filter on `column` can offer, in alphabetical order; nulls left out."""
    values = view[column].explode() if view.schema[column] == pl.List(pl.String) else view[column]
    return sorted(values.drop_nulls().unique().to_list(), key=str.casefold)


def page_count(rows: int, size: int) -> int:
    """How many pages `rows` fill; an empty table has one.

    >>> page_count(0, 100), page_count(100, 100), page_count(101, 100)
    (1, 1, 2)
    """
    return max(1, -(-rows // size))


def page_of(rows: Rows, number: int, size: int) -> Rows:
    """Page `number` (the first is 1); a number past the end gives the last page."""
    last = page_count(len(rows), size)
    return rows.slice((min(max(number, 1), last) - 1) * size, size)


def folded(text: str) -> str:
    """Lower case without accents, as the search compares.

    >>> folded("Ångström & Söhne")
    'angstrom & sohne'
    """
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def _folded(text: pl.Expr) -> pl.Expr:
    return text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()


def _conditions(query: BookQuery, as_of: date) -> list[pl.Expr]:
    wanted = {
        "segment": query.segments,
        "plan": query.plans,
        "region": query.regions,
        "csm": query.csms,
        "quadrant": query.quadrants,
    }
    conditions = [pl.col(name).is_in(values) for name, values in wanted.items() if values]
    conditions += [
        pl.col("haystack").str.contains(word, literal=True) for word in folded(query.search).split()
    ]
    if query.kinds:
        conditions.append(pl.col("kinds").list.set_intersection(list(query.kinds)).list.len() > 0)
    if query.risk_at_least > 0:
        conditions.append(pl.col("risk") >= query.risk_at_least)
    if query.renews_within is not None:
        conditions.append(_renews(as_of, query.renews_within))
    return conditions


def _renews(as_of: date, within: int) -> pl.Expr:
    return pl.col("renewal_on").is_between(as_of, as_of + timedelta(days=within))
