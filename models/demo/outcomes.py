"""Who renews and who leaves: the planted hazard, drawn once for every decision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.demo.catalogue import DECOY_SEGMENT
from models.demo.clock import Clock, stream
from models.demo.following import Following
from models.demo.moods import Moods
from models.demo.shape import NEVER, WEIGHTS, Flags, Floats, Ints, Shape, Signal
from models.demo.traits import Traits
from models.demo.troubles import Calls, Decisions, Declines

CAUSES = ("progress", "activity", "decline", "mood", "silent")


@dataclass(frozen=True)
class Odds:
    """Accounts × decisions: the probability of leaving, the same had a courtesy call been
    made, and what each cause of `CAUSES` adds to the log-odds. Decisions after `as_of` are
    judged as things stand on `as_of`."""

    leave: Floats
    leave_if_called: Floats
    parts: dict[str, Floats]
    intercept: float


@dataclass(frozen=True)
class Outcomes:
    """`left_on`: day of leaving or `NEVER` · `why`: the cause · `taken`, `left`: accounts ×
    decisions · `upcoming`: index of the decision that is next, or was when they left."""

    left_on: Ints
    why: list[str]
    taken: Flags
    left: Flags
    upcoming: Ints

    @property
    def live(self) -> Flags:
        live: Flags = self.left_on == NEVER
        return live


def weigh(
    clock: Clock,
    traits: Traits,
    plan: Decisions,
    following: Following,
    moods: Moods,
    declines: Declines,
    calls: Calls,
    signal: Signal,
    shape: Shape,
) -> Odds:
    """The planted probability of leaving at each decision, from the weights of `signal`."""
    weights = WEIGHTS[signal]
    seen = np.minimum(plan.decides, clock.last + 1)
    rows = np.broadcast_to(np.arange(traits.count)[:, None], seen.shape)
    size = seen.shape[1]
    fell = (declines.starts[:, :size] < seen) & (declines.ends[:, :size] >= seen)
    parts: dict[str, Floats] = {
        "progress": weights.progress * following.progress(seen),
        "activity": weights.activity * np.broadcast_to(traits.activity[:, None], seen.shape),
        "decline": weights.decline * fell.astype(np.float64),
        "mood": weights.mood * moods.at(rows, seen - 1),
        "silent": weights.silent * (moods.silent[:, None] < seen).astype(np.float64),
    }
    rest = (
        weights.later * (plan.ordinal > 1)
        + weights.decoy_segment * (traits.segment == DECOY_SEGMENT)[:, None]
    )
    uncalled = rest + sum(parts.values())
    called = weights.call * (calls.helps & (calls.on < seen))
    first = (plan.ordinal == 1) & (plan.decides <= clock.last)
    known = (uncalled + called)[first] if first.any() else (uncalled + called).ravel()
    intercept = _intercept(known, shape.leave_rate)
    return Odds(
        leave=_expit(intercept + uncalled + called),
        leave_if_called=_expit(intercept + uncalled + weights.call * calls.helps),
        parts=parts,
        intercept=intercept,
    )


def _expit(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))


def _intercept(log_odds: Floats, mean: float) -> float:
    """The intercept at which the mean probability is `mean`, by bisection."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if _expit(middle + log_odds).mean() > mean else (middle, high)
    return (low + high) / 2


def decide(clock: Clock, traits: Traits, plan: Decisions, odds: Odds, seed: int, shape: Shape) -> Outcomes:
    """Draw the outcome of every decision, and the rare exits between decisions."""
    rng = stream(seed, "outcomes")
    known = plan.decides <= clock.last
    leaves = (rng.random(known.shape) < odds.leave) & known
    rows, first = np.arange(traits.count), leaves.argmax(axis=1)
    at_decision = np.where(leaves.any(axis=1), plan.decides[rows, first], NEVER)
    waits = rng.exponential(365 / max(shape.mid_term_exits_a_year, 1e-9), traits.count)
    exits = np.maximum(traits.signed, 0) + 45 + np.minimum(waits, NEVER).astype(np.int64)
    early = (exits < at_decision) & (exits <= clock.last)
    left_on = np.where(early, exits, at_decision)
    taken = known & (plan.decides <= left_on[:, None])
    upcoming = ((plan.decides < left_on[:, None]) & known).sum(axis=1)
    return Outcomes(
        left_on=left_on,
        why=_reasons(odds, first, early, left_on),
        taken=taken,
        left=leaves & (plan.decides == left_on[:, None]),
        upcoming=np.minimum(upcoming, known.shape[1] - 1),
    )


def _reasons(odds: Odds, first: Ints, early: Flags, left_on: Ints) -> list[str]:
    """The cause that stands furthest above its average; "chance" when none does."""
    rows = np.arange(len(first))
    above = np.stack([odds.parts[c][rows, first] - odds.parts[c].mean() for c in CAUSES], axis=1)
    cause = np.array([*CAUSES, "chance"])[
        np.where(above.max(axis=1) > 0.3, above.argmax(axis=1), len(CAUSES))
    ]
    named = np.where(early, "closed", cause)
    return [str(why) for why in np.where(left_on == NEVER, "", named)]
