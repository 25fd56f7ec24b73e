"""Everything a snapshot says, from facts and activity as of one day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

import polars as pl

from models import silence
from models.behaviour import PARTS, Compared, Weights, behaviour
from models.book import as_known, book
from models.champions import CHAMPIONS, quiet_champions
from models.churn.scoring import PREDICTIONS
from models.decisions import decisions, success_from
from models.declines import DeclineResult, declines
from models.declines_state import DeclineState
from models.drivers import drivers_with_accounts
from models.emotion import Felt, felt, foretold
from models.exception_mood import perception_gap
from models.exception_waiting import SETTING as REPLY_DAYS
from models.exceptions import findings
from models.findings import kinds_off
from models.handoff_times import SETTING
from models.measure_choice import choose
from models.own_playbook import followed
from models.own_rules import Rule, own_findings
from models.past_decisions import PAST
from models.paths.progress_frames import PROGRESS
from models.playbook import Playbook
from models.quadrant import quadrant
from models.reach import reach
from models.releases import releases, uptake
from models.risk import paid_share, risk
from models.snapshot import SCORES, WEEKS
from models.touches import touches
from models.user_behaviour import USERS, user_behaviour
from models.user_score import user_scores

WEEKS_SHOWN = 52

Frames = Mapping[str, pl.DataFrame]
Clock = Callable[[str], None]
"""Called with the name of the stage that begins."""


@dataclass(frozen=True)
class Scored:
    """`scores` (`SCORES`), `findings` (`FINDINGS`), `weeks` (`WEEKS`), and the decline detector's memory.

    `compared` and `felt` say what the scores were measured against, which explaining a change needs.
    `drivers` (`DRIVERS`) is what the successful did more of, `driver_accounts` (`DRIVER_ACCOUNTS`) who
    stands behind each, `users` (`USERS`) what each user does, `champions` (`CHAMPIONS`) those whose own
    use stopped, `releases` (`RELEASES`) what is new in the product and `uptake` (`UPTAKE`) who uses it.
    """

    scores: pl.DataFrame
    findings: pl.DataFrame
    weeks: pl.DataFrame
    declines: DeclineResult
    compared: Compared
    felt: Felt
    drivers: pl.DataFrame
    driver_accounts: pl.DataFrame
    users: pl.DataFrame
    champions: pl.DataFrame
    releases: pl.DataFrame
    uptake: pl.DataFrame
    notes: dict[str, object] = field(default_factory=dict)


def score(
    facts: Frames,
    account_days: pl.DataFrame,
    event_spans: pl.DataFrame,
    as_of: date,
    *,
    settings: Mapping[str, object] | None = None,
    memory: DeclineState | None = None,
    past: pl.DataFrame | None = None,
    user_windows: pl.DataFrame | None = None,
    user_events: pl.DataFrame | None = None,
    walked: pl.DataFrame | None = None,
    leaving: pl.DataFrame | None = None,
    pulses: pl.DataFrame | None = None,
    rules: Mapping[int, Rule] | None = None,
    playbooks: Mapping[str, Playbook] | None = None,
    begin: Clock = lambda stage: None,
) -> Scored:
    """Score the live book on `as_of`.

    `facts` holds a frame for every contract of `models.facts` but usage; `account_days` and
    `event_spans` are usage up to `as_of`. `settings` is the body of the chosen settings (`success`,
    `weights`). `past` (`past_decisions.PAST`) lets past decisions choose what behaviour is made of;
    `user_windows` is what each user did (`user_behaviour`), `user_events` which events they had
    (`user_score`), `walked` where each account stands on its
    path (`progress_frames.PROGRESS`); `leaving` (`churn.scoring.PREDICTIONS`) is how likely each leaves,
    given only while a model has a signal: it then takes the place of risk in the priority.
    `pulses` (`pulse.NEWEST`) is what the CSMs think, `rules` are those that people made, by id, and
    `playbooks` those that people saved. Kinds that the settings switch off are found but not counted.
    `memory` lets the decline detector go on from an earlier day. Nothing dated after
    `as_of` counts, so any past day can be scored as it would have been then.
    """
    chosen = settings or {}
    days = account_days.filter(pl.col("day") <= as_of)
    spans = event_spans.filter(pl.col("first_at").dt.date() <= as_of)
    begin("book")
    live = book(facts["accounts"], facts["subscriptions"], as_of)
    success = success_from(_table(chosen.get("success")))
    decided = decisions(facts["accounts"], facts["subscriptions"], as_of, success, event_spans)
    begin("behaviour")
    weights = _weights(chosen.get("weights"))
    choice = choose(PAST.empty() if past is None else past, weights)
    compared = behaviour(
        live,
        account_days,
        event_spans,
        decided,
        as_of,
        features=facts["features"],
        weights=weights,
        measures=choice.measures,
    )
    begin("emotion")
    moods = felt(
        live, facts["survey_responses"], facts["survey_invitations"], as_of, contacts=facts["contacts"]
    )
    begin("declines")
    fallen = declines(account_days, facts["accounts"], as_of, memory)
    begin("exceptions")
    champions = (
        CHAMPIONS.empty() if user_windows is None else quiet_champions(live, user_windows, facts, as_of)
    )
    found = findings(
        _with_renewals(facts, live),
        fallen.now,
        as_of,
        _levels(chosen.get(SETTING)),
        walked,
        event_spans=spans,
        champions=champions,
        foretold=foretold(moods),
        reply_days=_levels(chosen.get(REPLY_DAYS)),
    )
    begin("risk")
    heard = reach(live, facts["contacts"], facts["community_posts"], facts["referrals"], as_of)
    asked = facts["survey_invitations"], facts["survey_responses"], as_of
    quiet = silence.learn(moods, *asked)
    leaning = silence.leaning(quiet, *asked)
    order = risk(live, compared.scores, moods.scores, as_of, leaning=leaning)
    placed = PROGRESS.empty() if walked is None else walked
    chances = PREDICTIONS.empty() if leaving is None else leaving
    scores = _assembled(
        facts, live, compared.scores, moods.scores, order, heard, fallen.now, placed, chances, as_of
    )
    if pulses is not None:
        found = pl.concat([found, perception_gap(scores, pulses, as_of)])
    found = pl.concat([found, own_findings(rules or {}, scores, found, as_of)])
    found = followed(found, playbooks or {})
    scores = _counted(scores, looked_for(found, chosen))
    begin("weeks")
    notes: dict[str, object] = {
        "success": success.kind,
        "value_events": compared.value_events["event"].to_list(),
        "decided": decided.height,
        "succeeded": int(decided["succeeded"].sum()),
        "silence": asdict(quiet),
        "behaviour": {"why": choice.why, **asdict(choice.measures), "failed": choice.failed},
    }
    new = releases(days, spans, facts["features"], as_of)
    return Scored(
        scores,
        found,
        weekly(account_days, live, as_of),
        fallen,
        compared,
        moods,
        *drivers_with_accounts(decided, _by_then(facts, as_of), days, spans, success=success.kind),
        _users(live, decided, compared, user_windows, user_events, facts["contacts"]),
        champions,
        new,
        uptake(spans, new, live, as_of),
        notes,
    )


def _users(
    live: pl.DataFrame,
    decided: pl.DataFrame,
    compared: Compared,
    windows: pl.DataFrame | None,
    used: pl.DataFrame | None,
    contacts: pl.DataFrame,
) -> pl.DataFrame:
    """What each user does, scored with the weights and value events of their account's score."""
    if windows is None or used is None or live.is_empty():
        return USERS.empty()
    shares = compared.scores.select(pl.col(f"{part}_weight").alias(part) for part in PARTS).row(0, named=True)
    value = compared.value_events["event"].to_list()
    return user_behaviour(live, windows, contacts, user_scores(live, decided, windows, used, value, shares))


