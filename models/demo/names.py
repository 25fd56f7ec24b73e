"""Believable, fictional and distinct names of companies and people."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count, islice

import numpy as np
import polars as pl

from models.demo.lands import LANDS, Land
from models.demo.shape import Ints

_FOLD = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "a", "é": "e", "è": "e", "ô": "o", "ë": "e", "ß": "ss"}


def company_names(rng: np.random.Generator, lands: Ints, taken: Collection[str] = ()) -> list[str]:
    """One name for each country index in `lands`, no two alike and none of `taken`.

    A name takes a numeral only when all words of a country are used up.

    >>> names = company_names(np.random.default_rng(1), np.zeros(500, dtype=np.int64))
    >>> len(set(names))
    500
    """
    names, used = np.empty(len(lands), dtype=object), set(taken)
    for index, land in enumerate(LANDS):
        mine = np.flatnonzero(lands == index)
        fresh = (name for name in _names_in(rng, land) if name not in used)
        names[mine] = list(islice(fresh, len(mine)))
    return [str(name) for name in names]


def _names_in(rng: np.random.Generator, land: Land) -> Iterator[str]:
    """Every name of a country in random order, then again with a part of the country, then numbered."""
    sizes = (len(land.heads), len(land.tails), len(land.trades))
    plain = rng.permutation(int(np.prod(sizes)))
    for turn in count():
        for code in plain:
            yield _name(land, np.unravel_index(code, sizes), turn)


def _name(land: Land, parts: tuple[np.intp, ...], turn: int) -> str:
    quarter = (
        "" if turn == 0 else " " + (land.quarters[turn - 1] if turn <= len(land.quarters) else str(turn))
    )
    return land.pattern.format(
        stem=land.heads[parts[0]] + land.tails[parts[1]],
        trade=land.trades[parts[2]],
        quarter=quarter,
        legal=land.legal,
    )


def person_names(rng: np.random.Generator, lands: Ints) -> pl.DataFrame:
    """One row a country index in `lands`: first, last."""
    first, last = np.empty(len(lands), dtype=object), np.empty(len(lands), dtype=object)
    for index, land in enumerate(LANDS):
        mine = lands == index
        first[mine] = rng.choice(np.array(land.first, dtype=object), mine.sum())
        last[mine] = rng.choice(np.array(land.last, dtype=object), mine.sum())
    return pl.DataFrame(
        {"first": first.tolist(), "last": last.tolist()}, schema={"first": pl.String, "last": pl.String}
    )


def slug(text: pl.Expr) -> pl.Expr:
    """Lower-case ASCII letters and digits, words joined by hyphens."""
    folded = text.str.to_lowercase().str.replace_many(_FOLD)
    return (
        folded.str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.replace_all(r"[^a-z0-9]+", "-")
        .str.strip_chars("-")
    )
