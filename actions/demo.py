"""The demo company: made from a seed, written as files, imported like any other company's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from actions.import_files import import_files
from actions.import_report import ImportReport
from actions.progress import Progress, silent
from data_access.stamps import read
from data_access.store import Store
from data_access.viewer import Viewer
from models.demo import Company, company
from models.facts import FACTS
from models.mapping import parse

SOURCE = "demo company"


@dataclass(frozen=True)
class DemoReport:
    """What was made: numbers of accounts and usage events, and how the import went."""

    accounts: int
    events: int
    imported: ImportReport


def is_empty(store: Store) -> bool:
    """Whether nothing was ever imported here."""
    return read(store.database).imports == 0


def make_demo(
    store: Store,
    viewer: Viewer,
    now: datetime,
    *,
    as_of: date,
    accounts: int = 400,
    months: int = 24,
    seed: int = 1,
    truth: Path | None = None,
    progress: Progress = silent,
) -> DemoReport:
    """Make a company whose data end on `as_of` and import it; `truth` gets what was planted, as JSON."""
    progress("making the demo company", 0, None)
    made = company(as_of, accounts=accounts, months=months, seed=seed)
    if truth is not None:
        truth.write_text(json.dumps(made.truth, ensure_ascii=False, indent=1), encoding="utf-8")
    with TemporaryDirectory(prefix="rounds-demo-") as folder:
        mapping = parse(write_files(made, Path(folder)))
        report = import_files(store, viewer, now, mapping, Path(folder), source=SOURCE, progress=progress)
    return DemoReport(made.facts["accounts"].height, made.facts["usage_events"].height, report)


def write_files(made: Company, folder: Path) -> dict[str, object]:
    """One Parquet file a fact that has rows, and the mapping that reads them back under the same names."""
    document: dict[str, object] = {}
    for name, frame in made.facts.items():
        if frame.is_empty():
            continue
        frame.write_parquet(folder / f"{name}.parquet")
        document[name] = {"file": f"{name}.parquet"} | {column: column for column in FACTS[name].names}
    return document
