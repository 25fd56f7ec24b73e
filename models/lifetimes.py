"""How long customers stay: their lives as spells, and what is to be expected of the rest of a life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import ndtri

from models.ledger import Ledger
from models.survival import SPELLS, kaplan_meier

Reals = npt.NDArray[np.float64]

FEWEST_ENDINGS = 20
"""From so many departures on a group has a curve of its own; below it shares the company's."""


SURPRISE = 3.0
"""So many departures expected and none seen: the data does not tell departures of that time (p < .05)."""


def seen_from(book: Ledger) -> date | None:
    """The first day on which a departure could have been seen; null: always.

    Exports often begin with the customers of one day: nobody leaves before it, though many were there. With
    the rate of leaving from the first departure on, the days customers spent before it would have had three
    departures or more: then the data begins with that first departure.
    """
    first = book.lives["ended_on"].min()
    if not isinstance(first, date):
        return None
    end = pl.coalesce("ended_on", pl.lit(book.as_of))
    before = _days(pl.min_horizontal(pl.lit(first), end) - pl.col("signed_on")).clip(lower_bound=0)
    whole = _days(end - pl.col("signed_on")).clip(lower_bound=0)
    early, late = book.lives.select(before.sum(), (whole - before).sum()).row(0)
    endings = book.lives["ended_on"].count()
    told = bool(late) and early * endings / late >= SURPRISE
    return first - timedelta(days=1) if told else None


def spells(book: Ledger, since: date | None = None) -> pl.DataFrame:
    """Each customer's life from signing to leaving or as_of, in days: `SPELLS`, with signed_on and ended_on.

    Accounts without a signing day are left out. `since` (by default `seen_from`) is the first day on which
    a departure could have been seen. Who left and came back is told by the first departure.
    """
    first = since if since is not None else seen_from(book)
    rows = book.lives.filter(pl.col("signed_on").is_not_null()).with_columns(
        ended=pl.col("ended_on").is_not_null(),
        duration=_days(pl.coalesce("ended_on", pl.lit(book.as_of)) - pl.col("signed_on")),
        entered=_days(pl.lit(first, pl.Date) - pl.col("signed_on")).fill_null(0.0).clip(lower_bound=0.0),
    )
    watched = rows.filter((pl.col("duration") >= 0) & (pl.col("duration") >= pl.col("entered")))
    return watched.select(*SPELLS.names, "signed_on", "ended_on")


def _days(span: pl.Expr) -> pl.Expr:
    return span.dt.total_days().cast(pl.Float64)


@dataclass(frozen=True)
class Rest:
    """What is to be expected of the rest of lives, one element an account, over the same horizon.

    `days` is the expected number of days still to come within the horizon; `low` and `high` its interval
    from the curve's own uncertainty; `stays` the chance to be there at its end.
    """

    days: Reals
    low: Reals
    high: Reals
    stays: Reals


