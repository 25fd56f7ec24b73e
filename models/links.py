"""Which snapshot each one is explained from, and the way from any snapshot to any other.

The newest snapshot of each day is linked to the newest of the day before. A snapshot that was made anew
for the same day hangs on the one that took its place. All together are one tree, so there is one way
between any two, and the changes along it add up to the whole change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl


@dataclass(frozen=True)
class Place:
    """Where a new snapshot stands: from which it is explained, and which are now explained from it."""

    previous: int | None
    explained_from_it: tuple[int, ...]


def place(listing: pl.DataFrame, day: date) -> Place:
    """Find the place of a new snapshot of `day` among those there are.

    In: snapshot_id and as_of of every earlier made snapshot. The newest of the same day and the next
    day's newest are explained from the new one.
    """
    newest = listing.group_by("as_of").agg(pl.col("snapshot_id").max()).sort("as_of")
    earlier = newest.filter(pl.col("as_of") < day)["snapshot_id"].tail(1).to_list()
    replaced = newest.filter(pl.col("as_of") == day)["snapshot_id"].to_list()
    later = newest.filter(pl.col("as_of") > day)["snapshot_id"].head(1).to_list()
    return Place(earlier[0] if earlier else None, (*replaced, *later))


def way(links: Mapping[int, int | None], start: int, end: int) -> dict[int, int]:
    """The steps from one snapshot to another: each snapshot whose own change counts, and its sign.

    `links` names the snapshot that each is explained from. Raises `ValueError` when no way exists.

    >>> way({1: None, 2: 1, 3: 2, 4: 2}, 1, 3), way({1: None, 2: 1, 3: 2, 4: 2}, 4, 3)
    ({3: 1, 2: 1}, {3: 1, 4: -1})
    """
    up, down = _to_root(links, end), _to_root(links, start)
    shared = set(up) & set(down)
    if not shared:
        raise ValueError(f"no chain of snapshots leads from {start} to {end}")
    return {node: 1 for node in up if node not in shared} | {node: -1 for node in down if node not in shared}


def _to_root(links: Mapping[int, int | None], node: int) -> list[int]:
    found = [node]
    while (previous := links.get(found[-1])) is not None:
        if previous in found:
            raise ValueError(f"snapshot {previous} is explained from itself")
        found.append(previous)
    return found
