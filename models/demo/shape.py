"""What a demo company is made like: its signal, its proportions, and what moves a renewal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Signal = Literal["paths", "progress", "activity", "none"]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER = 10**6
"""The day index of what does not happen."""


@dataclass(frozen=True)
class Shape:
    """Proportions of the company; every share is 0-1.

    `leave_rate` is the mean probability of leaving at the *first* decision; later decisions
    are safer, so the yearly logo churn of the whole book is lower. `base_share` of the
    accounts signed before the usage history starts (they are known to have renewed so far).
    `base_share=0, leave_rate=1/3` is the hardest setting for the book and the richest in
    decisions that were watched from the first day.
    """

    base_share: float = 0.25
    leave_rate: float = 0.27
    six_month_share: float = 0.15
    events_per_account: float = 1_100.0
    decline_share: float = 0.22
    blip_share: float = 0.07
    sour_share: float = 0.10
    call_share: float = 0.35
    mid_term_exits_a_year: float = 0.012
    accounts_per_csm: int = 50


@dataclass(frozen=True)
class Weights:
    """Log-odds of leaving at a decision, per unit of each cause.

    `progress`: whole path done against none · `activity`: one sd of log weekly events ·
    `decline`: use fell before the decision · `mood`: one point of mood · `silent`: stopped
    answering · `call`: a courtesy call where a call helps · `later`: second and later decisions
    · `decoy_segment`: being in the segment that has the decoy event.
    """

    progress: float = 0.0
    activity: float = 0.0
    decline: float = 0.0
    mood: float = 0.0
    silent: float = 0.0
    call: float = 0.0
    later: float = 0.0
    decoy_segment: float = 0.0


_SHARED = {"decline": 1.6, "mood": -0.6, "silent": 0.4, "call": -1.0, "later": -0.9}

WEIGHTS: dict[Signal, Weights] = {
    "paths": Weights(progress=-3.2, decoy_segment=-0.5, **_SHARED),
    "progress": Weights(progress=-4.0, decoy_segment=-0.5, **_SHARED),
    "activity": Weights(activity=-1.3, decline=1.6, later=-0.9),
    "none": Weights(),
}
