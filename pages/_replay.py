"""What a rule would have found over the past weeks: run on a click, shown with its rows."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import streamlit as st

from actions.progress import Progress
from components import queries, tables, words
from components.downloads import downloads
from components.failures import show
from components.queries import Reader, RoundsError
from models.replay import Replay, verdict
from models.replay_base import FOLLOWED_DAYS
from pages._files import tables as files

Run = Callable[[Progress], Replay]


def run_here(reader: Reader, subject: str, run: Run) -> Replay | None:
    """The replay of `subject`: run once with a bar, then kept for this session and snapshot."""
    key = f"replay {reader.stamps.snapshot} {reader.viewer.scope} {subject}"
    kept = st.session_state.get(key)
    if isinstance(kept, Replay):
        return kept
    bar = st.progress(0.0, text="Looking at the past weeks …")

    def tell(stage: str, done: int, total: int | None) -> None:
        bar.progress(done / total if total else 0.0, text=f"{stage.capitalize()}: {done:,} of {total or 0:,}")

    try:
        told = run(tell)
    except RoundsError as error:
        bar.empty()
        show(error)
        return None
    bar.empty()
    st.session_state[key] = told
    return told


def draw(reader: Reader, told: Replay, name: str) -> None:
    """How many a week, for whom, and how many of them left beside the whole book."""
    weeks, found = told.weekly, told.found
    first, last = weeks["as_of"].to_list()[0], weeks["as_of"].to_list()[-1]
    recent = found.filter(pl.col("last_on") >= first).height
    with st.container(border=True, gap="small", key=f"replay-{name}"):
        st.markdown(
            f"**About {told.a_week:.1f} new a week**, {words.count(recent, 'account')} in all, in "
            f"{words.count(weeks.height, 'weekly snapshot')} from {first:%-d %b %Y} to {last:%-d %b %Y}."
        )
        if weeks.height < 2:
            st.caption(
                "With one snapshot nobody can tell what would be new. The Data page scores past weeks."
            )
        st.markdown(verdict(told))
        told_by = f"Of accounts first found at least {FOLLOWED_DAYS} days before {told.as_of:%-d %b %Y}."
        st.caption(f"{told_by} Leaving may have other reasons: this tells who left, not why.")
        tables.plain_table(_weeks(weeks), "What the rule would have found each week", _WEEKS)
        if found.is_empty():
            return
        shown = found.join(
            queries.scores(reader).select("account_id", "name", "mrr", "currency"),
            on="account_id",
            how="left",
        ).with_columns(name=pl.coalesce("name", "account_id"))
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            before = found.height - recent
            older = f", {before:,} of them only in weeks before" if before else ""
            st.markdown(f"**For whom** (the latest first{older})")
            downloads(f"replay-{name}", shown.height, files(reader, "replay", shown))
        tables.plain_table(_rows(shown), "The accounts that the rule would have found", _FOUND)


def _weeks(weeks: pl.DataFrame) -> pl.DataFrame:
    return weeks.reverse().select(pl.col("as_of").dt.strftime("%-d %b %Y"), "accounts", "found", "fresh")


def _rows(found: pl.DataFrame) -> pl.DataFrame:
    days = [pl.col(name).dt.strftime("%-d %b %Y") for name in ("first_on", "last_on", "churned_on")]
    return found.head(tables.MOST_ROWS).select("name", *days, "weeks", pl.col("value").round(2))


_NUMBER = st.column_config.NumberColumn
_WEEKS = {
    "as_of": "Week to",
    "accounts": _NUMBER("Accounts", format="localized"),
    "found": _NUMBER("Found", format="localized"),
    "fresh": _NUMBER("Of them new", format="localized"),
}
_FOUND = {
    "name": "Account",
    "first_on": "First found",
    "last_on": "Last found",
    "churned_on": "Left",
    "weeks": _NUMBER("Weeks", format="localized"),
    "value": _NUMBER("Last value"),
}
