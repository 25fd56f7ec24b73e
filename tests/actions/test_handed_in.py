"""Files that tell of somebody erased do not stay where they were handed in, imported or not."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from actions import personal
from actions.handed_in import tidy
from actions.import_files import import_files
from actions.propose_mapping import keep_uploads
from actions.refresh import refresh
from data_access import audit, suppressions
from data_access.store import Store
from data_access.viewer import SYSTEM
from models.mapping import parse
from models.personal import Traces
from tests.actions.forgotten import FILES, KEY, MAIL, MAPPING, NAME, NOW, PHONE, every_text, lived

LATER = NOW + timedelta(days=1)


def handed(store: Store, files: dict[str, str]) -> Path:
    given = [(name, BytesIO(text.encode())) for name, text in files.items()]
    return keep_uploads(store, SYSTEM, LATER, given)[0].parent


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.glob("[!.]*"))


@pytest.fixture
def erased(store: Store, tmp_path: Path) -> Store:
    lived(store, tmp_path)
    assert personal.erase(store, SYSTEM, NOW, KEY).whole
    return store


@pytest.fixture
def remembered(store: Store) -> Store:
    """A store that remembers an erasure, and nothing else."""
    zoe = Traces((KEY,), (MAIL,), (NAME,), (PHONE,), accounts=("A1",))
    with store.database.write() as connection:
        suppressions.add(connection, "E-1", zoe.marks)
    return store


def test_the_same_old_files_again_leave_nothing_of_them_anywhere(erased: Store) -> None:
    folder = handed(erased, FILES)

    done = import_files(erased, SYSTEM, LATER, parse(MAPPING), folder, source="browser")
    gone = tidy(erased, SYSTEM, LATER, folder, done.telling)

    contacts = next(table for table in done.tables if table.fact == "contacts")
    assert contacts.rejected >= 1
    assert "1 row left out: the person was erased here on request" in contacts.left_out
    assert gone == ["answers.csv", "asked.csv", "contacts.csv", "tickets.csv", "use.csv"]
    assert names(folder) == ["accounts.csv"]
    left = every_text(erased) + "".join(one.read_text() for one in folder.iterdir())
    assert [text for text in (KEY, MAIL, PHONE) if text in left] == []
    last = audit.listing(erased.database, SYSTEM, what="files deleted").row(0, named=True)
    assert (last["subject"], last["rows"]) == (folder.name, 5)


def test_files_that_nobody_imported_go_after_a_day_and_are_searched_once(erased: Store) -> None:
    others = "key,account,name\nK-2,A1,Ida Berg\n"
    folder = handed(erased, {"kontakte.csv": FILES["contacts.csv"], "others.csv": others})

    assert tidy(erased, SYSTEM, LATER + timedelta(hours=5)) == []
    assert names(folder) == ["kontakte.csv", "others.csv"]
    refresh(erased, SYSTEM, LATER + timedelta(days=2))
    assert names(folder) == ["others.csv"]
    (folder / "late.csv").write_text(FILES["contacts.csv"])
    assert tidy(erased, SYSTEM, LATER + timedelta(days=3)) == []
    again = personal.look(erased, SYSTEM, "K-2")[1]
    assert {file.name.rpartition("/")[2] for file in again.files} == {"others.csv", "late.csv"}


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        (f"said\nask {MAIL.upper()}.\n", True),
        ("phone\n0049 151 1234-5678\n", True),
        (f'{{"who": "{KEY.lower()}"}}\n', True),
        (f"who\n{KEY}9\n", False),
        ("who\nzoe@bolt.example\n", False),
        (f"name\n{NAME} of Bolt\n", False),
    ],
)
def test_an_address_a_number_or_a_key_tells_and_a_namesake_does_not(
    remembered: Store, text: str, *, goes: bool
) -> None:
    folder = handed(remembered, {"some.txt": text})
    assert tidy(remembered, SYSTEM, LATER, folder) == (["some.txt"] if goes else [])
    assert folder.exists() != goes


def test_a_key_that_is_a_common_word_goes_where_the_import_met_it(remembered: Store) -> None:
    folder = handed(remembered, {"a.csv": "id\n7\n", "b.csv": "id\n7\n"})
    assert tidy(remembered, SYSTEM, LATER, folder, ("a.csv",)) == ["a.csv"]
    assert names(folder) == ["b.csv"]


def test_where_nobody_was_erased_nothing_is_searched(store: Store) -> None:
    folder = handed(store, {"contacts.csv": FILES["contacts.csv"], "broken.xlsx": "no workbook"})
    assert tidy(store, SYSTEM, LATER + timedelta(days=9)) == []
    assert names(folder) == ["broken.xlsx", "contacts.csv"]
