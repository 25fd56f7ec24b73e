"""Files that somebody handed in through the browser, kept below the home."""

from __future__ import annotations

import re
import secrets
import shutil
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from data_access.errors import StoreError
from data_access.store import Store

_LONGEST = 100


def new_folder(store: Store, now: datetime) -> Path:
    """An empty folder for the files of one import, below the home's `uploads`."""
    name = f"{now:%Y-%m-%d-%H%M%S}-{secrets.token_hex(3)}"
    folder = store.configuration.home.absolute() / "uploads" / name
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise StoreError(f"{folder} can't be made: {error.strerror}.") from error
    return folder


def keep(folder: Path, name: str, content: BinaryIO) -> Path:
    """Write one file under a safe name of its own; returns its path."""
    path = folder / free_name(folder, name)
    try:
        with path.open("xb") as file:
            shutil.copyfileobj(content, file, 1024 * 1024)
    except OSError as error:
        raise StoreError(f"{path.name} can't be kept: {error.strerror}.") from error
    return path


def free_name(folder: Path, name: str) -> str:
    """The name without folders, signs and leading dots, numbered when it is taken."""
    wanted = safe_name(name)
    stem, dot, endings = wanted.partition(".")
    taken = 1
    while (folder / wanted).exists():
        taken += 1
        wanted = f"{stem}-{taken}{dot}{endings}"
    return wanted


def safe_name(name: str) -> str:
    r"""Letters, digits, dots, dashes and underscores only; never hidden, never empty.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\Kunden liste.csv.gz"), safe_name("..")
    ('passwd', 'Kunden_liste.csv.gz', 'file')
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^\w.\-]+", "_", last).lstrip(".-")[-_LONGEST:].lstrip(".-")
    return plain or "file"
