"""A definition of success of one's own: after some days, by outcomes, or by an event."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components.queries import Reader
from components.queries import settings as read
from models.decisions import success_from

OWN = {
    "days": "Still a customer after another number of days, and not paying less",
    "outcomes": "Ended with one of several outcomes",
    "event": "Used an event",
}
_ENOUGH = 30


def possible(reader: Reader, name: str) -> bool:
    """Whether the data has anything to choose from."""
    if name == "outcomes":
        return bool(read.outcomes(reader))
    return name != "event" or not read.event_choices(reader).is_empty()


def counted(reader: Reader, one: dict[str, Any]) -> str:
    """What a definition gives, in words."""
    row = read.success_count(reader, one)
    if row is None:
        return "Counted at the next refresh."
    if not row["decided"]:
        return "No account has a result by this."
    few = f" Too few to compare with; {_ENOUGH} are needed." if row["recent"] < _ENOUGH else ""
    return (
        f"{row['succeeded']:,} of {row['decided']:,} accounts with a known result, "
        f"{row['recent']:,} in the past year.{few}"
    )


def chosen(reader: Reader, name: str, version: int) -> dict[str, Any] | None:
    """Asks for what the definition needs and says what it gives; None while nothing is chosen."""
    with st.container(border=True, gap="small"):
        one = _ASKED[name](reader, version)
        if one is None:
            st.caption("Nothing is chosen yet.")
        else:
            success_from(one)
            st.markdown(counted(reader, one))
        return one


def _days(_: Reader, version: int) -> dict[str, Any] | None:
    days = st.number_input("Days after signing", 1, 3650, 270, key=f"success-days-{version}", width=220)
    return {"alive_after_days": int(days)} if days else None


def _outcomes(reader: Reader, version: int) -> dict[str, Any] | None:
    values = st.multiselect("Outcomes", read.outcomes(reader), key=f"success-outcomes-{version}", width=420)
    return {"kind": "outcome", "values": list(values)} if values else None


def _event(reader: Reader, version: int) -> dict[str, Any] | None:
    events = read.event_choices(reader).sort("succeeded", "event", descending=[True, False])
    said = {row["event"]: _said(row) for row in events.iter_rows(named=True)}
    event = st.selectbox(
        "Event",
        list(said),
        index=None,
        format_func=lambda name: said.get(name, name),
        key=f"success-event-{version}",
        placeholder="Choose an event",
        width=520,
    )
    return {"event": event} if event else None


def _said(row: dict[str, Any]) -> str:
    name = f"{row['feature']} ({row['event']})" if row["feature"] else row["event"]
    return f"{name}: {row['succeeded']:,} of {row['decided']:,} accounts, {row['recent']:,} in the past year"


_ASKED = {"days": _days, "outcomes": _outcomes, "event": _event}
