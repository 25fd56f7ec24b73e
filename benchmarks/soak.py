"""Thirty sessions clicking for twenty minutes: does the server grow, does it get slower?

Run: `python -m benchmarks.soak HOME [--sessions 30] [--minutes 20] [--pause 5]`; HOME holds a snapshot.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.app import server
from benchmarks.sessions import Answer, walk

_EVERY = 15.0
_PARTS = 5
_CLICKS = 10


@dataclass(frozen=True)
class Moment:
    """Minutes since the beginning, the server's resident memory (MB), and its processor seconds."""

    minutes: float
    memory: float
    processor: float


async def watched(
    url: str, pid: int, sessions: int, minutes: float, pause: float
) -> tuple[list[Moment], list[tuple[float, Answer]]]:
    """Let all of them click for so long; a session that ends is followed by a new one, as tabs are."""
    begun = time.monotonic()
    moments: list[Moment] = []
    answers: list[tuple[float, Answer]] = []

    def passed() -> float:
        return (time.monotonic() - begun) / 60

    async def click(seed: int) -> None:
        while passed() < minutes:
            found = await walk(url, _CLICKS, pause, seed)
            answers.extend((passed(), answer) for answer in found)

    async def watch() -> None:
        while passed() < minutes:
            moments.append(Moment(passed(), _memory(pid), _processor(pid)))
            await asyncio.sleep(_EVERY)

    await asyncio.gather(watch(), *(click(seed) for seed in range(sessions)))
    return moments, answers


def _memory(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def _processor(pid: int) -> float:
    spent = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


def table(moments: list[Moment], answers: list[tuple[float, Answer]], minutes: float) -> list[str]:
    """A line for each fifth of the time: memory, p95 of a click, processor time of a click."""
    lines = []
    for part in range(_PARTS):
        since, until = minutes * part / _PARTS, minutes * (part + 1) / _PARTS
        seen = [moment for moment in moments if since <= moment.minutes < until]
        spent = sorted(answer.milliseconds for at, answer in answers if since <= at < until)
        if len(seen) < 2 or not spent:
            continue
        worked = (seen[-1].processor - seen[0].processor) / (seen[-1].minutes - seen[0].minutes) / 60
        lines.append(
            f"minute {since:4.0f} to {until:4.0f}   memory at most {max(m.memory for m in seen):6.0f} MB   "
            f"{len(spent):6,} clicks   p95 {spent[int(0.95 * (len(spent) - 1))]:6.0f} ms   "
            f"{worked:4.0%} of a core"
        )
    return lines


def run(home: Path, sessions: int, minutes: float, pause: float) -> None:
    """Print the table; the first fifth fills caches, so memory is held against the second."""
    with server(home) as (address, pid):
        url = f"ws://{address}/_stcore/stream"
        moments, answers = asyncio.run(watched(url, pid, sessions, minutes, pause))
    print(f"{sessions} sessions, a click each {pause:.0f} s in the mean")
    for line in table(moments, answers, minutes):
        print("  " + line)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--pause", type=float, default=5.0)
    chosen = parser.parse_args()
    run(chosen.home, chosen.sessions, chosen.minutes, chosen.pause)
