"""Rules that people make without code: a measure, a threshold, for whom, and what to do then."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta

import polars as pl

from models import rule_measures
from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, TIME, WHOLE
from models.findings import FINDINGS, OWN, finding_rows

COMPARISONS = ("below", "at most", "at least", "above")
SEVERITIES: dict[str, float] = {"low": 0.3, "middle": 0.5, "high": 0.8}
LONGEST_NAME = 60

RULES = Contract(
    "exception_rules",
    (
        Column("rule_id", WHOLE, required=True),
        Column("version", WHOLE, required=True, doc="grows with every save"),
        Column("body", TEXT, required=True, doc="JSON of `Rule`"),
        Column("active", FLAG, required=True, doc="looked for in every refresh"),
        Column("saved_at", TIME, required=True, doc="UTC"),
        Column("saved_by", TEXT, required=True),
        Column("retired_at", TIME, doc="null while it stands"),
    ),
    key=("rule_id",),
)

VERSIONS = Contract("exception_rule_versions", RULES.columns, key=("rule_id", "version"))
"""Every version that a rule ever had."""

HITS = Contract(
    "rule_hits",
    (
        Column("as_of", DAY, required=True),
        Column("account_id", TEXT, required=True),
        Column("value", REAL, doc="of the measure that day; null where the kind has no single number"),
    ),
    key=("as_of", "account_id"),
)


@dataclass(frozen=True)
class Rule:
    """Fires where `measure` lies on that side of `threshold`, for accounts that pass every filter.

    Empty filters let every account pass; tenure is in days since signing.
    """

    name: str
    measure: str
    comparison: str
    threshold: float
    prescription: str
    severity: str = "middle"
    within_days: int = 14
    segments: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    csms: tuple[str, ...] = ()
    tenure_from: int | None = None
    tenure_to: int | None = None


def kind_of(rule_id: int) -> str:
    """The kind of exception that a rule finds.

    >>> kind_of(7)
    'rule:7'
    """
    return f"{OWN}{rule_id}"


def as_body(rule: Rule) -> str:
    """The rule as the JSON that is stored."""
    return json.dumps(asdict(rule), ensure_ascii=False)


def from_body(body: str) -> Rule:
    """A stored rule; entries of a later version are left aside."""
    known = {field.name for field in fields(Rule)}
    given = {name: value for name, value in json.loads(body).items() if name in known}
    lists = {name: tuple(given.get(name) or ()) for name in ("segments", "plans", "csms")}
    return Rule(**{**given, **lists})


def rules_of(stored: pl.DataFrame, *, only_active: bool = True) -> dict[int, Rule]:
    """The rules of `RULES` by id: those that are switched on, or all that were not retired."""
    standing = stored.filter(pl.col("retired_at").is_null())
    wanted = standing.filter("active") if only_active else standing
    return {rule_id: from_body(body) for rule_id, body in wanted.select("rule_id", "body").iter_rows()}


def troubles(rule: Rule, measures: Mapping[str, str] | None = None) -> list[str]:
    """What has to be mended before this can be saved, a sentence each; empty when nothing has.

    >>> troubles(Rule("Quiet", "active_days_28", "under", 3, "Call."))
    ['Compare with one of below, at most, at least, above.']
    """
    said = []
    known = rule_measures.MEASURES if measures is None else measures
    number = rule_measures.is_finding(rule.measure)
    if not rule.name.strip() or len(rule.name) > LONGEST_NAME:
        said.append(f"Give the rule a name of at most {LONGEST_NAME} letters.")
    if rule.measure not in known and not (measures is None and number):
        said.append(f"There is no measure {rule.measure}; choose one of the list.")
    if rule.comparison not in COMPARISONS:
        said.append(f"Compare with one of {', '.join(COMPARISONS)}.")
    if not abs(rule.threshold) < 1e12:
        said.append("The threshold is a plain number.")
    if not rule.prescription.strip():
        said.append("Say what to do when it is found.")
    if rule.severity not in SEVERITIES:
        said.append(f"How serious it is, is one of {', '.join(SEVERITIES)}.")
    if not 1 <= rule.within_days <= 365:
        said.append("The days to act within lie between 1 and 365.")
    low, high = rule.tenure_from or 0, rule.tenure_to if rule.tenure_to is not None else 10**6
    if low < 0 or high < low:
        said.append("The days since signing run from a smaller to a larger number.")
    return said


def in_words(rule: Rule) -> str:
    """What a rule looks for.

    >>> in_words(Rule("Quiet", "active_days_28", "below", 3.0, "Call.", segments=("Small",)))
    'active days in 28 days below 3, for segment Small'
    """
    base = f"{rule_measures.words(rule.measure)} {rule.comparison} {rule.threshold:g}"
    parts = [
        f"{label} {' or '.join(chosen)}"
        for label, chosen in (("segment", rule.segments), ("plan", rule.plans), ("CSM", rule.csms))
        if chosen
    ]
    if rule.tenure_from is not None:
        parts.append(f"signed at least {rule.tenure_from} days ago")
    if rule.tenure_to is not None:
        parts.append(f"signed at most {rule.tenure_to} days ago")
    return f"{base}, for {', '.join(parts)}" if parts else base


def hits(rule: Rule, scores: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Where and when a rule fires, on any number of days. Out: `HITS`.

    In: `SCORES` with as_of (at least what the measure and the filters need), and for a number behind a
    finding `FINDINGS` with as_of. An account whose measure is not known never fires.
    """
    known = rule_measures.values(rule.measure, scores, findings)
    passing = scores.filter(_passes(rule)).select("as_of", "account_id")
    fires = known.filter(_compared(rule)).join(passing, on=["as_of", "account_id"], how="semi")
    return HITS.check(fires.sort("as_of", "account_id"))


