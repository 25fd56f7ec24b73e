"""Cases by hand: one an account, all decided on day 365."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from models.paths.watched import GRID, Watched


def small(
    reached: npt.NDArray[np.int64],
    succeeded: npt.NDArray[np.bool_],
    *,
    stratum: npt.NDArray[np.int64] | None = None,
    active: npt.NDArray[np.int64] | None = None,
    decided: npt.NDArray[np.int64] | None = None,
) -> Watched:
    """`reached`: accounts × events, the day; `active`: days by every landmark. Decided in their order."""
    size, events = reached.shape
    busy = np.zeros(size, dtype=np.int64) if active is None else active
    table = np.tile(busy[:, None], len(GRID))
    return Watched(
        account_ids=pl.Series([f"a{n:05}" for n in range(size)]),
        account=np.arange(size),
        decided=np.full(size, 365) if decided is None else decided,
        when=20_000 + np.arange(size),
        succeeded=np.asarray(succeeded, dtype=bool),
        stratum=np.zeros(size, dtype=np.int64) if stratum is None else stratum,
        candidates=tuple((f"e{n}", 1) for n in range(events)),
        reached=reached.astype(np.int64),
        active=table,
        used=table,
    )
