"""What the rules of the Exceptions page read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from components.queries import NotFound, Reader, open_exceptions, part
from components.queries import settings as queries_settings
from components.queries.cache import kept
from data_access import exception_rules
from models.exception_view import BUDGET, BUDGET_SETTING, within
from models.exception_waiting import SETTING as REPLY_SETTING
from models.exception_waiting import USUAL
from models.findings import FINDINGS, OFF, kinds_off
from models.own_rules import Rule, from_body, kind_of, rules_of
from models.rule_measures import offered

_FEW = 16


def listing(reader: Reader) -> pl.DataFrame:
    """Every rule of one's own as it stands; columns of `models.own_rules.RULES`."""
    return exception_rules.listing(reader.store.database)


def versions(reader: Reader, rule_id: int) -> list[tuple[dict[str, object], Rule]]:
    """Every version of one rule with its content, newest first."""
    rows = exception_rules.versions(reader.store.database, rule_id).iter_rows(named=True)
    return [(row, from_body(str(row["body"]))) for row in rows]


def names(reader: Reader) -> dict[str, str]:
    """The kinds of the rules of one's own that stand, with their names."""
    return _names(str(reader.store.database.url), reader.stamps.changes, reader)


def measures(reader: Reader) -> dict[str, str]:
    """Everything that a rule can look at, with its words."""
    try:
        return offered(part(reader, "findings"))
    except NotFound:
        return offered(FINDINGS.empty())


def budget(reader: Reader) -> int:
    """How many new exceptions a week each CSM is shown."""
    return int(queries_settings.in_force(reader)[1].get(BUDGET_SETTING, BUDGET))


def off(reader: Reader) -> tuple[str, ...]:
    """The kinds that the settings switch off, in the order of `KINDS`."""
    return kinds_off(queries_settings.in_force(reader)[1])


def off_since(reader: Reader) -> dict[str, Any] | None:
    """The version of the settings from which on these kinds are off; None where none is."""
    wanted, found = set(off(reader)), None
    for version in queries_settings.versions(reader) if wanted else ():
        if set(version["body"].get(OFF) or ()) != wanted:
            break
        found = version
    return found


def open_of(reader: Reader, kinds: Sequence[str]) -> int:
    """How many exceptions of these kinds are open on the viewer's accounts."""
    return open_exceptions(reader).filter(pl.col("kind").is_in(list(kinds))).height


def reply_days(reader: Reader) -> dict[str, float]:
    """The service level for an answer in working days, by channel."""
    return {**USUAL, **queries_settings.in_force(reader)[1].get(REPLY_SETTING, {})}


def budgeted(reader: Reader, known: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Which of these exceptions fit the alert budget: exception_id."""
    stamps = reader.stamps
    key = f"{reader.store.database.url} {stamps.snapshot} {stamps.changes} {stamps.imports}"
    return _budgeted(f"{key} {reader.viewer.scope} {as_of}", budget(reader), known, as_of)


@kept(_FEW)
def _budgeted(key: str, most: int, _known: pl.DataFrame, _as_of: date) -> pl.DataFrame:
    return within(_known, _as_of, most)


@kept(_FEW)
def _names(store_key: str, changes: int, _reader: Reader) -> dict[str, str]:
    standing = rules_of(listing(_reader), only_active=False)
    return {kind_of(rule_id): rule.name for rule_id, rule in standing.items()}
