"""Who may do what: every verb of `actions/` by every role, refused or done, and what the audit log says then.

The table is the rule. A verb that is not in it fails the first test.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import actions
from data_access import audit
from data_access.bulk import insert
from data_access.errors import NotAllowed, NotYours
from data_access.schema import FACT_TABLES
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.facts import FACTS
from tests.actions import deeds_accounts, deeds_company
from tests.actions.world import DEEDS, World

ROLES = {
    "csm": Viewer("eva@example.com", "Eva", "csm", ("eva",)),
    "colleague": Viewer("ben@example.com", "Ben", "csm", ("ben",)),
    "manager": Viewer("mo@example.com", "Mo", "manager", ("mo", "eva")),
    "stranger's manager": Viewer("gil@example.com", "Gil", "manager", ("gil", "ben")),
    "admin": Viewer("root@example.com", "Root", "admin"),
    "auditor": Viewer("aud@example.com", "Aud", "auditor"),
}
"""Who tries, on an account of Eva's: she herself, a CSM and a manager of others, her manager …"""

TABLE = """
verb                          csm  colleague  manager  other  admin  auditor  log
calls.add_to_list             yes  no         yes      no     yes    no       call open
calls.log                     yes  no         yes      no     yes    no       call done
calls.log_many                yes  no         yes      no     yes    no       call done
calls.describe                yes  no         yes      no     yes    no       call described
calls.undo                    yes  no         yes      no     yes    no       call undone
plan.take                     yes  no         yes      no     yes    no       call taken
plan.let_go                   yes  no         yes      no     yes    no       call given back
plan.put_off                  yes  no         yes      no     yes    no       call put off
plan.remove                   yes  no         yes      no     yes    no       call taken off
plan.hand_over                yes  no         yes      no     yes    no       call handed over
exceptions.judge              yes  no         yes      no     yes    no       exception changed
exceptions.snooze             yes  no         yes      no     yes    no       exception changed
paths.tick_step               yes  no         yes      no     yes    no       path step ticked
paths.undo_tick               yes  no         yes      no     yes    no       path step unticked
pulse.give                    yes  no         yes      no     yes    no       pulse given
pulse.withdraw                yes  no         yes      no     yes    no       pulse withdrawn
renewal_results.record        yes  no         yes      no     yes    no       renewal recorded
renewal_results.change        yes  no         yes      no     yes    no       renewal changed
renewal_results.undo          yes  no         yes      no     yes    no       renewal result withdrawn
sending.send_by_mail          yes  no         yes      no     yes    no       content sent
sending.sent_with_call        yes  no         yes      no     yes    no       content sent
people.lend                   yes  no         yes      no     yes    no       book lent
people.give_back              yes  no         yes      no     yes    no       book given back
people.signed_in              yes  yes        yes      yes    yes    yes      sign-in
people.give_role              no   no         no       no     yes    no       role given
people.take_role              no   no         no       no     yes    no       role taken away
exception_rules.add_rule      no   no         yes      yes    yes    no       rule added
exception_rules.change_rule   no   no         yes      yes    yes    no       rule changed
exception_rules.switch_rule   no   no         yes      yes    yes    no       rule switched on
exception_rules.retire_rule   no   no         yes      yes    yes    no       rule retired
exception_rules.revert_rule   no   no         yes      yes    yes    no       rule reverted
goals.set_goal                no   no         yes      yes    yes    no       goal set
goals.change_goal             no   no         yes      yes    yes    no       goal changed
goals.retire_goal             no   no         yes      yes    yes    no       goal retired
paths.write_path              no   no         yes      yes    yes    no       path written
paths.save_path               no   no         yes      yes    yes    no       path edited
paths.adopt_path              no   no         yes      yes    yes    no       path adopted
paths.revert_path             no   no         yes      yes    yes    no       path reverted
paths.retire_path             no   no         yes      yes    yes    no       path retired
settings.choose               no   no         yes      yes    yes    no       settings saved
settings.revert               no   no         yes      yes    yes    no       settings saved
playbooks.save_playbook       yes  yes        yes      yes    yes    no       playbook saved
playbooks.revert_playbook     yes  yes        yes      yes    yes    no       playbook reverted
playbooks.add_content         yes  yes        yes      yes    yes    no       content added
playbooks.edit_content        yes  yes        yes      yes    yes    no       content edited
playbooks.retire_content      yes  yes        yes      yes    yes    no       content retired
quality.save_sipoc            yes  yes        yes      yes    yes    no       sipoc saved
quality.save_tree             yes  yes        yes      yes    yes    no       quality tree
quality.revert                yes  yes        yes      yes    yes    no       sipoc reverted
views.save_view               yes  yes        yes      yes    yes    no       view saved
views.forget_view             yes  yes        yes      yes    yes    no       view forgotten
refresh.refresh               yes  yes        yes      yes    yes    no       refresh
refresh.refresh_weeks         yes  yes        yes      yes    yes    no       refresh
exporting.exported            yes  yes        yes      yes    yes    yes      export
exporting.export              yes  yes        yes      yes    yes    yes      export
import_files.import_files     no   no         no       no     yes    no       import
propose_mapping.keep_uploads  no   no         no       no     yes    no       files handed in
demo.make_demo                no   no         no       no     yes    no       -
personal.export               no   no         no       no     yes    no       export
personal.erase                no   no         no       no     yes    no       contact erased
personal.erase_again          no   no         no       no     yes    no       -
handed_in.tidy                no   no         no       no     yes    no       files deleted
keeping.apply                 no   no         no       no     yes    no       data expired
keeping.apply_if_free         no   no         no       no     yes    no       data expired
path_places.place_accounts    yes  yes        yes      yes    yes    no       accounts placed
backup.backup                 no   no         no       no     yes    no       backup
backup.restore                no   no         no       no     yes    no       restore
"""

