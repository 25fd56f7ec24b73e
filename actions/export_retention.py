"""The figures of the Retention page, whole or of some of its accounts, read from a snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from data_access import people, snapshots
from data_access.errors import DataError
from data_access.facts import fact
from data_access.snapshots import Snapshot
from data_access.store import Store
from data_access.viewer import Viewer
from models.ledger import months_before
from models.retention import BASE_MONTHS
from models.retention_rows import (
    MEASURED,
    RetentionRows,
    figures,
    members,
    only,
    retention_rows,
    with_scopes,
)
from models.retention_splits import UNKNOWN, nearest, of_parts


def retention_of(
    store: Store, viewer: Viewer, snapshot: Snapshot, narrowed: Mapping[str, Sequence[str]]
) -> pl.DataFrame:
    """Every figure by month and currency of the accounts that meet every choice: `RETENTION_SERIES`.

    By what an account is (`SCOPES`), as with the page's filters. By what was measured of it (`MEASURED`), as
    in the page's groups: by the snapshot nearest to when the 12 months of each month began, so that those
    who left count; months without such a snapshot have no rows, and what moved the MRR has none.
    """
    day = snapshot.as_of
    periods = snapshots.frame(store.database, viewer, snapshot.snapshot_id, "subscriptions")
    book = fact(store.database, viewer, "accounts", as_of=day)
    rows = retention_rows(book, periods, day)
    scoped = with_scopes(book, people.csms(store.database))
    lasting = {
        name: _known(name, values, scoped[name]) for name, values in narrowed.items() if name not in MEASURED
    }
    if lasting:
        rows = only(rows, members(scoped, lasting))
    for name in MEASURED:
        if name in narrowed:
            rows = _measured(store, viewer, rows, name, narrowed[name])
    return figures(rows)


def _measured(
    store: Store, viewer: Viewer, rows: RetentionRows, name: str, wanted: Sequence[str]
) -> RetentionRows:
    made = snapshots.listing(store.database).filter(pl.col("as_of") <= rows.as_of)
    days = rows.logos["until"].unique().sort().to_list()
    near = {day: found for day in days if (found := nearest(made, months_before(day, BASE_MONTHS)))}
    if not near:
        raise DataError(_never(name, months_before(rows.as_of, BASE_MONTHS)))
    scored = {one: snapshots.scores(store.database, viewer, one) for one, _ in near.values()}
    parts = pl.concat(
        scored[one].select(pl.lit(day, pl.Date).alias("until"), "account_id", part=name)
        for day, (one, _) in near.items()
    )
    return of_parts(rows, parts, _known(name, wanted, pl.concat([parts["part"], pl.Series([UNKNOWN])])))


def _never(name: str, then: date) -> str:
    return (
        f"No snapshot was made around {then:%-d %b %Y} or a year before another month's end, so nobody's "
        f"{name} of then is known. `python cli.py refresh --as-of {then}` makes one."
    )


def _known(name: str, wanted: Sequence[str], values: pl.Series) -> list[str]:
    """The values that are wanted, as they are spelled here: capitals do not matter."""
    known = values.drop_nulls().unique().sort().to_list()
    found = {one: [value for value in known if value.lower() == one.lower()] for one in wanted}
    for one, same in found.items():
        if not same:
            raise DataError(f"There is no {name} “{one}”. There are: {', '.join(known) or 'none'}.")
    return [value for same in found.values() for value in same]
