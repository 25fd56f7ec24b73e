"""What the Voice page reads: answers and invitations split once, figures for any windows from them."""

from __future__ import annotations

import polars as pl

from components.queries import Reader, csms, fact, scores
from components.queries.cache import kept
from models.answers import answers, asked, unanswering
from models.surveys import Window, voice

_FEW, _MANY = 16, 64


def answers_of(reader: Reader) -> pl.DataFrame:
    """Every answer by the snapshot's day, each once, the viewer's accounts only: `answers.ANSWERS`."""
    return _answers(_key(reader), reader)


def figures(reader: Reader, spans: tuple[Window, ...]) -> pl.DataFrame:
    """Every figure of these windows; columns of `surveys.VOICE`."""
    return _figures(_key(reader), spans, reader)


def unanswered(reader: Reader) -> pl.DataFrame:
    """Who does not answer, riskiest first: `answers.UNANSWERING` with what the scores say of them."""
    return _unanswered(_key(reader), reader)


def _key(reader: Reader) -> str:
    return (
        f"{reader.store.database.url} {reader.stamps.snapshot} {reader.stamps.imports} {reader.viewer.scope}"
    )


@kept(_FEW)
def _answers(key: str, _reader: Reader) -> pl.DataFrame:
    known = (fact(_reader, "accounts"), fact(_reader, "contacts"), csms(_reader))
    return answers(fact(_reader, "survey_responses"), *known, _reader.as_of)


@kept(_FEW)
def _asked(key: str, _reader: Reader) -> pl.DataFrame:
    known = (fact(_reader, "accounts"), fact(_reader, "contacts"), csms(_reader))
    told = fact(_reader, "survey_responses")
    return asked(fact(_reader, "survey_invitations"), told, *known, _reader.as_of)


@kept(_MANY)
def _figures(key: str, spans: tuple[Window, ...], _reader: Reader) -> pl.DataFrame:
    return voice(_answers(key, _reader), _asked(key, _reader), spans)


@kept(_FEW)
def _unanswered(key: str, _reader: Reader) -> pl.DataFrame:
    book = scores(_reader)
    invitations, told = fact(_reader, "survey_invitations"), fact(_reader, "survey_responses")
    found = unanswering(invitations, told, book, _reader.as_of)
    wanted = ("account_id", "name", "csm_id", "behaviour", "risk", "mrr", "currency", "renewal_on")
    both = found.join(book.select(*wanted), on="account_id")
    return both.sort("risk", "times", "account_id", descending=[True, True, False], nulls_last=True)
