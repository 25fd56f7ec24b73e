"""A first mapping for files that nobody has described yet, and what is not sure about it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from models.contracts import Column
from models.facts import FACTS
from models.propose_match import Match, look, match
from models.propose_profile import Profile, SampledFile
from models.propose_words import GOOD_ENDS, likeness, plain

__all__ = ["Proposal", "SampledFile", "propose"]


@dataclass(frozen=True)
class Proposal:
    """A mapping as TOML, the facts it fills, and one sentence for each thing to look at."""

    mapping_toml: str
    tables: tuple[str, ...]
    unsure: tuple[str, ...]


def propose(files: list[SampledFile]) -> Proposal:
    """Guess from names, types, keys and shared values which column is what.

    The TOML always parses as TOML. It is ready to import when no required column is left to fill; those are
    written as comments. Columns that are not used are listed.

    >>> import polars as pl
    >>> rows = pl.DataFrame({"customer": ["a", "b"], "signup_date": ["2024-01-31", "2024-02-01"]})
    >>> proposal = propose([SampledFile("customers.csv", rows)])
    >>> proposal.tables
    ('accounts',)
    >>> print(proposal.mapping_toml.splitlines()[3])
    signed_on = "signup_date"
    """
    looked = look(files)
    found = sorted(match(looked), key=lambda one: list(FACTS).index(one.table))
    unsure: list[str] = []
    tables = [one.table for one in found]
    titles = [f"[[{name}]]" if tables.count(name) > 1 else f"[{name}]" for name in tables]
    blocks = [_block(one, title, unsure) for one, title in zip(found, titles, strict=True)]
    for one in looked:
        if not any(one is other.looked for other in found):
            unsure.append(f"{one.file.name} does not look like anything known: it is left out.")
    if not found:
        unsure.append("No account could be recognised: name a column that tells accounts apart.")
    blocks += _settings(found, unsure)
    return Proposal("\n".join(blocks), tuple(dict.fromkeys(tables)), tuple(unsure))


def _block(one: Match, title: str, unsure: list[str]) -> str:
    file, contract = one.looked.file.name, FACTS[one.table]
    lines = [title, f"file = {_quoted(file)}"]
    doubts = list(one.doubts)
    for column in contract.columns:
        if column.name in one.columns:
            lines += _lines(column.name, one.columns[column.name])
            doubts += _doubts(one, column)
        elif column.name in one.constants:
            lines.append(f"{column.name} = {{ value = {_quoted(one.constants[column.name])} }}")
    for name in one.missing:
        lines.append(f"# {name} = {_blank(contract.column(name))}   # needed: nothing in the file fills it")
        doubts.append(f"Nothing in {file} fills {name}, which {one.table} need: {_remedy(one.table, name)}.")
    doubts += _gaps(one)
    used = {profile.name for profile in one.columns.values()}
    unused = [profile.name or '""' for profile in one.looked.columns if profile.name not in used]
    lines += [_comment(f"NOT SURE: {doubt}") for doubt in doubts]
    lines += [_comment(f"not used: {', '.join(unused)}")] if unused else []
    unsure += [f"[{one.table}] {doubt}" for doubt in doubts]
    return "\n".join(lines) + "\n"


def _lines(name: str, profile: Profile) -> list[str]:
    """One line of the mapping, or the choices as comments where nothing decides between formats."""
    column = _quoted(profile.name)
    written = [
        f"{name} = {{ column = {column}, format = {_quoted(form)} }}"
        for form in profile.offers or (profile.format,)
        if form
    ]
    return [f"# {line}" for line in written] if profile.offers else written or [f"{name} = {column}"]


def _comment(text: str) -> str:
    """A comment line; TOML allows no control characters in one."""
    return "# " + "".join(letter if letter.isprintable() else " " for letter in text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _blank(column: Column) -> str:
    return '{ value = "2024-12-31" }' if column.dtype.is_temporal() else '"…"'


def _remedy(table: str, name: str) -> str:
    temporal = FACTS[table].column(name).dtype.is_temporal()
    return f'add a column, or {name} = {{ value = "{"YYYY-MM-DD" if temporal else "…"}" }} for all rows'


def _doubts(one: Match, column: Column) -> list[str]:
    profile = one.columns[column.name]
    if profile.offers:
        return [f"{column.name} is left out: '{profile.name}': {profile.doubt}. Choose one of its lines."]
    if profile.doubt and profile.kind == "time":
        return [f"{profile.doubt}: it is read as {profile.format}."]
    if profile.doubt and column.dtype.is_numeric():
        return [f"'{profile.name}': {profile.doubt}; give it a format."]
    return []


def _gaps(one: Match) -> list[str]:
    """What an accounts file hints at without saying it in a way that can be used."""
    if one.table != "accounts":
        return []
    used = {profile.name for profile in one.columns.values()}
    gaps = [_gap(profile) for profile in one.looked.columns if profile.name not in used]
    gaps = [gap for gap in gaps if gap]
    if "segment" not in one.columns:
        gaps.append("No segment was recognised: all accounts are compared with each other.")
    return gaps


def _gap(profile: Profile) -> str:
    name = profile.name
    if likeness(name, "accounts", "churned_on") and profile.kind != "time":
        kept = "It can be kept as outcome with a day in outcome_on."
        return f"'{name}' says who left but not when: churned_on needs the day. {kept}"
    if likeness(name, "subscriptions", "mrr") > 50:
        return f"'{name}' looks like MRR: a [subscriptions] table needs starts_on with it."
    if plain(name) in ("tenure", "laufzeit", "anciennete") and profile.kind == "number":
        return f"'{name}' counts how long they have been here: signed_on needs the day itself."
    return ""


def _settings(found: list[Match], unsure: list[str]) -> list[str]:
    accounts = next((one for one in found if one.table == "accounts" and "outcome" in one.columns), None)
    if accounts is None:
        return []
    outcome = accounts.columns["outcome"]
    good = [value for value in outcome.values.head(50).to_list() if plain(str(value)) in GOOD_ENDS.split()]
    if not good:
        unsure.append(f"[settings] Which values of '{outcome.name}' are a success? Write them under success.")
        return ['# [settings]\n# success = { kind = "outcome", values = ["…"] }\n']
    listed = ", ".join(_quoted(value) for value in good)
    unsure.append(f"[settings] Success is taken to be {', '.join(good)} in '{outcome.name}'.")
    return [f'[settings]\nsuccess = {{ kind = "outcome", values = [{listed}] }}\n']
