"""Choose how calls are planned: rest, hours, holidays, small accounts, and each CSM's own number."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components import queries, words
from components.queries import Reader
from models.call_settings import USUAL, as_lines, chosen, holidays_from

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def draw(reader: Reader, version: int, body: dict[str, Any]) -> dict[str, Any] | None:
    """The entries that differ from what is usual; None where nothing does."""
    now = chosen(body)
    with st.expander("When and whom to call", icon=":material/schedule:"):
        wanted = {**_days(now, version), **_hours(now, version), "small_share": _share(now, version)}
        wanted["capacities"] = _own(reader, now, version)
        wanted["holidays"] = _holidays(now, version)
    changed = {name: value for name, value in wanted.items() if value != USUAL[name]}
    return changed or None


def _days(now: dict[str, Any], version: int) -> dict[str, int]:
    with st.container(horizontal=True):
        rest = st.number_input(
            "Days without a second call", 0, 365, int(now["rest_days"]), key=f"rest-{version}", width=240
        )
        retry = st.number_input(
            "Days when nobody was reached", 0, 365, int(now["retry_days"]), key=f"retry-{version}", width=240
        )
    return {"rest_days": int(rest), "retry_days": int(retry)}


def _hours(now: dict[str, Any], version: int) -> dict[str, Any]:
    hours = st.slider(
        "Hours to call, where they are",
        0,
        24,
        (int(now["opens"]), int(now["closes"])),
        key=f"hours-{version}",
    )
    off = st.multiselect(
        "Days without calls",
        range(7),
        list(now["weekend"]),
        format_func=lambda day: _DAYS[day],
        key=f"weekend-{version}",
    )
    return {"opens": hours[0], "closes": max(hours[1], hours[0] + 1), "weekend": sorted(off)[:6]}


def _share(now: dict[str, Any], version: int) -> float:
    given = st.number_input(
        "Share of a day kept for small accounts, in percent",
        0,
        100,
        round(100 * float(now["small_share"])),
        key=f"small-{version}",
        width=240,
        help="Small: below the median MRR of its currency. 0: what a call is worth decides alone.",
    )
    return int(given) / 100


def _own(reader: Reader, now: dict[str, Any], version: int) -> dict[str, int]:
    """Numbers of one's own for CSMs whose day holds more or fewer calls than usual."""
    names = dict(queries.csms(reader).select("csm_id", "name").iter_rows())
    others = st.multiselect(
        "CSMs with a number of their own",
        list(names),
        [csm for csm in now["capacities"] if csm in names],
        format_func=lambda csm: names[csm] or csm,
        key=f"own-{version}",
    )
    gone = {csm: int(n) for csm, n in now["capacities"].items() if csm not in names}
    return gone | {
        csm: int(
            st.number_input(
                f"Calls a day for {words.plain(names[csm] or csm)}",
                0,
                100,
                int(now["capacities"].get(csm, 8)),
                key=f"own-{csm}-{version}",
                width=240,
            )
        )
        for csm in others
    }


def _holidays(now: dict[str, Any], version: int) -> list[dict[str, str]]:
    typed = st.text_area(
        "Holidays",
        as_lines(now["holidays"]),
        key=f"holidays-{version}",
        persist_state="session",
        placeholder="2026-12-25, Europe/Berlin, Christmas",
        help="A line each: day, then a time zone or a region (empty: everywhere), then a name.",
    )
    try:
        return holidays_from(typed)
    except ValueError as error:
        st.warning(f"Holidays: {words.plain(error)}. Nothing of them is changed.")
        return list(now["holidays"])
