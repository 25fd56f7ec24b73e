"""The day and the hour where the person sits who is looking."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from components import queries, session


def here() -> datetime:
    """Now, in the browser's time zone; in `ROUNDS_TIMEZONE`, or else UTC, while the browser has not said."""
    try:
        return session.now().astimezone(ZoneInfo(st.context.timezone or ""))
    except (ZoneInfoNotFoundError, ValueError):
        return session.now().astimezone(queries.zone() or UTC)


def today() -> date:
    """Today, where the person sits."""
    return here().date()


def day_start() -> datetime:
    """When their day began, in UTC without a zone, as the store keeps times."""
    moment = here()
    began = datetime.combine(moment.date(), time.min, tzinfo=moment.tzinfo)
    return began.astimezone(UTC).replace(tzinfo=None)


def shown(at: datetime) -> str:
    """A moment of the store on their clock: "09:12"."""
    return f"{at.replace(tzinfo=UTC).astimezone(here().tzinfo):%H:%M}"


def span(since: datetime, until: datetime) -> str:
    """Two moments of the store on their clock: "09:12 to 11:00", with the day where that is not today."""
    begins = since.replace(tzinfo=UTC).astimezone(here().tzinfo)
    day = "" if begins.date() == today() else f"{begins:%a %-d %b}, "
    return f"{day}{shown(since)} to {shown(until)}"
