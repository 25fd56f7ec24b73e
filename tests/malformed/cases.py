"""Numbered cases: a folder of files and a mapping, at least one of them wrong; the same for ever."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.malformed.cells import ODD, Sheet, mapping_of, sheet
from tests.malformed.files import WRITERS

ACCOUNTS = "account_id,name\nA1,Acme\nA2,Bolt\n"


@dataclass(frozen=True)
class Case:
    """What was drawn: the kind of file, its table, and the mapping as a loaded document."""

    number: int
    kind: str
    file: str
    mapping: dict[str, Any]


def case(number: int, folder: Path, kind: str = "") -> Case:
    """Write the files of a case into an empty folder."""
    lot = random.Random(number)
    names = list(WRITERS)
    drawn = kind or lot.choices(names, [WRITERS[name][1] for name in names])[0]
    table = _headed(lot, sheet(lot))
    file = WRITERS[drawn][0](lot, table, folder)
    document = mapping_of(table, file)
    if table.fact != "accounts":
        (folder / "known.csv").write_text(ACCOUNTS)
        document["accounts"] = {"file": "known.csv", "account_id": "account_id", "name": "name"}
    for _ in range(lot.choice((0, 0, 0, 1, 2))):
        _bent(lot, document, table.fact)
    return Case(number, drawn, file, document)


def _headed(lot: random.Random, table: Sheet) -> Sheet:
    """Headers as they should be, mostly; else twice the same, empty, very long or in other letters."""
    headers = list(table.headers)
    if lot.random() < 0.15:
        at = lot.randrange(len(headers))
        headers[at] = lot.choice(
            (headers[0], "", " ", "x" * 500, headers[at].upper(), "=1+1", "a,b", '"', "é", "\0")
        )
    return Sheet(table.fact, headers, table.rows)


def _bent(lot: random.Random, document: dict[str, Any], fact: str) -> None:
    """One thing of the mapping that is wrong, or asks for something rare."""
    entry = document.get(fact)
    if not isinstance(entry, dict):
        return
    columns = [name for name in entry if name not in ("file", "sheet", "delimiter", "encoding", "nulls")]
    column = lot.choice(columns) if columns else "account_id"
    changes: list[tuple[str, Any]] = [
        (column, "no such column"),
        (column, ""),
        (column, 7),
        (column, ["account_id"]),
        (
            column,
            {
                "column": entry.get(column),
                "format": lot.choice(("%d/%m/%Y", "%Q", "epoch", "1.234,56", "%", "")),
            },
        ),
        (column, {"column": entry.get(column), "values": {lot.choice(ODD): lot.choice(ODD)}}),
        (column, {"value": lot.choice((*ODD, 1, 2.5, True, None, [1]))}),
        (column, {"kolumn": "x"}),
        ("no_such", "account_id"),
        ("delimiter", lot.choice((";", "\t", "", "||", "é", '"', "\n", "a", "\0", " "))),
        (
            "encoding",
            lot.choice(
                ("utf-8", "utf-16", "cp1252", "nope", "base64", "utf-7", "idna", "unicode_escape", "rot13")
            ),
        ),
        ("nulls", lot.choice(([], ["-"], ["A1"], "NA", [1], [""]))),
        (
            "file",
            lot.choice(
                ("nothing.csv", "", "*", "**", "[", "t*", "a\0b", "../t.csv", ".", "/dev/null", "x" * 400)
            ),
        ),
        ("sheet", lot.choice(("Sheet", "none", "", 3))),
        ("url", lot.choice(("sqlite:///t.db", "nope://", "", "postgresql://nobody@127.0.0.1:1/x"))),
        ("query", "accounts"),
    ]
    name, value = lot.choice(changes)
    entry[name] = value
    if lot.random() < 0.05:
        document["settings"] = lot.choice(
            ({"capacity": "many"}, {"success": {"kind": "luck"}}, {"x": lot.choice(ODD)}, 7)
        )
    if lot.random() < 0.03:
        document[lot.choice(("akkounts", "", "usage"))] = {"file": "t.csv"}
