"""How well the risk order and the scores rank learners who withdraw in the next 28 days (OULAD).

Run: python -m benchmarks.oulad_scores --data DIR, with learners.csv and clicks.csv.gz in DIR. An enrolment
is an account, the module its segment, Pass and Distinction are success. Clicks before the course began
count as an event reached, never as frequency. Open University Learning Analytics, CC BY 4.0.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from models import facts
from models.auc import auc, top_lift
from models.behaviour import behaviour
from models.book import book
from models.decisions import Success, decisions
from models.emotion import emotion
from models.measure_choice import Choice, choose
from models.measures import Measures
from models.past_decisions import Usage, month_ends, observed_days, past_decisions
from models.risk import risk

REPORTED = date(2014, 1, 15)
CHOSEN_ON = (
    date(2013, 3, 15),
    date(2013, 5, 15),
    date(2013, 7, 15),
    date(2013, 11, 15),
    date(2013, 12, 15),
)
"""The weights of the risk order were judged on these dates; the reported one was seen meanwhile too, so
its figure may flatter a little."""

STOPPED = date(2014, 3, 15)
"""After mid-February 2014 the clicks of the larger course are missing from the data."""

HORIZON = timedelta(days=28)
SUCCESS = Success("outcome", ("pass", "distinction"))

ORDERS: dict[str, Callable[[pl.DataFrame], pl.Series]] = {
    "risk order": lambda rows: rows["risk"],
    "behaviour": lambda rows: -rows["behaviour"].fill_null(0.0),
    "usual measures": lambda rows: -rows["usual"].fill_null(0.0),
    "frequency": lambda rows: -rows["frequency"].fill_null(0.0),
    "effectiveness": lambda rows: -rows["effectiveness"].fill_null(0.0),
    "breadth": lambda rows: -rows["breadth"].fill_null(0.0),
    "plain active days": lambda rows: -rows["active_days_28"],
    "plain clicks": lambda rows: -rows["clicks_28"],
}


@dataclass(frozen=True)
class Learners:
    accounts: pl.DataFrame
    clicks: pl.DataFrame


def read(folder: Path) -> Learners:
    """Learners as `facts.ACCOUNTS`, and account_id, event, day, quantity."""
    days = pl.col("started", "ends", "withdrew").str.to_date("%d/%m/%Y", strict=False)
    finished = pl.col("result") != "Withdrawn"
    accounts = (
        pl.read_csv(folder / "learners.csv")
        .with_columns(days)
        .select(
            account_id="enrolment",
            segment="module",
            signed_on="started",
            churned_on="withdrew",
            outcome=pl.when(finished).then(pl.col("result").str.to_lowercase()),
            outcome_on=pl.when(finished).then("ends"),
        )
    )
    clicks = pl.read_csv(folder / "clicks.csv.gz").select(
        account_id="enrolment",
        event="activity_type",
        day=pl.col("day").str.to_date(),
        quantity=pl.col("clicks").cast(pl.Float64),
    )
    complete = pl.concat([facts.ACCOUNTS.empty(), accounts], how="diagonal")
    return Learners(facts.ACCOUNTS.check(complete), clicks)


def used_by(learners: Learners, as_of: date) -> Usage:
    """Clicks up to a day: a row of the data is an event."""
    used = learners.clicks.filter(pl.col("day") <= as_of)
    days = used.group_by("account_id", "day").agg(
        events=pl.len().cast(pl.Int64), quantity=pl.col("quantity").sum(), users=pl.lit(0, pl.Int64)
    )
    time = pl.col("day").cast(pl.Datetime("us"))
    spans = used.group_by("account_id", "event").agg(
        events=pl.len().cast(pl.Int64),
        quantity=pl.col("quantity").sum(),
        first_at=time.min(),
        last_at=time.max(),
    )
    return Usage(days, spans)


def chosen(learners: Learners, as_of: date) -> Choice:
    """What behaviour is made of on a day, as the decisions known at the last month's end say."""
    ends = month_ends(as_of)
    usage = {day: used_by(learners, day) for day in observed_days(ends)}
    unpaid = facts.SUBSCRIPTIONS.empty()
    return choose(past_decisions(learners.accounts, unpaid, usage, ends, success=SUCCESS))


def scored(learners: Learners, as_of: date, measures: Measures) -> pl.DataFrame:
    """The live book with its scores, risk, clicks in the last 28 days, and `left` within the next 28."""
    used = learners.clicks.filter(pl.col("day") <= as_of)
    usage = used_by(learners, as_of)
    unpaid = facts.SUBSCRIPTIONS.empty()
    live = book(learners.accounts, unpaid, as_of)
    decided = decisions(learners.accounts, unpaid, as_of, SUCCESS)
    days, spans = usage.account_days, usage.event_spans
    scores = behaviour(live, days, spans, decided, as_of, measures=measures).scores
    usual = behaviour(live, days, spans, decided, as_of).scores.select("account_id", usual="behaviour")
    moods = emotion(live, facts.SURVEY_RESPONSES.empty(), facts.SURVEY_INVITATIONS.empty(), as_of)
    recent = used.filter(pl.col("day") > as_of - HORIZON).group_by("account_id")
    leaves = pl.col("churned_on").is_between(as_of, as_of + HORIZON, closed="right").fill_null(value=False)
    return (
        risk(live, scores, moods, as_of)
        .join(scores, on="account_id")
        .join(usual, on="account_id")
        .join(recent.agg(clicks_28=pl.col("quantity").sum()), on="account_id", how="left")
        .join(learners.accounts.select("account_id", left=leaves), on="account_id")
        .with_columns(pl.col("clicks_28").fill_null(0.0))
    )


def report(learners: Learners, as_of: date, note: str) -> None:
    choice = chosen(learners, as_of)
    rows = scored(learners, as_of, choice.measures)
    left: npt.NDArray[np.bool_] = rows["left"].to_numpy()
    print(f"\n{as_of}  {rows.height} live, {left.sum()} withdrew in 28 days. {note}")
    print(f"  {choice.why}")
    print(f"  {'order':18}  {'AUC [95 %]':24}  top-decile lift [95 %]")
    for name, order in ORDERS.items():
        score = order(rows).cast(pl.Float64).to_numpy()
        print(f"  {name:18}  {auc(left, score)!s:24}  {top_lift(left, score)!s}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of learners.csv and clicks.csv.gz")
    learners = read(parser.parse_args().data)
    for as_of in CHOSEN_ON:
        report(learners, as_of, "")
    report(learners, REPORTED, "The reported date.")
    report(learners, STOPPED, "The clicks of BBB stopped a month ago: no score there, by design.")


if __name__ == "__main__":
    main()
