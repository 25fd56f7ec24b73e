"""State what accounts cost whose own figure is missing; a new version of the settings."""

from __future__ import annotations

import streamlit as st

from actions import settings as choose_settings
from components import failures, session
from components.queries import Reader
from components.queries import settings as queries_settings
from models.exchange import assumed_from


def popover(reader: Reader, where: str) -> None:
    """Margin, costs and horizon for everybody whose own is not known; empty: not known."""
    version, body = queries_settings.in_force(reader)
    now = assumed_from(body)
    with st.popover("Where costs are not known", icon=":material/edit:"):
        st.markdown("These stand in where an account's own figure is missing. Empty means: not known.")
        margin = st.number_input(
            "Margin, % of MRR",
            min_value=0.0,
            max_value=100.0,
            value=None if now.margin is None else now.margin * 100,
            key=f"value-margin-{version}",
        )
        once = st.number_input(
            "Acquisition cost", min_value=0.0, value=now.acquisition_cost, key=f"value-once-{version}"
        )
        served = st.number_input(
            "Cost to serve, a month",
            min_value=0.0,
            value=now.monthly_cost_to_serve,
            key=f"value-served-{version}",
        )
        months = st.number_input(
            "Count a life up to so many months ahead",
            min_value=1,
            max_value=120,
            value=now.horizon_months,
            key=f"value-horizon-{version}",
        )
        wanted = {
            "margin": None if margin is None else margin / 100,
            "acquisition_cost": once,
            "monthly_cost_to_serve": served,
            "horizon_months": int(months or now.horizon_months),
        }
        st.button(
            "Save",
            key="value-save",
            type="primary",
            disabled=assumed_from({"value": wanted}) == now,
            on_click=_save,
            args=(version, wanted, where),
        )


def _save(version: int, wanted: dict[str, object], where: str) -> None:
    reader = session.reader()
    failures.attempt_at(
        version,
        lambda at: choose_settings.choose(
            reader.store, reader.viewer, session.now_utc(), at, {"value": wanted}
        ),
        where,
    )
