"""What the Retention page reads: the rows of every month made once, each filter a cheap cut of them.

`into` names the currency that all money is converted to, at the rates of the settings; empty: apart.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from components.queries import (
    EVERYONE,
    Reader,
    chosen_settings,
    csms,
    fact,
    part,
    scores,
    scores_in,
    snapshot_list,
    weeks,
)
from components.queries.cache import kept
from components.words import sentence_case
from models.book_view import choices
from models.cohorts import cohort_rows
from models.exchange import StatedRates, missing_rates, rates_from
from models.forecast import FORECAST, Forecast, backtest, forecast, past_rows, renewal_forecast
from models.ledger import Ledger, Rates, ledger, months_before
from models.lifetimes import spells
from models.retention_rows import (
    MEASURED,
    SCOPES,
    RetentionRows,
    behind,
    figures,
    members,
    only,
    retention_rows,
    with_scopes,
)
from models.retention_splits import nearest, split

_FEW, _MANY = 16, 256

Chosen = tuple[tuple[str, tuple[str, ...]], ...]
"""What the page is narrowed to, as a key: each column with the values wanted."""


def retention(reader: Reader, into: str = "") -> RetentionRows:
    """The rows behind every retention figure of the last 24 months, the viewer's accounts only."""
    return _rows(key(reader, into), reader, into)


def scopes(reader: Reader) -> pl.DataFrame:
    """Accounts, also those that left, by what retention can be narrowed by: `with_scopes` of the facts."""
    return _scopes(key(reader), reader)


def offered(reader: Reader) -> dict[str, list[str]]:
    """The values of each of `SCOPES` that an account has."""
    return _offered(key(reader), reader)


def retention_figures(reader: Reader, chosen: Chosen, into: str = "") -> pl.DataFrame:
    """Every retention figure of the accounts that meet every choice: `RETENTION_SERIES`."""
    return _figures(key(reader, into), chosen, reader, into)


def retention_behind(
    reader: Reader, chosen: Chosen, figure: str, until: date, currency: str, into: str = ""
) -> pl.DataFrame:
    """The rows that make one retention figure of these accounts; columns of `retention_rows.behind`."""
    return _behind(key(reader, into), chosen, figure, until, currency, reader, into)


def narrowed(reader: Reader, chosen: Chosen, into: str = "") -> RetentionRows:
    """The rows behind every figure of the accounts that meet every choice."""
    rows = retention(reader, into)
    return only(rows, members(scopes(reader), dict(chosen))) if chosen else rows


def retention_split(
    reader: Reader, chosen: Chosen, by: str, until: date, currency: str, into: str = ""
) -> pl.DataFrame:
    """Retention of each part of the book on a day: `SPLIT`."""
    rows = narrowed(reader, chosen, into)
    return split(rows, parts(reader, by, months_before(until, 12)), until, currency)


def parts(reader: Reader, by: str, day: date) -> pl.DataFrame:
    """account_id and part: what an account is, or what was measured of it around `day` (may be empty)."""
    if by not in MEASURED:
        return scopes(reader).select("account_id", part=by)
    found = measured_near(reader, day)
    if found is None:
        return pl.DataFrame(schema={"account_id": pl.String, "part": pl.String})
    return _measured(scores_in(reader, found[0]), by)


def measured_near(reader: Reader, day: date) -> tuple[int, date] | None:
    """The snapshot nearest to a day, within 45 days: its id and day."""
    return nearest(snapshot_list(reader), day)


def oldest_snapshot(reader: Reader) -> tuple[int, date]:
    """The snapshot of the first day there is one of: its id and day."""
    row = snapshot_list(reader).sort("as_of", "snapshot_id", descending=[False, True]).row(0, named=True)
    return int(row["snapshot_id"]), row["as_of"]


