"""Every read that takes a viewer, by any set of books: rows of other books never come back."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import data_access
from actions import calls, playbooks, pulse, renewal_results, sending
from actions.calls import Call
from actions.playbooks import Piece
from data_access import (
    churn,
    claims,
    effects,
    exceptions,
    facts,
    imports,
    moves,
    path_ticks,
    pulses,
    sends,
    snapshots,
    tasks,
)
from data_access import renewal_results as results
from data_access.config import Configuration
from data_access.database import Database
from data_access.errors import NotAllowed
from data_access.masking import masked
from data_access.schema import FACT_TABLES, snapshot_frames
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.churn.evaluation import JUDGED
from models.snapshot import SCORES
from tests.conftest import DEMO_DAY, DEMO_NOW

USAGE = "usage_events"
"""Only ever read by Rounds itself, to be counted."""

NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)

OWN_RULE = {
    "audit.listing": "the audit log is for admins and auditors: tests/actions/test_people.py",
    "audit.count": "as audit.listing",
    "audit.names": "as audit.listing",
    "audit.moved_by_others": "tells that somebody did something, not what",
    "imports.rejects": "for admins",
    "views.listing": "a person's own",
}
"""Reads with a viewer that are not cut to books, and why."""

WITHOUT_ACCOUNTS = {
    "content_effect",
    "decline_fleet",
    "drivers",
    "event_success",
    "first_value_curves",
    "path_places",
    "path_steps",
    "releases",
    "saveability",
    "sipoc",
    "steps",
}
"""Parts of a snapshot that tell of the company as a whole: counts and rates, nobody's rows."""

Frames = dict[str, pl.DataFrame]


def reads(database: Database, viewer: Viewer, others: str) -> Frames:
    """What every read gives this viewer, by its name; `others` is an account that may be somebody else's."""
    made = snapshots.listing(database)["snapshot_id"].to_list()
    newest = max(made)
    told: Frames = {f"facts.fact {name}": facts.fact(database, viewer, name) for name in owned()}
    told |= {
        f"facts.fact {name} of one": facts.fact(database, viewer, name, account_id=others) for name in owned()
    }
    for name in parts(database):
        told[f"snapshots.frame {name}"] = snapshots.frame(database, viewer, newest, name)
    for name, read in LISTINGS.items():
        told[name] = read(database, viewer)
    told["snapshots.scores"] = snapshots.scores(database, viewer, newest)
    told["snapshots.some_scores"] = snapshots.some_scores(database, viewer, newest, ("name",))
    told["snapshots.history"] = snapshots.history(database, viewer, others)
    columns = ("account_id", "name")
    one = [{name: row[name] for name in columns} for row in snapshots.rows(database, viewer, others, made)]
    told["snapshots.rows"] = pl.DataFrame(one, schema=dict.fromkeys(columns, pl.String))
    told["moves.steps"] = moves.steps(database, viewer, made)
    kept = churn.newest(database, DEMO_DAY)
    told["churn.judged"] = churn.judged(database, viewer, kept.model_id) if kept else JUDGED.empty()
    return told


LISTINGS: dict[str, Callable[[Database, Viewer], pl.DataFrame]] = {
    "claims.standing": lambda database, viewer: claims.standing(database, viewer, DEMO_NOW),
    "effects.episodes": effects.episodes,
    "exceptions.listing": lambda database, viewer: exceptions.listing(database, viewer, only_open=False),
    "path_ticks.standing": path_ticks.standing,
    "pulses.listing": pulses.listing,
    "renewal_results.listing": results.listing,
    "sends.standing": sends.standing,
    "tasks.listing": tasks.listing,
}


def owned() -> list[str]:
    """The facts of the store that belong to accounts."""
    keys = {"account_id", "referrer_account_id"}
    return [name for name, table in FACT_TABLES.items() if name != USAGE and keys & set(table.c.keys())]


def parts(database: Database) -> list[str]:
    """The parts of the snapshots that are read by account."""
    with database.read() as connection:
        names = connection.execute(sa.select(snapshot_frames.c.name).distinct()).scalars().all()
    return sorted(set(names) - WITHOUT_ACCOUNTS)


