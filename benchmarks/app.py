"""The app at 10,000 accounts: server rerun of each page, bytes a click, and 30 sessions at once."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.company import AS_OF
from benchmarks.sessions import crowd, outcomes, table

ROOT = Path(__file__).parent.parent
PAGES = ("today", "accounts", "account", "exceptions", "retention", "data")
RERUNS = 15


def environment(home: Path) -> dict[str, str]:
    """What the app needs to serve `home` on the morning after its last day."""
    now = f"{AS_OF.isoformat()}T09:00:00+00:00"
    return {**os.environ, "ROUNDS_HOME": str(home), "ROUNDS_NOW": now, "PYTHONPATH": str(ROOT)}


def reruns(page: str, account: str) -> dict[str, float]:
    """Milliseconds of AppTest's first run and the median of later ones; for a process of its own."""
    from streamlit.testing.v1 import AppTest

    test = AppTest.from_string(f"from pages.{page} import render\nrender()", default_timeout=120)
    if page == "account":
        test.query_params["account"] = account
    spent = []
    for _ in range(RERUNS + 1):
        begun = time.perf_counter()
        test.run()
        spent.append((time.perf_counter() - begun) * 1000)
    if test.exception:
        raise RuntimeError(f"{page}: {test.exception[0].message}")
    return {"first": spent[0], "later": statistics.median(spent[1:])}


@contextmanager
def server(home: Path) -> Iterator[tuple[str, int]]:
    """The app on a free port; yields its address without scheme, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.port", str(port), "--server.headless", "true"]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.5)
        yield f"127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(20)


def run(home: Path, account: str, sessions: int = 30, clicks: int = 12, pause: float = 5.0) -> None:
    """Print both tables for the home with a snapshot."""
    print(f"server rerun of each page, AppTest, median of {RERUNS} (first run beside it)")
    for page in PAGES:
        call = f"print(json.dumps(reruns({page!r}, {account!r})))"
        code = f"import json; from benchmarks.app import reruns; {call}"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment(home),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(f"  {page:12} failed: {done.stderr.strip().splitlines()[-1]}")
            continue
        spent: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
        print(f"  {page:12} {spent['later']:7.0f} ms   (first {spent['first']:,.0f} ms)")
    with server(home) as (address, _):
        url = f"ws://{address}/_stcore/stream"
        asyncio.run(crowd(url, 1, 15, 0.1))
        print("clicks on Today, until the server has answered (at most 200 ms wanted)")
        for line in table(asyncio.run(outcomes(url, 15))):
            print("  " + line)
        for count in (1, sessions):
            print(f"{count} sessions, a click each {pause:.0f} s in the mean")
            for line in table(asyncio.run(crowd(url, count, clicks, pause if count > 1 else 0.5))):
                print("  " + line)
