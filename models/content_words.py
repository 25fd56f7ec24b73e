"""What followed a piece of content, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.content_effect import AFTER, LEAST
from models.shares import percent

CAUTION = (
    "People choose whom they send a piece to, so this tells what followed, not what it caused. Beside stand "
    f"accounts of the same segment with as much use; the {AFTER} days after are compared with the {AFTER} "
    "days before."
)


def followed(row: Mapping[str, Any] | None) -> str:
    """Whether use followed a piece: one row of `CONTENT_EFFECT`, None where it was sent to nobody.

    >>> followed(None)
    'Nobody was sent it in the past year.'
    """
    if row is None:
        return "Nobody was sent it in the past year."
    if row["effect"] is None:
        return f"**Not enough data to say whether use followed:** {_missing(row)}"
    told = (
        f"Use {_moved(row['change'])} in the {AFTER} days after, that of comparable accounts "
        f"{_moved(row['beside'])}: {_percent(row['effect'])}, between {_percent(row['low'])} and "
        f"{_percent(row['high'])} (95 % interval, n = {row['compared']:,})."
    )
    return f"**{_verdict(row['low'], row['high'], 'use')}** {told}"


def reached(row: Mapping[str, Any] | None, event: str | None) -> str:
    """Whether the event it should lead to followed; "" where too few had not used it before."""
    if row is None or not event or row["reached_low"] is None:
        return ""
    low, high = (f"{100 * row[f'reached_{end}']:+.1f}".replace("-", "−") for end in ("low", "high"))
    verdict = _verdict(row["reached_low"], row["reached_high"], "first use of its event")
    shares = [percent(row[name]) for name in ("reached", "reached_beside")]
    return (
        f"**{verdict}** Of {row['reachable']:,} that had not used it, {shares[0]} did within {AFTER} days; "
        f"of comparable accounts {shares[1]} (difference between {low} and {high} points, 95 % interval)."
    )


def _missing(row: Mapping[str, Any]) -> str:
    accounts = "1 account" if row["sent"] == 1 else f"{row['sent']:,} accounts"
    waiting = f"; the {AFTER} days of {row['waiting']:,} are not over" if row["waiting"] else ""
    alone = row["sent"] - row["waiting"] - row["compared"]
    beside = f"; {alone:,} have no comparable account" if alone else ""
    sent = f"it was sent to {accounts}{waiting}{beside}."
    return f"{sent} {row['compared']:,} of the {LEAST} needed can be compared."


def _verdict(low: float, high: float, what: str) -> str:
    if low > 0:
        return f"More {what} followed."
    if high < 0:
        return f"Less {what} followed."
    return f"No detectable difference in {what}."


def _moved(share: float) -> str:
    if abs(share) < 0.005:
        return "stayed the same"
    return f"{'rose' if share > 0 else 'fell'} by {percent(abs(share))}"


def _percent(share: float) -> str:
    return f"{'+' if share >= 0 else ''}{percent(share)}"
