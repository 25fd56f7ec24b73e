"""The usage history: rhythm, holidays, and agreement with what the truth says was planted."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.demo import Company
from tests.models.demo.reading import mean


def per_day(made: Company) -> pl.DataFrame:
    """Events a day of accounts that were there through the last 500 days."""
    accounts = made.facts["accounts"].filter(
        pl.col("churned_on").is_null(), pl.col("signed_on") < date(2025, 2, 1)
    )
    usage = made.facts["usage_events"].join(accounts, on="account_id", how="semi")
    days = usage.group_by(day=pl.col("occurred_at").dt.date()).agg(events=pl.len())
    return days.filter(pl.col("day") >= date(2025, 3, 1)).sort("day")


def test_weekends_are_quieter(usual: Company) -> None:
    days = per_day(usual)
    weekday = days.filter(pl.col("day").dt.weekday() <= 5)
    weekend = days.filter(pl.col("day").dt.weekday() > 5)
    assert 0.2 < mean(weekend["events"]) / mean(weekday["events"]) < 0.5


def test_christmas_and_summer_are_quieter(usual: Company) -> None:
    days = per_day(usual).filter(pl.col("day").dt.weekday() <= 5)
    ordinary = mean(days.filter(pl.col("day").dt.month() == 11)["events"])
    christmas = days.filter(pl.col("day").is_between(date(2025, 12, 24), date(2025, 12, 31)))
    summer = days.filter(pl.col("day").is_between(date(2025, 7, 8), date(2025, 8, 15)))
    assert mean(christmas["events"]) / ordinary < 0.3
    assert 0.6 < mean(summer["events"]) / ordinary < 0.95


def test_accounts_vary_more_than_poisson(usual: Company) -> None:
    weeks = (
        usual.facts["usage_events"]
        .filter(pl.col("occurred_at").is_between(date(2026, 2, 2), date(2026, 6, 28)))
        .group_by("account_id", week=pl.col("occurred_at").dt.truncate("1w"))
        .agg(events=pl.len())
        .group_by("account_id")
        .agg(
            ratio=pl.col("events").var() / pl.col("events").mean(),
            weeks=pl.len(),
            rate=pl.col("events").mean(),
        )
        .filter(pl.col("weeks") >= 18, pl.col("rate") > 10)
    )
    assert (weeks["ratio"] > 1.5).sum() > 0.5 * weeks.height


def test_first_occurrences_are_the_planted_ones(usual: Company) -> None:
    start = date.fromisoformat(usual.truth["parameters"]["usage_starts_on"])
    told = pl.DataFrame(
        [
            {"account_id": account, "event": step["event"], "day": date.fromisoformat(step["reached_on"])}
            for account, entry in usual.truth["accounts"].items()
            for step in entry["reached"]
        ]
    ).filter(pl.col("day") >= start)
    seen = (
        usual.facts["usage_events"]
        .group_by("account_id", "event")
        .agg(first=pl.col("occurred_at").min().dt.date())
    )
    both = told.join(seen, on=["account_id", "event"], how="left")
    assert both.height > 1_000
    assert both["day"].equals(both["first"], null_equal=False)


def test_planted_declines_show_in_the_usage(usual: Company) -> None:
    entries = usual.truth["accounts"].items()
    falls = [
        {"account_id": account, "on": date.fromisoformat(fall["on"]), "depth": fall["depth"]}
        for account, entry in entries
        if entry["weekly_events"] > 12
        for fall in entry["declines"]
        if date(2024, 10, 1) < date.fromisoformat(fall["on"]) < date(2026, 5, 1) and fall["before_decision"]
    ]
    rows = pl.DataFrame(falls).join(usual.facts["usage_events"], on="account_id")
    offset = (rows["occurred_at"].dt.date() - rows["on"]).dt.total_days()
    counted = (
        rows.with_columns(offset=offset)
        .group_by("account_id", "on", "depth")
        .agg(
            before=((pl.col("offset") >= -35) & (pl.col("offset") < 0)).sum(),
            after=((pl.col("offset") >= 14) & (pl.col("offset") < 32)).sum(),
        )
    )
    ratio = float(counted["after"].sum() / 18) / float(counted["before"].sum() / 35)
    expected = 1 - mean(counted["depth"])
    assert len(falls) > 20
    assert abs(ratio - expected) < 0.15


def test_a_quiet_champion_stops_while_colleagues_work_on(usual: Company) -> None:
    quiet = {
        account: date.fromisoformat(entry["champion_quiet_on"])
        for account, entry in usual.truth["accounts"].items()
        if entry["champion_quiet_on"]
    }
    assert quiet
    champions = usual.facts["contacts"].filter(pl.col("is_champion"))["contact_id"]
    frame = pl.DataFrame({"account_id": list(quiet), "since": list(quiet.values())})
    late = (
        usual.facts["usage_events"]
        .join(frame, on="account_id")
        .filter(pl.col("occurred_at").dt.date() > pl.col("since") + timedelta(days=1))
    )
    assert late["account_id"].n_unique() > len(quiet) / 2
    by_champion = late.filter(pl.col("user_id").is_in(champions.implode())).height
    assert by_champion < 0.02 * late.height
