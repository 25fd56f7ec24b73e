"""What stands where there is nothing yet: why, and what would fill it."""

from __future__ import annotations

import streamlit as st

from components.navigation import link
from components.queries import EVERYONE, Reader
from components.words import plain


def nothing(what: str, fills: str, icon: str = ":material/inbox:") -> None:
    """An empty place: what is missing, and what would fill it."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{icon} **{what}**")
        st.caption(fills)


def ready(reader: Reader, title: str = "") -> bool:
    """True when there is a snapshot to show; says what would make one otherwise.

    `title` heads what is said on a page that has drawn no title of its own yet.
    """
    if reader.snapshot is not None:
        return True
    if title:
        st.title(title, anchor=False)
    with st.container(border=True, gap="small"):
        st.markdown(":material/database: **There is nothing to show yet.**")
        st.markdown(
            "Rounds needs your accounts and what they do. Import your files on the Data page, or run "
            "`python cli.py demo` to look around in a company that we made up. "
            "Then `python cli.py refresh` computes today."
        )
        link("data", "Import your data", icon=":material/upload:")
    return False


def nobody(reader: Reader) -> None:
    """The whole page while the viewer's book holds no account."""
    whose = "anybody's" if reader.viewer == EVERYONE else f"{plain(reader.viewer.name)}'s"
    nothing(
        f"There is no account in {whose} book on {reader.as_of:%-d %b %Y}.",
        "Accounts come with an import; the column csm_id says in whose book each one is.",
    )
