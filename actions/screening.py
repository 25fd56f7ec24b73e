"""What an import must leave out: people who were erased, and data older than is kept."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time

import polars as pl

from data_access import settings, suppressions
from data_access.store import Store
from data_access.suppressions import Suppressed
from models.contracts import Contract
from models.keeping import Periods, periods_from
from models.normalise_batch import REJECTS
from models.personal import ERASED as GONE
from models.personal import candidates

ERASED = "this person was erased here on request; nothing of them is stored"
_WORDS = re.compile(r"[^\s,;|\t\"'<>{}\[\]]+")
_WRITTEN = {"survey_responses": ("comment", "responded_at"), "interactions": ("subject", "opened_at")}


@dataclass
class Screen:
    """What is left out of one source of an import, counted on the way."""

    suppressed: Suppressed
    periods: Periods
    today: date
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def idle(self) -> bool:
        return not self.suppressed and self.periods == Periods()

    def rows(self, contract: Contract, good: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, int]:
        """Good rows that may be stored, the `REJECTS` among them, and how many are older than is kept.

        A contact who was erased is refused; what they did or said elsewhere is kept as nobody's.
        """
        kept, refused = self._people(contract, good) if self.suppressed else (good, REJECTS.empty())
        kept, old = self._old(contract, kept)
        return kept, refused, old

    def rejects(self, refused: pl.DataFrame) -> pl.DataFrame:
        """Refused rows for repair, without the rows of people who were erased."""
        if not self.suppressed or refused.is_empty():
            return refused
        texts = pl.concat_str(pl.col("value", "row").fill_null(""), separator="\n")
        theirs = pl.Series(
            [self._tells(text) for text in refused.select(texts).to_series()], dtype=pl.Boolean
        )
        empty = [pl.when(theirs).then(None).otherwise(pl.col(name)).alias(name) for name in ("value", "row")]
        self.counts["emptied"] += int(theirs.sum())
        return refused.with_columns(empty)

    def notes(self) -> list[str]:
        """What was left out, in sentences."""
        told = {
            "refused": "{} left out: the person was erased here on request",
            "nobody's": "{} kept without the person, who was erased here on request",
            "old": "{} left out: older than the settings keep them",
            "words": "{} kept without their words: older than the settings keep those",
        }
        return [
            told[what].format(f"{count:,} row{'' if count == 1 else 's'}")
            for what, count in self.counts.items()
            if count and what in told
        ]

    @property
    def met(self) -> int:
        """In how many rows of this source somebody erased was met."""
        return sum(self.counts[what] for what in ("refused", "nobody's", "freed", "emptied"))

    def _people(self, contract: Contract, good: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        if contract.name == "contacts":
            theirs = self.suppressed.among(good["contact_id"]) | self.suppressed.among(good["email"])
            refused = good.filter(theirs).select("file", "line", pl.lit("contact_id").alias("column"))
            reject = refused.with_columns(
                pl.lit(None, pl.String).alias("value"),
                pl.lit(ERASED).alias("reason"),
                pl.lit(None, pl.String).alias("row"),
            )
            self.counts["refused"] += refused.height
            return good.filter(~theirs), reject.select(REJECTS.names)
        name = next((one for one in ("contact_id", "user_id") if one in contract.names), None)
        if name is None:
            return good, REJECTS.empty()
        theirs = self.suppressed.among(good[name])
        self.counts["nobody's"] += int(theirs.sum())
        nobody = None if name == "contact_id" and name not in contract.key else ""
        emptied = {name: nobody} | dict.fromkeys(_WRITTEN.get(contract.name, ())[:1])
        changes = [
            pl.when(theirs).then(pl.lit(value, pl.String)).otherwise(pl.col(column)).alias(column)
            for column, value in emptied.items()
        ]
        return self._free(contract, good.with_columns(changes)), REJECTS.empty()

    def _free(self, contract: Contract, good: pl.DataFrame) -> pl.DataFrame:
        """Words of others, with the person's name and addresses taken out."""
        if contract.name not in _WRITTEN:
            return good
        column = _WRITTEN[contract.name][0]
        known = {
            account for account in good["account_id"].unique() if self.suppressed.has(f"account\x1f{account}")
        }
        asked = good.select(
            pl.col("account_id").is_in(list(known)) | pl.col(column).str.contains(r"@|\d{3}")
        ).to_series()
        if not asked.fill_null(value=False).any():
            return good
        texts = [
            self._said(text, account if account in known else "") if text and ask else text
            for text, account, ask in zip(good[column], good["account_id"], asked, strict=True)
        ]
        said = pl.Series(column, texts, dtype=pl.String)
        self.counts["freed"] += int(said.ne_missing(good[column]).sum())
        return good.with_columns(said)

    def _said(self, text: str, account: str) -> str:
        """The text with every place that tells somebody erased replaced, the longest first."""
        gone = [(begin, end) for begin, end, mark in candidates(text, account) if self.suppressed.has(mark)]
        for begin, end in sorted(_apart(gone), reverse=True):
            text = text[:begin] + GONE + text[end:]
        return text

    def _old(self, contract: Contract, good: pl.DataFrame) -> tuple[pl.DataFrame, int]:
        if contract.name == "usage_events" and (first := self.periods.before("usage", self.today)):
            kept = good.filter(pl.col("occurred_at") >= datetime.combine(first, time.min))
            self.counts["old"] += good.height - kept.height
            return kept, good.height - kept.height
        if contract.name in _WRITTEN and (first := self.periods.before("comments", self.today)):
            words, at = _WRITTEN[contract.name]
            old = (pl.col(at) < datetime.combine(first, time.min)) & pl.col(words).is_not_null()
            self.counts["words"] += int(good.select(old.sum()).item())
            return good.with_columns(pl.when(old).then(None).otherwise(words).alias(words)), 0
        return good, 0

    def _tells(self, text: str) -> bool:
        return any(self.suppressed.has(word) for word in _WORDS.findall(text)) or any(
            self.suppressed.has(cell) for cell in _cells(text)
        )


def screen(store: Store, today: date) -> Screen:
    """The screen as the store has it now."""
    body = settings.current(store.database)[1]
    return Screen(suppressions.listed(store.database), periods_from(body), today)


def again(one: Screen) -> Screen:
    """The same screen for another source, with counts of its own."""
    return Screen(one.suppressed, one.periods, one.today)


def _apart(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places that do not overlap: of two that do, the longer stays."""
    kept: list[tuple[int, int]] = []
    for begin, end in sorted(places, key=lambda place: place[0] - place[1]):
        if all(end <= first or begin >= last for first, last in kept):
            kept.append((begin, end))
    return kept


def _cells(text: str) -> list[str]:
    """The cells of a refused row that is kept as JSON."""
    try:
        told = json.loads(text.partition("\n")[2])
    except ValueError:
        return []
    return [cell for cell in told.values() if isinstance(cell, str)] if isinstance(told, dict) else []
