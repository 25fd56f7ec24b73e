"""The playbooks that count in a call: what people saved, and for rules of one's own what the rule says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import polars as pl

from models.findings import FINDINGS
from models.own_rules import Rule, kind_of
from models.playbook import Playbook, default, sending


def of_rule(rule_id: int, rule: Rule) -> Playbook:
    """The playbook of a rule of one's own until somebody saves another: its words, its days.

    >>> of_rule(7, Rule("Quiet", "risk", "above", 80, "Ring them.", within_days=3)).within_days
    3
    """
    usual = default(kind_of(rule_id))
    return replace(usual, do=rule.prescription or usual.do, within_days=rule.within_days)


def came_with(rules: Mapping[int, Rule], name: str) -> Playbook:
    """The playbook of a name before anybody saved one: the rule's own, or the words of Rounds."""
    own = {kind_of(rule_id): (rule_id, rule) for rule_id, rule in rules.items()}
    return of_rule(*own[name]) if name in own else default(name)


def spoken(
    saved: Mapping[str, Playbook], rules: Mapping[int, Rule], pieces: Mapping[int, str]
) -> dict[str, Playbook]:
    """The playbooks of a talk track by quarter or kind, a line more for each piece that is still offered.

    `saved` is what people saved, `rules` the rules of one's own that stand, `pieces` the words of each
    piece of content by id. A kind that is missing here keeps the words that Rounds came with.
    """
    own = {kind_of(rule_id): of_rule(rule_id, rule) for rule_id, rule in rules.items()}
    return {name: sending(one, pieces) for name, one in {**own, **saved}.items()}


def followed(findings: pl.DataFrame, saved: Mapping[str, Playbook]) -> pl.DataFrame:
    """Findings as the saved playbooks have them: what to do, and due so many days after the trouble began.

    In and out: `FINDINGS`. Where a playbook keeps the days that Rounds came with, so does the due day: it
    knows more of the kind (a renewal's own day, the hour of an answer).
    """
    for kind, playbook in saved.items():
        mine = pl.col("kind") == kind
        days = playbook.within_days
        moved = days != default(kind).within_days
        due = pl.col("since") + timedelta(days=days) if moved else pl.col("due_on")
        findings = findings.with_columns(
            prescription=pl.when(mine).then(pl.lit(playbook.do)).otherwise("prescription"),
            due_on=pl.when(mine).then(due).otherwise("due_on"),
        )
    return FINDINGS.check(findings)
