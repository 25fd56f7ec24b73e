"""Who works here, and what each of them may see."""

from __future__ import annotations

import polars as pl

from data_access.database import Database
from data_access.errors import NotFound
from data_access.facts import fact
from data_access.viewer import SYSTEM, Viewer


def csms(database: Database) -> pl.DataFrame:
    """Every CSM and manager; columns of `models.facts.CSMS`."""
    return fact(database, SYSTEM, "csms").sort("name")


def viewer_of(database: Database, email: str) -> Viewer:
    """The viewer with this e-mail address (or csm_id): a manager if somebody reports to them.

    A CSM sees their own book; a manager their own and those of everybody below them.
    """
    people = csms(database)
    wanted = email.strip().lower()
    found = people.filter(
        (pl.col("email").str.to_lowercase() == wanted) | (pl.col("csm_id").str.to_lowercase() == wanted)
    )
    if found.is_empty():
        known = ", ".join(people["email"].drop_nulls().head(5).to_list()) or "nobody yet"
        raise NotFound(f"Nobody here has the address {email}; known are {known}.")
    person = found.row(0, named=True)
    below = _below(people, person["csm_id"])
    return Viewer(
        person=person["email"] or person["csm_id"],
        name=person["name"],
        role="manager" if below else "csm",
        books=(person["csm_id"], *below),
    )


def _below(people: pl.DataFrame, manager: str) -> tuple[str, ...]:
    seen: list[str] = []
    level = [manager]
    while level:
        reports = people.filter(pl.col("manager_id").is_in(level))["csm_id"].to_list()
        level = [csm for csm in reports if csm not in seen and csm != manager]
        seen += level
    return tuple(seen)
