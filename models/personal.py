"""Who a person is in the data: the texts that tell them, and taking those texts out again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

import polars as pl

ERASED = "[erased]"
"""What stands where a person's own words or name stood."""

ID_COLUMNS = ("contact_id", "user_id")
"""Columns, and names in JSON, that hold the key of a person."""

_SAID = ("comment", "subject", "person", "contact_name", "email", "phone")
"""What goes with a person's key in a JSON object: their words, name and addresses."""

_DISTINCT = 6
"""A key with so many characters, digits among them, is nobody else's word."""


@dataclass(frozen=True)
class Traces:
    """Everything that tells one person (or several who are erased together).

    `keys` are contact ids and user ids, `accounts` where they are known, `companies` what these are called.
    """

    keys: tuple[str, ...]
    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()

    @property
    def users(self) -> tuple[str, ...]:
        """How usage events may name them."""
        return tuple(dict.fromkeys([*self.keys, *self.emails, *(one.lower() for one in self.emails)]))

    @property
    def telling(self) -> tuple[str, ...]:
        """Texts that are nobody else's wherever they stand: addresses, and keys that are no common word."""
        return (*self.emails, *(key for key in self.keys if _distinct(key)))

    def sure(self) -> str:
        """A pattern for what is nobody else's: addresses, telephone numbers, keys that are no common word."""
        return _any([*map(_word, self.telling), *filter(None, map(_dialled, self.phones))])

    def loose(self) -> str:
        """As `sure`, and full names: for texts that belong to no account."""
        return _any([self.sure(), *_full(self.names)])

    def near(self) -> str:
        """As `loose`, and first or last names by themselves: for texts of the person's own account."""
        taken = {part.lower() for company in self.companies for part in re.findall(r"\w+", company)}
        parts = {part for name in self.names for part in re.findall(r"[^\W\d_]{3,}", name)}
        alone = [rf"(?-i:\b{pl.escape_regex(part)}\b)" for part in sorted(parts) if part.lower() not in taken]
        whole = [rf"\b{pl.escape_regex(name)}\b" for name in self.names if name and " " not in name]
        return _any([self.loose(), *([] if taken & {n.lower() for n in self.names} else whole), *alone])


def together(every: Iterable[Traces]) -> Traces:
    """The traces of several people as one.

    >>> together([Traces(("a",)), Traces(("b",), emails=("b@x.example",))]).keys
    ('a', 'b')
    """
    some = list(every)

    def joined(field: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for one in some for text in getattr(one, field)))

    return Traces(*(joined(field) for field in Traces.__dataclass_fields__))


def cleaned(text: pl.Series, pattern: str) -> pl.Series:
    """The texts with every match replaced by `ERASED`; null stays null.

    >>> cleaned(pl.Series(["Ida Berg called", None]), Traces(("7",), names=("Ida Berg",)).loose()).to_list()
    ['[erased] called', None]
    """
    return text.str.replace_all(pattern, ERASED) if pattern else text


def without(text: str, traces: Traces, pattern: str) -> str:
    """A text, or the JSON in it, without the person: their key, what goes with it, and every match.

    >>> without('{"contact_id": "7", "comment": "Too slow", "score": 3}', Traces(("7",)), "")
    '{"contact_id": null, "comment": null, "score": 3}'
    """
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if isinstance(told, dict | list) and _holds_key(told, traces.keys):
        text = json.dumps(_emptied(told, traces.keys), ensure_ascii=False, default=str)
    return str(cleaned(pl.Series([text]), pattern)[0])


def said_of(text: str, traces: Traces) -> list[str]:
    """What JSON quotes of the person beside their key: a comment, a subject; for taking it out elsewhere."""
    try:
        told = json.loads(text)
    except ValueError:
        return []
    return [words for words in _quoted(told, traces.keys) if words]


def _quoted(told: Any, keys: tuple[str, ...]) -> list[str]:
    if isinstance(told, list):
        return [words for one in told for words in _quoted(one, keys)]
    if not isinstance(told, dict):
        return []
    own = any(told.get(name) in keys for name in ID_COLUMNS)
    mine = [told[name] for name in ("comment", "subject") if own and isinstance(told.get(name), str)]
    return mine + [words for one in told.values() for words in _quoted(one, keys)]


def _holds_key(told: Any, keys: tuple[str, ...]) -> bool:
    if isinstance(told, list):
        return any(_holds_key(one, keys) for one in told)
    if not isinstance(told, dict):
        return False
    return any(told.get(name) in keys for name in ID_COLUMNS) or any(
        _holds_key(one, keys) for one in told.values()
    )


def _emptied(told: Any, keys: tuple[str, ...]) -> Any:
    if isinstance(told, list):
        return [_emptied(one, keys) for one in told]
    if not isinstance(told, dict):
        return told
    own = any(told.get(name) in keys for name in ID_COLUMNS)
    gone = {name for name in told if own and (name in _SAID or (name in ID_COLUMNS and told[name] in keys))}
    return {name: None if name in gone else _emptied(value, keys) for name, value in told.items()}


def _distinct(key: str) -> bool:
    return len(key) >= _DISTINCT and any(c.isdigit() for c in key)


def _word(text: str) -> str:
    """A text as it is written, or escaped as JSON and addresses do, where it stands by itself."""
    spelled = {text, json.dumps(text)[1:-1], quote(text), quote_plus(text)}
    edges = (r"\b" if text[:1].isalnum() else "", r"\b" if text[-1:].isalnum() else "")
    return edges[0] + "(?:" + "|".join(sorted(map(pl.escape_regex, spelled))) + ")" + edges[1]


def _dialled(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    return r"(?:\+|\b00|\b)" + r"[\s()./\-]{0,2}".join(digits) + r"\b" if len(digits) > 6 else ""


def _full(names: Iterable[str]) -> list[str]:
    """Full names, in either order; a name of one word is too common."""
    found = []
    for name in names:
        parts = name.split()
        if len(parts) > 1:
            turned = f"{parts[-1]}, {' '.join(parts[:-1])}"
            forms = [r"\s+".join(map(pl.escape_regex, one.split())) for one in (name, turned)]
            written = {json.dumps(name)[1:-1], quote(name), quote_plus(name)} - {name}
            found.append(r"\b(?:" + "|".join([*forms, *sorted(map(pl.escape_regex, written))]) + r")\b")
    return found


def _any(patterns: Iterable[str]) -> str:
    some = [pattern for pattern in patterns if pattern]
    return "(?i)(?:" + "|".join(pattern.removeprefix("(?i)") for pattern in some) + ")" if some else ""
