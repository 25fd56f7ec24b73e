"""Which currency the figures are in: each apart, or all at rates that somebody stated with their day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from actions import settings as choose_settings
from components import failures, session, words
from components.queries import Reader
from components.queries import retention as queries_retention
from components.queries import settings as queries_settings
from models.exchange import rates_from

WHERE = "retention"
_CURRENCY = "currency"


def choose(reader: Reader, currencies: Sequence[str]) -> tuple[str, str]:
    """The currency of these to show, and what to convert into ("" where currencies stay apart)."""
    if len(currencies) < 2:
        return (currencies[0] if currencies else ""), ""
    stated = queries_retention.stated_rates(reader)
    whole = f"All in {stated.rates.into}" if stated else ""
    options = [*currencies, whole] if whole else currencies
    wanted = str(
        st.segmented_control(
            "Currency", options, key=_CURRENCY, bind="query-params", default=currencies[0], required=True
        )
    )
    if stated is None or wanted != whole:
        return wanted, ""
    each = ", ".join(f"1 {name} = {rate:g}" for name, rate in sorted(stated.rates.per_unit.items()))
    st.caption(f"Converted into {stated.rates.into} at the rates of {stated.on:%-d %b %Y}: {each}.")
    return stated.rates.into, stated.rates.into


def popover(reader: Reader) -> None:
    """State exchange rates: a new version of the settings, for everybody."""
    found = [name for name in queries_retention.currencies(reader) if name]
    if len(found) < 2:
        return
    version, body = queries_settings.in_force(reader)
    stated = rates_from(body)
    with st.popover("Exchange rates", icon=":material/currency_exchange:"):
        st.markdown(
            "State what one unit of each currency is worth. Everything is then shown in one currency too; "
            "the rates and their day stand beside it."
        )
        default = stated.rates.into if stated and stated.rates.into in found else found[0]
        into = str(st.selectbox("Into", found, index=found.index(default), key=f"rates-into-{version}"))
        on = st.date_input("Rates of", value=stated.on if stated else reader.as_of, key=f"rates-on-{version}")
        per_unit = {
            name: float(
                st.number_input(
                    f"1 {name} in {into}",
                    min_value=0.0,
                    value=float(stated.rates.per_unit.get(name, 0.0))
                    if stated and stated.rates.into == into
                    else 0.0,
                    format="%.6f",
                    key=f"rate-{name}-{into}-{version}",
                )
                or 0.0
            )
            for name in found
            if name != into
        }
        ready = isinstance(on, date) and all(rate > 0 for rate in per_unit.values())
        told = {"into": into, "on": on.isoformat() if isinstance(on, date) else "", "per_unit": per_unit}
        st.button(
            "Save rates",
            type="primary",
            key="rates-save",
            disabled=not ready or told == body.get("rates"),
            on_click=_save,
            args=(version, told),
        )
        st.caption(f"Now in force: rates of {stated.on:%-d %b %Y}." if stated else "No rates are stated yet.")
        missing = queries_retention.lacking(reader, stated) if stated else []
        if missing:
            st.warning(f"Without a rate: {words.plain(', '.join(missing))}. State it to see all in one.")


def _save(version: int, told: dict[str, object]) -> None:
    reader = session.reader()
    failures.attempt_at(
        version,
        lambda at: choose_settings.choose(
            reader.store, reader.viewer, session.now_utc(), at, {"rates": told}
        ),
        WHERE,
    )
