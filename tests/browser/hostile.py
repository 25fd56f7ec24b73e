"""A demo company in which every name, comment, note and file is somebody's attempt to run something."""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa

from actions import calls, pulse
from actions.exporting import Asked
from actions.exporting import calls as listed
from actions.import_files import import_files
from actions.refresh import refresh
from data_access import snapshots
from data_access.config import Configuration
from data_access.schema import METADATA, imports
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM
from models.mapping import parse
from tests.conftest import DEMO_NOW

CORPUS = (
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "<svg/onload=window.pwned=1>",
    "\"><iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "[link](javascript:window.pwned=1)",
    "<a href=javascript:window.pwned=1>click</a>",
    "<details open ontoggle=window.pwned=1>",
    "<marquee onstart=alert(1)>",
    r"$\href{javascript:window.pwned=1}{x}$",
    "'; DROP TABLE contacts; --",
    '" OR ""="',
    "Robert'); DELETE FROM accounts WHERE ('1'='1",
    '=HYPERLINK("http://127.0.0.1/","x")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|'x'!A0",
    "-2+3+cmd|'x'!A0",
    "x\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nACTION:PROCEDURE",
)

WORDS = {
    "accounts": ("name", "segment", "region", "plan"),
    "contacts": ("name", "role", "email", "phone", "timezone"),
    "csms": ("name",),
    "survey_responses": ("comment",),
    "interactions": ("subject",),
}
"""The columns that hold somebody's words, by fact."""


def hostile_company(template: Path, home: Path) -> str:
    """Copy the demo company to `home` and write the corpus everywhere; gives an account on the call list."""
    shutil.copytree(template, home)
    store = open_store(Configuration(home=home))
    _overwrite(store)
    folder = home.parent / "files"
    folder.mkdir()
    (folder / "<img src=x onerror=pwned=1>.csv").write_text("id\n" + "<b>x</b>,1\n" * 3 + "A00001\n")
    document = {"accounts": {"file": "*.csv", "account_id": "id"}}
    import_files(store, SYSTEM, DEMO_NOW, parse(document), folder, source=CORPUS[0])
    refresh(store, SYSTEM, DEMO_NOW)
    account = _lived(store)
    store.close()
    return account


def _overwrite(store: Store) -> None:
    with store.database.write() as connection:
        for name, columns in WORDS.items():
            table = METADATA.tables[name]
            key = next(iter(table.primary_key.columns))
            for at, one in enumerate(connection.execute(sa.select(key)).scalars().all()):
                values = dict.fromkeys(columns, CORPUS[at % len(CORPUS)])
                connection.execute(sa.update(table).where(key == one).values(**values))
        connection.execute(sa.update(imports).values(files=CORPUS[1], notes="\n".join(CORPUS)))


def _lived(store: Store) -> str:
    """A pulse, a call and a note in those words, on one account of the list; another is left to be called."""
    newest = snapshots.newest(store.database)
    assert newest is not None
    first, second = listed(Asked(store, SYSTEM, DEMO_NOW, newest))["account_id"].head(2)
    pulse.give(store, SYSTEM, DEMO_NOW, first, 2, CORPUS[1])
    call = calls.Call(first, None, None, CORPUS)
    task = calls.log(store, SYSTEM, DEMO_NOW, call, "reached", because=CORPUS[0])
    calls.describe(store, SYSTEM, DEMO_NOW, task, 1, note=CORPUS[1])
    return str(second)
