"""A PostgreSQL server of a test's own, that can be stopped and started again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import postgres


@dataclass(frozen=True)
class Server:
    """Its folder, and the URL of a database of its own on it."""

    folder: Path
    url: str

    def stop(self) -> None:
        """Gone at once, as when a machine is taken down; whoever is connected is cut off."""
        postgres.stop(self.folder)

    def start(self) -> None:
        """Back again, with what was committed."""
        postgres.start_again(self.folder)


@contextmanager
def own_server() -> Iterator[Server]:
    """A server for the block alone."""
    folder = Path(tempfile.mkdtemp(prefix="pg-own-"))
    try:
        postgres.start(folder)
        yield Server(folder, postgres.create_database(postgres.url_of(folder)))
    finally:
        postgres.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)
