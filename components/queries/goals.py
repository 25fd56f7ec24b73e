"""What the scorecard reads: goals, their measures over time, and the rows behind a measure."""

from __future__ import annotations

import polars as pl

from components.queries import Reader, calls, fact
from components.queries import paths as queries_paths
from components.queries import retention as queries_retention
from components.queries.cache import kept
from data_access import goals
from models.goals import TREND
from models.ledger import Ledger, live_on, months_before
from models.logged_calls import as_interactions
from models.measure_trends import (
    detractor_rows,
    detractor_trend,
    detractors_on,
    first_value_rows,
    first_value_trend,
    referral_trend,
    retention_trend,
)
from models.retention_rows import GRR, LOGO, NRR

_FEW = 16
_RETENTION = {"grr": GRR, "nrr": NRR, "logo": LOGO}


def listing(reader: Reader) -> pl.DataFrame:
    """The goals that stand; columns of `GOALS`."""
    return _listing(str(reader.store.database.url), reader.stamps.changes, reader)


def trends(reader: Reader, currency: str, into: str = "") -> pl.DataFrame:
    """Every measure of the viewer's accounts at each month's end: `TREND`."""
    stamps = reader.stamps
    moved = f"{stamps.snapshot} {stamps.imports} {stamps.changes}"
    key = f"{reader.store.database.url} {moved} {reader.viewer.scope}"
    return _trends(key, currency, into, reader)


def behind(reader: Reader, measure: str, currency: str, into: str = "") -> pl.DataFrame:
    """The rows that make a measure today, one an account or an answer."""
    day = reader.as_of
    if measure in _RETENTION:
        money = "" if measure == "logo" else currency
        return queries_retention.retention_behind(reader, (), _RETENTION[measure], day, money, into)
    if measure == "first_value":
        return first_value_rows(queries_paths.first_value(reader), day).sort("reached", "signed_on")
    if measure == "detractors":
        counted = detractors_on(detractor_rows(*_detractors(reader), day), day)
        return counted.sort("in_time", "responded_at").drop("response_id")
    return _referred(queries_retention.book(reader), fact(reader, "referrals"))


def _referred(book: Ledger, referrals: pl.DataFrame) -> pl.DataFrame:
    live = live_on(book, [book.as_of]).select("account_id")
    since = months_before(book.as_of, 12)
    told = referrals.filter((pl.col("referred_on") <= book.as_of) & (pl.col("referred_on") > since))
    named = told.group_by(account_id="referrer_account_id").agg(
        referrals=pl.len().cast(pl.Int64), referred_on=pl.col("referred_on").max()
    )
    rows = live.join(named, on="account_id", how="left").with_columns(pl.col("referrals").fill_null(0))
    return rows.sort("referrals", "account_id", descending=[True, False])


def _detractors(reader: Reader) -> tuple[pl.DataFrame, pl.DataFrame]:
    done = calls(reader).filter(pl.col("state") == "done")
    met = pl.concat([fact(reader, "interactions"), as_interactions(done)])
    return fact(reader, "survey_responses"), met


@kept(_FEW)
def _listing(store_key: str, changes: int, _reader: Reader) -> pl.DataFrame:
    return goals.listing(_reader.store.database)


@kept(_FEW)
def _trends(key: str, currency: str, into: str, _reader: Reader) -> pl.DataFrame:
    day = _reader.as_of
    parts = [
        retention_trend(queries_retention.retention(_reader, into), currency),
        referral_trend(queries_retention.book(_reader), fact(_reader, "referrals")),
        detractor_trend(detractor_rows(*_detractors(_reader), day), day),
        first_value_trend(queries_paths.first_value(_reader), day),
    ]
    return TREND.check(pl.concat(parts))
