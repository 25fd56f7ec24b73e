"""Success drivers: what the successful had done more of, early, than the others.

Only accounts that were still open at a landmark count, and only what they had done by then; otherwise
staying long would look like a reason to stay. A difference is an association, not yet a cause.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.special import ndtr

from models.contracts import Column, Contract
from models.driver_accounts import DRIVER_ACCOUNTS, STRATUM, Early, behind
from models.driver_activities import LANDMARKS, Activity, activities

MIN_ACCOUNTS = 60
MIN_EACH = 20
"""Fewest accounts with and without an activity, and fewest successes and failures."""
FALSE_SHARE = 0.05
TIMES = (1, 2, 3, 5)

DRIVERS = Contract(
    "drivers",
    (
        Column("driver", pl.String(), required=True, doc="what they did: completes 'Customers who …'"),
        Column("activity", pl.String(), required=True, doc="usage, active days, support, calls …"),
        Column("landmark", pl.Int64(), required=True, doc="days since signing by which it was done"),
        Column("times", pl.Int64(), required=True, doc="at least so often (active days: so many days)"),
        Column("n_with", pl.Int64(), required=True),
        Column("n_without", pl.Int64(), required=True),
        Column("share_with", pl.Float64(), required=True, doc="succeeded among those who did it, adjusted"),
        Column("share_without", pl.Float64(), required=True),
        Column("difference", pl.Float64(), required=True, doc="share_with - share_without"),
        Column("low", pl.Float64(), required=True, doc="95 % interval"),
        Column("high", pl.Float64(), required=True),
        Column("z", pl.Float64(), required=True, doc="Cochran-Mantel-Haenszel, normal scale"),
        Column("q", pl.Float64(), required=True, doc="Benjamini-Hochberg over everything tested"),
        Column("clear", pl.Boolean(), required=True, doc="q at most 5 %"),
        Column("sentence", pl.String(), required=True),
    ),
    key=("driver", "landmark"),
)

_N = ("n_1", "n_0", "good_1", "good_0")


def drivers(
    decided: pl.DataFrame,
    facts: Mapping[str, pl.DataFrame],
    account_days: pl.DataFrame,
    event_spans: pl.DataFrame,
    *,
    success: str = "renewed",
) -> pl.DataFrame:
    """Every early activity that can be judged, the clearest first; empty where too few are decided.

    In: `decisions.DECISIONS`, the facts by name (`features`, `interactions`, `community_posts`,
    `survey_responses`), `facts.ACCOUNT_DAYS`, `facts.EVENT_SPANS`, all up to one day. Out: `DRIVERS`.

    At each landmark (30 and 90 days after signing) the accounts that were still undecided are split into
    those who had done a thing at least 1, 2, 3 or 5 times and those who had not. The difference in success
    is Mantel-Haenszel's over strata of segment and signing half-year, its interval after Greenland and
    Robins (Biometrics 41, 1985); both shares are taken over the same strata, so that they differ by it
    exactly. Per activity and landmark the clearest number of times is kept; q counts them all.
    Accounts signed before a source began are left out of what that source tells.
    """
    return drivers_with_accounts(decided, facts, account_days, event_spans, success=success)[0]


def drivers_with_accounts(
    decided: pl.DataFrame,
    facts: Mapping[str, pl.DataFrame],
    account_days: pl.DataFrame,
    event_spans: pl.DataFrame,
    *,
    success: str = "renewed",
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """As `drivers`, and who stands behind each: columns of `DRIVERS` and of `DRIVER_ACCOUNTS`."""
    nothing = DRIVERS.empty(), DRIVER_ACCOUNTS.empty()
    if decided.is_empty() or decided["succeeded"].n_unique() < 2:
        return nothing
    told = activities(facts, account_days, event_spans)
    looked = [_early(decided, activity, landmark) for activity in told for landmark in LANDMARKS]
    tested = [_tested(early) for early in looked if early is not None]
    rows = pl.concat([frame for frame in tested if frame.height] or [_nothing()])
    if rows.is_empty():
        return nothing
    listed = _listed(rows, success)
    found = DRIVERS.check(listed)
    return found, behind(decided, listed, [early for early in looked if early is not None])


def _listed(rows: pl.DataFrame, success: str) -> pl.DataFrame:
    """The clearest number of times of each activity and landmark, in words."""
    told_p = 2 * ndtr(-rows["z"].abs().to_numpy())
    rows = rows.with_columns(q=pl.Series(benjamini_hochberg(told_p)), p=pl.Series(told_p))
    best = rows.sort("p", "times").unique(["driver_key", "landmark"], keep="first", maintain_order=True)
    worded = best.with_columns(clear=pl.col("q") <= FALSE_SHARE, driver=_worded())
    stays = "stay" if success in ("renewed", "alive_after_days") else "succeed"
    return worded.with_columns(sentence=_sentence(stays)).sort("p", "driver", "landmark")


def benjamini_hochberg(p: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
    """The smallest share of false finds at which each would still be listed.

    >>> benjamini_hochberg(np.array([0.01, 0.02, 0.6]))
    [0.03, 0.03, 0.6]
    """
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(np.minimum(p[order] * len(p) / ranks, 1.0))
    return [float(value) for value in q]


def _open_at(decided: pl.DataFrame, activity: Activity, landmark: int) -> pl.DataFrame:
    """account_id, succeeded and stratum of those seen from the start and undecided at the landmark."""
    by = pl.col("signed_on") + pl.duration(days=landmark)
    return decided.filter((pl.col("signed_on") >= activity.since) & (pl.col("decided_on") > by)).select(
        "account_id",
        "succeeded",
        "signed_on",
        segment=pl.col("segment").fill_null(""),
        cohort=pl.col("signed_on").dt.year() * 2 + pl.col("signed_on").dt.month() // 7,
    )


def _early(decided: pl.DataFrame, activity: Activity, landmark: int) -> Early | None:
    """Who was there and how often each did it by the landmark; None where too few were there."""
    there = _open_at(decided, activity, landmark)
    good = int(there["succeeded"].sum())
    if there.height < MIN_ACCOUNTS or min(good, there.height - good) < MIN_EACH:
        return None
    early = activity.rows.join(there, on="account_id").filter(
        (pl.col("day") >= pl.col("signed_on"))
        & ((pl.col("day") - pl.col("signed_on")).dt.total_days() < landmark)
    )
    counts = early.group_by("account_id", "succeeded", *STRATUM, "driver_key", "phrase").agg(
        done=pl.col("times").sum()
    )
    return Early(activity, landmark, there, counts)


def _tested(early: Early) -> pl.DataFrame:
    there, counts = early.there, early.counts
    steps = _steps(there, counts, early.activity)
    split = (
        counts.join(steps, on="driver_key")
        .filter(pl.col("done") >= pl.col("times"))
        .group_by("driver_key", "phrase", "times", *STRATUM)
        .agg(n_1=pl.len().cast(pl.Float64), good_1=pl.col("succeeded").sum().cast(pl.Float64))
        .join(_strata(there), on=STRATUM)
        .with_columns(n_0=pl.col("n") - pl.col("n_1"), good_0=pl.col("good") - pl.col("good_1"))
    )
    return (
        _mantel_haenszel(split, there.height)
        .with_columns(landmark=pl.lit(early.landmark, pl.Int64), activity=pl.lit(early.activity.name))
        .select(_nothing().columns)
    )


def _steps(there: pl.DataFrame, counts: pl.DataFrame, activity: Activity) -> pl.DataFrame:
    """How often counts as often: 1, 2, 3, 5 times, or the middle and upper quarter of active days."""
    if not activity.by_quantile:
        keys = counts.select("driver_key").unique()
        return keys.join(pl.DataFrame({"times": TIMES[: activity.most]}), how="cross")
    everyone = there.join(counts.select("account_id", "done"), on="account_id", how="left")
    done = everyone["done"].fill_null(0)
    cuts = {max(int(np.ceil(done.quantile(share) or 0)), 1) for share in (0.5, 0.75)}
    return counts.select("driver_key").unique().join(pl.DataFrame({"times": sorted(cuts)}), how="cross")


def _strata(there: pl.DataFrame) -> pl.DataFrame:
    return there.group_by(STRATUM).agg(
        n=pl.len().cast(pl.Float64), good=pl.col("succeeded").sum().cast(pl.Float64)
    )


def _mantel_haenszel(split: pl.DataFrame, accounts: int) -> pl.DataFrame:
    n1, n0, a, c = (pl.col(name) for name in _N)
    n, good = pl.col("n"), pl.col("good")
    both = split.filter((n1 > 0) & (n0 > 0))
    weight = n1 * n0 / n
    spread = (a * (n1 - a) * n0**3 + c * (n0 - c) * n1**3) / (n1 * n0 * n**2)
    summed = both.group_by("driver_key", "phrase", "times").agg(
        weight=weight.sum(),
        with_=(weight * a / n1).sum(),
        without=(weight * c / n0).sum(),
        spread=spread.sum(),
        excess=(a - n1 * good / n).sum(),
        variance=(n1 * n0 * good * (n - good) / (n**2 * (n - 1))).sum(),
        n_with=n1.sum().cast(pl.Int64),
        n_without=n0.sum().cast(pl.Int64),
    )
    half = 1.959964 * pl.col("spread").sqrt() / pl.col("weight")
    return (
        summed.filter(
            (pl.col("n_with") >= MIN_EACH) & (pl.col("n_without") >= MIN_EACH) & (pl.col("variance") > 0)
        )
        .with_columns(
            share_with=pl.col("with_") / pl.col("weight"),
            share_without=pl.col("without") / pl.col("weight"),
            z=pl.col("excess") / pl.col("variance").sqrt(),
            times=pl.col("times").cast(pl.Int64),
        )
        .with_columns(difference=pl.col("share_with") - pl.col("share_without"))
        .with_columns(
            low=(pl.col("difference") - half).clip(-1, 1), high=(pl.col("difference") + half).clip(-1, 1)
        )
    )


def _nothing() -> pl.DataFrame:
    names = ("driver_key", "phrase", "activity", "landmark", "times", "n_with", "n_without")
    real = ("share_with", "share_without", "difference", "low", "high", "z")
    schema: dict[str, pl.DataType] = {
        name: pl.String() if name in ("driver_key", "phrase", "activity") else pl.Int64() for name in names
    }
    return pl.DataFrame(schema=schema | {name: pl.Float64() for name in real})


def _worded() -> pl.Expr:
    """The phrase with how often: "contact support twice"."""
    often = (
        pl.when(pl.col("times") == 1)
        .then(pl.lit(""))
        .when(pl.col("times") == 2)
        .then(pl.lit(" at least twice"))
        .otherwise(pl.format(" at least {} times", pl.col("times")))
    )
    days = pl.format("are active on at least {} days", pl.col("times"))
    return pl.when(pl.col("activity") == "active days").then(days).otherwise(pl.col("phrase") + often)


def _sentence(stays: str) -> pl.Expr:
    points = (100 * pl.col("difference").abs()).round(0).cast(pl.Int64)
    more = pl.when(pl.col("difference") >= 0).then(pl.lit("more")).otherwise(pl.lit("less"))
    return pl.format(
        f"Customers who {{}} in their first {{}} days {stays} {{}} often: {{}} % against {{}} %, "
        "a difference of {} points [{} to {}] (n = {} with, {} without).",
        pl.col("driver"),
        pl.col("landmark"),
        more,
        *((100 * pl.col(name)).round(0).cast(pl.Int64) for name in ("share_with", "share_without")),
        points,
        *((100 * pl.col(name)).round(0).cast(pl.Int64) for name in ("low", "high")),
        pl.col("n_with"),
        pl.col("n_without"),
    )
