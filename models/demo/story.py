"""The whole hidden story of a demo company, from which its facts and its truth are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from models.demo.clock import Clock, stream
from models.demo.following import Following, follow
from models.demo.moods import Moods, draw_moods
from models.demo.names import company_names
from models.demo.outcomes import Odds, Outcomes, decide, weigh
from models.demo.shape import Floats, Ints, Shape, Signal
from models.demo.spotlight import Spotlight, light_up
from models.demo.traits import Traits, draw_traits
from models.demo.troubles import Calls, Decisions, Declines, draw_calls, draw_declines, lay_out


@dataclass(frozen=True)
class Story:
    """Everything that was drawn, by account index; see the parts for their meaning."""

    clock: Clock
    seed: int
    signal: Signal
    shape: Shape
    names: list[str]
    traits: Traits
    plan: Decisions
    following: Following
    moods: Moods
    declines: Declines
    calls: Calls
    odds: Odds
    outcomes: Outcomes
    spotlight: Spotlight

    @property
    def begins(self) -> Ints:
        """First day of each account inside the history."""
        return np.maximum(self.traits.signed, 0)

    @property
    def ends(self) -> Ints:
        """First day without the account, at most the day after `as_of`."""
        return np.minimum(self.outcomes.left_on, self.clock.last + 1)

    @property
    def mood_now(self) -> Floats:
        """Mood on `as_of`, or on the last day of those who left."""
        return self.moods.at(np.arange(self.traits.count), self.ends - 1)

    def stream(self, name: str) -> np.random.Generator:
        return stream(self.seed, name)


def tell(as_of: date, accounts: int, months: int, seed: int, signal: Signal, shape: Shape) -> Story:
    """Draw the story: traits, paths, moods, declines, calls, outcomes, and today's spotlight."""
    clock = Clock(as_of, months)
    traits = draw_traits(clock, accounts, seed, shape)
    plan = lay_out(clock, traits)
    following = follow(clock, traits, seed, signal)
    moods = draw_moods(clock, traits, plan.decides, plan.begins, seed, shape)
    declines = draw_declines(plan, seed, shape)
    calls = draw_calls(plan, declines, moods, seed, shape)
    known = clock, traits, plan, following, moods
    outcomes = decide(clock, traits, plan, weigh(*known, declines, calls, signal, shape), seed, shape)
    spotlight, declines = light_up(clock, traits, plan, moods, outcomes, declines, seed)
    return Story(
        clock=clock,
        seed=seed,
        signal=signal,
        shape=shape,
        names=company_names(stream(seed, "names"), traits.land),
        traits=traits,
        plan=plan,
        following=following,
        moods=moods,
        declines=declines,
        calls=calls,
        # Weighed again: the fresh declines of the spotlight count at the decisions ahead.
        odds=weigh(*known, declines, calls, signal, shape),
        outcomes=outcomes,
        spotlight=spotlight,
    )
