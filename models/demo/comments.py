"""What customers write beside their score: words that fit the score and its cause."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.demo.shape import Flags, Floats, Ints

CAUSES = ("service", "outages", "price", "use", "plain")

_LOW = {
    "service": (
        "Support takes days to answer and nobody owns our case.",
        "We explained the same problem three times to three people.",
        "Since our contact left, nobody calls back.",
    ),
    "outages": (
        "The crew app lost jobs again this week. Drivers go back to paper.",
        "Too many outages on Monday mornings, exactly when we dispatch.",
        "Sync fails every other day. We can't rely on it.",
    ),
    "price": (
        "The new price is hard to justify for what we use.",
        "We pay for seats that nobody uses and can't change it.",
        "Another rise without a word before. We look at alternatives.",
    ),
    "use": (
        "Half the team went back to spreadsheets.",
        "We hardly open it any more since the reorganisation.",
        "Our dispatcher left and nobody else knows how to use it.",
    ),
    "plain": (
        "Too complicated for our people.",
        "It does not fit the way we work.",
        "Set-up was never finished on our side.",
    ),
}
_MIDDLE = (
    "Good, but the map is slow with many vehicles.",
    "Does the job. Reports could be better.",
    "Solid. We would like more training for new crews.",
    "Fine so far, the mobile app needs polish.",
    "Works, though some things take too many clicks.",
)
_HIGH = (
    "We save two hours a day on planning.",
    "The crews love the app, no more phone calls at night.",
    "Invoices go out the same day now.",
    "Our contact always knows what we need before we do.",
    "Best decision we made last year.",
    "Fewer late jobs, happier customers.",
    "Quick answers, friendly people, it simply works.",
)
_THRESHOLDS = {"nps": (6, 8), "csat": (2, 3), "ces": (3, 5)}
"""Kind → highest score of the low band, highest of the middle band."""


def comments(
    rng: np.random.Generator, kind: list[str], score: Floats, cause: Ints, always: Flags
) -> pl.Series:
    """A comment for about half of the answers (all of `always`); null for the others.

    `cause` is an index into `CAUSES` and colours the low scores only.
    """
    low = np.array([_THRESHOLDS[each][0] for each in kind], dtype=np.float64)
    middle = np.array([_THRESHOLDS[each][1] for each in kind], dtype=np.float64)
    texts: list[str] = [text for name in CAUSES for text in _LOW[name]]
    first_middle = len(texts)
    texts += [*_MIDDLE, *_HIGH]
    pick = 3 * cause + rng.integers(0, 3, len(score))
    pick = np.where(score > low, first_middle + rng.integers(0, len(_MIDDLE), len(score)), pick)
    first_high = first_middle + len(_MIDDLE)
    pick = np.where(score > middle, first_high + rng.integers(0, len(_HIGH), len(score)), pick)
    writes = always | (rng.random(len(score)) < np.where(score <= low, 0.7, 0.42))
    return pl.Series(texts, dtype=pl.String).gather(pick).set(pl.Series(~writes), None)
