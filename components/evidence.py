"""The numbers behind an exception, in words."""

from __future__ import annotations

import json
from datetime import date

from components import words
from models.shares import percent

_NAMES = {
    "actual_28": "events in the last 28 days",
    "counted_28": "events with one-day bursts",
    "expected_28": "events expected",
    "ratio_28": "share of what was expected",
    "posterior": "probability that the fall is real",
    "events_a_week": "events a week before",
    "alerted_on": "first alert",
    "days_left": "days to the renewal",
    "last_spoken": "last spoken with",
    "renewal_on": "renewal",
    "first_unanswered": "first unanswered",
    "kind": "survey",
    "score": "score",
    "comment": "comment",
    "responded_at": "answered",
    "person": "person",
    "unhappy_people": "unhappy people",
    "answers": "answers so far",
    "unanswered": "invitations without an answer",
    "last_answer": "last answer",
    "last_word": "last word from them",
    "path": "path",
    "done": "steps done",
    "steps": "steps of the path",
    "step": "last step done",
    "next": "next step",
    "days_on": "days on it",
    "usual_days": "days the successful took",
    "slow_days": "days that 85 % of them needed at most",
    "arrived_on": "since",
    "skipped": "left out",
    "swapped": "other way round",
    "looped": "done again and again",
    "channel": "channel",
    "subject": "subject",
    "opened_at": "written",
    "working_days": "working days waited",
    "reply_level": "working days it should take",
    "waiting": "messages that wait",
    "answer": "last answer of 100",
    "expected": "expected of 100",
    "z": "standard deviations from it",
    "answers_before": "answers before",
    "last_on": "answered",
    "quiet_days": "days without use",
    "active_days": "days of use before",
    "watched_days": "days watched before",
    "chance": "chance of such a silence",
    "others_now": "others using it in 28 days",
    "heard_on": "last heard from",
    "quiet_champions": "champions gone quiet",
    "lost": "features left",
    "regular": "used regularly before",
    "lost_share": "share left",
    "features": "which",
    "pulse": "pulse",
    "pulse_reason": "why",
    "pulse_by": "given by",
    "pulse_on": "given",
    "risk": "risk points",
    "riskier_than": "riskier than % of the book",
    "measure": "measure",
    "value": "value",
    "comparison": "rule",
    "threshold": "threshold",
    "from_team": "from",
    "to_team": "to",
    "handed_on": "handed over",
    "days_waiting": "days without anybody",
    "service_level": "days it should take",
    "learned_n": "past handoffs that tell",
    "returned_on": "came back",
    "bounced": "times it came back",
    "team": "team",
    "other_team": "other team",
    "from_on": "both since",
    "days_together": "days with both",
}
_SHARES = ("ratio_28", "posterior", "chance", "lost_share")
_SAID_ELSEWHERE = ("since", "contact_id", "response_id", "interaction_id")
"""The card says since when; ids say nothing to a person."""


def in_words(evidence: str, seen: date, today: date) -> str:
    """The evidence (a JSON object) as it was seen on a day: "On 3 Nov: events expected 40 · score 6"."""
    numbers = json.loads(evidence or "{}")
    parts = [
        f"{_NAMES.get(name, name.replace('_', ' '))} **{_shown(name, value, today)}**"
        for name, value in numbers.items()
        if name not in _SAID_ELSEWHERE and value is not None and value != ""
    ]
    return f"On {words.day(seen, today)}: {' · '.join(parts)}" if parts else ""


def _shown(name: str, value: object, today: date) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return (
            percent(value)
            if name in _SHARES
            else f"{value:,.0f}"
            if value == round(value)
            else f"{value:,.1f}"
        )
    if isinstance(value, str):
        return _day_or_text(value, today)
    return words.plain(json.dumps(value, ensure_ascii=False))


def _day_or_text(value: str, today: date) -> str:
    try:
        return words.day(date.fromisoformat(value[:10]), today)
    except ValueError:
        return words.plain(value)
