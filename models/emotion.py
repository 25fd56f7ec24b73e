"""The emotion score: what the people of an account say, with an interval, or that they are silent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from scipy.special import ndtri

from models.answers import once
from models.contracts import Column, Contract
from models.mood import MoodModel, grids, learn, weigh

HEARD, SILENT, NEVER_ASKED = "heard", "silent", "never asked"
SILENT_AFTER = 365
SPONSOR_COUNTS = 2.0
LEARN_FROM = 30
SCALES = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0)}

Models = tuple[MoodModel, MoodModel]
"""One model for each half of the accounts, learned from the other half."""

_REAL, _TEXT = pl.Float64(), pl.String()

EMOTION = Contract(
    "emotion",
    (
        Column("account_id", _TEXT, required=True),
        Column("emotion", _REAL, doc="0-100; null unless a score was given in the last 365 days"),
        Column("emotion_low", _REAL, doc="95 % interval"),
        Column("emotion_high", _REAL),
        Column("mood", _TEXT, required=True, doc="heard, silent or never asked"),
        Column("answers", pl.Int64(), required=True, doc="scores given so far, all kinds"),
        Column("last_answer_on", pl.Date(), doc="day of the last answer, with or without a score"),
        Column("last_kind", _TEXT, doc="kind of the last score"),
        Column("last_score", _REAL, doc="the last score on its own scale"),
        Column("last_nps", _REAL, doc="the last answer to the NPS question, 0-10"),
        Column("last_nps_on", pl.Date()),
        Column("last_asked_on", pl.Date(), doc="day of the last invitation"),
    ),
    key=("account_id",),
)

EMOTION_PARTS = Contract(
    "emotion_parts",
    (
        Column("account_id", _TEXT, required=True),
        Column("response_id", _TEXT, required=True),
        Column("value", _REAL, required=True, doc="the answer on the common scale, 0-100"),
        Column("weight", _REAL, required=True, doc="0-1"),
        Column("points", _REAL, required=True, doc="weight x (value - mean)"),
        Column("mean", _REAL, required=True, doc="the company's mean; mean + points = emotion"),
    ),
    key=("account_id", "response_id"),
)

ANSWERS = Contract(
    "answers",
    (
        *EMOTION_PARTS.columns,
        Column("contact_id", _TEXT, required=True, doc="empty text: not known"),
        Column("day", _REAL, required=True, doc="day of the answer, as an ordinal"),
        Column("precision", _REAL, required=True, doc="how many plain answers it counts as"),
        Column("half", pl.Int64(), required=True, doc="which of the two models weighs it"),
    ),
    key=EMOTION_PARTS.key,
)


@dataclass(frozen=True, eq=False)
class Felt:
    """Emotion scores (account_id, emotion …) with the answers and the models that gave them.

    `answers` is `ANSWERS`, enough to weigh the same answers again on another day.
    """

    scores: pl.DataFrame
    answers: pl.DataFrame
    models: Models


def emotion(
    book: pl.DataFrame,
    responses: pl.DataFrame,
    invitations: pl.DataFrame,
    as_of: date,
    *,
    contacts: pl.DataFrame | None = None,
    model: MoodModel | None = None,
) -> pl.DataFrame:
    """Score how each account of the book feels on `as_of`.

    In: any frame with account_id, `facts.SURVEY_RESPONSES`, `facts.SURVEY_INVITATIONS` and, for roles,
    `facts.CONTACTS` (a sponsor's answer counts as two). Out: `EMOTION`, one row an account, sorted.
    Nothing after `as_of` counts.

    Emotion = μ + Σ w (x - μ) over the account's answers x on one scale of 0-100, with the weights of
    `mood.weigh`: a single answer moves the score less than several, an old one less than a new one
    where mood was seen to fade. The model is learned from other accounts' answers before the month of
    `as_of`, so that within a month a score moves only by the account's own answers, and a better answer
    never lowers it; `model` sets one instead. An account is `silent` when
    it was asked or had answered, but not in the last 365 days: a state, never a low score.
    """
    return felt(book, responses, invitations, as_of, contacts=contacts, model=model).scores


def felt(
    book: pl.DataFrame,
    responses: pl.DataFrame,
    invitations: pl.DataFrame,
    as_of: date,
    *,
    contacts: pl.DataFrame | None = None,
    model: MoodModel | None = None,
) -> Felt:
    """The scores of `emotion` (same arguments), and what a later explanation of them needs."""
    told = _answers(book, responses, contacts, as_of)
    models = (model, model) if model else learned_before(told, as_of)
    weighed = _weighed(told, models)
    scores = _states(book, responses, invitations, as_of, told, _scored(weighed))
    return Felt(scores, ANSWERS.check(weighed.sort("account_id", "day", "response_id")), models)


def level(answers: pl.DataFrame, models: Models, as_of: date) -> pl.DataFrame:
    """The score that these answers alone give on a day: account_id, level (0-100).

    In: `ANSWERS`, all dated at or before `as_of`.
    """
    now = answers.sort("account_id", "day", "response_id").drop("weight", "points", "mean")
    weighed = _weighed(now.with_columns(now=pl.lit(float(as_of.toordinal()))), models)
    return weighed.group_by("account_id").agg(level=pl.col("mean").first() + pl.col("points").sum())


def foretold(of: Felt) -> pl.DataFrame:
    """Each account's last answer, and what its earlier ones had let expect on that day.

    Out: account_id, last_on (day), value and expected (0-100; the company's mean where it was the first),
    `spread` (standard deviation of such an answer around what was expected), `before` (earlier answers).
    """
    told = of.answers.sort("account_id", "day", "response_id").drop("weight", "points", "mean")
    last = told.group_by("account_id", maintain_order=True).last()
    earlier = told.filter(pl.int_range(pl.len()).reverse().over("account_id") > 0)
    ends = last.select("account_id", now="day")
    before = _weighed(earlier.join(ends, on="account_id", maintain_order="left"), of.models)
    mean = pl.lit(of.models[0].mean)
    noise = pl.when(pl.col("half") == 0).then(_noise(of.models[0])).otherwise(_noise(of.models[1]))
    known = before.group_by("account_id").agg(
        expected=pl.col("mean").first() + pl.col("points").sum(),
        spread=(pl.col("left").first() + noise.first()).sqrt(),
        before=pl.len().cast(pl.Int64),
    )
    return last.join(known, on="account_id", how="left", maintain_order="left").select(
        "account_id",
        pl.col("expected").fill_null(mean),
        "spread",
        pl.col("before").fill_null(0),
        value="value",
        last_on=(pl.col("day") - date(1970, 1, 1).toordinal()).cast(pl.Int32).cast(pl.Date),
    )


def _noise(model: MoodModel) -> float:
    """Variance of one answer around its account's mood: noise, and its respondent's style."""
    return (model.noise + model.style) * model.variance


def _states(
    book: pl.DataFrame,
    responses: pl.DataFrame,
    invitations: pl.DataFrame,
    as_of: date,
    told: pl.DataFrame,
    scored: pl.DataFrame,
) -> pl.DataFrame:
    voices = responses.filter(pl.col("responded_at").dt.date() <= as_of)
    return EMOTION.check(
        book.select("account_id")
        .join(scored, on="account_id", how="left")
        .join(_latest(told), on="account_id", how="left")
        .join(_last_day(voices, "responded_at", "last_answer_on", as_of), on="account_id", how="left")
        .join(_last_day(invitations, "sent_at", "last_asked_on", as_of), on="account_id", how="left")
        .with_columns(mood=_mood(as_of), answers=pl.col("answers").fill_null(0))
        .with_columns(
            pl.when(pl.col("last_scored_on") > pl.lit(as_of) - pl.duration(days=SILENT_AFTER)).then(
                pl.col("emotion", "emotion_low", "emotion_high")
            )
        )
        .sort("account_id")
    )


def emotion_parts(
    book: pl.DataFrame,
    responses: pl.DataFrame,
    as_of: date,
    *,
    contacts: pl.DataFrame | None = None,
    model: MoodModel | None = None,
) -> pl.DataFrame:
    """What each answer adds to its account's emotion: mean + Σ points is the score, exactly.

    In: as for `emotion`. Out: `EMOTION_PARTS`, one row an answer that was used (the newest 16).
    """
    told = _answers(book, responses, contacts, as_of)
    parts = _weighed(told, (model, model) if model else learned_before(told, as_of))
    return EMOTION_PARTS.check(parts.sort("account_id", "day", "response_id"))


def learned_before(told: pl.DataFrame, as_of: date) -> Models:
    """The models of the two halves of the accounts, each with the shares learned from the other half.

    The mean is common. Only answers before the month of `as_of` are used; while those are
    fewer than 30, the mean of all answers and the stated shares.
    """
    before = told.filter(pl.col("day") < as_of.replace(day=1).toordinal())
    if before.height < LEARN_FROM:
        mean = told["value"].mean()
        plain = MoodModel(mean=mean) if isinstance(mean, float) else MoodModel()
        return plain, plain
    mean = float(before["value"].to_numpy().mean())
    of_first, of_second = (learn(before.filter(pl.col("half") == half)) for half in (0, 1))
    return replace(of_second, mean=mean), replace(of_first, mean=mean)


def _answers(
    book: pl.DataFrame, responses: pl.DataFrame, contacts: pl.DataFrame | None, as_of: date
) -> pl.DataFrame:
    """Scored answers by `as_of` on the scale of 0-100, the same answer from two sources once."""
    low = pl.col("kind").replace_strict({kind: a for kind, (a, _) in SCALES.items()}, default=None)
    high = pl.col("kind").replace_strict({kind: b for kind, (_, b) in SCALES.items()}, default=None)
    told = (
        once(responses.filter(pl.col("score").is_not_null() & (pl.col("responded_at").dt.date() <= as_of)))
        .with_columns(
            pl.col("contact_id").fill_null(""),
            value=(100 * (pl.col("score") - low) / (high - low)).clip(0, 100),
            on=pl.col("responded_at").dt.date(),
            precision=pl.lit(1.0),
            half=(pl.col("account_id").hash(0) % 2).cast(pl.Int64),
        )
        .filter(pl.col("value").is_not_null())
        .with_columns(day=pl.col("on").cast(pl.Int32) + date(1970, 1, 1).toordinal())
        .with_columns(pl.col("day").cast(pl.Float64), now=pl.lit(float(as_of.toordinal())))
        .join(book.select("account_id"), on="account_id", how="semi")
    )
    if contacts is not None:
        sponsors = contacts.filter(pl.col("is_sponsor")).select("contact_id", "account_id", sponsor=True)
        told = told.join(sponsors, on=["contact_id", "account_id"], how="left").with_columns(
            precision=pl.when(pl.col("sponsor")).then(SPONSOR_COUNTS).otherwise(1.0)
        )
    return told.sort("account_id", "responded_at", "response_id")


def _weighed(told: pl.DataFrame, models: Models) -> pl.DataFrame:
    """The answers that are used, with weight, points, mean, and `left`, the variance that is left."""
    used = [_weighed_half(told.filter(pl.col("half") == half), models[half]) for half in (0, 1)]
    return pl.concat(used)


def _weighed_half(told: pl.DataFrame, model: MoodModel) -> pl.DataFrame:
    used = [told.clear().with_columns(weight=pl.lit(0.0), left=pl.lit(0.0))]
    for rows, grid in grids(told):
        weighed = weigh(grid, model)
        slot, place = rows["slot"].to_numpy(), rows["place"].to_numpy()
        told_by = rows.select(told.columns).with_columns(
            weight=pl.Series(weighed.weight[slot, place]), left=pl.Series(weighed.left[slot]) * model.variance
        )
        used.append(told_by)
    return pl.concat(used).with_columns(
        points=pl.col("weight") * (pl.col("value") - model.mean), mean=pl.lit(model.mean)
    )


def _scored(weighed: pl.DataFrame) -> pl.DataFrame:
    half = float(ndtri(0.975)) * pl.col("left").sqrt()
    return (
        weighed.group_by("account_id")
        .agg(emotion=pl.col("mean").first() + pl.col("points").sum(), left=pl.col("left").first())
        .with_columns(
            emotion_low=(pl.col("emotion") - half).clip(0, 100),
            emotion_high=(pl.col("emotion") + half).clip(0, 100),
        )
        .drop("left")
    )


def _latest(told: pl.DataFrame) -> pl.DataFrame:
    nps = pl.col("kind") == "nps"
    return told.group_by("account_id", maintain_order=True).agg(
        answers=pl.len().cast(pl.Int64),
        last_kind=pl.col("kind").last(),
        last_score=pl.col("score").last(),
        last_scored_on=pl.col("on").last(),
        last_nps=pl.col("score").filter(nps).last(),
        last_nps_on=pl.col("on").filter(nps).last(),
    )


def _last_day(rows: pl.DataFrame, time: str, name: str, as_of: date) -> pl.DataFrame:
    day = pl.col(time).dt.date()
    return rows.filter(day <= as_of).group_by("account_id").agg(day.max().alias(name))


def _mood(as_of: date) -> pl.Expr:
    recent = pl.col("last_answer_on") > pl.lit(as_of) - pl.duration(days=SILENT_AFTER)
    known = pl.col("last_answer_on").is_not_null() | pl.col("last_asked_on").is_not_null()
    return pl.when(recent).then(pl.lit(HEARD)).when(known).then(pl.lit(SILENT)).otherwise(pl.lit(NEVER_ASKED))
