"""All that ever happened with one account, on one line of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from models.champions import CHAMPIONS
from models.contracts import Column, Contract
from models.facts import TEXT, TIME
from models.money import money_of
from models.pulse import PULSES, word
from models.releases import RELEASED
from models.sends import ON_CALL, SENDS

TIMELINE = Contract(
    "timeline",
    (
        Column("at", TIME, required=True),
        Column("channel", TEXT, required=True, doc="survey, ticket, call, exception …"),
        Column("title", TEXT, required=True, doc="what happened, in a few words"),
        Column("detail", TEXT, doc="what they or we said"),
        Column("contact_id", TEXT, doc="who, where it is known"),
    ),
)

_TOP = {"nps": "10", "csat": "5", "ces": "7"}


def timeline(
    facts: Mapping[str, pl.DataFrame],
    calls: pl.DataFrame,
    exceptions: pl.DataFrame,
    as_of: date,
    pulses: pl.DataFrame | None = None,
    *,
    champions: pl.DataFrame | None = None,
    releases: pl.DataFrame | None = None,
    sent: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Merge one account's facts, logged calls and exceptions, the newest first.

    In: the facts survey_responses, interactions, handoffs, community_posts and subscriptions; calls as in
    TASKS (those done are used); exceptions as in EXCEPTIONS; pulses as in `pulse.PULSES`; its quiet
    champions (`CHAMPIONS`), the releases since it signed (`releases.RELEASED`) and the pieces of content sent
    to it (`sends.SENDS` that stand, with their title). Facts dated after `as_of` are left out; what people
    logged since stays. Out: `TIMELINE`.
    """
    then = pl.concat(
        [
            _surveys(facts["survey_responses"]),
            _interactions(facts["interactions"]),
            _handoffs(facts["handoffs"]),
            _posts(facts["community_posts"]),
            _subscriptions(facts["subscriptions"]),
            _champions(CHAMPIONS.empty() if champions is None else champions),
            _releases(RELEASED.empty() if releases is None else releases),
        ]
    ).filter(pl.col("at").dt.date() <= as_of)
    since = pl.concat(
        [
            _calls(calls),
            _exceptions(exceptions),
            _pulses(PULSES.empty() if pulses is None else pulses),
            _content(SENDS.empty().with_columns(title=pl.lit("")) if sent is None else sent),
        ]
    )
    return TIMELINE.check(pl.concat([then, since]).sort("at", descending=True, maintain_order=True))


def _surveys(answers: pl.DataFrame) -> pl.DataFrame:
    name, top = pl.col("kind").str.to_uppercase(), pl.col("kind").replace_strict(_TOP, default="")
    score = pl.format("{} {} of {}", name, pl.col("score").round(0).cast(pl.Int64), top)
    said = pl.when(pl.col("score").is_null()).then(pl.format("{} comment", name)).otherwise(score)
    return _rows(answers, at="responded_at", channel=pl.lit("survey"), title=said, detail=pl.col("comment"))


def _interactions(met: pl.DataFrame) -> pl.DataFrame:
    way = pl.col("direction").replace({"in": " from them", "out": " from us"}).fill_null("")
    waited = (pl.col("first_reply_at") - pl.col("opened_at")).dt.total_hours()
    reply = (
        pl.when(pl.col("closed_at").is_not_null())
        .then(pl.format("closed {}", pl.col("closed_at").dt.strftime("%-d %b %Y")))
        .when(waited.is_not_null())
        .then(pl.format("answered after {} h", waited))
    )
    title = pl.concat_str(
        pl.col("channel").str.to_titlecase(), way, pl.format(": {}", pl.col("subject")).fill_null("")
    )
    return _rows(met, at="opened_at", channel=pl.col("channel").str.to_lowercase(), title=title, detail=reply)


def _handoffs(handoffs: pl.DataFrame) -> pl.DataFrame:
    taken = (
        pl.when(pl.col("accepted_on").is_null())
        .then(pl.lit("not accepted yet"))
        .otherwise(pl.format("accepted {}", pl.col("accepted_on").dt.strftime("%-d %b %Y")))
    )
    title = pl.format("Handoff from {} to {}", "from_team", "to_team")
    return _rows(handoffs, at="handed_on", channel=pl.lit("handoff"), title=title, detail=taken)