@pytest.fixture(scope="module")
def company(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The demo company, with everything that people write on every live account."""
    home = tmp_path_factory.mktemp("scope") / "home"
    shutil.copytree(demo_template, home)
    store = open_store(Configuration(home=home))
    piece = playbooks.add_content(store, SYSTEM, DEMO_NOW, Piece("Guide", "To read"))
    live = facts.fact(store.database, SYSTEM, "accounts").filter(pl.col("churned_on").is_null())
    for account, csm in live.select("account_id", "csm_id").head(40).iter_rows():
        calls.log(store, SYSTEM, DEMO_NOW, Call(account, csm_id=csm), "reached", because="a test")
        with store.database.write() as connection:
            claims.take(connection, SYSTEM, DEMO_NOW, account)
        pulse.give(store, SYSTEM, DEMO_NOW, account, 2, "They said so")
        due = DEMO_DAY + timedelta(days=1)
        renewal_results.record(store, SYSTEM, DEMO_NOW, account, due, "lost", "price")
        sending.send_by_mail(store, SYSTEM, DEMO_NOW, account, [piece])
    yield store
    store.close()


def test_every_read_with_a_viewer_is_looked_at_here(company: Store) -> None:
    found = set()
    for module in pkgutil.walk_packages(data_access.__path__, "data_access."):
        if "migrations" in module.name:
            continue
        for name, one in vars(importlib.import_module(module.name)).items():
            own = inspect.isfunction(one) and one.__module__ == module.name and not name.startswith("_")
            if own and {"viewer", "database"} <= set(inspect.signature(one).parameters):
                found.add(f"{module.name.removeprefix('data_access.')}.{name}")
    looked_at = {name.split(" ")[0] for name in reads(company.database, SYSTEM, "A00001")}
    assert found == looked_at | set(OWN_RULE)


@settings(max_examples=6, report_multiple_bugs=False, phases=NO_SHRINKING)
@given(data=st.data())
def test_rows_of_other_books_never_come_back(company: Store, data: st.DataObject) -> None:
    every = facts.fact(company.database, SYSTEM, "accounts")
    staff = every["csm_id"].drop_nulls().unique().sort().to_list()
    books = data.draw(st.lists(st.sampled_from(staff), unique=True, max_size=len(staff) - 1))
    handed = data.draw(st.lists(st.sampled_from(every["account_id"].to_list()), unique=True, max_size=2))
    viewer = Viewer("eva@example.com", "Eva", "csm", tuple(books), tuple(handed))
    mine = set(every.filter(pl.col("csm_id").is_in(books))["account_id"]) | set(handed)
    strange = every.filter(~pl.col("account_id").is_in(list(mine)))["account_id"]
    others = data.draw(st.sampled_from(strange.to_list()))
    for name, rows in reads(company.database, viewer, others).items():
        key = "referrer_account_id" if "referrer_account_id" in rows.columns else "account_id"
        assert set(rows[key]) <= mine, name


def test_a_book_that_is_ones_own_does_come_back(company: Store) -> None:
    every = facts.fact(company.database, SYSTEM, "accounts")
    books = tuple(every["csm_id"].drop_nulls().unique())
    viewer = Viewer("mo@example.com", "Mo", "manager", books)
    whole = reads(company.database, SYSTEM, "A00001")
    owned_by_nobody = set(every.filter(pl.col("csm_id").is_null())["account_id"])
    for name, rows in reads(company.database, viewer, "A00001").items():
        key = "referrer_account_id" if "referrer_account_id" in rows.columns else "account_id"
        assert rows.height == whole[name].filter(~pl.col(key).is_in(list(owned_by_nobody))).height, name


def test_what_tells_of_the_whole_company_holds_no_account(company: Store) -> None:
    every = facts.fact(company.database, SYSTEM, "accounts")
    names = {*every["account_id"], *every["name"].drop_nulls()}
    viewer = Viewer("eva@example.com", "Eva", "csm", ())
    newest = int(snapshots.listing(company.database)["snapshot_id"].max())  # type: ignore[arg-type]  # a number
    with company.database.read() as connection:
        kept = set(connection.execute(sa.select(snapshot_frames.c.name).distinct()).scalars())
    for name in kept & WITHOUT_ACCOUNTS:
        rows = snapshots.frame(company.database, viewer, newest, name)
        texts = [column for column, dtype in rows.schema.items() if dtype == pl.String]
        assert not names & {one for column in texts for one in rows[column].to_list()}, name


def test_an_auditor_reads_everything_but_how_to_reach_contacts(company: Store) -> None:
    auditor = Viewer("aud@example.com", "Aud", "auditor")
    whole = facts.fact(company.database, SYSTEM, "contacts")
    rows = facts.fact(company.database, auditor, "contacts")
    assert rows.drop("phone", "email").equals(whole.drop("phone", "email"))
    assert set(rows["phone"].drop_nulls()) == {"phone hidden"}
    assert set(rows["email"].drop_nulls()) == {"e-mail hidden"}
    assert rows["phone"].null_count() == whole["phone"].null_count()
    with pytest.raises(NotAllowed):
        imports.rejects(company.database, auditor, 1)


def test_addresses_and_numbers_in_words_are_hidden_and_dates_are_not() -> None:
    rows = pl.DataFrame(
        {
            "contact_id": ["eva@customer.example", "c1"],
            "note": ["Write to eva.b+x@customer.co.uk or +49 (0)30 1234-567 by 2026-03-02", None],
        }
    )
    auditor = Viewer("aud@example.com", "Aud", "auditor")
    assert masked(auditor, rows).rows() == [
        ("eva@…", "Write to e-mail hidden or phone hidden by 2026-03-02"),
        ("c1", None),
    ]
    assert masked(SYSTEM, rows).equals(rows)
    assert auditor.scope != Viewer("root@example.com", "Root", "admin").scope


def test_the_contract_of_scores_holds_an_account_a_row() -> None:
    assert SCORES.key == ("account_id",)
