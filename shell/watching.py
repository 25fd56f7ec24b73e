"""For whoever runs the server: is it ready, how is it doing, and what happened."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from actions.vitals import Vitals, up, vitals

LOG = logging.getLogger("rounds")


async def ready(_: Request) -> Response:
    """200 while the database answers, its schema brought to today's; 503 with a sentence otherwise."""
    found = await run_in_threadpool(up, _now())
    if found.failure:
        LOG.warning("not ready", extra={"told": {"reason": found.failure}})
        return JSONResponse({"ready": False, "why": "The database does not answer."}, status_code=503)
    return JSONResponse({"ready": True})


async def metrics(_: Request) -> Response:
    """Figures for a monitoring system (Prometheus text); nothing of anybody's is in them."""
    if os.environ.get("ROUNDS_METRICS") != "1":
        return PlainTextResponse("Set ROUNDS_METRICS=1 to publish figures here.\n", status_code=404)
    found = await run_in_threadpool(vitals, _now())
    return PlainTextResponse(as_text(found), media_type="text/plain; version=0.0.4")


ROUTES = [Route("/ready", ready), Route("/metrics", metrics)]


def as_text(found: Vitals) -> str:
    """One figure a line, each with what it means.

    >>> as_text(Vitals("", 0.004, 2.0, 1.5, 7, 90)).splitlines()[2]
    'rounds_up 1'
    """
    figures = {
        "rounds_up": (
            "Whether the database answers",
            None if found.failure is None else int(not found.failure),
        ),
        "rounds_database_seconds": ("How long a small question takes", found.seconds),
        "rounds_snapshot_age_days": ("Days since the day the newest snapshot stands for", found.snapshot_age),
        "rounds_usage_age_days": ("Days since the newest usage event", found.usage_age),
        "rounds_open_exceptions": ("Exceptions open now", found.exceptions),
        "rounds_audit_entries": ("Entries in the audit log", found.entries),
    }
    lines = []
    for name, (meaning, value) in figures.items():
        if value is not None:
            lines += [f"# HELP {name} {meaning}.", f"# TYPE {name} gauge", f"{name} {value:g}"]
    return "\n".join([*lines, ""])


class AsJson(logging.Formatter):
    """One JSON object a line: when, how grave, what, and `extra={"told": {…}}`; of an error only its kind."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "what": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record)
        return json.dumps(line, default=str)


def _where(record: logging.LogRecord) -> list[str]:
    """The files and lines an error came through: no values, so nobody's data."""
    trace, places = record.exc_info[2] if record.exc_info else None, []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places


def log_as_told() -> None:
    """ROUNDS_LOG=json writes one object a line to standard error; otherwise Python's own way holds."""
    if os.environ.get("ROUNDS_LOG") != "json" or LOG.handlers:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(AsJson())
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


@contextmanager
def timed(page: str, role: str) -> Iterator[None]:
    """Log how long a page took and for which role; never for whom."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        LOG.info("page", extra={"told": {"page": page, "role": role, "ms": _since(begun)}})


def _since(begun: float) -> int:
    return round(1000 * (time.perf_counter() - begun))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
