"""Choose how long raw data is kept, each kind by itself."""

from __future__ import annotations

from typing import Any

import streamlit as st

from models.keeping import FOREVER, LEAST, MOST, NAMES, periods_from


def draw(version: int, body: dict[str, Any]) -> dict[str, int] | None:
    """Months by kind, where anything is not kept for ever; None where all is."""
    now = periods_from(body)
    with st.expander("How long raw data is kept", icon=":material/auto_delete:"):
        st.caption("In months; empty keeps it for ever. Scores and snapshots always stay.")
        wanted: dict[str, int] = {}
        for kind, name in NAMES.items():
            months = st.number_input(
                name,
                LEAST[kind],
                MOST,
                int(getattr(now, kind)) or None,
                key=f"keep-{kind}-{version}",
                placeholder="for ever",
                width=320,
            )
            if months:
                wanted[kind] = int(months)
    return {kind: months for kind, months in wanted.items() if months != FOREVER} or None
