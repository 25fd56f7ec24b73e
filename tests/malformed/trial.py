"""Cases run one after the other in a process of its own: what came of each, in seconds and in memory.

`python -m tests.malformed.trial FIRST COUNT MIGRATED.sqlite` writes one JSON object a case; the last line
holds the most memory that the process ever took.
"""

from __future__ import annotations

import json
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from datetime import datetime
from pathlib import Path
from types import FrameType

import sqlalchemy as sa

from actions.import_files import import_files
from actions.propose_mapping import propose_mapping
from data_access.config import Configuration
from data_access.counts import fact_rows
from data_access.errors import RoundsError
from data_access.schema import import_rejects
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM
from models.mapping import MappingError, parse
from tests.malformed.cases import case

NOW = datetime(2026, 3, 1, 12, 0)
LONGEST = 30
"""Seconds after which a case hangs."""


class Hangs(BaseException):
    """The case took too long."""


def _late(_: int, __: FrameType | None) -> None:
    raise Hangs


def tried(number: int, migrated: Path) -> dict[str, object]:
    """Run one case; `wrong` says what should not have happened, empty where all is well."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="case-") as name:
        folder = Path(name)
        (folder / "home").mkdir()
        shutil.copyfile(migrated, folder / "home" / "rounds.sqlite")
        store = open_store(Configuration(home=folder / "home"))
        (folder / "data").mkdir()
        made = case(number, folder / "data")
        signal.alarm(LONGEST)
        try:
            outcome, wrong = _run(store, folder / "data", made.mapping, made.file)
        except Hangs:
            outcome, wrong = "hang", f"took more than {LONGEST} s"
        finally:
            signal.alarm(0)
            store.close()
    seconds = round(time.perf_counter() - began, 3)
    return {"case": number, "kind": made.kind, "outcome": outcome, "wrong": wrong, "seconds": seconds}


def _run(store: Store, folder: Path, document: dict[str, object], file: str) -> tuple[str, str]:
    try:
        propose_mapping([folder / file])
    except RoundsError:
        pass
    except BaseException as error:
        return "crash", _told("propose", error)
    before = fact_rows(store)
    try:
        report = import_files(store, SYSTEM, NOW, parse(document), folder)
    except (RoundsError, MappingError) as error:
        same = fact_rows(store) == before
        sentence = "" if str(error).strip() else "refused without a word"
        return "refused", sentence if same else "refused, yet something was stored"
    except BaseException as error:
        return "crash", _told("import", error)
    lost = [one.fact for one in report.tables if one.read != one.accepted + one.unchanged + one.rejected]
    with store.database.read() as connection:
        kept = connection.execute(sa.select(sa.func.count()).select_from(import_rejects)).scalar_one()
    if kept != sum(one.rejected for one in report.tables):
        lost.append("refused rows that were not kept")
    stored = fact_rows(store)
    lost += [one.fact for one in report.tables if one.accepted < stored[one.fact] - before[one.fact]]
    again = import_files(store, SYSTEM, NOW, parse(document), folder)
    lost += [f"{one.fact} again" for one in again.tables if one.accepted]
    return "landed", ", ".join(lost)


def _told(what: str, error: BaseException) -> str:
    if isinstance(error, Hangs | KeyboardInterrupt):
        raise error
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{what}: {type(error).__name__}: {str(error)[:200]} at {last.filename}:{last.lineno}"


def main(first: int, count: int, migrated: Path) -> None:
    """Run the cases and say what came of them."""
    warnings.simplefilter("error")
    signal.signal(signal.SIGALRM, _late)
    for number in range(first, first + count):
        sys.stdout.write(json.dumps(tried(number, migrated)) + "\n")
        sys.stdout.flush()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"peak_mb": round(peak)}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