def _posts(posts: pl.DataFrame) -> pl.DataFrame:
    title = pl.format("Community {}", pl.col("kind").fill_null("post"))
    detail = pl.format("{} replies, {} likes", pl.col("replies").fill_null(0), pl.col("likes").fill_null(0))
    return _rows(posts, at="posted_at", channel=pl.lit("community"), title=title, detail=detail)


def _subscriptions(periods: pl.DataFrame) -> pl.DataFrame:
    paid = pl.format("{} a month", money_of(pl.col("mrr"), pl.col("currency")))
    began = _rows(
        periods,
        at="starts_on",
        channel=pl.lit("subscription"),
        title=pl.format("{} begins", "product"),
        detail=paid,
    )
    ended = _rows(
        periods.drop_nulls("ends_on"),
        at="ends_on",
        channel=pl.lit("subscription"),
        title=pl.format("{} ends", "product"),
        detail=paid,
    )
    return pl.concat([began, ended])


def _champions(quiet: pl.DataFrame) -> pl.DataFrame:
    title = pl.format("Champion quiet since {}", pl.col("quiet_since").dt.strftime("%-d %b"))
    return _rows(quiet, at="quiet_since", channel=pl.lit("champion"), title=title, detail=pl.col("sentence"))


def _releases(released: pl.DataFrame) -> pl.DataFrame:
    """What is new in the product, on the first day on which anybody used it."""
    here = (
        pl.when(pl.col("used_on").is_null())
        .then(pl.lit("not used here yet"))
        .otherwise(pl.format("used here since {}", pl.col("used_on").dt.strftime("%-d %b %Y")))
    )
    everywhere = pl.format(
        "{}; first used by anybody that day, by {} accounts since", here, pl.col("accounts")
    )
    title = pl.format("Release: {}", "feature")
    return _rows(released, at="released_on", channel=pl.lit("release"), title=title, detail=everywhere)


def _calls(calls: pl.DataFrame) -> pl.DataFrame:
    done = calls.filter(pl.col("state") == "done")
    helped = (
        pl.when(pl.col("helped"))
        .then(pl.lit("; it helped"))
        .when(~pl.col("helped"))
        .then(pl.lit("; it did not help"))
        .otherwise(pl.lit(""))
    )
    title = pl.concat_str(pl.lit("Courtesy call: "), "outcome", helped)
    return _rows(done, at="done_at", channel=pl.lit("courtesy call"), title=title, detail=pl.col("note"))


def _pulses(pulses: pl.DataFrame) -> pl.DataFrame:
    taken_back = (
        pl.when(pl.col("withdrawn_at").is_not_null()).then(pl.lit(", taken back")).otherwise(pl.lit(""))
    )
    title = pl.concat_str(pl.lit("Pulse: "), word(), taken_back)
    detail = pl.format("{} ({})", "reason", "given_by")
    return _rows(pulses, at="given_at", channel=pl.lit("pulse"), title=title, detail=detail)


def _content(sent: pl.DataFrame) -> pl.DataFrame:
    title = pl.format("Sent: {}", "title")
    way = pl.when(pl.col("how") == ON_CALL).then(pl.lit("with the call")).otherwise(pl.lit("by e-mail"))
    detail = pl.format("{}, by {}", way, "sent_by")
    return _rows(sent, at="sent_at", channel=pl.lit("content"), title=title, detail=detail)


def _exceptions(exceptions: pl.DataFrame) -> pl.DataFrame:
    seen = _rows(
        exceptions,
        at="first_seen",
        channel=pl.lit("exception"),
        title=pl.lit("Exception seen"),
        detail=pl.col("sentence"),
    )
    mended = _rows(
        exceptions.drop_nulls("closed_on"),
        at="closed_on",
        channel=pl.lit("exception"),
        title=pl.lit("Exception mended"),
        detail=pl.col("sentence"),
    )
    return pl.concat([seen, mended])


def _rows(frame: pl.DataFrame, *, at: str, channel: pl.Expr, title: pl.Expr, detail: pl.Expr) -> pl.DataFrame:
    who = pl.col("contact_id") if "contact_id" in frame.columns else pl.lit(None, dtype=pl.String)
    return frame.select(
        pl.col(at).cast(TIME).alias("at"),
        channel.cast(pl.String).alias("channel"),
        title.alias("title"),
        detail.alias("detail"),
        who.alias("contact_id"),
    ).drop_nulls("at")
