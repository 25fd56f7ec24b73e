"""Who a person is in the data: the texts that tell them, and taking those texts out again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import quote, quote_plus

import polars as pl

from models.exception_rules import QUOTED

ERASED = "[erased]"
"""What stands where a person's own words or name stood."""

ID_COLUMNS = ("contact_id", "user_id")
"""Columns, and names in JSON, that hold the key of a person."""

_SAID = ("comment", "subject", "person", "contact_name", "email", "phone")
"""What goes with a person's key in a JSON object: their words, name and addresses."""

_TWO = re.compile(r"2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
"""Country codes of two digits (ITU-T E.164); those with 1 and 7 have one, the others three."""

_PART = re.compile(r"[^\W\d_]{3,}")
_DISTINCT = 6
"""A key with so many characters, digits among them, is nobody else's word."""


@dataclass(frozen=True)
class Traces:
    """Everything that tells one person (or several who are erased together).

    `keys` are contact ids and user ids, `accounts` where they are known, `companies` what these are called,
    `quotes` what they wrote in surveys and tickets.
    """

    keys: tuple[str, ...]
    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """What may stand for them as a key: their own keys, and their addresses."""
        return tuple(dict.fromkeys([*self.keys, *self.emails]))

    @property
    def lower(self) -> tuple[str, ...]:
        """Their addresses in lower case: however one is capitalised, it is theirs."""
        return tuple(address.lower() for address in self.emails)

    @property
    def parts(self) -> tuple[str, ...]:
        """First and last names by themselves, where no customer of theirs is called so."""
        taken = {part.lower() for company in self.companies for part in re.findall(r"\w+", company)}
        found = {part for name in self.names for part in _PART.findall(name)}
        return tuple(sorted(part for part in found if part.lower() not in taken))

    @property
    def marks(self) -> tuple[str, ...]:
        """Texts whose digests tell this person in free text later; names only beside their account."""
        numbers = {number for phone in self.phones for number in _numbers(phone)}
        names = [" ".join(one.split()) for name in self.names for one in (name, _turned(name)) if " " in name]
        near = [f"{account}\x1f{text}" for account in self.accounts for text in (*names, *self.parts)]
        return (*self.ids, *sorted(numbers), *(f"account\x1f{account}" for account in self.accounts), *near)

    def named(self, column: str) -> pl.Expr:
        """Whether a column of keys names them; null names nobody."""
        key = pl.col(column)
        theirs = key.is_in(self.keys) | key.str.to_lowercase().is_in(self.lower)
        return theirs.fill_null(value=False)

    def is_named(self, key: object) -> bool:
        """Whether one key names them."""
        return key in self.keys or (isinstance(key, str) and key.lower() in self.lower)

    @property
    def telling(self) -> tuple[str, ...]:
        """Texts that are nobody else's wherever they stand: addresses, and keys that are no common word."""
        return (*self.emails, *(key for key in self.keys if distinct(key)))

    def sure(self) -> str:
        """A pattern for what is nobody else's: addresses, telephone numbers, keys that are no common word."""
        return _any([*map(_word, self.telling), *filter(None, map(_dialled, self.phones))])

    def loose(self) -> str:
        """As `sure`, and full names: for texts that belong to no account."""
        return _any([self.sure(), *_full(self.names)])

    def anywhere(self) -> str:
        """As `loose`, every key as it is, names with signs between their parts, and their own words.

        For whole files, whose rows nobody can ask for their account: rather one too many than one too few.
        """
        keys = [rf"\b{pl.escape_regex(key)}\b" for key in self.keys if not distinct(key)]
        said = map(_quotation, self.quotes)
        return _any([self.loose(), *keys, *_spread(self.names), *said, *_in_line(self.accounts, self.parts)])

    def near(self) -> str:
        """As `loose`, and first or last names by themselves: for texts of the person's own account."""
        alone = [rf"(?-i:\b{pl.escape_regex(part)}\b)" for part in self.parts]
        return _any([self.loose(), *alone])

    def quoting(self) -> str:
        """As `near`, and their own words: for sentences that Rounds made of what they wrote."""
        return _any([self.near(), *map(_quotation, self.quotes)])


def candidates(text: str, account: str) -> Iterator[tuple[int, int, str]]:
    """Places of a text that may tell somebody: begin, end, and the mark to hold against suppressed ones.

    Addresses and numbers anywhere; with an account, every one to four words beside it.
    """
    for found in re.finditer(r"[^\s<>\"',;:()\[\]]+@[^\s<>\"',;:()\[\]]+", text):
        yield found.start(), found.end(), found.group().rstrip(".")
    for found in re.finditer(r"\+?\(?\d[\d\s()./\-]{5,}\d", text):
        yield found.start(), found.end(), re.sub(r"\D", "", found.group())
    if account:
        words = list(re.finditer(r"[^\W_][\w’'\-]*", text))
        for size in (4, 3, 2, 1):
            for at in range(len(words) - size + 1):
                some = words[at : at + size]
                if size > 1 or some[0].group()[0].isupper():
                    between = [text[one.end() : two.start()] for one, two in pairwise(some)]
                    told = "".join(a.group() + gap for a, gap in zip(some, [*between, ""], strict=True))
                    yield some[0].start(), some[-1].end(), f"{account}\x1f{' '.join(told.split())}"


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
    if isinstance(told, dict | list) and _holds_key(told, traces):
        text = json.dumps(_emptied(told, traces), ensure_ascii=False, default=str)
    return str(cleaned(pl.Series([text]), pattern)[0])


def _holds_key(told: Any, traces: Traces) -> bool:
    if isinstance(told, list):
        return any(_holds_key(one, traces) for one in told)
    if not isinstance(told, dict):
        return False
    return any(traces.is_named(told.get(name)) for name in ID_COLUMNS) or any(
        _holds_key(one, traces) for one in told.values()
    )


def _emptied(told: Any, traces: Traces) -> Any:
    if isinstance(told, list):
        return [_emptied(one, traces) for one in told]
    if not isinstance(told, dict):
        return told
    own = any(traces.is_named(told.get(name)) for name in ID_COLUMNS)
    gone = {
        name
        for name in told
        if own and (name in _SAID or (name in ID_COLUMNS and traces.is_named(told[name])))
    }
    return {name: None if name in gone else _emptied(value, traces) for name, value in told.items()}


def distinct(key: str) -> bool:
    """Whether a key is nobody else's word, wherever it stands."""
    return len(key) >= _DISTINCT and any(c.isdigit() for c in key)


def _word(text: str) -> str:
    """A text as it is written, or escaped as JSON and addresses do, where it stands by itself."""
    spelled = {text, json.dumps(text)[1:-1], quote(text), quote_plus(text)}
    edges = (r"\b" if text[:1].isalnum() else "", r"\b" if text[-1:].isalnum() else "")
    return edges[0] + "(?:" + "|".join(sorted(map(pl.escape_regex, spelled))) + ")" + edges[1]


def _quotation(text: str) -> str:
    """Words of theirs as a sentence quotes them: on one line, perhaps cut short."""
    line = " ".join(text.split())
    short = [pl.escape_regex(line[:QUOTED]) + "…"] if len(line) > QUOTED else []
    spelled = {pl.escape_regex(one) for one in (text, line, json.dumps(text, ensure_ascii=False)[1:-1])}
    return "(?:" + "|".join([*sorted(spelled, key=len, reverse=True), *short]) + ")"


def _dialled(phone: str) -> str:
    """A number as it is dialled from abroad and at home, with any signs between its digits."""
    digits, between = re.sub(r"\D", "", phone), r"[\s()./\-]{0,3}"
    if len(digits) <= 6:
        return ""
    abroad = r"(?:\+|\b00|\b)" + between.join(digits) + r"\b"
    if not phone.strip().startswith("+"):
        return abroad
    home = digits[_code(digits) :]
    return rf"(?:{abroad}|\b0{between}{between.join(home)}\b)"


def _code(digits: str) -> int:
    """How long the country's code is at the head of an international number."""
    if digits[0] in "17":
        return 1
    return 2 if _TWO.match(digits) else 3


def _full(names: Iterable[str]) -> list[str]:
    """Full names, in either order; a name of one word is too common."""
    found = []
    for name in names:
        if len(name.split()) > 1:
            forms = [r"\s+".join(map(pl.escape_regex, one.split())) for one in (name, _turned(name))]
            written = {json.dumps(name)[1:-1], quote(name), quote_plus(name)} - {name}
            found.append(r"\b(?:" + "|".join([*forms, *sorted(map(pl.escape_regex, written))]) + r")\b")
    return found


def _spread(names: Iterable[str]) -> list[str]:
    """Full names whose parts stand in columns beside each other, in either order."""
    parts = [list(map(pl.escape_regex, re.findall(r"\w+", name))) for name in names]
    both = [order for some in parts if len(some) > 1 for order in (some, [some[-1], *some[:-1]])]
    return [r"\b" + r"[\W_]{1,4}".join(order) + r"\b" for order in both]


def _in_line(accounts: tuple[str, ...], parts: tuple[str, ...]) -> list[str]:
    """A first or last name by itself in a line that names an account of theirs."""
    names = rf"(?-i:\b(?:{'|'.join(map(pl.escape_regex, parts))})\b)"
    keys = rf"\b(?:{'|'.join(map(pl.escape_regex, accounts))})\b"
    return [rf"{keys}[^\n]*{names}", rf"{names}[^\n]*{keys}"] if parts and accounts else []


def _turned(name: str) -> str:
    """The last name first."""
    first, _, last = " ".join(name.split()).rpartition(" ")
    return f"{last}, {first}" if first else last


def _numbers(phone: str) -> set[str]:
    """A number's digits as dialled from abroad, with and without the two zeros, and at home."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) <= 6:
        return set()
    home = {f"0{digits[_code(digits) :]}"} if phone.strip().startswith("+") else set()
    return {digits, f"00{digits}"} | home


def _any(patterns: Iterable[str]) -> str:
    some = [pattern for pattern in patterns if pattern]
    return "(?i)(?:" + "|".join(pattern.removeprefix("(?i)") for pattern in some) + ")" if some else ""
