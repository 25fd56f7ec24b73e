"""What each column that a model sees is, in words."""

from __future__ import annotations

from models.churn.event_features import EARLY, OFTEN, PACE, REACHED
from models.churn.features import RAW

_RAW = {column.name: column.doc for column in RAW.columns}

_MADE = {
    "milestones": "how many milestones were reached: events that not nearly everybody uses",
    "milestones early": f"how many of them within {PACE} days of the start",
    "milestones, signed before": "how many were reached, of who signed before usage begins",
    "milestones, first term": "how many were reached, of who has not renewed yet",
    "first term": "1: has not renewed yet",
    "said mean": "mean of the survey answers so far, few pulled towards that of all",
    "said response rate": "answers by invitation",
    "said nothing": "1: never answered a survey",
    "said silent": "1: asked, and no answer for over 120 days",
}
_BEGIN = {
    REACHED: "1: used “{}” so far",
    EARLY: f"1: used “{{}}” within {PACE} days of the start",
    OFTEN: "log of how often “{}” is used in 28 days",
    "segment: ": "1: is of the segment “{}”",
    "milestones at least ": "1: reached at least {} of them",
}


def meaning(column: str) -> str:
    """What a column of `table.table` is; empty for one that was given from outside.

    >>> meaning("reached: invoice sent"), meaning("fell under 35%")
    ('1: used “invoice sent” so far', 'how far the deepest fall in use lies under that of the lowest 35%')
    """
    if column in _MADE:
        return _MADE[column]
    name, _, share = column.partition(" under ")
    if share and name == "fell":
        return f"how far the deepest fall in use lies under that of the lowest {share}"
    for begin, words in _BEGIN.items():
        if column.startswith(begin):
            return words.format(column.removeprefix(begin))
    return _RAW.get(column) or ""
