"""A part of the quadrant that somebody marked: as text in a link, and the accounts inside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.quadrant_points import PLANE, STRIP

Kind = Literal["box", "lasso", "cell", "id"]
_SPREAD_LIMIT = 50_000_000
"""Most comparisons of points with edges held at once."""


@dataclass(frozen=True)
class Region:
    """A box (two opposite corners), a lasso (its corners), a cell (its place and quarter) or one account.

    `what` is the account's id, or the quarter of a cell.
    """

    kind: Kind
    panel: str = PLANE
    corners: tuple[tuple[float, float], ...] = ()
    what: str = ""

    @property
    def text(self) -> str:
        """How it stands in a link; `regions` reads it back.

        >>> Region("box", PLANE, ((40, 60.25), (50, 70))).text
        'box:plane:40,60.25;50,70'
        """
        if self.kind == "id":
            return "id:" + self.what.replace("%", "%25").replace("|", "%7C")
        corners = ";".join(f"{round(x, 2):g},{round(y, 2):g}" for x, y in self.corners)
        return f"{self.kind}:{self.panel}:{corners}" + (f":{self.what}" if self.kind == "cell" else "")


def regions(text: str) -> tuple[Region, ...]:
    """The regions that a link names, several parted by `|`; what can't be read is left out.

    >>> regions("id:A1|box:plane:0,0;50,70|nonsense")[1].corners
    ((0.0, 0.0), (50.0, 70.0))
    """
    read = (_region(part) for part in text.split("|"))
    return tuple(region for region in read if region is not None)


def inside(points: pl.DataFrame, marked: tuple[Region, ...]) -> pl.DataFrame:
    """The points that at least one region holds; `models.quadrant_points.POINTS` in and out.

    Every account is asked, whatever was drawn. Edges of a box belong to it.
    """
    if not marked:
        return points.clear()
    x, y = points["x"].to_numpy(), points["y"].to_numpy()
    held = np.zeros(points.height, dtype=bool)
    for region in marked:
        if region.kind == "id":
            held |= (points["account_id"] == region.what).to_numpy()
            continue
        there = (points["panel"] == region.panel).to_numpy()
        held |= there & (_in_cell(points, region) if region.kind == "cell" else _in_shape(x, y, region))
    return points.filter(pl.Series(held))


def in_polygon(
    x: NDArray[np.float64], y: NDArray[np.float64], corners: tuple[tuple[float, float], ...]
) -> NDArray[np.bool_]:
    """Whether each point lies inside the closed polygon, by the even-odd rule.

    A ray to the right of the point crosses the outline an odd number of times (M. Shimrat,
    "Algorithm 112", Communications of the ACM 5(8), 1962). Points on the outline may fall on either side.

    >>> in_polygon(np.array([0.5, 2.0]), np.array([0.5, 0.5]), ((0, 0), (1, 0), (1, 1), (0, 1))).tolist()
    [True, False]
    """
    if len(corners) < 3:
        return np.zeros(len(x), dtype=bool)
    outline = np.asarray(corners, dtype=float)
    odd = np.zeros(len(x), dtype=bool)
    size = max(1, _SPREAD_LIMIT // len(outline))
    for start in range(0, len(x), size):
        part = slice(start, start + size)
        odd[part] = _crossings(x[part], y[part], outline) % 2 == 1
    return odd


def _crossings(
    x: NDArray[np.float64], y: NDArray[np.float64], outline: NDArray[np.float64]
) -> NDArray[np.int64]:
    """How often a ray to the right of each point crosses the outline."""
    from_x, from_y = outline[:, 0], outline[:, 1]
    to_x, to_y = np.roll(from_x, -1), np.roll(from_y, -1)
    rows = y[:, None]
    spans = (from_y > rows) != (to_y > rows)
    rise = np.where(to_y == from_y, 1.0, to_y - from_y)
    at = from_x + (rows - from_y) * (to_x - from_x) / rise
    crossed: NDArray[np.int64] = np.sum(spans & (x[:, None] < at), axis=1, dtype=np.int64)
    return crossed


def _in_shape(x: NDArray[np.float64], y: NDArray[np.float64], region: Region) -> NDArray[np.bool_]:
    if region.kind == "lasso":
        return in_polygon(x, y, region.corners)
    (left, low), (right, high) = np.min(region.corners, axis=0), np.max(region.corners, axis=0)
    held: NDArray[np.bool_] = (x >= left) & (x <= right) & (y >= low) & (y <= high)
    return held


def _in_cell(points: pl.DataFrame, region: Region) -> NDArray[np.bool_]:
    across, up = region.corners[0]
    held = points.select(
        (pl.col("cell_x") == across) & (pl.col("cell_y") == up) & (pl.col("quarter") == region.what)
    )
    found: NDArray[np.bool_] = held.to_series().to_numpy()
    return found


def _region(text: str) -> Region | None:
    kind, _, rest = text.partition(":")
    if kind == "id":
        return Region("id", what=rest.replace("%7C", "|").replace("%25", "%")) if rest else None
    panel, _, rest = rest.partition(":")
    if kind not in get_args(Kind) or panel not in (PLANE, STRIP):
        return None
    places, _, what = rest.partition(":")
    try:
        corners = tuple(_corner(part) for part in places.split(";"))
    except ValueError:
        return None
    fewest = {"box": 2, "lasso": 3, "cell": 1}[kind]
    named: Kind = "box" if kind == "box" else "lasso" if kind == "lasso" else "cell"
    return Region(named, panel, corners, what) if len(corners) >= fewest else None


def _corner(text: str) -> tuple[float, float]:
    x, y = (float(part) for part in text.split(","))
    if not (np.isfinite(x) and np.isfinite(y)):
        raise ValueError(text)
    return x, y
