"""Settings: what do we call success, and what counts how much?"""

from __future__ import annotations

from typing import Any

import streamlit as st

from actions import settings as choose
from components import empty, failures, navigation, session, words
from components.queries import Reader
from components.queries import settings as queries_settings
from models.call_settings import chosen
from models.decisions import success_from
from models.settings_words import DEFAULT_CAPACITY, difference, success_words, told
from pages import (
    _settings_calls,
    _settings_first_value,
    _settings_holdout,
    _settings_keep,
    _settings_success,
    _settings_versions,
    _settings_weights,
)

WHERE = "settings"


def render() -> None:
    """Success, weights, calls and first value; every save is a new version."""
    st.title("Settings", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = failures.current(session.reader(), WHERE)
    if not empty.ready(reader):
        return
    version, body = queries_settings.in_force(reader)
    _sentence(reader, version, body)
    success = _success(reader, version, body)
    weights = _settings_weights.draw(reader, version, body)
    capacity = _capacity(version, body)
    calls = _settings_calls.draw(reader, version, body)
    first_value = _settings_first_value.draw(reader, version, body)
    holdout = _settings_holdout.draw(version, body)
    wanted = {
        "success": success,
        "weights": weights,
        "capacity": capacity,
        "calls": calls,
        "first_value_days": first_value,
        "holdout": holdout,
        "keep": _settings_keep.draw(version, body),
    }
    changed = {name: value for name, value in wanted.items() if not _same(name, value, body)}
    failures.tell(WHERE)
    _save(version, body, changed)
    _settings_versions.draw(reader, version, WHERE)


def _sentence(reader: Reader, version: int, body: dict[str, Any]) -> None:
    if version:
        newest = queries_settings.versions(reader)[0]
        st.markdown(
            f"**Version {version} is in force**, saved by {words.plain(newest['person'])} on "
            f"{newest['saved_at']:%-d %b %Y}."
        )
    else:
        st.markdown("**The usual settings are in force.** Nobody has chosen others yet.")
    used = reader.snapshot.settings_version if reader.snapshot else 0
    if used != version:
        made = f"version {used}" if used else "the usual settings"
        st.warning(
            f"The scores on screen were made with {made}. The next refresh uses version {version}.",
            icon=":material/update:",
        )
        navigation.link("data", "Refresh on the Data page", icon=":material/refresh:")
    st.caption(
        f"Success is: {words.plain(told(body)['Success'])}. A new version holds from the next refresh on; "
        "snapshots made before keep the scores they had."
    )


def _success(reader: Reader, version: int, body: dict[str, Any]) -> dict[str, Any]:
    st.subheader("What is success?", anchor=False)
    st.caption("The accounts that succeeded in the past year are what every account is compared with.")
    offered, _ = queries_settings.success_choices(reader, body.get("success", {}))
    own = [name for name in _settings_success.OWN if _settings_success.possible(reader, name)]
    place = st.radio(
        "Definition of success",
        range(len(offered) + len(own)),
        format_func=lambda n: (
            words.plain(success_words(success_from(offered[n])).capitalize())
            if n < len(offered)
            else _settings_success.OWN[own[n - len(offered)]]
        ),
        captions=[
            *(_settings_success.counted(reader, one) for one in offered),
            *("Choose it below; its accounts are counted first." for _ in own),
        ],
        key=f"success-{version}",
        label_visibility="collapsed",
    )
    at = int(place or 0)
    if at < len(offered):
        return offered[at]
    return _settings_success.chosen(reader, own[at - len(offered)], version) or dict(body.get("success", {}))


def _capacity(version: int, body: dict[str, Any]) -> int:
    st.subheader("How many calls fit a day?", anchor=False)
    given = st.number_input(
        "Calls that fit a day, for each CSM",
        min_value=1,
        max_value=100,
        value=int(body.get("capacity", DEFAULT_CAPACITY)),
        key=f"capacity-{version}",
        width=220,
        help="Where the Today page begins; it can be changed there for the day.",
    )
    return int(given or DEFAULT_CAPACITY)


def _same(name: str, value: Any, body: dict[str, Any]) -> bool:
    if name == "success":
        return bool(success_from(value) == success_from(body.get("success", {})))
    if name == "capacity":
        return bool(value == body.get("capacity", DEFAULT_CAPACITY))
    if name == "calls":
        return bool(chosen({"calls": value}) == chosen(body))
    if name == "holdout":
        return bool(value == body.get("holdout", 0.0))
    return bool(value == body.get(name))


def _save(version: int, body: dict[str, Any], changed: dict[str, Any]) -> None:
    after = {name: value for name, value in {**body, **changed}.items() if value is not None}
    with st.container(border=True, gap="small"):
        if changed:
            st.markdown("**This would change:**")
            for line in difference(body, after):
                st.markdown(f"- {words.plain(line)}")
        else:
            st.markdown("Nothing is changed yet.")
        st.button(
            "Save as a new version",
            type="primary",
            icon=":material/save:",
            disabled=not changed,
            on_click=_keep,
            args=(version, changed),
        )


def _keep(version: int, changed: dict[str, Any]) -> None:
    reader = session.reader()
    failures.attempt_at(
        version,
        lambda at: choose.choose(reader.store, reader.viewer, session.now_utc(), at, changed),
        WHERE,
    )
