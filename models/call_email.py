"""A letter instead of a call, and a number as people read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

_TWO = {"20", "27", *(str(n) for n in (*range(30, 35), 36, 39, 40, 41, *range(43, 50), *range(51, 59)))}
_TWO |= {str(n) for n in (*range(60, 67), 81, 82, 84, 86, *range(90, 96), 98)}
_NEAR = timedelta(days=120)


@dataclass(frozen=True)
class Letter:
    """A draft: to whom, about what, and the text."""

    to: str
    subject: str
    body: str

    @property
    def link(self) -> str:
        """A `mailto:` address that opens the draft in a mail program."""
        return f"mailto:{quote(self.to, safe='@')}?subject={quote(self.subject)}&body={quote(self.body)}"


def draft(
    call: Mapping[str, Any], sender: str, today: date, pieces: Sequence[tuple[str, str | None]] = ()
) -> Letter:
    """Write to the person of a call what one would open the call with.

    In: a row of `models.call_frames.CALLS`, and title and address of the pieces to send along. The reasons
    stay out: they are facts for the caller.
    """
    opening = _line(call["talk_track"], "Open").strip('"') or "I wanted to hear how you are doing."
    first = (call["contact_name"] or "").split(" ")[0]
    renews = call["renewal_on"]
    near = renews is not None and today <= renews <= today + _NEAR
    facts = [f"Your renewal is on {renews:%-d %B %Y}, so this is a good time to talk."] if near else []
    lines = [
        f"Hello {first}," if first else "Hello,",
        opening,
        *facts,
        *([f"This may help:\n{_listed(pieces)}"] if pieces else []),
        "Could we talk for ten minutes this week? Tell me when it suits you, and I will ring.",
        f"Kind regards\n{sender}",
    ]
    return Letter(call["email"] or "", f"{call['name']}: ten minutes?", "\n\n".join(lines))


def _listed(pieces: Sequence[tuple[str, str | None]]) -> str:
    return "\n".join(f"{title}: {link}" if link else title for title, link in pieces)


def grouped(number: str) -> str:
    """A telephone number in groups: country code, then threes; what has no country code stays as it is.

    >>> grouped("+4930123456"), grouped("+1 (555) 010-0199"), grouped("030 / 12")
    ('+49 301 234 56', '+1 555 010 0199', '030 / 12')
    """
    digits = re.sub(r"\D", "", number)
    if not number.strip().startswith("+") or not 8 <= len(digits) <= 15:
        return number
    code = digits[0] if digits[0] in "17" else digits[:2] if digits[:2] in _TWO else digits[:3]
    rest = digits[len(code) :]
    last = 4 if len(rest) % 3 == 1 else len(rest) % 3 or 3
    threes = [rest[at : at + 3] for at in range(0, len(rest) - last, 3)]
    return " ".join([f"+{code}", *threes, rest[len(rest) - last :]])


def _line(talk: str, head: str) -> str:
    """What stands after `head:` in a talk track, or ""."""
    return next((line.partition(": ")[2] for line in talk.splitlines() if line.startswith(f"{head}:")), "")
