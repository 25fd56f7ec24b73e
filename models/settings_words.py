"""Settings in words, and what differs between two versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from models.behaviour import PARTS
from models.call_settings import in_words
from models.contracts import Column, Contract
from models.decisions import Success, decisions, success_from
from models.findings import KINDS, OFF
from models.keeping import in_words as kept_in_words
from models.shares import percent

DEFAULT_CAPACITY = 8
DAYS = (90, 180, 365)

SUCCESS_COUNTS = Contract(
    "success_counts",
    (
        Column("definition", pl.String(), required=True),
        Column("decided", pl.Int64(), required=True, doc="accounts with a known result"),
        Column("succeeded", pl.Int64(), required=True),
        Column("recent", pl.Int64(), required=True, doc="successes of the last 365 days: the reference"),
    ),
    key=("definition",),
)


def success_words(success: Success) -> str:
    """What is called success, in a few words.

    >>> success_words(Success("alive_after_days", days=180))
    'still a customer after 180 days, and not paying less'
    """
    named = " or ".join(success.values)
    return {
        "renewed": "renewed at a decision date",
        "outcome": f"ended with {named}",
        "alive_after_days": f"still a customer after {success.days} days, and not paying less",
        "event": f"used {success.event} once",
    }[success.kind]


def definitions(accounts: pl.DataFrame, chosen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The definitions of success that can be chosen here, the one in force first."""
    offered: list[dict[str, Any]] = [{"kind": "renewed"}]
    offered += [{"kind": "alive_after_days", "days": days} for days in DAYS]
    outcomes = accounts["outcome"].drop_nulls().unique().sort().to_list()
    offered += [{"kind": "outcome", "values": [outcome]} for outcome in outcomes[:6]]
    mine = success_from(chosen)
    others = [one for one in offered if success_from(one) != mine]
    return [dict(chosen) or {"kind": "renewed"}, *others]


def success_counts(
    accounts: pl.DataFrame,
    subscriptions: pl.DataFrame,
    as_of: date,
    offered: Sequence[Mapping[str, Any]],
) -> pl.DataFrame:
    """How many accounts each definition judges and calls successful; columns of `SUCCESS_COUNTS`.

    A definition by an event is not counted here: that needs usage, which the next refresh reads.
    """
    rows = []
    for one in offered:
        success = success_from(one)
        if success.kind == "event":
            continue
        found = decisions(accounts, subscriptions, as_of, success)
        good = found.filter("succeeded")
        year = (pl.lit(as_of) - pl.col("decided_on")).dt.total_days() <= 365
        rows.append((success_words(success), found.height, good.height, good.filter(year).height))
    return SUCCESS_COUNTS.check(pl.DataFrame(rows, schema=SUCCESS_COUNTS.schema, orient="row"))


def told(body: Mapping[str, Any]) -> dict[str, str]:
    """Every entry in words, also those left at what is usual."""
    weights = body.get("weights")
    parts = [f"{part} {weights[part]:g}" for part in PARTS if part in weights] if weights else []
    known = {
        "Success": success_words(success_from(body.get("success", {}))),
        "Weights": ", ".join(parts) or "usual: frequency 30, effectiveness 40, breadth 30",
        "Calls a day": str(body.get("capacity", DEFAULT_CAPACITY)),
    }
    handed = body.get("handoff_days") or {}
    if handed:
        known["Handoffs"] = ", ".join(f"{step} within {days:g} days" for step, days in sorted(handed.items()))
    if body.get("first_value_days"):
        known["First value"] = f"within {body['first_value_days']} days of signing"
    if body.get("alert_budget"):
        known["New exceptions"] = f"at most {body['alert_budget']} a week for each CSM"
    if body.get(OFF):
        known["Not looked for"] = ", ".join(KINDS.get(kind, kind) for kind in body[OFF])
    answers = body.get("reply_days") or {}
    if answers:
        known["Answers"] = ", ".join(
            f"{channel} within {days:g} working days" for channel, days in sorted(answers.items())
        )
    told_above = {
        OFF,
        "alert_budget",
        "reply_days",
        "success",
        "weights",
        "capacity",
        "handoff_days",
        "first_value_days",
        "rates",
        "value",
        "holdout",
        "calls",
        "keep",
    }
    if "holdout" in body:
        known["Held out of the calls"] = percent(float(body["holdout"])) if body["holdout"] else "none"
    others = set(body) - told_above
    return (
        known
        | in_words(body)
        | kept_in_words(body)
        | _money(body)
        | {name: str(body[name]) for name in sorted(others)}
    )


def _money(body: Mapping[str, Any]) -> dict[str, str]:
    """What was stated of exchange rates and costs, where something was."""
    told, rates, value = {}, body.get("rates"), body.get("value")
    if rates:
        each = ", ".join(f"1 {name} = {rate:g}" for name, rate in sorted(rates["per_unit"].items()))
        told["Exchange rates"] = f"into {rates['into']}, of {rates['on']}: {each}"
    if value:
        stated = {name: number for name, number in value.items() if number is not None}
        told["Costs where not known"] = ", ".join(
            f"{name.replace('_', ' ')} {number:g}" for name, number in sorted(stated.items())
        )
    return told


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What changed from one version to another, a line an entry.

    >>> difference({}, {"capacity": 5})
    ['Calls a day: 8 → 5']
    """
    was, now = told(before), told(after)
    return [
        f"{name}: {was.get(name, 'not set')} → {now.get(name, 'not set')}"
        for name in dict.fromkeys([*was, *now])
        if was.get(name) != now.get(name)
    ]
