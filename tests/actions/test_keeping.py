"""Raw data goes when the settings say, said before it is done, on both databases; scores stay."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from actions import keeping
from actions.import_files import import_files
from actions.refresh import refresh
from actions.settings import choose
from data_access import audit
from data_access.errors import DataError, NotAllowed
from data_access.facts import fact
from data_access.schema import account_scores, audit_log, exceptions, import_rejects, imports
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.keeping import Periods, periods_from
from models.mapping import parse

NOW = datetime(2026, 3, 3, 12, 0)
LATER = datetime(2027, 9, 9, 12, 0)

FILES = {
    "accounts.csv": "id,from\nA1,2024-01-01\n",
    "use.csv": (
        "account,event,at\n"
        "A1,open,2024-12-31 23:00:00\nA1,open,2025-01-31 08:00:00\nA1,open,2026-02-01 08:00:00\n"
    ),
    "answers.csv": (
        "id,account,kind,score,said,at\n"
        "R1,A1,nps,2,Too slow for us,2025-01-15\nR2,A1,nps,3,Better now,2026-02-20\n"
    ),
}
MAPPING = {
    "accounts": {"file": "accounts.csv", "account_id": "id", "signed_on": "from"},
    "usage_events": {"file": "use.csv", "account_id": "account", "event": "event", "occurred_at": "at"},
    "survey_responses": {
        "file": "answers.csv",
        **{"response_id": "id", "account_id": "account", "kind": "kind", "score": "score"},
        **{"comment": "said", "responded_at": "at"},
    },
}
PERIODS = {"usage": 13, "comments": 6, "rejects": 1, "uploads": 1, "audit": 12}


@pytest.fixture
def company(store: Store, tmp_path: Path) -> Store:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    import_files(store, SYSTEM, datetime(2025, 1, 16, 12), parse(MAPPING), tmp_path)
    refresh(store, SYSTEM, NOW, date(2025, 1, 20))
    with store.database.write() as connection:
        bad = {"file": "x", "line": 2, "column": "a", "value": "b", "reason": "c", "row": "{}"}
        connection.execute(sa.insert(import_rejects).values(import_id=1, **bad))
        connection.execute(sa.update(imports).values(finished_at=datetime(2025, 1, 16)))
    folder = store.configuration.home / "uploads" / "2025-01-16-000000-abc"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("x")
    return store


def usage(store: Store) -> list[tuple[date, int]]:
    return sorted(store.usage().months().select("month", "rows").iter_rows())


def scores(store: Store) -> int:
    with store.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(account_scores)).scalar_one())


def test_what_would_go_is_said_and_then_goes(company: Store) -> None:
    choose(company, SYSTEM, NOW, 0, {"keep": PERIODS})
    told = {one.kind: one for one in keeping.due(company, NOW)}
    assert (told["usage"].rows, told["usage"].before) == (2, date(2025, 2, 1))
    assert {kind: one.rows for kind, one in told.items()} == {
        "usage": 2,
        "comments": 1,
        "rejects": 1,
        "uploads": 1,
        "audit": 1,
    }
    assert told["usage"].in_words() == "Raw usage events: would remove 2 rows before 1 Feb 2025."
    assert len(usage(company)) == 3
    before = scores(company)
    gone = keeping.apply(company, SYSTEM, NOW)
    assert [one.rows for one in gone] == [2, 1, 1, 1, 1]
    assert usage(company) == [(date(2026, 2, 1), 1)]
    answers = fact(company.database, SYSTEM, "survey_responses").sort("response_id")
    assert answers["comment"].to_list() == [None, "Better now"]
    assert answers["score"].to_list() == [2, 3]
    assert scores(company) == before
    assert list((company.configuration.home / "uploads").iterdir()) == []
    listed = audit.listing(company.database, SYSTEM, what="data expired")
    assert sorted(listed["subject"]) == ["audit", "comments", "rejects", "uploads", "usage"]
    assert min(audit.listing(company.database, SYSTEM)["at"].to_list()) >= datetime(2025, 3, 1)
    assert keeping.apply(company, SYSTEM, NOW) == []


def test_a_quoted_comment_goes_from_exceptions_too(company: Store) -> None:
    with company.database.read() as connection:
        told = connection.execute(sa.select(exceptions.c.sentence, exceptions.c.evidence)).all()
    assert any("Too slow for us" in sentence for sentence, _ in told)
    choose(company, SYSTEM, NOW, 0, {"keep": {"comments": 6}})
    keeping.apply(company, SYSTEM, NOW)
    with company.database.read() as connection:
        told = connection.execute(sa.select(exceptions.c.sentence, exceptions.c.evidence)).all()
    assert not any("Too slow" in sentence + evidence for sentence, evidence in told)
    assert all(json.loads(evidence) for _, evidence in told)


def test_a_refresh_does_it_and_an_import_does_not_bring_it_back(company: Store, tmp_path: Path) -> None:
    choose(company, SYSTEM, NOW, 0, {"keep": {"usage": 13, "comments": 6}})
    refresh(company, SYSTEM, NOW)
    assert usage(company) == [(date(2026, 2, 1), 1)]
    report = import_files(company, SYSTEM, NOW, parse(MAPPING), tmp_path)
    by_fact = {table.fact: table for table in report.tables}
    assert by_fact["usage_events"].left_out == ("2 rows left out: older than the settings keep them",)
    assert (by_fact["usage_events"].accepted, by_fact["usage_events"].unchanged) == (0, 3)
    assert by_fact["survey_responses"].accepted == 0
    assert usage(company) == [(date(2026, 2, 1), 1)]
    assert fact(company.database, SYSTEM, "survey_responses")["comment"].drop_nulls().to_list() == [
        "Better now"
    ]


def test_the_log_stays_locked_afterwards(company: Store) -> None:
    choose(company, SYSTEM, NOW, 0, {"keep": {"audit": 12}})
    keeping.apply(company, SYSTEM, NOW)
    with pytest.raises(Exception, match="only ever added to"), company.database.write() as connection:
        connection.execute(sa.delete(audit_log))


def test_without_periods_everything_stays(company: Store) -> None:
    assert keeping.due(company, LATER) == []
    assert keeping.apply(company, SYSTEM, LATER) == []
    assert len(usage(company)) == 3


def test_only_an_admin_takes_data_away_and_periods_make_sense(company: Store) -> None:
    with pytest.raises(NotAllowed, match="for admins"):
        keeping.apply(company, Viewer("m@x.example", "Mo", "manager"), NOW)
    for wrong in ({"usage": 3}, {"usage": 2.5}, {"letters": 4}, {"audit": True}):
        with pytest.raises(DataError, match="make no sense"):
            choose(company, SYSTEM, NOW, 0, {"keep": wrong})
    assert periods_from({"keep": {"usage": 0}}) == Periods()
