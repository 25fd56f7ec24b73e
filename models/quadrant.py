"""The engagement quadrant: what an account does beside how it feels, and the medicine for each."""

from __future__ import annotations

import polars as pl

ADVOCATE, CAPTIVE, FAN, ADRIFT, SILENT = "advocate", "captive", "forgetful fan", "adrift", "silent"
BEHAVIOUR_BORDER = 50.0
"""The median successful account of the same age. A score on a border counts as high."""

EMOTION_BORDER = 70.0
"""7 of 10 (NPS), just under 4 of 5 (CSAT), just over 5 of 7 (CES): below stand those who are called
detractors, dissatisfied or burdened. The middle of the scale would call nearly everybody happy."""

MEDICINE: dict[str, str] = {
    ADVOCATE: "Ask for a reference or a referral, and give them a voice.",
    CAPTIVE: "Repair the relationship: the owner calls and puts right what went wrong.",
    FAN: "Remind and teach: show what they are missing, with a short piece of content.",
    ADRIFT: "Executive courtesy call: agree on a new success plan.",
    SILENT: "Ask. Nobody there has told us how they feel for a year.",
}


def quadrant(
    behaviour: pl.Expr | str = "behaviour", emotion: pl.Expr | str = "emotion", mood: pl.Expr | str = "mood"
) -> pl.Expr:
    """Name the quadrant of each row from its behaviour, emotion (0-100) and mood.

    `silent` where the mood is silent, whatever they do. Null where behaviour is null or nobody was ever
    asked: such an account has no place yet.

    >>> rows = pl.DataFrame({"behaviour": [80.0, 80.0], "emotion": [20.0, None], "mood": ["heard", "silent"]})
    >>> rows.select(quadrant())["quadrant"].to_list()
    ['captive', 'silent']
    """
    does, feels, state = (pl.col(x) if isinstance(x, str) else x for x in (behaviour, emotion, mood))
    busy, happy = does >= BEHAVIOUR_BORDER, feels >= EMOTION_BORDER
    placed = does.is_not_null() & feels.is_not_null()
    return (
        pl.when(state == "silent")
        .then(pl.lit(SILENT))
        .when(placed & busy & happy)
        .then(pl.lit(ADVOCATE))
        .when(placed & busy)
        .then(pl.lit(CAPTIVE))
        .when(placed & happy)
        .then(pl.lit(FAN))
        .when(placed)
        .then(pl.lit(ADRIFT))
        .alias("quadrant")
    )
