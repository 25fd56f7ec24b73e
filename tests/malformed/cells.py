"""Cells and columns that no careful person would write, drawn by lot."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

FACTS: dict[str, dict[str, tuple[str, ...]]] = {
    "accounts": {
        "account_id": ("A1", "A2", "A3", "A4"),
        "name": ("Acme", "Bolt", "Zöe GmbH", "株式会社"),
        "signed_on": ("2025-01-31", "2024-02-29", "2025-12-01"),
        "gross_margin": ("0.5", "0.9", "1"),
    },
    "contacts": {
        "contact_id": ("c1", "c2", "c3", "c4"),
        "account_id": ("A1", "A2"),
        "email": ("a@x.example", "B@Y.example", "no"),
        "do_not_contact": ("yes", "no", "1"),
        "followers": ("0", "12", "1000"),
    },
    "usage_events": {
        "account_id": ("A1", "A2"),
        "user_id": ("u1", "u2", ""),
        "event": ("open", "save"),
        "occurred_at": ("2026-01-05 08:00:00", "2026-01-06T09:30:00Z", "2026-02-07 10:00:00"),
        "quantity": ("1", "2.5", "3"),
    },
    "survey_responses": {
        "response_id": ("r1", "r2", "r3", "r4", "r5"),
        "account_id": ("A1", "A2"),
        "kind": ("nps", "csat", "NPS"),
        "score": ("1", "5", "3"),
        "comment": ("Fine", "Ärger", "two\nlines"),
        "responded_at": ("2026-01-05 08:00:00", "2026-02-06 09:00:00"),
    },
    "subscriptions": {
        "account_id": ("A1", "A2"),
        "product": ("base", "more"),
        "starts_on": ("2025-01-01", "2025-06-01"),
        "ends_on": ("", "2026-12-31"),
        "mrr": ("100", "1,234.50", "99.9"),
    },
}
"""Sound values by fact and canonical column."""

ODD: tuple[str, ...] = (
    *(
        "",
        " ",
        "\t",
        "NULL",
        "NaN",
        "-inf",
        "1e999",
        "-0",
        "1e-400",
        "0x1F",
        "٣",
        "1_000",
        "9" * 400,
        "1.2.3.4",
    ),
    *(
        "0000-00-00",
        "9999-12-31",
        "10000-01-01",
        "2025-02-30",
        "31/12/2025",
        "1969-12-31",
        "2200-12-31 24:00:00",
    ),
    *(
        "A" * 3000,
        "\0",
        "a\0b",
        "\x1b[31m",
        "\ufeffA1",
        "\u202eevil",
        "\u2028",
        "\r",
        "\x85",
        "😀" * 50,
        "e\u0301",
    ),
    *('"', '""', '"open', "it's", "a,b", "a;b", "a|b", "a\tb", "\\", "\\N", "\\x00", "a\nb", "a\r\nb"),
    *("=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", '=HYPERLINK("http://x.example")', "\t=1"),
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "{{7*7}}",
        "${7*7}",
    ),
    *(
        "'; DROP TABLE accounts; --",
        "1 OR 1=1",
        "%s%s%n",
        "{0}",
        "../../etc/passwd",
        "C:\\x",
        "$HOME",
        "`id`",
    ),
    *("true", "vrai", "2", "-5", "101", "999999999999999999999", "1.797e308", "null", "None", "[]", "{}"),
)
"""Cells that are wrong somewhere: types, signs, lengths, languages, and what others have tried to run."""


@dataclass(frozen=True)
class Sheet:
    """One table to be written: their headers, rows of cells, and which fact it is meant to be."""

    fact: str
    headers: list[str]
    rows: list[list[Any]]


def sheet(lot: random.Random, fact: str = "") -> Sheet:
    """A table whose cells are mostly sound, sometimes not; its headers as in the fact."""
    fact = fact or lot.choice(list(FACTS))
    columns = FACTS[fact]
    odd = lot.choice((0.0, 0.05, 0.3, 1.0))
    height = lot.choice((0, 1, 3, 20, 200))
    rows = [
        [lot.choice(ODD) if lot.random() < odd else lot.choice(sound) for sound in columns.values()]
        for _ in range(height)
    ]
    return Sheet(fact, list(columns), rows)


def mapping_of(table: Sheet, file: str) -> dict[str, Any]:
    """The mapping that such a table would need."""
    return {table.fact: {"file": file, **{name: name for name in FACTS[table.fact]}}}
