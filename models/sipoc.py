"""SIPOC of each team's process: suppliers, inputs, process, outputs, customers, from data and from people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

import polars as pl

from models.contracts import Column, Contract
from models.facts import TEXT, WHOLE
from models.findings import close_of
from models.handoffs import ACCEPTED, holds, steps

PARTS: dict[str, str] = {
    "suppliers": "Suppliers",
    "inputs": "Inputs",
    "process": "Process",
    "outputs": "Outputs",
    "customers": "Customers",
}
PERIOD_DAYS = 365
MOST_EVENTS, MOST_SEGMENTS = 5, 6

ENTRIES = Contract(
    "sipoc_entries",
    (
        Column("process", TEXT, required=True, doc="the team whose process it is"),
        Column("place", WHOLE, required=True, doc="order of the processes"),
        Column("part", TEXT, required=True, doc="a key of PARTS"),
        Column("entry", TEXT, required=True),
        Column("n", WHOLE, required=True, doc="how often, or how many accounts, in the past year"),
        Column("unit", TEXT, required=True, doc="what n counts"),
    ),
    key=("process", "part", "entry"),
)


@dataclass(frozen=True)
class Line:
    """What a person wrote into one part of a process, who and when (UTC)."""

    part: str
    text: str
    by: str = ""
    at: str = ""


def from_data(
    facts: Mapping[str, pl.DataFrame],
    event_spans: pl.DataFrame,
    value_events: Sequence[str],
    as_of: date,
) -> pl.DataFrame:
    """What the data tell of each team's process in the year before `as_of`; `ENTRIES`.

    In: accounts, handoffs and interactions of `models.facts`, `facts.EVENT_SPANS`. Suppliers are the teams
    whose handoffs it took over; inputs those handoffs and what customers asked while the team held them;
    process, what the team did and what customers used first then; outputs, handoffs onward, first value,
    closed tickets and customers lost; customers, the segments it held and the team it hands to.
    """
    known = steps(facts["handoffs"], facts["accounts"], as_of)
    held = holds(known, facts["accounts"], as_of)
    since = as_of - timedelta(PERIOD_DAYS)
    taken = known.filter((pl.col("state") == ACCEPTED) & (pl.col("ended_on") > since))
    given = known.filter(pl.col("handed_on") > since)
    recent = held.filter(pl.col("ended_on") > since)
    spells = recent.select("account_id", "team", first="from_on", last="ended_on")
    talked = _during(_talk(facts["interactions"], since, as_of), spells)
    places = held.group_by("team").agg(start=pl.col("start_day").median()).sort("start", "team")
    parts = [
        _counted(taken, "to_team", "suppliers", pl.col("from_team").str.to_titlecase(), "handoffs"),
        _counted(taken, "to_team", "inputs", pl.format("Handoff from {}", "from_team"), "handoffs"),
        _counted(talked.filter("inward"), "team", "inputs", _asked(), "messages"),
        _counted(talked.filter(~pl.col("inward")), "team", "process", _done(), "contacts"),
        _first_uses(event_spans, spells, since, as_of),
        _counted(given, "from_team", "outputs", pl.format("Handoff to {}", "to_team"), "handoffs"),
        _first_value(event_spans, value_events, spells, since, as_of),
        _counted(
            talked.filter(pl.col("closed") & (pl.col("channel") == "ticket")),
            "team",
            "outputs",
            pl.lit("Ticket closed"),
            "tickets",
        ),
        _counted(
            recent.filter(pl.col("state") == "left"), "team", "outputs", pl.lit("Customer lost"), "accounts"
        ),
        _segments(recent, facts["accounts"]),
        _counted(given, "from_team", "customers", pl.format("Team {}", "to_team"), "handoffs"),
    ]
    order = places.select(process="team", place=pl.int_range(pl.len(), dtype=pl.Int64))
    rows = pl.concat(parts).join(order, on="process")
    return ENTRIES.check(rows.sort("place", _part_place(), pl.col("n") * -1, "entry"))


def _counted(rows: pl.DataFrame, team: str, part: str, entry: pl.Expr, unit: str) -> pl.DataFrame:
    return (
        rows.select(process=team, entry=entry)
        .group_by("process", "entry")
        .agg(n=pl.len().cast(pl.Int64))
        .select("process", pl.lit(part).alias("part"), "entry", "n", pl.lit(unit).alias("unit"))
    )


def _talk(interactions: pl.DataFrame, since: date, as_of: date) -> pl.DataFrame:
    channel = pl.col("channel").str.to_lowercase()
    return interactions.filter(pl.col("opened_at").dt.date().is_between(since, as_of)).select(
        "account_id",
        channel=channel,
        day=pl.col("opened_at").dt.date(),
        inward=((pl.col("direction") == "in") | (channel == "ticket")).fill_null(value=False),
        closed=(pl.col("closed_at") < close_of(as_of)).fill_null(value=False),
    )


def _during(rows: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """The rows (account_id, day, …) with the team that held the account on that day."""
    inside = (pl.col("day") >= pl.col("first")) & (pl.col("day") <= pl.col("last"))
    return rows.join(spells, on="account_id").filter(inside).drop("first", "last")


def _asked() -> pl.Expr:
    return pl.format("{} from customers", pl.col("channel").str.to_titlecase())


def _done() -> pl.Expr:
    return pl.format("{} to or with customers", pl.col("channel").str.to_titlecase())


def _first_uses(spans: pl.DataFrame, spells: pl.DataFrame, since: date, as_of: date) -> pl.DataFrame:
    """What customers used first while the team held them, the most common five."""
    used = spans.select("account_id", "event", day=pl.col("first_at").dt.date())
    during = _during(used.filter(pl.col("day").is_between(since, as_of)), spells)
    counted = _counted(
        during, "team", "process", pl.format("Customers use {} for the first time", "event"), "accounts"
    )
    most = pl.struct("n", "entry").rank("ordinal", descending=True).over("process") <= MOST_EVENTS
    return counted.filter(most)


def _first_value(
    spans: pl.DataFrame, value_events: Sequence[str], spells: pl.DataFrame, since: date, as_of: date
) -> pl.DataFrame:
    first = (
        spans.filter(pl.col("event").is_in(list(value_events)))
        .group_by("account_id")
        .agg(day=pl.col("first_at").min().dt.date())
        .filter(pl.col("day").is_between(since, as_of))
    )
    return _counted(_during(first, spells), "team", "outputs", pl.lit("First value reached"), "accounts")


def _segments(recent: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    named = recent.unique(["account_id", "team"]).join(
        accounts.select("account_id", "segment"), on="account_id"
    )
    counted = _counted(
        named,
        "team",
        "customers",
        pl.format("Accounts of segment {}", pl.col("segment").fill_null("not known")),
        "accounts",
    )
    most = pl.struct("n", "entry").rank("ordinal", descending=True).over("process") <= MOST_SEGMENTS
    return counted.filter(most)


def _part_place() -> pl.Expr:
    places = {part: place for place, part in enumerate(PARTS)}
    return pl.col("part").replace_strict(places, return_dtype=pl.Int64)


def sheet(entries: pl.DataFrame, process: str, lines: Sequence[Line]) -> pl.DataFrame:
    """One process as a table: part, entry, n, unit, origin ("from data" or "written by NAME on DAY").

    In: `ENTRIES` and what people wrote. By part, data first.
    """
    told = entries.filter(pl.col("process") == process).select(
        "part", "entry", "n", "unit", origin=pl.lit("from data")
    )
    written = pl.DataFrame(
        [(one.part, one.text, None, None, _origin(one)) for one in lines],
        schema=told.schema,
        orient="row",
    )
    rows = pl.concat([told, written])
    return rows.with_row_index("_row").sort(_part_place(), "_row").drop("_row")


def _origin(line: Line) -> str:
    day = f" on {datetime.fromisoformat(line.at):%-d %b %Y}" if line.at else ""
    return f"written by {line.by or 'nobody yet'}{day}"


def signed(lines: Iterable[Line], before: Sequence[Line], person: str, at: datetime) -> tuple[Line, ...]:
    """The lines with who wrote each: those that stand in `before` keep their writer."""
    known = {(one.part, one.text): one for one in before}
    moment = at.isoformat(timespec="minutes")
    tidy = (replace(one, text=" ".join(one.text.split())) for one in lines)
    return tuple(known.get((one.part, one.text)) or replace(one, by=person, at=moment) for one in tidy)


def troubles(lines: Sequence[Line]) -> list[str]:
    """What has to be mended before this can be saved, a sentence each; empty when nothing has."""
    said = []
    for place, one in enumerate(lines, 1):
        if one.part not in PARTS:
            said.append(f"Row {place} has no part; choose one of {', '.join(PARTS)}.")
        if not one.text.strip():
            said.append(f"Row {place} says nothing.")
    if len({(one.part, one.text) for one in lines}) < len(lines):
        said.append("Two rows of a part say the same.")
    return said


def difference(before: Sequence[Line], after: Sequence[Line]) -> list[str]:
    """What one sheet has that the other has not, a line each."""
    was, now = {(one.part, one.text) for one in before}, {(one.part, one.text) for one in after}
    more = [f"with: {PARTS[one.part]}, {one.text}" for one in after if (one.part, one.text) not in was]
    return more + [
        f"without: {PARTS[one.part]}, {one.text}" for one in before if (one.part, one.text) not in now
    ]


def as_body(lines: Iterable[Line]) -> str:
    """The lines as the text that is stored."""
    return json.dumps([asdict(one) for one in lines], ensure_ascii=False)


def from_body(body: str) -> tuple[Line, ...]:
    """The lines out of their stored text."""
    return tuple(Line(**one) for one in json.loads(body))
