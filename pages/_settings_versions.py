"""The part of the Settings page that lists every version and goes back to one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from actions import settings as choose
from components import failures, queries, session, words
from components.queries import Reader
from components.queries import settings as queries_settings
from models.settings_words import difference


def draw(reader: Reader, version: int, where: str) -> None:
    """Every version, newest first: who, when, what changed, and a button to go back to it."""
    st.subheader("Versions", anchor=False)
    known = queries_settings.versions(reader)
    if not known:
        st.caption("None yet: the usual settings hold.")
        return
    made = queries.snapshot_list(reader).group_by("settings_version").len()
    snapshots = dict(made.iter_rows())
    usual = {"version": 0, "person": "", "saved_at": None, "body": {}}
    for one, before in zip([*known, usual], [*known[1:], usual, usual], strict=True):
        _version(one, before["body"], snapshots.get(one["version"], 0), version, where)


def _version(one: dict[str, Any], before: dict[str, Any], snapshots: int, now: int, where: str) -> None:
    number = one["version"]
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(_title(one, snapshots), width="content")
            if number == now:
                st.markdown("**in force**", width="content")
            else:
                st.button(
                    "Go back to these",
                    key=f"back-{number}",
                    icon=":material/undo:",
                    on_click=_back,
                    args=(now, number, where),
                    help="Saves them again as a new version; nothing is lost.",
                )
        for line in difference(before, one["body"]):
            st.caption(words.plain(line))


def _title(one: dict[str, Any], snapshots: int) -> str:
    made = words.count(snapshots, "snapshot")
    if not one["version"]:
        return f"**The usual settings** · {made}"
    return (
        f"**Version {one['version']}** · {words.plain(one['person'])} · "
        f"{one['saved_at']:%-d %b %Y %H:%M} UTC · {made}"
    )


def _back(seen: int, version: int, where: str) -> None:
    reader = session.reader()
    failures.attempt(
        lambda: choose.revert(reader.store, reader.viewer, session.now_utc(), seen, version), where
    )
