"""The keys that the demo's tables share."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.demo.shape import Ints


def account_ids(count: int) -> pl.Series:
    """ "A00001" and on, in the order of signing."""
    return _numbered("A", np.arange(count) + 1, 5)


def csm_ids(count: int) -> pl.Series:
    return _numbered("csm-", np.arange(count) + 1, 2)


def person_ids(people: Ints) -> tuple[pl.Series, Ints]:
    """Keys of all people, account by account, and where each account's people start.

    A contact who works in the product has the same key as user and as contact.

    >>> ids, first = person_ids(np.array([2, 1]))
    >>> ids.to_list(), first.tolist()
    (['A00001-01', 'A00001-02', 'A00002-01'], [0, 2])
    """
    first = np.cumsum(people) - people
    account = np.repeat(np.arange(len(people)), people)
    number = np.arange(int(people.sum())) - first[account] + 1
    frame = pl.DataFrame(
        {"account": account_ids(len(people)).gather(account), "n": _numbered("-", number, 2)}
    )
    return frame.select(pl.col("account") + pl.col("n")).to_series(), first


def numbered(prefix: str, count: int) -> pl.Series:
    """Keys for the rows of one table, from 1."""
    return _numbered(prefix, np.arange(count) + 1, 6)


def _numbered(prefix: str, numbers: Ints, digits: int) -> pl.Series:
    text = pl.Series(numbers, dtype=pl.Int64).cast(pl.String).to_frame("n")
    return text.select(pl.lit(prefix) + pl.col("n").str.zfill(digits)).to_series()
