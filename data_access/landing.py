"""Where imported rows meet the rows that are there: new, changed, or the same as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from data_access.bulk import upsert
from data_access.database import Database
from data_access.facts import fact
from data_access.schema import FACT_TABLES
from data_access.viewer import SYSTEM
from models.contracts import Contract
from models.facts import FACTS


@dataclass(frozen=True)
class Landing:
    """What an import changes in one fact: whole rows to write, and how many stay as they are."""

    changed: pl.DataFrame
    unchanged: int


def stored(database: Database, name: str) -> pl.DataFrame:
    """Every row of a fact as committed now (imports alone need all of them)."""
    return fact(database, SYSTEM, name)


def compare(contract: Contract, known: pl.DataFrame, given: pl.DataFrame, filled: Sequence[str]) -> Landing:
    """Hold `given` rows (unique by key) against the `known` ones.

    Only `filled` columns are spoken of: in a row that is known the others keep their value, in a
    new one they are null. Unknown parts of a key are the empty text.

    >>> from models.facts import FEATURES
    >>> known = pl.DataFrame([{"event": "a", "suite": "x"}], schema=FEATURES.schema)
    >>> given = pl.DataFrame([{"event": "a", "feature": "A"}], schema=FEATURES.schema)
    >>> compare(FEATURES, known, given, ["event", "feature"]).changed.row(0)
    ('a', 'A', 'x', None)
    """
    key = list(contract.key)
    spoken = [name for name in contract.names if name in filled and name not in key]
    silent = [name for name in contract.names if name not in filled and name not in key]
    given = _whole_key(contract, given)
    both = given.join(
        known.select(*key, pl.lit(value=True).alias("_known"), pl.exclude(key).name.suffix("_before")),
        on=key,
        how="left",
        maintain_order="left",
    )
    is_known = pl.col("_known").fill_null(value=False)
    same = pl.all_horizontal(
        is_known, *(pl.col(name).eq_missing(pl.col(f"{name}_before")) for name in spoken)
    )
    kept = [pl.when(is_known).then(f"{name}_before").alias(name) for name in silent]
    changed = both.filter(~same).with_columns(kept).select(contract.names)
    return Landing(changed, given.height - changed.height)


def _whole_key(contract: Contract, given: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name in contract.key if contract.column(name).dtype == pl.String()]
    return given.with_columns(pl.col(texts).fill_null(""))


def write_fact(connection: sa.Connection, name: str, changed: pl.DataFrame) -> None:
    """Write whole rows of a fact in the caller's transaction, replacing those of the same key."""
    upsert(connection, FACT_TABLES[name], FACTS[name].check(changed))
