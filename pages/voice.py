"""What are they telling us?"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import charts_voice as charts
from components import empty, failures, queries, session, voice_words, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import voice as queries_voice
from components.voice_tables import comments, groups, in_order, who_is_silent
from models.answers import SPLITS
from models.surveys import EVERYONE, KINDS, MEASURES, Window, windows
from pages import _call_list, _files

_PAGE = "voice"
_KIND, _EVERY, _SPLIT, _NOW, _THEN = "kind", "every", "split", "period", "against"
_EVERIES = {"Quarters": (90, 8), "Months": (30, 12)}
_SHORTCUTS = {"30 days": 30, "90 days": 90, "a year": 365}

_DEFINITIONS = """
- **NPS**: the share answering 9 or 10 less the share answering 0 to 6, in points from −100 to +100.
- **CSAT**: the share answering 4 or 5 of 5. **CES**: the share answering 5 or more of 7, 7 being easiest.
- **95 %**: the interval that holds the true figure 95 times of 100. It grows where one account answers often.
- **Changed**: the difference is larger than chance explains, which would say so in at most 5 of 100 cases;
  for the groups of a split, in 5 of 100 for all of them together.
- The same contact's same answer on the same day from two sources counts once. Under 10 answers no figure is
  shown. Accounts that left keep their answers.
- **Response rate**: of the invitations sent in the period that had 14 days, those answered within them.
"""


def render() -> None:
    """NPS, CSAT and CES with intervals and verdicts, by group; comments, and who does not answer."""
    st.title("Voice", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = session.reader()
    if not empty.ready(reader):
        return
    told = queries_voice.answers_of(reader)
    if told.is_empty() and queries.fact(reader, "survey_invitations").is_empty():
        empty.nothing(
            "Nobody was asked yet, or no answers were imported.",
            "Import survey_responses (account, kind nps, csat or ces, score, comment, day) and, for response "
            "rates, survey_invitations, on the Data page.",
            ":material/forum:",
        )
        return
    said = st.container(gap="xsmall")
    kind, spans = _asked(reader)
    if spans is None:
        return
    figures = queries_voice.figures(reader, spans).filter(pl.col("kind") == kind)
    with said:
        _said(reader, figures, kind, spans)
    _trend(reader, kind)
    split = _groups(reader, figures, kind, spans)
    inside = (pl.col("kind") == kind) & pl.col("day").is_between(spans[1].first, spans[1].last)
    _answers(reader, told.filter(inside), split, spans[1])
    _silent(reader)


def _asked(reader: Reader) -> tuple[str, tuple[Window, Window] | None]:
    """The kind and the two periods, earlier first; None with a sentence where they can't be compared."""
    then, now = windows(reader.as_of, 90, 2)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        label = st.segmented_control(
            "Survey",
            list(KINDS.values()),
            default=KINDS[_most_used(reader)],
            key=_KIND,
            bind="query-params",
            required=True,
        )
        kind = next(code for code, name in KINDS.items() if name == label)
        later = _period("Period", _NOW, now, reader.as_of)
        earlier = _period("Against", _THEN, then, reader.as_of)
        for length, days in _SHORTCUTS.items():
            st.button(f"Last {length}", type="tertiary", on_click=_set, args=(reader.as_of, days))
    if earlier is None or later is None:
        st.caption("Choose the first and the last day of each period.")
        return kind, None
    if earlier.overlaps(later):
        st.warning("These two periods share days. Choose two that do not.", icon=":material/info:")
        return kind, None
    first, second = sorted((earlier, later))
    return kind, (first, second)


def _most_used(reader: Reader) -> str:
    used = queries_voice.answers_of(reader)["kind"]
    kinds = [kind for kind in KINDS if (used == kind).any()]
    return kinds[0] if kinds else "nps"


def _period(label: str, key: str, default: Window, as_of: date) -> Window | None:
    chosen: Any = st.date_input(
        label,
        (default.first, default.last),
        max_value=as_of,
        format="DD/MM/YYYY",
        key=key,
        bind="query-params",
        width=220,
    )
    return Window(chosen[0], chosen[1]) if len(chosen) == 2 else None


def _set(as_of: date, days: int) -> None:
    then, now = windows(as_of, days, 2)
    st.session_state[_NOW], st.session_state[_THEN] = (now.first, now.last), (then.first, then.last)


def _said(reader: Reader, figures: pl.DataFrame, kind: str, spans: tuple[Window, Window]) -> None:
    whole = figures.filter(pl.col("split") == EVERYONE)
    before, after = (whole.filter(pl.col("last") == span.last) for span in spans)
    st.markdown(voice_words.headline(before, after, kind, spans))
    row = after.row(0, named=True) if after.height else None
    told = [voice_words.detail(row, kind)] if row and row["n"] else []
    told += [voice_words.response(row), f"Data as of {reader.as_of:%-d %b %Y}."]
    st.caption(" ".join(told))


