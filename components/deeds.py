"""What a card can do; the page hands these down, because only pages reach the actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

Outcome = Literal["reached", "left message", "wrong person"]
Verdict = Literal["true", "false", "premature"]


@dataclass(frozen=True)
class Person:
    """Whom a call is about: the account, the contact if one is chosen, and why."""

    account_id: str
    contact_id: str | None = None
    csm_id: str | None = None
    reasons: Sequence[str] = ()


class Log(Protocol):
    def __call__(self, whom: Person, outcome: Outcome, *, again: bool = False, because: str = "") -> None: ...


class Describe(Protocol):
    def __call__(
        self,
        account_id: str,
        task_id: int,
        version: int,
        *,
        helped: bool | None = None,
        note: str | None = None,
        next_step: str | None = None,
        next_on: date | None = None,
    ) -> None: ...


@dataclass(frozen=True)
class Library:
    """The pieces that can be sent, and those that were sent with a call: titles by id."""

    offered: dict[int, str]
    sent: dict[int, str]


@dataclass(frozen=True)
class CallDeeds:
    """Log a call, say whether it helped and what was sent, take it back, put an account on the list."""

    log: Log
    describe: Describe
    undo: Callable[[str, int, int], None]
    add: Callable[[Sequence[Person]], int]
    library: Callable[[int], Library]
    send: Callable[[str, int, Sequence[int]], None]


@dataclass(frozen=True)
class ExceptionDeeds:
    """Judge an exception, or leave it until a day."""

    judge: Callable[[int, int, Verdict | None], None]
    snooze: Callable[[int, int, date | None, str], None]