def looked_for(found: pl.DataFrame, settings: Mapping[str, object]) -> pl.DataFrame:
    """The findings of the kinds that nobody switched off: those that become exceptions."""
    return found.filter(~pl.col("kind").is_in(list(kinds_off(settings))))


def weekly(account_days: pl.DataFrame, live: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Events and active days of each of the last 52 weeks that end on `as_of`'s weekday; `WEEKS`."""
    first = as_of - timedelta(days=7 * WEEKS_SHOWN - 1)
    weeks = pl.int_ranges(pl.lit(0), pl.lit(WEEKS_SHOWN)).alias("week")
    grid = live.select("account_id", weeks).explode("week")
    used = (
        account_days.filter(pl.col("day").is_between(first, as_of))
        .with_columns(week=(pl.col("day") - pl.lit(first)).dt.total_days() // 7)
        .group_by("account_id", "week")
        .agg(pl.col("events").sum(), active_days=pl.len().cast(pl.Int64))
    )
    filled = grid.join(used, on=["account_id", "week"], how="left").with_columns(
        pl.col("events", "active_days").fill_null(0)
    )
    listed = filled.sort("account_id", "week").group_by("account_id", maintain_order=True)
    return WEEKS.check(listed.agg("events", "active_days"))


def _assembled(
    facts: Frames,
    live: pl.DataFrame,
    behaved: pl.DataFrame,
    moods: pl.DataFrame,
    order: pl.DataFrame,
    heard: pl.DataFrame,
    fallen: pl.DataFrame,
    placed: pl.DataFrame,
    chances: pl.DataFrame,
    as_of: date,
) -> pl.DataFrame:
    """One row an account of the live book; columns of `SCORES`."""
    known = as_known(facts["accounts"], as_of)
    told = known.select("account_id", "name", "region", "plan", "industry", "csm_id")
    met = touches(facts["interactions"], as_of).group_by("account_id").agg(pl.col("at").max())
    parts = (
        told,
        _currencies(facts["subscriptions"], as_of),
        behaved.drop("segment"),
        moods,
        order,
        heard,
        fallen.select("account_id", "too_quiet"),
        met.select("account_id", last_contact_on=pl.col("at").dt.date()),
        placed.select("account_id", "path", path_step="step", path_state="state"),
        chances.select("account_id", churn="probability", churn_on="outcome_on", churn_outside="outside"),
    )
    rows = live
    for part in parts:
        rows = rows.join(part, on="account_id", how="left")
    return SCORES.check(
        rows.with_columns(
            quadrant(),
            name=pl.coalesce("name", "account_id"),
            open_exceptions=pl.lit(0, pl.Int64),
            priority=pl.coalesce(pl.col("churn") * paid_share(rows), "priority"),
        ).sort("priority", "account_id", descending=[True, False], nulls_last=True)
    )


def _counted(scores: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The scores with how many exceptions each account has."""
    counts = found.group_by("account_id").agg(n=pl.len().cast(pl.Int64))
    joined = scores.join(counts, on="account_id", how="left", maintain_order="left")
    return SCORES.check(joined.with_columns(open_exceptions=pl.col("n").fill_null(0)).drop("n"))


_DATED = {"interactions": "opened_at", "community_posts": "posted_at", "survey_responses": "responded_at"}


def _by_then(facts: Frames, as_of: date) -> dict[str, pl.DataFrame]:
    """What drivers look at, with nothing dated after `as_of`."""
    cut = {name: facts[name].filter(pl.col(at).dt.date() <= as_of) for name, at in _DATED.items()}
    return {**cut, "features": facts["features"]}


def _currencies(subscriptions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The currency each account pays in on `as_of`; several are named together ("EUR+USD")."""
    running = subscriptions.filter(
        (pl.col("starts_on") <= as_of) & (pl.col("ends_on").is_null() | (pl.col("ends_on") > as_of))
    )
    names = pl.col("currency").drop_nulls().unique().sort().str.join("+")
    return running.group_by("account_id").agg(currency=names.replace("", None))


def _with_renewals(facts: Frames, live: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The facts, with the next decision day of each live account where only its term end tells it."""
    days = live.select("account_id", next_on="renewal_on")
    accounts = facts["accounts"].join(days, on="account_id", how="left")
    renewed = accounts.with_columns(renewal_on=pl.coalesce("next_on", "renewal_on"))
    return {**facts, "accounts": renewed.drop("next_on")}


def _table(given: object) -> dict[str, object]:
    return dict(given) if isinstance(given, Mapping) else {}


def _levels(given: object) -> dict[str, float]:
    return {step: float(str(days)) for step, days in _table(given).items()}


def _weights(given: object) -> Weights | None:
    named = _table(given)
    return Weights(**{part: float(str(value)) for part, value in named.items()}) if named else None
