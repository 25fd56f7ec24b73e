"""Settings: every save a version, refused when it makes no sense or somebody was faster."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from actions.import_files import import_files
from actions.settings import choose, revert
from data_access import settings
from data_access.counts import fact_rows
from data_access.errors import Conflict, DataError, NotAllowed, NotFound
from data_access.store import Store
from data_access.viewer import SYSTEM, Role, Viewer
from models.mapping import parse

NOW = datetime(2026, 11, 21, 9)
EVA = Viewer("eva@example.com", "Eva", "manager", ("c1",))


def test_every_save_is_a_new_version_and_none_changes(store: Store) -> None:
    assert settings.current(store.database) == (0, {})
    first = choose(store, EVA, NOW, 0, {"capacity": 5})
    second = choose(
        store, SYSTEM, NOW, first, {"weights": {"frequency": 1.0, "effectiveness": 1, "breadth": 0}}
    )
    assert settings.current(store.database)[0] == second
    listed = settings.listing(store.database)
    assert listed["version"].to_list() == [second, first]
    assert listed["person"].to_list() == ["rounds", "eva@example.com"]
    assert '"capacity": 5' in listed["body"][0], "what was not touched stays"
    assert listed["body"][1] == '{"capacity": 5}'


def test_going_back_is_a_new_version_too(store: Store) -> None:
    first = choose(store, EVA, NOW, 0, {"capacity": 5})
    second = choose(store, EVA, NOW, first, {"capacity": 6})
    third = revert(store, EVA, NOW, second, first)
    assert settings.current(store.database) == (third, {"capacity": 5})
    usual = revert(store, EVA, NOW, third, 0)
    assert settings.current(store.database) == (usual, {})
    assert settings.listing(store.database).height == 4
    with pytest.raises(NotFound):
        revert(store, EVA, NOW, usual, 99)


def test_an_entry_can_be_taken_away(store: Store) -> None:
    first = choose(store, EVA, NOW, 0, {"capacity": 5, "success": {"kind": "renewed"}})
    choose(store, EVA, NOW, first, {"capacity": None})
    assert settings.current(store.database)[1] == {"success": {"kind": "renewed"}}


def test_who_looked_at_an_older_version_is_told(store: Store) -> None:
    choose(store, EVA, NOW, 0, {"capacity": 5})
    with pytest.raises(Conflict, match=r"changed by eva@example.com at 21 Nov 2026 09:00 UTC"):
        choose(store, SYSTEM, NOW, 0, {"capacity": 6})
    assert settings.current(store.database)[1] == {"capacity": 5}


@pytest.mark.parametrize(
    "changes",
    [
        {"capacity": 0},
        {"success": {"kind": "happy"}},
        {"weights": {"frequency": 0.0, "effectiveness": 0.0, "breadth": 0.0}},
        {"weights": {"speed": 1.0}},
        {"first_value_days": 0},
        {"alert_budget": 0},
        {"reply_days": {"email": 61}},
        {},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_saved(store: Store, changes: dict[str, object]) -> None:
    with pytest.raises(DataError):
        choose(store, EVA, NOW, 0, changes)
    assert settings.listing(store.database).is_empty()


@pytest.mark.parametrize("role", ["csm", "auditor"])
def test_only_who_leads_may_choose(store: Store, role: Role) -> None:
    viewer = Viewer("x@example.com", "X", role)
    with pytest.raises(NotAllowed):
        choose(store, viewer, NOW, 0, {"capacity": 5})
    with pytest.raises(NotAllowed):
        revert(store, viewer, NOW, 0, 0)


@pytest.mark.parametrize("wrong", [{"capacity": "many"}, {"success": {"kind": "luck"}}, {"calls": 7}])
def test_a_mapping_brings_no_settings_that_make_no_sense(
    store: Store, tmp_path: Path, wrong: dict[str, object]
) -> None:
    (tmp_path / "a.csv").write_text("id\nA1\n")
    document = {"accounts": {"file": "a.csv", "account_id": "id"}, "settings": wrong}
    with pytest.raises(DataError, match="make no sense"):
        import_files(store, SYSTEM, NOW, parse(document), tmp_path)
    assert fact_rows(store)["accounts"] == 0