SCORING = ("refresh.", "demo.", "path_places.")
"""Verbs that take seconds each, and are tried on both databases where they have tests of their own."""

FILLED_BY = (deeds_accounts, deeds_company)
"""They say how each verb is done: `DEEDS`."""

SILENT = {"path_places.placed_if_possible"}
"""Does another verb where that is possible, and says nothing where it is not."""

HEAD, *ROWS = (line.split(maxsplit=7) for line in TABLE.strip().splitlines())
CHANGES = ("changed", "edited", "withdrawn", "given back", "described", "undone", "reverted", "taken away")
"""Deeds on something that stood there: the log holds what stood before."""


def kinds(verb: str) -> tuple[str, ...]:
    """The databases on which a verb is tried here."""
    return ("sqlite",) if verb.startswith(SCORING) else ("sqlite", "postgres")


def verbs() -> set[str]:
    """Every function of `actions/` that takes a store, who does it and when."""
    found = set()
    for module in pkgutil.iter_modules(actions.__path__):
        for name, one in vars(importlib.import_module(f"actions.{module.name}")).items():
            own = inspect.isfunction(one) and one.__module__ == f"actions.{module.name}"
            if own and list(inspect.signature(one).parameters)[:3] == ["store", "viewer", "now"]:
                found.add(f"{module.name}.{name}")
    return {one for one in found if not one.split(".")[1].startswith("_")}


@pytest.fixture
def world(store: Store, tmp_path: Path) -> Iterator[World]:
    """A book of accounts of Eva's, one for each who tries; on SQLite, then on PostgreSQL."""
    owned = [{"account_id": role, "name": role, "csm_id": "eva"} for role in ROLES]
    staff = [{"csm_id": one, "name": one.title(), "email": f"{one}@example.com"} for one in ("eva", "ben")]
    with store.database.write() as connection:
        for name, rows in (("accounts", owned), ("csms", staff)):
            insert(connection, FACT_TABLES[name], pl.DataFrame(rows, schema=FACTS[name].schema))
    world = World(store, tmp_path)
    yield world
    world.close()


def test_every_verb_is_in_the_table_and_done_here() -> None:
    assert verbs() - SILENT == {row[0] for row in ROWS} == set(DEEDS)
    assert len(HEAD) == 8
    assert all(answer in ("yes", "no") for row in ROWS for answer in row[1:7])


@pytest.mark.parametrize(
    ("store", "row"),
    [pytest.param(kind, row, id=f"{row[0]}-{kind}") for row in ROWS for kind in kinds(row[0])],
    indirect=["store"],
)
def test_a_verb_is_done_or_refused_as_the_table_says(row: list[str], world: World) -> None:
    verb, *answers, log = row
    for (role, viewer), answer in zip(ROLES.items(), answers, strict=True):
        if answer == "yes":
            DEEDS[verb](world, viewer, role)
            assert log == "-" or said(world, viewer, log), (verb, role)
        else:
            with pytest.raises((NotAllowed, NotYours)):
                DEEDS[verb](world, viewer, role)
            assert own(world, viewer).is_empty(), (verb, role)


def own(world: World, viewer: Viewer) -> pl.DataFrame:
    return audit.listing(world.store.database, SYSTEM, person=viewer.person)


def said(world: World, viewer: Viewer, log: str) -> bool:
    """Whether the log tells who did this, to what, and what stood there before and after."""
    found = own(world, viewer).filter(pl.col("what").str.starts_with(log))
    if found.is_empty():
        return False
    entry = found.row(0, named=True)
    before = json.loads(entry["before"] or "{}")
    return bool(entry["subject"]) and (not any(word in log for word in CHANGES) or bool(before))
