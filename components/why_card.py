"""Why an account's scores moved: since the last snapshot, since a month, or between two chosen days."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import streamlit as st

from components import charts_history, queries, tables, words
from components.failures import guarded
from components.queries import Reader
from components.queries import why as queries_why
from models.why import Why

SINCE, UNTIL = "moved_since", "moved_until"
"""The link's parameters for the two days."""

_MONTH = timedelta(days=30)
_PARTS = {
    "frequency": "Frequency",
    "effectiveness": "Effectiveness",
    "breadth": "Breadth",
}


def why_card(reader: Reader, account_id: str, events: pl.DataFrame, today: date) -> None:
    """The figure of scores, parts and events (`models.timeline.TIMELINE`), and the reasons in words."""
    history = queries.history(reader, account_id)
    days = history.unique("as_of", keep="last", maintain_order=True)
    if days.height < 2:
        st.caption("One snapshot so far; the next ones tell how the scores move and why.")
        return
    st.plotly_chart(
        charts_history.figure(days, events),
        config=charts_history.CONFIG,
        alt=charts_history.alt(days, events),
        key="score-history",
    )
    _reasons(reader, account_id, days.select("snapshot_id", "as_of"), today)


@st.fragment
@guarded
def _reasons(reader: Reader, account_id: str, days: pl.DataFrame, today: date) -> None:
    """What moved between two days; at first since the last snapshot and since a month."""
    ids: dict[date, int] = dict(days.select("as_of", "snapshot_id").iter_rows())
    listed = list(reversed(ids))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        since = _day("Moved since", listed[1:], SINCE, today)
        until = _day("until", [day for day in listed if day > since], UNTIL, today)
    explained = queries_why.explain(reader, account_id, ids[since], ids[until])
    _said(explained)
    if since == listed[1] and until == listed[0]:
        _month(reader, account_id, ids, since)
    with st.expander("The rows behind"):
        _rows(explained)


def _day(label: str, days: list[date], name: str, today: date) -> date:
    """One of some days, the newest unless the link says another, as ISO text."""
    texts = [day.isoformat() for day in days]
    if st.session_state.get(name) not in (None, *texts):
        del st.session_state[name]
    linked = st.query_params.get(name)
    if name not in st.session_state and linked in texts:
        st.session_state[name] = linked
    chosen = st.selectbox(
        label,
        texts,
        format_func=lambda text: words.day(date.fromisoformat(text), today),
        key=name,
        on_change=_link,
        args=(name,),
        width=150,
    )
    return date.fromisoformat(chosen or texts[0])


def _link(name: str) -> None:
    """Put a chosen day into the link. For callbacks only."""
    st.query_params[name] = st.session_state[name]


def _said(explained: Why) -> None:
    """One line a score; the words of people in them stay plain."""
    if not explained.sentences:
        st.markdown("Neither score could be told on these days.")
    for sentence in explained.sentences:
        st.markdown(words.plain(sentence))


def _month(reader: Reader, account_id: str, ids: dict[date, int], since: date) -> None:
    """The same since about a month before the newest day, where history goes back so far."""
    newest = max(ids)
    early = [day for day in ids if day <= newest - _MONTH]
    if early and max(early) != since:
        _said(queries_why.explain(reader, account_id, ids[max(early)], ids[newest]))


def _rows(explained: Why) -> None:
    """Part by part, answer by answer, week by week."""
    points = st.column_config.NumberColumn
    tables.plain_table(
        explained.parts.with_columns(pl.col("part").replace(_PARTS)),
        "Points of behaviour by part and cause",
        {
            "part": st.column_config.TextColumn("Part"),
            "own": points("Own use", format="%+.1f"),
            "reference": points("The others moved", format="%+.1f", help="Or the account grew older"),
            "weights": points("What counts", format="%+.1f", help="Weights or the choice of parts changed"),
            "points": points("Sum", format="%+.1f"),
        },
    )
    st.caption(_sources(explained))
    if explained.answers.height:
        _answers(explained.answers)
    if explained.weeks.height:
        _weeks(explained.weeks)


def _answers(answers: pl.DataFrame) -> None:
    column = st.column_config
    tables.plain_table(
        answers.drop("response_id", "new"),
        "Survey answers that count, with their points",
        {
            "on": column.DateColumn("Answered", format="D MMM YYYY"),
            "who": column.TextColumn("Who"),
            "kind": column.TextColumn("Survey"),
            "score": column.NumberColumn("Score", format="%.0f"),
            "points_before": column.NumberColumn(
                "Points then", format="%+.1f", help="Against the company's mean"
            ),
            "points_after": column.NumberColumn("Points now", format="%+.1f"),
        },
    )


def _weeks(weeks: pl.DataFrame) -> None:
    column = st.column_config
    tables.plain_table(
        weeks.reverse(),
        "Use by week",
        {
            "week_ends": column.DateColumn("Week to", format="D MMM YYYY"),
            "events": column.NumberColumn("Events", format="localized"),
            "active_days": column.NumberColumn("Active days"),
        },
    )


def _sources(explained: Why) -> str:
    """What the numbers stand on, and from when they are."""
    emotion = ", ".join(
        f"{cause.name} {cause.points:+.1f}" for cause in explained.emotion.causes if cause.points
    )
    told = f" Emotion: {emotion}.".replace("-", "−") if emotion else ""
    return words.plain(
        f"Scores as they were kept on {explained.since:%-d %b %Y} and {explained.until:%-d %b %Y}; "
        f"the causes sum to the change.{told}"
    )
