"""How long the quadrant takes to answer a filter: 10,000 accounts, 52 weekly snapshots.

Run: `python -m benchmarks.quadrant FOLDER` (a new folder; about 300 MB).
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.measure import measured
from data_access import snapshots
from data_access.bulk import insert
from data_access.config import Configuration
from data_access.schema import FACT_TABLES
from data_access.store import open_store
from models.facts import FACTS
from models.quadrant import quadrant
from models.snapshot import SCORES

ACCOUNTS, WEEKS = 10_000, 52
AS_OF = date(2026, 6, 30)
_TIMES = 15
_SCRIPT = "from pages.engagement import render; render()"


def fill(home: str) -> int:
    """Write the accounts and a year of weekly snapshots whose scores wander; returns rows of scores."""
    store = open_store(Configuration(home=Path(home)))
    random = np.random.default_rng(1)
    known = _accounts(random)
    behaviour, emotion = random.uniform(0, 100, ACCOUNTS), random.normal(76, 15, ACCOUNTS)
    with store.database.write() as connection:
        insert(connection, FACT_TABLES["accounts"], _with_all(known, FACTS["accounts"].schema))
        for back in range(WEEKS - 1, -1, -1):
            behaviour = np.clip(behaviour + random.normal(0, 3, ACCOUNTS), 0, 100)
            emotion = np.clip(emotion + random.normal(0, 2, ACCOUNTS), 0, 100)
            _write(connection, AS_OF - timedelta(weeks=back), known, behaviour, emotion, random)
    store.close()
    return ACCOUNTS * WEEKS


def _accounts(random: np.random.Generator) -> pl.DataFrame:
    def one_of(name: str, n: int) -> pl.Series:
        return pl.Series([f"{name} {i}" for i in random.integers(1, n + 1, ACCOUNTS)])

    ids = [f"A{i:05}" for i in range(ACCOUNTS)]
    return pl.DataFrame({"account_id": ids, "name": [f"Company {i}" for i in ids]}).with_columns(
        segment=one_of("Segment", 4),
        region=one_of("Region", 5),
        plan=one_of("Plan", 3),
        csm_id=one_of("CSM", 80),
        mrr=pl.Series(random.lognormal(6, 1, ACCOUNTS)),
        currency=pl.Series(random.choice(["EUR", "USD", "GBP"], ACCOUNTS, p=[0.7, 0.2, 0.1])),
    )


def _write(
    connection: Any,
    day: date,
    known: pl.DataFrame,
    behaviour: Any,
    emotion: Any,
    random: np.random.Generator,
) -> None:
    mood = random.choice(["heard", "silent", "never asked"], ACCOUNTS, p=[0.75, 0.17, 0.08])
    scored = known.with_columns(
        behaviour=behaviour,
        emotion=pl.when(pl.Series(mood) == "heard").then(pl.Series(emotion)),
        mood=pl.Series(mood),
        risk=pl.Series(random.uniform(0, 60, ACCOUNTS)),
    ).with_columns(quadrant())
    now = datetime.combine(day, time_of_day(23))
    header: dict[str, Any] = {
        "as_of": day,
        "created_at": now,
        "person": "rounds",
        "settings_version": 0,
        "code_version": "benchmark",
        "freshness": {},
        "stages": {},
        "notes": {},
    }
    snapshots.write(connection, header=header, scored=_with_all(scored, SCORES.schema), frames={})


def _with_all(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Columns that are not there are null, or 0 where a number may not be."""
    missing = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns
    ]
    whole = frame.with_columns(missing).select(list(schema))
    required = [column.name for column in SCORES.columns if column.required and column.name in schema]
    return whole.with_columns(
        pl.col(name).fill_null(pl.lit(0)) for name in required if schema[name].is_numeric()
    )


def answers(home: str) -> dict[str, object]:
    """Milliseconds of each kind of rerun of the whole page on the server, without a browser."""
    os.environ |= {"ROUNDS_HOME": home, "ROUNDS_NOW": f"{AS_OF + timedelta(days=1)}T08:00:00+00:00"}
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_string(_SCRIPT, default_timeout=120)
    app.context = {"timezone": "Europe/Berlin"}
    first = _took(app.run)
    segments = [f"Segment {1 + turn % 4}" for turn in range(_TIMES)]
    csms = [f"CSM {1 + turn}" for turn in range(_TIMES)]
    days = app.selectbox(key="since").options
    return {
        "first visit, nothing cached": [first],
        "nothing new": [_took(app.run) for _ in range(_TIMES)],
        "another segment": [_narrow(app, "e_segment", [name]) for name in segments],
        "no segment": [_narrow(app, "e_segment", [])],
        "another CSM": [_narrow(app, "e_csm", [name]) for name in csms],
        "no filter": [_narrow(app, "e_csm", [])],
        "a box of the whole book": [_box(app, turn) for turn in range(_TIMES)],
        "another earlier day, read for the first time": [
            _took(app.selectbox(key="since").select_index(turn + 20).run) for turn in range(min(5, len(days)))
        ],
        "errors": [error.value for error in (*app.error, *app.exception)],
    }


def _narrow(app: Any, key: str, wanted: list[str]) -> float:
    return _took(app.multiselect(key=key).set_value(wanted).run)


def _box(app: Any, turn: int) -> float:
    app.query_params["show"] = f"box:plane:{turn},40;80,90"
    return _took(app.run)


def _took(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def run(home: Path) -> None:
    """Print the table; `home` is made where it is not there yet."""
    if not home.exists():
        filled = measured(fill, str(home))
        print(f"{filled.value:,} rows of scores written in {filled.seconds:.1f} s")
    found = measured(answers, str(home)).value
    if found.pop("errors"):
        raise RuntimeError("the page showed an error; open it to read it")
    for name, times in found.items():
        worst = sorted(times)[round(0.95 * (len(times) - 1))]
        print(f"{name:46} median {statistics.median(times):7.0f} ms   95 % {worst:7.0f} ms   n {len(times)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, help="a folder; made anew when it does not exist")
    run(parser.parse_args().home)
