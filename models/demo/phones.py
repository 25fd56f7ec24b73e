"""Telephone numbers that regulators keep free for fiction; no other number is ever made.

Sources of the ranges: North American Numbering Plan (555-0100 to 555-0199), Ofcom's numbers
for drama, Bundesnetzagentur's Drama-Rufnummern, ARCEP's numbers for audiovisual works, PTS's
numbers for fiction.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from models.demo.shape import Ints

RESERVED: dict[str, tuple[tuple[str, int, int], ...]] = {
    "DE": (("+493023125", 3, 0), ("+496990009", 3, 0), ("+494066969", 3, 0), ("+498999998", 3, 0)),
    "GB": (("+442079460", 3, 0), ("+441134960", 3, 0), ("+441614960", 3, 0), ("+447700900", 3, 0)),
    "FR": (("+3319900", 4, 0), ("+3326191", 4, 0), ("+3346571", 4, 0), ("+3363998", 4, 0)),
    "SE": (("+468465004", 2, 0), ("+463139006", 2, 0), ("+464062804", 2, 0), ("+467017406", 2, 5)),
    "US": (("+121255501", 2, 0), ("+131255501", 2, 0), ("+130355501", 2, 0), ("+161755501", 2, 0)),
}
"""Country → (prefix in E.164, digits that follow, lowest of them)."""


def numbers(rng: np.random.Generator, country: str, count: int) -> list[str]:
    """`count` numbers of one country, drawn from its ranges for fiction.

    >>> numbers(np.random.default_rng(1), "SE", 1)[0].startswith("+46")
    True
    """
    ranges = RESERVED[country]
    which: Ints = rng.integers(len(ranges), size=count)
    low = np.array([lowest for _, _, lowest in ranges])[which]
    high = np.array([10**digits for _, digits, _ in ranges])[which]
    tail = pl.Series(rng.integers(low, high)).cast(pl.String)
    frame = pl.DataFrame({"prefix": [ranges[i][0] for i in which], "tail": tail})
    digits = ranges[0][1]
    return frame.select(pl.col("prefix") + pl.col("tail").str.zfill(digits)).to_series().to_list()
