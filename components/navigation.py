"""Which pages there are, in which group, under which link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.navigation.page import StreamlitPage

from components.queries import Role
from components.words import plain

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" '
    'fill="#0f6f67"/><path d="M9 8v6a5 5 0 0 0 10 0V8M14 19v2a5 5 0 0 0 9 3" fill="none" '
    'stroke="#fff" stroke-width="2.4" stroke-linecap="round"/><circle cx="23.5" cy="20.5" r="2.6" '
    'fill="none" stroke="#fff" stroke-width="2.4"/></svg>'
)
"""A stethoscope for the browser's tab, drawn here so that nothing is fetched from elsewhere."""

Group = Literal["Rounds", "Prescribe", "Listen", "Manage", "Set up"]


@dataclass(frozen=True)
class PageEntry:
    """One page: the module in `pages/` that draws it, and how people reach it."""

    module: str
    group: Group
    title: str
    icon: str
    question: str
    default: bool = False
    listed: bool = True
    roles: tuple[Role, ...] = ()

    def page(self, render: Callable[[], None], role: Role = "admin") -> StreamlitPage:
        """The page as Streamlit's navigation wants it; only some roles find the page of some `roles`."""
        listed = self.listed and (not self.roles or role in self.roles)
        return st.Page(
            render,
            title=self.title,
            icon=self.icon,
            url_path=self.module,
            default=self.default,
            visibility="visible" if listed else "hidden",
            help=self.question,
        )


PAGES: tuple[PageEntry, ...] = (
    PageEntry("today", "Rounds", "Today", ":material/stethoscope:", "Who do I call, and why?", default=True),
    PageEntry("accounts", "Rounds", "Accounts", ":material/groups:", "Which of mine are at risk?"),
    PageEntry("account", "Rounds", "Account", ":material/apartment:", "What is going on here?", listed=False),
    PageEntry("call", "Rounds", "Call", ":material/call:", "Whom, why, and what do I say?", listed=False),
    PageEntry(
        "paths",
        "Prescribe",
        "Happy paths",
        ":material/route:",
        "How do customers succeed, and who is off the path?",
    ),
    PageEntry("exceptions", "Prescribe", "Exceptions", ":material/error:", "Where is something wrong?"),
    PageEntry(
        "handoffs",
        "Prescribe",
        "Handoffs",
        ":material/swap_horiz:",
        "Where do customers fall between teams?",
    ),
    PageEntry(
        "engagement",
        "Listen",
        "Engagement",
        ":material/bubble_chart:",
        "What do they do, and how do they feel?",
    ),
    PageEntry("voice", "Listen", "Voice", ":material/forum:", "What are they telling us?"),
    PageEntry("retention", "Manage", "Retention", ":material/trending_up:", "Are we keeping customers?"),
    PageEntry("renewals", "Manage", "Renewals", ":material/event_repeat:", "Who renews when?"),
    PageEntry("value", "Manage", "Value", ":material/paid:", "What is a customer worth?"),
    PageEntry(
        "backtest",
        "Manage",
        "Backtest",
        ":material/history:",
        "Had you used this list, would it have helped?",
    ),
    PageEntry(
        "drivers", "Manage", "Success drivers", ":material/insights:", "What do the successful do more of?"
    ),
    PageEntry(
        "ctq",
        "Manage",
        "Quality to customers",
        ":material/account_tree:",
        "Do customers get what matters to them?",
    ),
    PageEntry("works", "Manage", "What works", ":material/science:", "Do our calls help?"),
    PageEntry("settings", "Set up", "Settings", ":material/tune:", "What is success, and what counts?"),
    PageEntry(
        "content",
        "Set up",
        "Content library",
        ":material/library_books:",
        "What do we send, and what is each piece for?",
    ),
    PageEntry("people", "Set up", "People", ":material/badge:", "Who may see and do what?"),
    PageEntry(
        "audit",
        "Set up",
        "Audit log",
        ":material/history_edu:",
        "Who did what, when?",
        roles=("admin", "auditor"),
    ),
    PageEntry("data", "Set up", "Data", ":material/database:", "Can I trust today's numbers?"),
)


def entry(module: str) -> PageEntry:
    """The page that this module draws."""
    return next(page for page in PAGES if page.module == module)


def sections(render: Callable[[str], Callable[[], None]], role: Role) -> dict[str, list[StreamlitPage]]:
    """Every page by group, in the order of `PAGES`; `render` gives what draws the page of a module.

    A page that a role does not find is still there and says so itself: hiding protects nothing.
    """
    groups: dict[str, list[StreamlitPage]] = {}
    for page in PAGES:
        groups.setdefault(page.group, []).append(page.page(render(page.module), role))
    return groups


def link(module: str, label: str, *, icon: str | None = None, help: str | None = None, **query: str) -> None:
    """A link to a page of ours that keeps the session; `label` is somebody's words, shown as they are."""
    target = entry(module)
    try:
        st.page_link(
            target.page(_nothing), label=label, icon=icon or "", help=help or "", query_params=query or None
        )
    except StreamlitAPIException:
        # A page drawn on its own, without the app around it, has no navigation to link into.
        st.markdown(f"[{label}]({href(module, **query)})")


def account_link(account_id: str, name: str) -> None:
    """The account's name, leading to its page."""
    link("account", f"**{plain(name)}**", account=account_id)


def href(module: str, **query: str) -> str:
    """The address of a page of ours, relative to the app."""
    path = "" if entry(module).default else module
    return f"/{path}?{urlencode(query)}" if query else f"/{path}"


def _nothing() -> None:
    """Stands in for a page's `render` where only its link is wanted."""
