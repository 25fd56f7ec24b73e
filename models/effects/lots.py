"""Who is held out: permuted blocks, ordered by a salted hash that anybody can compute again."""

from __future__ import annotations

import hashlib

import polars as pl

MOST_IN_BLOCK = 20
MOST_SHARE = 1 / 3


def block(share: float) -> tuple[int, int]:
    """Held out of how many in a block, so that `share` of all slots is held out.

    Nobody in the top third of slots is, so below it 1.5 times the share.

    >>> block(0.10)
    (3, 20)
    >>> block(0.20)
    (3, 10)
    """
    if not 0 < share <= MOST_SHARE:
        raise ValueError(f"a holdout of {share:g} of the calls; give more than 0 and at most 1/3")
    wanted = 1.5 * share
    sizes = range(2, MOST_IN_BLOCK + 1)
    near = min(sizes, key=lambda size: (abs(max(1, round(size * wanted)) / size - wanted), size))
    return max(1, round(near * wanted)), near


def is_held(salt: str, stratum: str, nth: int, share: float) -> bool:
    """Whether the nth lot (from 0) of a stratum falls on holding out.

    Lots are taken in blocks; within a block the places are ordered by SHA-256 of salt, stratum, block and
    place, and the first are held out. So each block holds out its exact number, and nobody who does not
    know the salt can tell which.
    """
    held, size = block(share)
    number, place = divmod(nth, size)
    order = sorted(range(size), key=lambda at: _mark(salt, stratum, number, at))
    return place in order[:held]


def held_in(salt: str, share: float, lots: pl.DataFrame) -> pl.Series:
    """`is_held` of every row; `lots` has stratum and nth."""
    drawn = [is_held(salt, stratum, nth, share) for stratum, nth in lots.select("stratum", "nth").iter_rows()]
    return pl.Series("held", drawn, dtype=pl.Boolean)


def _mark(salt: str, stratum: str, number: int, place: int) -> str:
    return hashlib.sha256(f"{salt}|{stratum}|{number}|{place}".encode()).hexdigest()
