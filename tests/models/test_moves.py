"""Whatever happened in which order, the causes between any two snapshots sum to the change."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import facts
from models.behaviour import Compared, Weights, behaviour
from models.book import book
from models.decisions import decisions
from models.emotion import Felt, felt
from models.links import place, way
from models.measures import FREQUENCIES, Measures
from models.moves import State, moves
from models.snapshot import MOVES
from models.why import CAUSES
from tests.models.rows import frame
from tests.models.sample import AS_OF, Company, make

SCORES = {"behaviour": CAUSES[:10], "emotion": CAUSES[10:]}


def scored(company: Company, day: date, weights: Weights, measures: Measures) -> State:
    live = book(company.accounts, company.subscriptions, day)
    compared: Compared = behaviour(
        live,
        company.account_days(),
        company.event_spans(),
        decisions(company.accounts, company.subscriptions, day),
        day,
        weights=weights,
        measures=measures,
    )
    moods = felt(live, company.responses, facts.SURVEY_INVITATIONS.empty(), day)
    scores = compared.scores.join(moods.scores, on="account_id", how="left")
    return State(day, Felt(scores, moods.answers, moods.models), compared)


@dataclass
class Shelf:
    """Snapshots as a store keeps them: linked as they come, compared with nothing afterwards."""

    states: dict[int, State] = field(default_factory=dict)
    links: dict[int, int | None] = field(default_factory=dict)
    steps: dict[int, pl.DataFrame] = field(default_factory=dict)

    def add(self, new: State) -> None:
        number = len(self.states) + 1
        rows = [(known, state.as_of) for known, state in self.states.items()]
        listing = pl.DataFrame(rows, schema={"snapshot_id": pl.Int64, "as_of": pl.Date}, orient="row")
        where = place(listing, new.as_of)
        self.links[number] = where.previous
        if where.previous is not None:
            self._link(number, where.previous, moves(self.states[where.previous], new))
        for later in where.explained_from_it:
            self._link(later, number, moves(new, self.states[later]))
        self.states[number] = replace(new, compared=None)

    def _link(self, snapshot: int, previous: int, moved: pl.DataFrame) -> None:
        self.links[snapshot] = previous
        self.steps[snapshot] = moved.with_columns(snapshot_id=pl.lit(snapshot, pl.Int64))

    def worst(self, start: int, end: int) -> float:
        """The largest gap between a change and the sum of its causes, over accounts and both scores."""
        signs = way(self.links, start, end)
        listed = [self.steps[step] for step in signs] or [MOVES.empty().with_columns(snapshot_id=pl.lit(0))]
        sign = pl.col("snapshot_id").replace_strict(signs, default=0, return_dtype=pl.Float64)
        summed = pl.concat(listed).group_by("account_id").agg((pl.col(CAUSES) * sign).sum())
        rows = pl.concat(self.states[at].scores.select("account_id") for at in (start, end)).unique()
        for part in (summed, _told(self.states[start], "_was"), _told(self.states[end], "_now")):
            rows = rows.join(part, on="account_id", how="left")
        gaps = [
            pl.sum_horizontal(names) - (pl.col(f"{score}_now") - pl.col(f"{score}_was"))
            for score, names in SCORES.items()
        ]
        filled = rows.with_columns(pl.exclude("account_id").fill_null(0.0))
        return float(filled.select(pl.max_horizontal(gap.abs().max() for gap in gaps)).item())


def _told(state: State, suffix: str) -> pl.DataFrame:
    return state.scores.select("account_id", pl.col("behaviour", "emotion").name.suffix(suffix))


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, Weights, Measures, int, int]]:
    """Days back from the last one, in any order, with settings, and what came in late before each."""
    one = st.tuples(
        st.sampled_from([0, 1, 7, 30, 200, 400]),
        st.sampled_from([Weights(), Weights(10, 0, 30), Weights(1, 1, 1)]),
        st.builds(Measures, frequency=st.sampled_from(FREQUENCIES), breadth=st.booleans()),
        st.integers(0, 20),
        st.integers(0, 10),
    )
    return draw(st.lists(one, min_size=3, max_size=6))


def grown(company: Company, more: int, answers: int) -> Company:
    """The same company after late events and answers came in."""
    events = [
        {
            "account_id": f"a{number % 40:03d}",
            "user_id": "late",
            "event": f"e{number % 9}",
            "occurred_at": datetime.combine(AS_OF - timedelta(days=number * 13), datetime.min.time()),
            "quantity": 1.0,
        }
        for number in range(more)
    ]
    said = [
        {
            "response_id": f"late{more}-{number}",
            "account_id": f"a{number * 3 % 40:03d}",
            "contact_id": "late",
            "kind": "nps",
            "score": float(number),
            "responded_at": datetime.combine(AS_OF - timedelta(days=number * 40), datetime.min.time()),
        }
        for number in range(answers)
    ]
    return replace(
        company,
        events=pl.concat([company.events, frame(facts.USAGE_EVENTS, *events)]) if events else company.events,
        responses=pl.concat([company.responses, frame(facts.SURVEY_RESPONSES, *said)])
        if said
        else company.responses,
    )


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 50), histories())
def test_causes_sum_to_the_change_between_any_two_snapshots(
    seed: int, history: list[tuple[int, Weights, Measures, int, int]]
) -> None:
    company, shelf = make(seed, accounts=40), Shelf()
    for back, weights, measures, events, answers in history:
        company = grown(company, events, answers)
        shelf.add(scored(company, AS_OF - timedelta(days=back), weights, measures))
    for start, end in itertools.permutations(shelf.states, 2):
        assert shelf.worst(start, end) < 1e-9


def test_who_enters_leaves_or_falls_silent_is_told_apart() -> None:
    company = make(3, accounts=60)
    before, after = (
        scored(company, AS_OF - timedelta(days=back), Weights(), Measures()) for back in (300, 0)
    )
    moved = moves(before, after)
    joined = moved.join(before.scores, on="account_id", how="left").join(
        after.scores, on="account_id", how="left", suffix="_1"
    )
    entered = joined.filter(pl.col("behaviour").is_null() & pl.col("behaviour_1").is_not_null())
    left = joined.filter(pl.col("behaviour").is_not_null() & pl.col("behaviour_1").is_null())
    both = joined.filter(pl.col("behaviour").is_not_null() & pl.col("behaviour_1").is_not_null())
    assert min(entered.height, left.height, both.height) > 0
    assert entered["behaviour_told"].to_list() == entered["behaviour_1"].to_list()
    assert left["behaviour_told"].to_list() == [-score for score in left["behaviour"]]
    assert both["behaviour_told"].to_list() == [0.0] * both.height
    own = pl.col([name for name in SCORES["behaviour"] if name != "behaviour_told"])
    assert entered.select(pl.max_horizontal(own.abs()).max()).item() == 0


def test_only_a_new_answer_counts_as_one_and_only_time_fades() -> None:
    company = make(5, accounts=60)
    before = scored(company, AS_OF, Weights(), Measures())
    quiet = moves(before, scored(company, AS_OF, Weights(), Measures()))
    assert quiet.select(pl.max_horizontal(pl.col(CAUSES).abs()).max()).item() < 1e-9
    heard = before.scores.drop_nulls("emotion")["account_id"][0]
    angry = frame(
        facts.SURVEY_RESPONSES,
        {
            "response_id": "angry",
            "account_id": heard,
            "kind": "nps",
            "score": 0.0,
            "responded_at": datetime.combine(AS_OF, datetime.min.time()),
        },
    )
    louder = replace(company, responses=pl.concat([company.responses, angry]))
    moved = moves(before, scored(louder, AS_OF, Weights(), Measures()))
    new = dict(moved.select("account_id", "emotion_new").iter_rows())
    assert new.pop(heard) < -1
    assert max(abs(points) for points in new.values()) < 1e-9
    assert moved["emotion_fading"].to_numpy() == pytest.approx(0, abs=1e-9)


def test_needs_what_one_of_them_was_compared_with() -> None:
    state = replace(scored(make(1, accounts=20), AS_OF, Weights(), Measures()), compared=None)
    with pytest.raises(ValueError, match="compared"):
        moves(state, state)