def _trend(reader: Reader, kind: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Over time", anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            every = st.segmented_control(
                "Windows",
                list(_EVERIES),
                default="Quarters",
                key=_EVERY,
                bind="query-params",
                required=True,
                label_visibility="collapsed",
            )
            with st.popover("What the figures mean", icon=":material/help:"):
                st.markdown(_DEFINITIONS)
    days, count = _EVERIES[str(every)]
    spans = tuple(windows(reader.as_of, days, count))
    everybody = (pl.col("kind") == kind) & (pl.col("split") == EVERYONE)
    series = queries_voice.figures(reader, spans).filter(everybody).sort("last")
    if series["value"].drop_nulls().is_empty():
        empty.nothing(
            f"No {days} days have {KINDS[kind]} answers enough for a figure.",
            "It takes 10 answers. Choose longer windows or another survey.",
        )
        return
    st.caption(
        f"{MEASURES[kind]}, by {days} days ending on the day shown; the ribbon is the 95 % interval. "
        f"Windows under 10 answers have no point."
    )
    st.plotly_chart(
        charts.trend(series, kind),
        key=f"trend-{kind}-{every}",
        config=charts.CONFIG,
        alt=charts.trend_alt(series, kind),
    )


def _groups(reader: Reader, figures: pl.DataFrame, kind: str, spans: tuple[Window, Window]) -> str:
    """The figures by group; returns what they are split by, one of `SPLITS`."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader("By group", anchor=False, width="content")
        label = st.segmented_control(
            "Split by",
            list(SPLITS.values()),
            default=SPLITS["segment"],
            key=_SPLIT,
            bind="query-params",
            required=True,
            label_visibility="collapsed",
        )
        name = f"voice-{spans[1].first}-{spans[1].last}"
        whole = queries_voice.figures(reader, spans)
        downloads(name, whole.height, _files.tables(reader, "voice", whole, _files.EVERY))
    split = next(code for code, named in SPLITS.items() if named == label)
    groups(figures.filter(pl.col("split") == split), kind, str(label), spans)
    return split


def _answers(reader: Reader, told: pl.DataFrame, split: str, span: Window) -> None:
    """The answers behind the figures of one group or of everybody, as a file, and their comments."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader("The answers behind", anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
            group = st.selectbox(
                "Whose answers",
                in_order(told.select(group=split).unique())["group"].to_list(),
                index=None,
                placeholder="Everybody's",
                key=f"of_{split}",
                bind="query-params",
                width=220,
            )
            mine = told.filter(pl.col(split) == group) if group else told
            name = f"answers-{span.first}-{span.last}"
            rows = mine.with_columns(name=pl.col("account_id").replace(_names(reader)))
            downloads(name, mine.height, _files.tables(reader, "answers", rows))
    whose = f" ({words.plain(group)})" if group else ""
    accounts = words.count(mine["account_id"].n_unique(), "account")
    silent = mine["score"].null_count()
    bare = f", {silent:,} of them without a score," if silent else ""
    st.markdown(
        f"**{words.count(mine.height, 'answer')}**{whose}{bare} from {accounts} "
        f"in the {voice_words.span(span)}."
    )
    comments(mine, _names(reader), reader.as_of)


def _names(reader: Reader) -> dict[str, str]:
    known = queries.fact(reader, "accounts").select("account_id", pl.coalesce("name", "account_id"))
    return dict(known.iter_rows())


def _silent(reader: Reader) -> None:
    found = queries_voice.unanswered(reader)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Who does not answer", anchor=False, width="content")
        name = f"who-does-not-answer-{reader.as_of}"
        downloads(name, found.height, _files.tables(reader, "who does not answer", found))
    failures.tell(_PAGE)
    _call_list.added_line(_PAGE)
    if found.is_empty():
        empty.nothing(
            "Nobody was asked on three days or more without an answer since.",
            "This needs survey_invitations as well as survey_responses.",
            ":material/task_alt:",
        )
        return
    st.markdown(_silent_said(found, queries.scores(reader)))
    waiting = queries.accounts_to_call(reader)
    who_is_silent(
        found, waiting, reader.as_of, partial(_call_list.add, _PAGE), f"silent-{reader.stamps.snapshot}"
    )


def _silent_said(found: pl.DataFrame, book: pl.DataFrame) -> str:
    others = book.filter(~pl.col("account_id").is_in(found["account_id"].implode()))
    n = words.count(found.height, "account")
    pairs = [
        f"{label} {words.whole(_median(found, name))} against {words.whole(_median(others, name))}"
        for name, label in (("behaviour", "behaviour"), ("risk", "risk"))
    ]
    return (
        f"**{n} of {book.height:,} were asked on three days or more since their last answer.** "
        f"Median {', '.join(pairs)} for the others."
    )


def _median(frame: pl.DataFrame, column: str) -> float | None:
    found = frame[column].median()
    return float(found) if isinstance(found, int | float) else None
