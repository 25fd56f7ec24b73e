"""A small company with one contact who is everywhere, and files that tell of them again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from actions import calls, pulse
from actions.import_files import import_files
from actions.import_report import ImportReport
from actions.refresh import refresh
from data_access.schema import METADATA, import_rejects, notes, saved_views
from data_access.store import Store
from data_access.viewer import SYSTEM
from models.mapping import parse

NOW = datetime(2026, 3, 3, 12, 0)
KEY, MAIL, NAME, PHONE = "K-700421", "zoe.özgür@acme.example", "Zoë Özgür", "+4915112345678"

FILES = {
    "accounts.csv": "id,name,from\nA1,Acme Works,2025-01-01\nA2,Bolt,2025-01-01\n",
    "contacts.csv": (
        "key,account,name,mail,phone,champion\n"
        f"{KEY},A1,{NAME},{MAIL},{PHONE},yes\n"
        "K-2,A1,Ida Berg,ida@acme.example,,no\n"
        f"K-3,A2,{NAME},other@bolt.example,,no\n"
        "K-4,A9,Nobody,nobody@nowhere.example,,no\n"
    ),
    "answers.csv": (
        "id,account,contact,kind,score,said,at\n"
        f"R1,A1,{KEY},nps,2,The map is far too slow for us,2026-03-01\n"
        "R2,A1,K-2,nps,9,Zoë was right about it,2026-02-20\n"
        "R3,A2,K-3,nps,8,Fine,2026-02-20\n"
    ),
    "asked.csv": f"account,contact,kind,at\nA1,{KEY},nps,2026-02-27\nA1,K-2,nps,2026-02-19\n",
    "tickets.csv": (
        "id,account,contact,way,dir,about,at\n"
        f"T1,A1,{KEY},ticket,in,Broken export of mine,2026-02-10\n"
        f"T2,A1,K-2,email,out,Write to {MAIL.upper()},2026-02-11\n"
    ),
    "use.csv": (
        "account,user,event,at\n"
        f"A1,{KEY},save,2026-02-01 08:00:00\n"
        f"A1,{KEY},save,2026-02-01 08:00:00\n"
        "A1,,save,2026-02-01 08:00:00\n"
        f"A1,{MAIL},open,2026-01-15 09:00:00\n"
        "A1,K-2,open,2026-01-15 09:00:00\n"
        "A2,K-3,open,2026-01-16 09:00:00\n"
    ),
}

MAPPING: dict[str, Any] = {
    "accounts": {"file": "accounts.csv", "account_id": "id", "name": "name", "signed_on": "from"},
    "contacts": {
        "file": "contacts.csv",
        "contact_id": "key",
        "account_id": "account",
        "name": "name",
        "email": "mail",
        "phone": "phone",
        "is_champion": "champion",
    },
    "survey_responses": {
        "file": "answers.csv",
        "response_id": "id",
        "account_id": "account",
        "contact_id": "contact",
        "kind": "kind",
        "score": "score",
        "comment": "said",
        "responded_at": "at",
    },
    "survey_invitations": {
        "file": "asked.csv",
        "account_id": "account",
        "contact_id": "contact",
        "kind": "kind",
        "sent_at": "at",
    },
    "interactions": {
        "file": "tickets.csv",
        "interaction_id": "id",
        "account_id": "account",
        "contact_id": "contact",
        "channel": "way",
        "direction": "dir",
        "subject": "about",
        "opened_at": "at",
    },
    "usage_events": {
        "file": "use.csv",
        "account_id": "account",
        "user_id": "user",
        "event": "event",
        "occurred_at": "at",
    },
}


def brought_in(store: Store, folder: Path) -> ImportReport:
    """Import all files, as every night."""
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return import_files(store, SYSTEM, NOW, parse(MAPPING), folder)


def lived(store: Store, folder: Path) -> None:
    """Everything people and the app write about that contact: calls, notes, pulses, views, a snapshot."""
    brought_in(store, folder)
    call = calls.Call("A1", KEY, None, [f"{NAME} gave 2 of 10: “The map is far too slow for us”"])
    task = calls.log(store, SYSTEM, NOW, call, "left message")
    calls.describe(store, SYSTEM, NOW, task, 1, note="Zoë rings back, 0151 12345678 or +49 151 1234-5678")
    pulse.give(store, SYSTEM, NOW, "A1", 2, f"{NAME} is cross; write to {MAIL}")
    with store.database.write() as connection:
        row = {"created_at": NOW, "created_by": "me", "version": 1}
        connection.execute(sa.insert(notes).values(account_id="A1", body="Lunch with Özgür, Zoë", **row))
        connection.execute(sa.insert(notes).values(account_id="A2", body="Zoë Özgür of Bolt sings", **row))
        view = {"person": "me", "page": "accounts", "name": "mine", "query": "q=Zo%C3%AB+%C3%96zg%C3%BCr"}
        connection.execute(sa.insert(saved_views).values(**view))
        bad = {
            "file": "c.csv",
            "line": 9,
            "column": "phone",
            "value": "x",
            "reason": "odd",
            "row": f"{KEY};x",
        }
        connection.execute(sa.insert(import_rejects).values(import_id=1, **bad))
    refresh(store, SYSTEM, NOW)
    upload = store.configuration.home / "uploads" / "2026-03-01-000000-abc"
    upload.mkdir(parents=True)
    (upload / "contacts.csv").write_text(FILES["contacts.csv"])
    (upload / "accounts.csv").write_text(FILES["accounts.csv"])
    killed = store.configuration.home / "incoming" / "x"
    killed.mkdir(parents=True)
    (killed / "part.csv").write_text(FILES["contacts.csv"])


def every_text(store: Store) -> str:
    """Every text of every table and of every part of a snapshot, one after the other."""
    told = []
    with store.database.read() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(sa.select(table)).mappings():
                told += [f"{table.name}.{name}: {_shown(value)}" for name, value in row.items() if value]
    if store.configuration.lake is not None:
        paths = [store.configuration.lake / file.path for file in store.live_files()]
        told += [str(pl.read_parquet(path).to_dicts()) for path in paths]
    return "\n".join(told)


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return str(pl.read_parquet(value).to_dicts())
    return str(value)