def lives(reader: Reader, chosen: Chosen, by: str) -> tuple[pl.DataFrame, date | None]:
    """Lives (`SPELLS`, signed_on, ended_on) with `part`, and from which day on they are watched (null: all).

    A split by what is measured follows customers from the first snapshot on, by what they were then: by what
    they are now, those who left would be missing from it.
    """
    of = book(reader)
    if by not in MEASURED:
        rows = cut(reader, chosen, spells(of))
        named = parts(reader, by, reader.as_of) if by else rows.select("account_id", part=pl.lit("all"))
        return _with_part(rows, named), None
    snapshot_id, since = oldest_snapshot(reader)
    named = _measured(scores_in(reader, snapshot_id), by)
    rows = cut(reader, chosen, spells(of, since)).join(named, on="account_id", how="semi")
    return _with_part(rows, named), since


def _measured(scored: pl.DataFrame, by: str) -> pl.DataFrame:
    """account_id and part, spelled as on the other pages; null where nobody measured it."""
    told = pl.col(by) if by in scored.columns else pl.lit(None, pl.String)
    return scored.select("account_id", part=sentence_case(by) if by == "quadrant" else told)


def _with_part(rows: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    joined = rows.join(named.unique("account_id"), on="account_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("part").fill_null("not known"))


def cohort_members(reader: Reader, chosen: Chosen, into: str = "") -> pl.DataFrame:
    """The rows of the cohort grid: `COHORT_ROWS`."""
    return cut(reader, chosen, _cohorts(key(reader, into), reader, into))


def foreseen(reader: Reader, chosen: Chosen, into: str = "") -> Forecast:
    """The forecast of the next quarters of these accounts' MRR; its survival curve is their own."""
    return _forecast(key(reader, into), chosen, reader, into)


def past_forecasts(reader: Reader, chosen: Chosen, into: str = "") -> pl.DataFrame:
    """How forecasts made at the ends of past quarters did: `BACKTEST`."""
    return _backtest(key(reader, into), chosen, reader, into)


def past_forecast_rows(
    reader: Reader, chosen: Chosen, made_on: date, until: date, currency: str, into: str = ""
) -> pl.DataFrame:
    """The accounts behind one past forecast, with what each then paid."""
    accounts, periods = (
        cut(reader, chosen, rows) for rows in (fact(reader, "accounts"), part(reader, "subscriptions"))
    )
    rows = past_rows(accounts, periods, reader.as_of, made_on, until, _rates(reader, into))
    return rows.filter(pl.col("currency") == currency)


def foreseen_by(reader: Reader, chosen: Chosen, by: str, currency: str, into: str = "") -> pl.DataFrame:
    """The forecast of each part of the book by itself, of the last quarter: `FORECAST` and part.

    Each part's survival curve is its own; parts under 10 departures have none and are left out.
    """
    names = scopes(reader)[by].drop_nulls().unique().sort().to_list()
    wanted = dict(chosen).get(by) or names
    found = [FORECAST.empty().with_columns(part=pl.lit("", pl.String))]
    for name in (name for name in names if name in wanted):
        made = foreseen(reader, (*chosen, (by, (name,))), into).quarters
        own = made.filter(pl.col("currency") == currency).sort("until").tail(1)
        found.append(own.with_columns(part=pl.lit(name, pl.String)))
    return pl.concat(found).select("part", pl.exclude("part"))


def renewals_foreseen(reader: Reader, chosen: Chosen) -> pl.DataFrame:
    """Renewals due and to be won in the next quarters: `RENEWAL_FORECAST`."""
    due = open_renewals(reader, chosen)
    return renewal_forecast(_narrowed(reader, chosen, ""), due)


def open_renewals(reader: Reader, chosen: Chosen) -> pl.DataFrame:
    """The live book's open renewals, first due first: account_id, name, renewal_on, mrr, currency, risk."""
    due = scores(reader).filter(pl.col("renewal_on") > reader.as_of)
    wanted = due.select("account_id", "name", "renewal_on", "mrr", "currency", "risk")
    return cut(reader, chosen, wanted).sort("renewal_on", "account_id")


def book(reader: Reader, into: str = "") -> Ledger:
    """The ledger of the snapshot's day."""
    return _book(key(reader, into), reader, into)


def stated_rates(reader: Reader) -> StatedRates | None:
    """The rates that people stated, where they cover every currency that is paid in."""
    stated = rates_from(chosen_settings(reader))
    return stated if stated is not None and not lacking(reader, stated) else None


def currencies(reader: Reader) -> list[str]:
    """The currencies the company is paid in, in alphabetical order; empty for those not stated."""
    return _currencies(key(replace(reader, viewer=EVERYONE)), reader)


def lacking(reader: Reader, stated: StatedRates) -> list[str]:
    """The currencies of the company that have no rate."""
    return missing_rates(pl.Series(currencies(reader), dtype=pl.String), stated)


def cut(reader: Reader, chosen: Chosen, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of the accounts that meet every choice."""
    if not chosen:
        return rows
    return rows.filter(pl.col("account_id").is_in(members(scopes(reader), dict(chosen)).implode()))


def _rates(reader: Reader, into: str) -> Rates | None:
    stated = stated_rates(reader) if into else None
    return stated.rates if stated is not None else None


def key(reader: Reader, into: str = "") -> str:
    """Everything but the filters that could change an answer."""
    rates = str(chosen_settings(reader).get("rates")) if into else ""
    stamps = reader.stamps
    return f"{reader.store.database.url} {stamps.snapshot} {stamps.imports} {reader.viewer.scope} {rates}"


@kept(_FEW, "Working out retention …")
def _rows(key: str, _reader: Reader, into: str) -> RetentionRows:
    accounts, periods = fact(_reader, "accounts"), part(_reader, "subscriptions")
    return retention_rows(accounts, periods, _reader.as_of, rates=_rates(_reader, into))


@kept(_FEW)
def _currencies(key: str, _reader: Reader) -> list[str]:
    everyone = replace(_reader, viewer=EVERYONE)
    return [str(name) for name in part(everyone, "subscriptions")["currency"].fill_null("").unique().sort()]


@kept(_FEW)
def _scopes(key: str, _reader: Reader) -> pl.DataFrame:
    return with_scopes(fact(_reader, "accounts"), csms(_reader))


@kept(_FEW)
def _offered(key: str, _reader: Reader) -> dict[str, list[str]]:
    scoped = scopes(_reader)
    return {name: choices(scoped, name) for name in SCOPES}


@kept(_MANY)
def _figures(key: str, chosen: Chosen, _reader: Reader, into: str) -> pl.DataFrame:
    return figures(narrowed(_reader, chosen, into))


@kept(_FEW)
def _behind(
    key: str, chosen: Chosen, figure: str, until: date, currency: str, _reader: Reader, into: str
) -> pl.DataFrame:
    return cut(_reader, chosen, behind(retention(_reader, into), figure, until, currency))


@kept(_FEW)
def _book(key: str, _reader: Reader, into: str) -> Ledger:
    accounts, periods = fact(_reader, "accounts"), part(_reader, "subscriptions")
    return ledger(accounts, periods, _reader.as_of, _rates(_reader, into))


@kept(_FEW)
def _cohorts(key: str, _reader: Reader, into: str) -> pl.DataFrame:
    return cohort_rows(book(_reader, into), weeks(_reader))


def _narrowed(reader: Reader, chosen: Chosen, into: str) -> Ledger:
    whole = book(reader, into)
    return Ledger(cut(reader, chosen, whole.periods), cut(reader, chosen, whole.lives), whole.as_of)


@kept(_MANY)
def _forecast(key: str, chosen: Chosen, _reader: Reader, into: str) -> Forecast:
    return forecast(_narrowed(_reader, chosen, into))


@kept(_MANY)
def _backtest(key: str, chosen: Chosen, _reader: Reader, into: str) -> pl.DataFrame:
    accounts, periods = fact(_reader, "accounts"), part(_reader, "subscriptions")
    mine = cut(_reader, chosen, accounts)
    return backtest(mine, cut(_reader, chosen, periods), _reader.as_of, _rates(_reader, into))
