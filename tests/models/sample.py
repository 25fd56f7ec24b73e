"""A small company made from a seed, for the tests of the scores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from models import facts
from models.behaviour import Compared, behaviour
from models.book import book
from models.decisions import decisions
from models.measures import Measures
from tests.models.rows import frame

AS_OF = date(2025, 6, 15)


@dataclass(frozen=True)
class Company:
    accounts: pl.DataFrame
    subscriptions: pl.DataFrame
    events: pl.DataFrame
    responses: pl.DataFrame
    as_of: date = AS_OF

    def account_days(self) -> pl.DataFrame:
        day = pl.col("occurred_at").dt.date()
        return facts.ACCOUNT_DAYS.check(
            self.events.group_by("account_id", day=day).agg(
                events=pl.len().cast(pl.Int64),
                quantity=pl.col("quantity").sum(),
                users=pl.col("user_id").drop_nulls().n_unique().cast(pl.Int64),
            )
        )

    def event_spans(self) -> pl.DataFrame:
        return facts.EVENT_SPANS.check(
            self.events.group_by("account_id", "event").agg(
                events=pl.len().cast(pl.Int64),
                quantity=pl.col("quantity").sum(),
                first_at=pl.col("occurred_at").min(),
                last_at=pl.col("occurred_at").max(),
            )
        )

    def cut(self, as_of: date) -> Company:
        """The same company with nothing after `as_of` in its usage and answers."""
        end = datetime.combine(as_of, datetime.max.time())
        return replace(
            self,
            events=self.events.filter(pl.col("occurred_at") <= end),
            responses=self.responses.filter(pl.col("responded_at") <= end),
            as_of=as_of,
        )

    def behaviour(
        self,
        as_of: date | None = None,
        features: pl.DataFrame | None = None,
        measures: Measures | None = None,
    ) -> Compared:
        day = as_of or self.as_of
        return behaviour(
            book(self.accounts, self.subscriptions, day),
            self.account_days(),
            self.event_spans(),
            decisions(self.accounts, self.subscriptions, day),
            day,
            features=features,
            measures=measures,
        )


def make(seed: int, accounts: int = 80, segments: int = 2) -> Company:
    """Accounts of mixed age that use, fade, renew and leave at random."""
    rng = np.random.default_rng(seed)
    people: list[dict[str, Any]] = []
    subscriptions: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for number in range(accounts):
        name, age = f"a{number:03d}", int(rng.integers(5, 700))
        signed = AS_OF - timedelta(days=age)
        churned = AS_OF - timedelta(days=int(rng.integers(-60, 300))) if rng.random() < 0.2 else None
        churned = churned if churned is None or churned > signed else None
        people.append(
            {
                "account_id": name,
                "segment": f"s{number % segments}" if number % 7 else None,
                "signed_on": signed,
                "churned_on": churned,
            }
        )
        for term in range(3):
            starts = signed + timedelta(days=365 * term)
            if starts <= AS_OF and (churned is None or starts < churned):
                subscriptions.append(
                    {
                        "account_id": name,
                        "product": "core",
                        "starts_on": starts,
                        "ends_on": starts + timedelta(days=365),
                        "mrr": float(rng.integers(1, 50) * 10),
                    }
                )
        events += _events(rng, name, signed, age, churned)
        answers += _answers(rng, name, len(answers))
    return Company(
        frame(facts.ACCOUNTS, *people),
        frame(facts.SUBSCRIPTIONS, *subscriptions),
        frame(facts.USAGE_EVENTS, *events),
        frame(facts.SURVEY_RESPONSES, *answers),
    )


def _events(
    rng: np.random.Generator, name: str, signed: date, age: int, churned: date | None
) -> list[dict[str, Any]]:
    made = []
    for _ in range(rng.poisson(age * rng.uniform(0.02, 0.15))):
        day = signed + timedelta(days=int(rng.integers(0, age + 20)))
        if churned is None or day <= churned:
            made.append(
                {
                    "account_id": name,
                    "user_id": f"u{rng.integers(3)}",
                    "event": f"e{min(int(rng.exponential(2)), 7)}",
                    "occurred_at": datetime.combine(day, datetime.min.time()),
                    "quantity": 1.0,
                }
            )
    return made


def _answers(rng: np.random.Generator, name: str, before: int) -> list[dict[str, Any]]:
    return [
        {
            "response_id": f"r{before + number}",
            "account_id": name,
            "contact_id": f"{name}-c{rng.integers(3)}",
            "kind": str(rng.choice(["nps", "nps", "csat"])),
            "score": float(rng.integers(1, 6)),
            "responded_at": datetime.combine(AS_OF, datetime.min.time())
            - timedelta(days=int(rng.integers(-30, 700))),
        }
        for number in range(rng.poisson(2))
    ]