def own_findings(
    rules: Mapping[int, Rule], scores: pl.DataFrame, findings: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Everything the rules of one's own find on a day; `FINDINGS`, a kind a rule.

    In: `SCORES` and `FINDINGS` of that day. `since` is that day: an open exception keeps its first.
    """
    day = pl.lit(as_of).alias("as_of")
    dated, found = scores.with_columns(day), findings.with_columns(day)
    return FINDINGS.check(
        pl.concat(
            [
                FINDINGS.empty(),
                *(_found(rule_id, rule, dated, found, as_of) for rule_id, rule in rules.items()),
            ]
        )
    )


def _found(
    rule_id: int, rule: Rule, scores: pl.DataFrame, findings: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    shown = pl.col("value").round(2).cast(pl.String).str.strip_suffix(".0")
    words = rule_measures.words(rule.measure)
    rows = hits(rule, scores, findings).with_columns(
        since="as_of",
        severity=pl.lit(SEVERITIES[rule.severity]),
        measure=pl.lit(words),
        comparison=pl.lit(rule.comparison),
        threshold=pl.lit(rule.threshold),
        sentence=pl.format(
            "{}: {} {}, {} {}.",
            pl.lit(rule.name),
            pl.lit(words),
            shown,
            pl.lit(rule.comparison),
            pl.lit(f"{rule.threshold:g}"),
        ),
    )
    due = pl.lit(as_of + timedelta(days=rule.within_days))
    evidence = ["measure", "value", "comparison", "threshold"]
    return finding_rows(rows, kind_of(rule_id), rule.prescription, evidence, due_on=due)


def _compared(rule: Rule) -> pl.Expr:
    value, threshold = pl.col("value"), rule.threshold
    return {
        "below": value < threshold,
        "at most": value <= threshold,
        "at least": value >= threshold,
        "above": value > threshold,
    }[rule.comparison]


def _passes(rule: Rule) -> pl.Expr:
    chosen: Sequence[tuple[str, tuple[str, ...]]] = (
        ("segment", rule.segments),
        ("plan", rule.plans),
        ("csm_id", rule.csms),
    )
    tests = [pl.col(name).is_in(list(wanted)) for name, wanted in chosen if wanted]
    if rule.tenure_from is not None:
        tests.append(pl.col("tenure_days") >= rule.tenure_from)
    if rule.tenure_to is not None:
        tests.append(pl.col("tenure_days") <= rule.tenure_to)
    return pl.all_horizontal(pl.lit(value=True), *tests)
