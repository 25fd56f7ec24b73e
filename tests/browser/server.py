"""The app in a process of its own, and the browser that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_PATIENCE = 60.0


def chromium() -> str:
    """Where Chromium is; a machine without it cannot say that the browser tests pass."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise FileNotFoundError(f"The browser tests need Chromium on PATH under one of: {', '.join(NAMES)}.")


@contextmanager
def serve(home: Path, now: str, *flags: str, port: int = 0) -> Iterator[str]:
    """Rounds on a port with a home of its own; gives its address, stops it at the end."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), *flags]
    environment = {**os.environ, "ROUNDS_HOME": str(home), "ROUNDS_NOW": now}
    log = home.parent / f"server-{port}.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT) as process,
    ):
        try:
            _wait(process, port, log)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def answers(process: subprocess.Popen[bytes], address: str) -> None:
    """Wait until a server says yes at an address; an error when it has ended or takes too long."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    raise RuntimeError(f"Nothing answers at {address}.")


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    try:
        answers(process, f"http://localhost:{port}/_stcore/health")
    except RuntimeError as error:
        raise RuntimeError(f"{error}\n{log.read_text(errors='replace')[-2000:]}") from error
