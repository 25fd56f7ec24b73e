"""Evidence for the churn model's tests."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import polars as pl

from models.churn.evidence import Evidence, evidence_from, from_usage
from models.churn.observations import observations
from models.demo import Company, Signal, company
from models.facts import FACTS

DAY = date(2026, 6, 30)


@cache
def made(accounts: int, months: int, seed: int, signal: Signal) -> Company:
    return company(DAY, accounts=accounts, months=months, seed=seed, signal=signal)


def evidence_of(facts: dict[str, pl.DataFrame]) -> Evidence:
    return evidence_from(facts, *from_usage(facts["usage_events"]))


def asked(facts: dict[str, pl.DataFrame], until: date, evidence: Evidence, **how: Any) -> pl.DataFrame:
    return observations(facts["accounts"], facts["subscriptions"], until, since=evidence.usage_starts, **how)


def facts_of(**frames: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Every fact, empty unless given."""
    return {name: frames.get(name, contract.empty()) for name, contract in FACTS.items()}
