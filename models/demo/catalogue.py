"""The product: its events, which of them everybody does, and the three paths through it."""

from __future__ import annotations

import polars as pl

from models.facts import FEATURES

EVERYONE = {
    "session.started": ("Sign-in", "Core", 0.22),
    "board.viewed": ("Dispatch board", "Dispatch", 0.20),
    "job.created": ("Jobs", "Dispatch", 0.18),
    "job.assigned": ("Jobs", "Dispatch", 0.14),
    "job.closed": ("Jobs", "Dispatch", 0.12),
    "map.opened": ("Live map", "Dispatch", 0.08),
    "note.added": ("Notes", "Core", 0.06),
}
"""Event → feature, suite, share of ordinary use. Every account does these within weeks."""

MILESTONES = {
    "customers.imported": ("Customer import", "Core", False),
    "team.invited": ("Team", "Core", False),
    "template.saved": ("Job templates", "Planning", False),
    "calendar.synced": ("Calendar sync", "Planning", False),
    "route.optimised": ("Route optimiser", "Planning", True),
    "mobile.job_done": ("Crew app", "Mobile", True),
    "parts.reserved": ("Parts stock", "Mobile", True),
    "invoice.sent": ("Invoicing", "Billing", False),
    "payment.matched": ("Payments", "Billing", True),
    "sla.tracked": ("Service levels", "Insight", True),
    "report.scheduled": ("Reports", "Insight", False),
    "portal.shared": ("Customer portal", "Insight", True),
}
"""Event → feature, suite, whether the customer gets what they came for."""

NOISE = {
    "theme.changed": ("Appearance", "Core", False),
    "export.downloaded": ("Exports", "Insight", False),
    "filter.saved": ("Saved filters", "Dispatch", False),
    "photo.attached": ("Photos", "Mobile", False),
}
"""Done by some accounts at any time; it means nothing."""

RELEASED = "filter.saved"
"""Of these, the one that came into the product during the history."""

DECOY = {"sandbox.opened": ("Sandbox", "Core", False)}
"""Done by one segment only, which leaves less for reasons of its own."""
DECOY_SEGMENT = 2

PATHS: dict[str, tuple[tuple[str, int], ...]] = {
    "Plan first": (
        ("customers.imported", 5),
        ("template.saved", 13),
        ("route.optimised", 26),
        ("mobile.job_done", 42),
        ("sla.tracked", 62),
        ("report.scheduled", 88),
    ),
    "Cash first": (
        ("customers.imported", 6),
        ("invoice.sent", 16),
        ("payment.matched", 30),
        ("team.invited", 45),
        ("mobile.job_done", 65),
        ("portal.shared", 90),
    ),
    "Crew first": (
        ("team.invited", 4),
        ("mobile.job_done", 12),
        ("calendar.synced", 24),
        ("template.saved", 42),
        ("parts.reserved", 66),
        ("route.optimised", 92),
    ),
}
"""Path → its milestones in order, each with the typical (median) day after signing."""

BULK = ("job.created", "job.closed", "invoice.sent", "photo.attached")
"""Events whose quantity counts things done at once."""

OPTIONAL = (*MILESTONES, *NOISE, *DECOY)
EVENTS = (*EVERYONE, *OPTIONAL)


def features() -> pl.DataFrame:
    """The catalogue: one row an event with its feature, suite and whether it is of value.

    >>> features().filter(is_value=True).height
    6
    """
    rows = [(event, feature, suite, False) for event, (feature, suite, _) in EVERYONE.items()]
    rows += [
        (event, feature, suite, value)
        for event, (feature, suite, value) in (MILESTONES | NOISE | DECOY).items()
    ]
    return FEATURES.check(pl.DataFrame(rows, schema=FEATURES.schema, orient="row"))
