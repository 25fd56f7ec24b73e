"""What people saved of playbooks and content, read once for every change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from components import words
from components.queries.cache import kept
from data_access import content, exception_rules, playbooks
from models import own_playbook
from models.findings import KINDS
from models.own_rules import Rule, kind_of, rules_of
from models.playbook import Playbook, from_body
from models.playbook import names as playbook_names

if TYPE_CHECKING:
    from components.queries import Reader

_FEW = 32


def saved(reader: Reader) -> dict[str, Playbook]:
    """The playbooks that people saved, by quarter or kind, as they last saved them."""
    return _saved(*_key(reader), reader)


def playbook(reader: Reader, name: str) -> Playbook:
    """The playbook that counts: the last one saved, or the words of the rule or of Rounds itself."""
    return saved(reader).get(name) or own_playbook.came_with(rules(reader), name)


def rules(reader: Reader) -> dict[int, Rule]:
    """The rules of one's own that stand, switched on or not, by id."""
    return _rules(*_key(reader), reader)


def names(reader: Reader) -> dict[str, str]:
    """Every playbook there is with what it is called: quarters, kinds, then rules of one's own."""
    own = {kind_of(rule_id): rule.name for rule_id, rule in rules(reader).items()}
    return {name: KINDS.get(name, name.capitalize()) for name in playbook_names()} | own


def spoken(reader: Reader) -> dict[str, Playbook]:
    """The playbooks of a talk track (`models.own_playbook.spoken`), with the pieces they send."""
    return own_playbook.spoken(saved(reader), rules(reader), _pieces(*_key(reader), reader))


def versions(reader: Reader, name: str) -> pl.DataFrame:
    """Every version of a playbook, newest first; columns of `data_access.playbooks.PLAYBOOKS`."""
    return _versions(*_key(reader), name, reader)


def library(reader: Reader) -> pl.DataFrame:
    """Every piece of content, retired ones last; columns of `data_access.content.CONTENT`."""
    return _library(*_key(reader), reader)


def piece_words(row: dict[str, str]) -> str:
    """A piece in a line of Markdown: its title, linked where it has an address, and what it is for."""
    title = words.plain(row["title"])
    named = f"[{title}]({row['link']})" if row["link"] else title
    leads = f" Should lead to `{row['event'].replace('`', '')}`." if row["event"] else ""
    purpose = row["purpose"].strip()
    stop = "" if purpose.endswith((".", "!", "?")) else "."
    return f"**{named}**: {words.plain(purpose)}{stop}{leads}"


def _key(reader: Reader) -> tuple[str, int]:
    return str(reader.store.database.url), reader.stamps.changes


@kept(_FEW)
def _saved(store_key: str, changes: int, _reader: Reader) -> dict[str, Playbook]:
    return {
        name: from_body(body)
        for name, body in playbooks.newest(_reader.store.database).select("name", "body").iter_rows()
    }


@kept(_FEW)
def _rules(store_key: str, changes: int, _reader: Reader) -> dict[int, Rule]:
    return rules_of(exception_rules.listing(_reader.store.database), only_active=False)


@kept(_FEW)
def _pieces(store_key: str, changes: int, _reader: Reader) -> dict[int, str]:
    return content.offered_words(_reader.store.database)


@kept(_FEW)
def _versions(store_key: str, changes: int, name: str, _reader: Reader) -> pl.DataFrame:
    return playbooks.versions(_reader.store.database, name)


@kept(_FEW)
def _library(store_key: str, changes: int, _reader: Reader) -> pl.DataFrame:
    return content.listing(_reader.store.database)
