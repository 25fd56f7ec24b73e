"""What the deeds of `deeds_accounts` and `deeds_company` need: a store, and things made ready in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from itertools import count
from pathlib import Path

import polars as pl

from actions import (
    calls,
    exception_rules,
    goals,
    paths,
    people,
    playbooks,
    propose_mapping,
    quality,
    refresh,
    renewal_results,
    settings,
)
from actions.calls import Call
from actions.playbooks import Piece
from data_access.bulk import insert
from data_access.config import Configuration
from data_access.goals import listing as standing_goals
from data_access.paths import newest as newest_paths
from data_access.people import granted as people_granted
from data_access.quality import versions
from data_access.schema import FACT_TABLES
from data_access.schema import exceptions as exceptions_table
from data_access.settings import current
from data_access.snapshots import newest
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.facts import FACTS
from models.own_rules import Rule
from models.paths.adopted import HappyPath, PathStep
from models.sipoc import Line

NOW = datetime(2026, 3, 2, 9, 0)
TODAY = NOW.date()
LATER = TODAY + timedelta(days=3)
RULE = Rule("Few days", "active_days_28", "below", 8.0, "Call them.")
PLAIN = HappyPath("Plain", (PathStep("Kick-off", 1, "manual", who="CSM"), PathStep("Import", 2, event="in")))
ACCOUNTS_CSV = "id,who\nx1,Xaver\n"


@dataclass(frozen=True)
class World:
    """A store and a folder; `n` counts, so that nothing is written twice alike."""

    store: Store
    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    others: list[Store] = field(default_factory=list)

    @property
    def n(self) -> int:
        return next(self.numbers)

    def fresh(self) -> Store:
        """Another store, with nothing in it; closed with the world."""
        self.others.append(open_store(Configuration(home=self.folder / f"home-{self.n}")))
        return self.others[-1]

    def close(self) -> None:
        for one in (self.store, *self.others):
            one.close()


Deed = Callable[[World, Viewer, str], None]
DEEDS: dict[str, Deed] = {}
"""Each verb as `module.function`: what it needs is made ready by Rounds itself, then the person does it."""


def deed(name: str) -> Callable[[Deed], Deed]:
    def kept(one: Deed) -> Deed:
        DEEDS[name] = one
        return one

    return kept


def logged(w: World, account: str) -> int:
    return calls.log(w.store, SYSTEM, NOW, Call(account), "reached", again=True, because="a test")


def listed(w: World, account: str) -> Call:
    calls.add_to_list(w.store, SYSTEM, NOW, [Call(account, csm_id="eva")])
    return Call(account, csm_id="eva")


def found(w: World, account: str) -> int:
    row = {"account_id": account, "kind": f"kind {w.n}", "first_seen": TODAY, "last_seen": TODAY}
    more = {"since": TODAY, "times_opened": 1, "severity": 0.5, "sentence": "Fell.", "evidence": "{}"}
    values = {**row, **more, "prescription": "Call.", "version": 1}
    with w.store.database.write() as connection:
        made = connection.execute(
            exceptions_table.insert().values(**values).returning(exceptions_table.c.exception_id)
        )
        return int(made.scalar_one())


def rule(w: World) -> int:
    return exception_rules.add_rule(w.store, SYSTEM, NOW, RULE)


def no_goal(w: World) -> Store:
    for row in standing_goals(w.store.database).iter_rows(named=True):
        goals.retire_goal(w.store, SYSTEM, NOW, row["goal_id"], row["version"])
    return w.store


def goal(w: World) -> int:
    return goals.set_goal(no_goal(w), SYSTEM, NOW, "grr", 0.9, TODAY, LATER)


def path(w: World, *, adopt: bool = True) -> int:
    for row in newest_paths(w.store.database).filter(state="adopted").iter_rows(named=True):
        paths.retire_path(w.store, SYSTEM, NOW, row["path_id"], row["version"])
    return paths.write_path(w.store, SYSTEM, NOW, PLAIN, adopt=adopt)


def edited(w: World) -> int:
    made = path(w)
    paths.save_path(w.store, SYSTEM, NOW, made, 1, replace(PLAIN, name="Other"))
    return made


def result(w: World, account: str) -> int:
    due = TODAY + timedelta(days=w.n)
    return renewal_results.record(w.store, SYSTEM, NOW, account, due, "lost", "price")


def lent(w: World) -> int:
    address = f"guest{w.n}@example.com"
    people.lend(w.store, SYSTEM, NOW, email=address, csm_id="eva", until=None, reason="Leave")
    rows = people_granted(w.store.database, TODAY).filter(email=address)
    return int(rows["grant_id"][0])


def role(w: World) -> str:
    address = f"new{w.n}@example.com"
    people.give_role(w.store, SYSTEM, NOW, email=address, name="New", role="auditor", csm_id=None)
    return address


def saved(w: World) -> int:
    """The newest version of the settings, and that of a change to come."""
    version, body = current(w.store.database)
    body = {"capacity": 5 + w.n % 50}
    return settings.choose(w.store, SYSTEM, NOW, version, body)


def piece(w: World) -> int:
    return playbooks.add_content(w.store, SYSTEM, NOW, Piece("Guide", "To read"))


def sheet(w: World) -> int:
    kept = versions(w.store.database, "sipoc", "onboarding")
    seen = 0 if kept.is_empty() else int(kept["sheet_id"][0])
    return quality.save_sipoc(w.store, SYSTEM, NOW, "onboarding", [Line("inputs", f"Line {w.n}")], seen)


def tree(w: World) -> int:
    kept = versions(w.store.database, "ctq", "")
    return 0 if kept.is_empty() else int(kept["sheet_id"][0])


def files(w: World) -> Path:
    (w.folder / "accounts.csv").write_text(ACCOUNTS_CSV, encoding="utf-8")
    return w.folder


def scored(w: World) -> Store:
    """The store with a snapshot, refreshed once."""
    if newest(w.store.database) is None:
        refresh.refresh(w.store, SYSTEM, NOW)
    return w.store


def contact(w: World) -> str:
    """A contact of an account, with an address."""
    key = f"c{w.n}"
    row = {"contact_id": key, "account_id": "csm", "name": f"Known {key}", "email": f"{key}@customer.example"}
    with w.store.database.write() as connection:
        insert(connection, FACT_TABLES["contacts"], pl.DataFrame([row], schema=FACTS["contacts"].schema))
    return key


def old_files(w: World) -> Store:
    """The store with files that were handed in long before `MUCH_LATER`, and a month to keep them."""
    propose_mapping.keep_uploads(w.store, SYSTEM, NOW, [("a.csv", BytesIO(b"id\n1\n"))])
    version, body = current(w.store.database)
    if "keep" not in body:
        settings.choose(w.store, SYSTEM, NOW, version, {"keep": {"uploads": 1}})
    return w.store


MUCH_LATER = NOW + timedelta(days=200)
MAPPING = {"accounts": {"file": "accounts.csv", "account_id": "id", "name": "who"}}
