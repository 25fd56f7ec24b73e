"""SIPOC sheets and quality trees on both databases: versions, going back, conflicts, and the log."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa

from actions.quality import TREE, revert, save_sipoc, save_tree
from data_access import quality
from data_access.errors import Conflict, DataError, NotAllowed, NotFound
from data_access.schema import audit_log
from data_access.store import Store
from data_access.viewer import Viewer
from models.ctq import Branch
from models.ctq import from_body as tree_of
from models.sipoc import Line, from_body

NOW = datetime(2026, 11, 21, 9)
EVA = Viewer("eva@example.com", "Eva", "csm", ("C1",))
BEN = Viewer("ben@example.com", "Ben", "manager")
AUDITOR = Viewer("aud@example.com", "Aud", "auditor")
GOALS = Line("inputs", "Their goals")
PLAN = Line("outputs", "A plan ü “x”; DROP TABLE quality_sheets")
HEARD = Branch("I am heard", "They like us", "nps", 7)


def test_each_save_is_a_version_and_an_old_one_can_count_again(store: Store) -> None:
    first = save_sipoc(store, EVA, NOW, "onboarding", [GOALS], 0)
    second = save_sipoc(store, BEN, NOW, "onboarding", [GOALS, PLAN], first)
    save_sipoc(store, EVA, NOW, "support", [PLAN], 0)
    third = revert(store, EVA, NOW, "sipoc", "onboarding", first, second)
    revert(store, EVA, NOW, "sipoc", "onboarding", 0, third)

    kept = quality.versions(store.database, "sipoc", "onboarding")
    assert [len(from_body(body)) for body in kept["body"]] == [0, 1, 2, 1]
    assert kept["saved_by"].to_list() == [EVA.person, EVA.person, BEN.person, EVA.person]
    both = from_body(kept["body"][2])
    assert [(one.text, one.by) for one in both] == [(GOALS.text, EVA.person), (PLAN.text, BEN.person)]
    assert quality.names(store.database, "sipoc") == ["onboarding", "support"]
    with store.database.read() as connection:
        log = connection.execute(sa.select(audit_log.c.what).order_by(audit_log.c.entry_id)).scalars().all()
    assert log == ["sipoc saved"] * 3 + ["sipoc reverted"] * 2


def test_somebodys_newer_version_is_not_passed_over(store: Store) -> None:
    first = save_tree(store, EVA, NOW, [HEARD], 0)
    save_tree(store, BEN, NOW, [HEARD, Branch("Help", "Soon")], first)

    with pytest.raises(Conflict, match=r"by ben@example\.com at 21 Nov 2026 09:00 UTC"):
        save_tree(store, EVA, NOW, [Branch("Mine", "Only")], first)
    with pytest.raises(Conflict):
        revert(store, EVA, NOW, "ctq", TREE, first, first)
    with pytest.raises(Conflict):
        save_tree(store, EVA, NOW, [Branch("Mine", "Only")], 0)

    newest = quality.versions(store.database, "ctq", TREE)
    assert newest.height == 2
    assert [one.need for one in tree_of(newest["body"][0])] == ["I am heard", "Help"]


def test_what_makes_no_sense_is_refused(store: Store) -> None:
    with pytest.raises(DataError, match="without a target"):
        save_tree(store, EVA, NOW, [Branch("n", "d", "nps")], 0)
    with pytest.raises(DataError, match="says nothing"):
        save_sipoc(store, EVA, NOW, "sales", [Line("inputs", "")], 0)
    with pytest.raises(NotAllowed):
        save_tree(store, AUDITOR, NOW, [HEARD], 0)
    first = save_tree(store, EVA, NOW, [HEARD], 0)
    with pytest.raises(DataError, match="Nothing is different"):
        save_tree(store, EVA, NOW, [HEARD], first)
    with pytest.raises(NotFound):
        revert(store, EVA, NOW, "ctq", TREE, first + 5, first)
    with pytest.raises(NotFound):
        revert(store, EVA, NOW, "sipoc", "sales", first, 0)
    assert quality.versions(store.database, "ctq", TREE).height == 1
