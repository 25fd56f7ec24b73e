"""The company that benchmarks run on: 10,000 accounts and 10M events, made once and kept."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from models.demo import Shape, company

AS_OF = date(2026, 6, 30)


def files(folder: Path, accounts: int, events: int, seed: int = 1) -> Path:
    """Write the company as one Parquet file a fact (usage also as CSV) below `folder`; returns where.

    The same size is written only once.
    """
    home = folder / f"company-{accounts}-{events}-{seed}"
    done = home / "done.json"
    if done.exists():
        return home
    home.mkdir(parents=True, exist_ok=True)
    shape = Shape(events_per_account=events / accounts)
    made = company(AS_OF, accounts=accounts, months=24, seed=seed, shape=shape)
    for name, frame in made.facts.items():
        frame.write_parquet(home / f"{name}.parquet")
    made.facts["usage_events"].write_csv(home / "usage_events.csv")
    done.write_text(json.dumps({name: frame.height for name, frame in made.facts.items()}))
    return home
