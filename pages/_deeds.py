"""The actions that several pages offer, bound to who is looking and to now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from actions import calls, exceptions, paths, pulse, sending
from components import clock, queries, session
from components.deeds import CallDeeds, ExceptionDeeds, Library, Outcome, Person, Verdict
from components.path_card import PathDeeds
from components.pulse_card import PulseDeeds
from components.queries import Reader
from components.queries import content as read_content
from components.queries import playbooks as read_playbooks


def call_deeds(reader: Reader, then: Callable[[str], None] | None = None) -> CallDeeds:
    """What this viewer can do with calls; `then` hears of each account whose call changed."""
    store, viewer = reader.store, reader.viewer

    def changed(account_id: str) -> None:
        if then is not None:
            then(account_id)

    def log(whom: Person, outcome: Outcome, *, again: bool = False, because: str = "") -> None:
        calls.log(
            store,
            viewer,
            session.now_utc(),
            _call(whom),
            outcome,
            again=again,
            because=because,
            day_began=clock.day_start(),
        )
        changed(whom.account_id)

    def describe(
        account_id: str,
        task_id: int,
        version: int,
        *,
        helped: bool | None = None,
        note: str | None = None,
        next_step: str | None = None,
        next_on: date | None = None,
    ) -> None:
        calls.describe(
            store,
            viewer,
            session.now_utc(),
            task_id,
            version,
            helped=helped,
            note=note,
            next_step=next_step,
            next_on=next_on,
        )
        changed(account_id)

    def undo(account_id: str, task_id: int, version: int) -> None:
        calls.undo(store, viewer, session.now_utc(), task_id, version)
        changed(account_id)

    def add(whom: Sequence[Person]) -> int:
        wanted = [_call(one) for one in whom]
        return calls.add_to_list(store, viewer, session.now_utc(), wanted, due_on=clock.today())

    def library(task_id: int) -> Library:
        now = queries.refreshed(reader)
        titles = dict(read_playbooks.library(now).select("content_id", "title").iter_rows())
        sent = read_content.sends(now).filter(pl.col("task_id") == task_id)["content_id"].to_list()
        return Library(read_content.offered_words(now), {piece: titles[piece] for piece in sent})

    def send(account_id: str, task_id: int, pieces: Sequence[int]) -> None:
        sending.sent_with_call(store, viewer, session.now_utc(), task_id, pieces)
        changed(account_id)

    return CallDeeds(log, describe, undo, add, library, send)


def exception_deeds(reader: Reader) -> ExceptionDeeds:
    """What this viewer can do with exceptions."""
    store, viewer = reader.store, reader.viewer

    def judge(exception_id: int, version: int, verdict: Verdict | None) -> None:
        exceptions.judge(store, viewer, session.now_utc(), exception_id, version, verdict)

    def snooze(exception_id: int, version: int, until: date | None, reason: str) -> None:
        exceptions.snooze(store, viewer, session.now_utc(), exception_id, version, until, reason)

    return ExceptionDeeds(judge, snooze)


def pulse_deeds(reader: Reader) -> PulseDeeds:
    """What this viewer can do with pulses."""
    store, viewer = reader.store, reader.viewer

    def give(account_id: str, level: int, reason: str) -> int:
        return pulse.give(store, viewer, session.now_utc(), account_id, level, reason)

    def withdraw(pulse_id: int, version: int) -> None:
        pulse.withdraw(store, viewer, session.now_utc(), pulse_id, version)

    return PulseDeeds(give, withdraw)


def path_deeds(reader: Reader) -> PathDeeds:
    """What this viewer can do with the steps that people tick."""
    store, viewer = reader.store, reader.viewer

    def tick(path_id: int, step: str, account_id: str, day: date) -> int:
        return paths.tick_step(store, viewer, session.now_utc(), path_id, step, account_id, day)

    def undo(tick_id: int) -> None:
        paths.undo_tick(store, viewer, session.now_utc(), tick_id)

    return PathDeeds(tick, undo)


def _call(whom: Person) -> calls.Call:
    return calls.Call(whom.account_id, whom.contact_id, whom.csm_id, tuple(whom.reasons))
