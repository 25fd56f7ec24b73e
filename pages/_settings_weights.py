"""The part of the Settings page that weighs frequency, effectiveness and breadth."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from components import tables, words
from components.queries import Reader
from components.queries import settings as queries_settings
from models.auc import Estimate
from models.behaviour import PARTS, Weights
from models.learned_weights import Proposal
from models.weights_effect import Effect

_USUAL, _OWN = "The usual ones", "Our own"
_LEARNED = "learned_weights"


def draw(reader: Reader, version: int, body: dict[str, Any]) -> dict[str, float] | None:
    """The weights wanted; None for the usual ones."""
    st.subheader("What counts how much in behaviour?", anchor=False)
    now = reader.snapshot.notes.get("behaviour", {}) if reader.snapshot else {}
    if now.get("why"):
        st.caption(f"In the newest snapshot: {words.plain(now['why'])}")
    _learn(reader, version)
    st.session_state.setdefault(f"mode-{version}", _OWN if body.get("weights") else _USUAL)
    mode = st.segmented_control(
        "Weights",
        [_USUAL, _OWN],
        key=f"mode-{version}",
        required=True,
        label_visibility="collapsed",
    )
    if mode == _USUAL:
        st.markdown(
            "Frequency 30, effectiveness 40, breadth 30. Where past decisions clearly speak for it, a part "
            "is left out or frequency is measured otherwise; each snapshot says so."
        )
        return None
    chosen = _numbers(version, body.get("weights") or {})
    if sum(chosen.values()) <= 0:
        st.warning("At least one part has to count.", icon=":material/warning:")
        return None
    _effects(reader, Weights(**chosen))
    return chosen


def _numbers(version: int, given: dict[str, float]) -> dict[str, float]:
    usual = Weights()
    chosen = {}
    for place, part in zip(st.columns(3), PARTS, strict=True):
        st.session_state.setdefault(_key(part, version), float(given.get(part, getattr(usual, part))))
        chosen[part] = float(
            place.number_input(
                part.capitalize(),
                min_value=0.0,
                max_value=100.0,
                step=1.0,
                format="%.0f",
                key=_key(part, version),
            )
        )
    return chosen


def _key(part: str, version: int) -> str:
    return f"weight-{part}-{version}"


def _learn(reader: Reader, version: int) -> None:
    st.button("Learn weights from outcomes", icon=":material/school:", on_click=_ask)
    if not st.session_state.get(_LEARNED):
        return
    with st.spinner("Learning from the past 12 months …"):
        found = queries_settings.proposal(reader)
    with st.container(border=True, gap="small"):
        if found.refused:
            st.markdown(f"**No weights can be learned yet.** {found.refused}")
            return
        _proposed(found)
        _changed(reader, found.as_weights())
        st.button(
            "Try these weights", on_click=_take, args=(version, found), help="Nothing is saved by this."
        )


def _ask() -> None:
    st.session_state[_LEARNED] = True


def _take(version: int, found: Proposal) -> None:
    weights = found.as_weights()
    st.session_state[f"mode-{version}"] = _OWN
    for part in PARTS:
        st.session_state[_key(part, version)] = getattr(weights, part)


def _proposed(found: Proposal) -> None:
    whole = found.as_weights()
    named = ", ".join(f"{part} {getattr(whole, part):.0f} {_between(found.weights[part])}" for part in PARTS)
    st.markdown(f"**Past decisions propose: {named}.**")
    st.caption(
        f"From {found.failed:,} accounts that failed and {found.others:,} looks at accounts that did not, on "
        "month's ends of the past 12 months. In brackets the 95 % interval."
    )
    held = found.held_out
    if held is None:
        st.markdown("Too few had failed before the last quarter to try them on it.")
        return
    low, high = held.gain.low or 0.0, held.gain.high or 0.0
    verdict = "ranks better" if low > 0 else "ranks worse" if high < 0 else "no detectable difference"
    st.markdown(
        f"Learned before the last quarter and tried on its {words.count(held.failed, 'failure')}: "
        f"**{verdict}**. AUC {held.learned.value:.2f} against {held.default.value:.2f} with the usual "
        f"weights, difference {_signed(held.gain.value or 0.0)} [{_signed(low)} to {_signed(high)}]."
    )


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _between(weight: Estimate) -> str:
    return f"[{weight.low:.0f}–{weight.high:.0f}]"


def _changed(reader: Reader, weights: Weights) -> Effect:
    """What these weights change today, which is returned, and would have changed a quarter ago."""
    now, then = (
        queries_settings.effect_now(reader, weights),
        queries_settings.effect_then(reader, weights),
    )
    lines = [f"- On {reader.as_of:%-d %b %Y}: {_effect(now)}"]
    lines += [f"- On {then[1]}: {_effect(then[0])}"] if then else []
    st.markdown("\n".join(["**What these weights would have changed**", "", *lines]))
    return now


def _effects(reader: Reader, weights: Weights) -> None:
    now = _changed(reader, weights)
    with st.expander("The accounts that would move most"):
        moved = now.rows.head(50).with_columns(pl.col("behaviour", "behaviour_then").round(0))
        tables.plain_table(moved.drop("account_id"), "Accounts by change", _COLUMNS)


def _effect(found: Effect) -> str:
    return (
        f"{found.moved:,} of {words.count(found.rows.height, 'account')} with a score change quadrant; of "
        f"the {found.lowest:,} lowest, {found.replaced:,} are others."
    )


_COLUMNS: dict[str, Any] = {
    "name": "Account",
    "behaviour": st.column_config.NumberColumn("Behaviour", format="%d"),
    "behaviour_then": st.column_config.NumberColumn("with these weights", format="%d"),
    "quadrant": "Quadrant",
    "quadrant_then": "with these weights",
}
