"""From files that nobody described to a mapping that can be checked and imported."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from data_access import uploads
from data_access.audit import record
from data_access.errors import DataError
from data_access.files import open_table, sample
from data_access.store import Store
from data_access.viewer import Viewer
from models.mapping import Mapping, MappingError, TableMapping, parse
from models.propose import Proposal, propose


def keep_uploads(
    store: Store, viewer: Viewer, now: datetime, files: Sequence[tuple[str, BinaryIO]]
) -> list[Path]:
    """Keep handed-in files together in a folder of their own, under safe names; on record by those names."""
    viewer.may_administer("Importing")
    folder = uploads.new_folder(store, now)
    kept = [uploads.keep(folder, name, content) for name, content in files]
    with store.database.write() as connection:
        after = {"files": [path.name for path in kept]}
        record(connection, viewer, now, "files handed in", folder.name, rows=len(kept), after=after)
    return kept


def propose_mapping(paths: Sequence[Path]) -> Proposal:
    """Look at the first rows of each file and propose a mapping; its file names have no folder."""
    return propose([sample(path) for path in paths])


def read_mapping(text: str) -> Mapping:
    """A mapping from the text of a TOML file; `DataError` says what is wrong with it, and where."""
    try:
        return parse(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"The mapping is no proper TOML: {error}.") from error
    except MappingError as error:
        raise DataError(str(error)) from error


def checked(mapping: Mapping, base: Path) -> list[str]:
    """Open every source without reading its rows: one sentence a table; raises what an import would."""
    return [_told(table, base) for table in mapping.tables]


def beside(mapping: Mapping, base: Path) -> Mapping:
    """The mapping, if all it reads are files in `base`; for mappings that came through the browser.

    Raises `DataError` for a file elsewhere and for a database's address.
    """
    for table in mapping.tables:
        if table.url is not None:
            raise DataError(
                f"[{table.table}] reads a database; that is possible on the command line, "
                "with `python cli.py import`, not in the browser."
            )
        path = (base / (table.file or "")).resolve()
        if not path.is_relative_to(base.resolve()):
            raise DataError(f"[{table.table}] file '{table.file}' is not one of the files handed in.")
    return mapping


def _told(table: TableMapping, base: Path) -> str:
    source = open_table(table, base)
    rows = f"about {source.rows_estimate:,} rows" if source.rows_estimate else "rows not counted"
    notes = " ".join(source.notes)
    return f"{table.table}: {', '.join(table.filled)} from {table.file}, {rows}. {notes}".strip()