class LifeCurve:
    """A survival curve that can be asked about accounts of any age.

    Past the last day anybody was watched the mean rate of leaving of the whole curve goes on (departures per
    day at risk), in steps of a month; `seen_to` says up to which age that isn't needed.
    """

    def __init__(self, lives: pl.DataFrame, longest: float = 0.0) -> None:
        """Fit on `SPELLS`; `longest` is the greatest age in days that will be asked about."""
        curve = kaplan_meier(lives)
        told = curve.filter(pl.col("events") > 0)
        at_risk, events = told["at_risk"].to_numpy().astype(float), told["events"].to_numpy().astype(float)
        self.endings = int(events.sum())
        self.accounts = lives.height
        self.seen_to = float(curve["time"].to_numpy().max(initial=0.0))
        exposure = float((lives["duration"] - lives["entered"]).sum())
        self.rate = self.endings / exposure if exposure > 0 else 0.0
        self._times, self._drops, self._spread = self._steps(
            told["time"].to_numpy(), at_risk, events, longest
        )
        survival = np.exp(np.cumsum(self._drops))
        widths = np.diff(np.append(0.0, self._times))
        before = np.append(1.0, survival[:-1])
        self._area = np.cumsum(before * widths)
        self._survival = survival

    def chance(self, ages: Reals, ahead: float) -> Reals:
        """The chance of accounts of these ages (days) to be there `ahead` days later."""
        return np.divide(
            self._at(ages + ahead), self._at(ages), out=np.zeros_like(ages), where=self._at(ages) > 0
        )

    def rest(self, ages: Reals, horizon: float, level: float = 0.9) -> Rest:
        """The expected rest of life of accounts of these ages within `horizon` days.

        ∫S(u)du from a to a + h, over S(a); its variance is Greenwood's for a restricted mean:
        Σ(area still to come after a departure)² d / (n (n - d)), over S(a)².
        """
        now, end = self._at(ages), self._until(ages + horizon)
        alive = now > 0
        scale = np.where(alive, now, 1.0)
        days = np.where(alive, (end - self._until(ages)) / scale, 0.0)
        spread = np.sqrt(np.maximum(self._variance(ages, horizon, end), 0.0)) / scale
        away = float(ndtri(0.5 + level / 2)) * np.where(alive, spread, 0.0)
        low, high = np.maximum(days - away, 0.0), np.minimum(days + away, horizon)
        return Rest(days, low, high, self.chance(ages, horizon))

    def shared_variance(self, ages: Reals, ahead: float, weights: Reals) -> float:
        """Variance of Σ weight x chance that comes from the curve: all accounts share its uncertain steps.

        Each step k of log S moves the sum by the weight of those whose way leads across it.
        """
        if not len(self._times):
            return 0.0
        moved = weights * self.chance(ages, ahead)
        across = _weight_before(ages, moved, self._times) - _weight_before(ages + ahead, moved, self._times)
        return float(np.sum(across**2 * self._spread))

    def _at(self, ages: Reals) -> Reals:
        found: Reals = np.append(1.0, self._survival)[np.searchsorted(self._times, ages, side="right")]
        return found

    def _until(self, ages: Reals) -> Reals:
        """∫S from 0 to each age."""
        place = np.searchsorted(self._times, ages, side="right")
        area: Reals = np.append(0.0, self._area)[place]
        until: Reals = area + self._at(ages) * (ages - np.append(0.0, self._times)[place])
        return until

    def _variance(self, ages: Reals, horizon: float, end: Reals) -> Reals:
        first, last = (np.searchsorted(self._times, edge, side="right") for edge in (ages, ages + horizon))
        sums = [np.append(0.0, np.cumsum(self._spread * self._area**power)) for power in (0, 1, 2)]
        zero, one, two = (total[last] - total[first] for total in sums)
        variance: Reals = end**2 * zero - 2 * end * one + two
        return variance

    def _steps(
        self, times: Reals, at_risk: Reals, events: Reals, longest: float
    ) -> tuple[Reals, Reals, Reals]:
        """The curve's steps with those of the rate that goes on after them: time, log drop, Greenwood's."""
        left = at_risk - events
        # Where the last one left, S would be 0 for ever; the one departure counts half, as in a life table.
        safe = np.where(left > 0, left, 0.5)
        drops = np.log(safe) - np.log(at_risk)
        spread = events / (at_risk * safe)
        if longest <= self.seen_to or not self.rate:
            return times, drops, spread
        months = np.arange(self.seen_to + _MONTH, longest + _MONTH, _MONTH)
        going_on = np.full(len(months), -self.rate * _MONTH)
        # The rate's own uncertainty, 1 / departures of its square, shared out over the steps.
        uncertain = np.full(len(months), (self.rate * _MONTH) ** 2 / max(self.endings, 1))
        return tuple(
            np.append(seen, later)
            for seen, later in ((times, months), (drops, going_on), (spread, uncertain))
        )  # type: ignore[return-value]  # three arrays, which a comprehension does not tell


_MONTH = 30.4375


def _weight_before(values: Reals, weights: Reals, times: Reals) -> Reals:
    """For each time the weight of the values that lie before it."""
    order = np.argsort(values, kind="stable")
    total = np.append(0.0, np.cumsum(weights[order]))
    return total[np.searchsorted(values[order], times, side="left")]
