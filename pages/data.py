"""Data: can I trust today's numbers?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import empty, failures, jobs, queries, session, tables, words
from components.downloads import downloads
from components.queries import Reader, imported
from pages import _files, _history, _import, _personal

_TABS = ("Freshness", "Import", "Past imports", "Snapshots", "Personal data")
_STATES = {"fresh": "✓ fresh", "stale": "⚠ may have stopped", "missing": "– none yet"}


@failures.guarded
def render() -> None:
    """How fresh and complete the data is; import, past imports, snapshots."""
    st.title("Data", anchor=False)
    reader = session.reader()
    today = session.now().astimezone(UTC).date()
    fresh = imported.fresh(reader, today)
    _sentence(reader, fresh, today)
    _refresh(reader)
    tabs = st.tabs(_TABS, key="tab", on_change="rerun", bind="query-params")
    draws = (
        partial(_freshness, reader, fresh, today),
        partial(_import.draw, reader),
        partial(_imports, reader, today),
        partial(_snapshots, reader),
        partial(_personal.draw, reader),
    )
    for tab, draw in zip(tabs, draws, strict=True):
        if tab.open:
            with tab:
                draw()


def _sentence(reader: Reader, fresh: pl.DataFrame, today: date) -> None:
    if fresh["rows"].sum() == 0:
        st.markdown("**There is no data yet.** Import your files below, or run `python cli.py demo`.")
        return
    stale = fresh.filter(pl.col("state") == "stale")
    usage = fresh.row(by_predicate=pl.col("fact") == "usage_events", named=True)
    newest = usage["newest"]
    told = (
        f"Usage reaches to {words.ago(newest.date(), today)} ({newest:%-d %b, %H:%M} UTC)."
        if newest
        else "There is no usage yet."
    )
    if stale.is_empty():
        st.markdown(f"**Every source is fresh.** {told}")
        return
    names = ", ".join(
        f"{_name(row['fact'])} ({words.count(row['age_days'], 'day')} old)"
        for row in stale.iter_rows(named=True)
    )
    verb = "source" if stale.height == 1 else "sources"
    st.markdown(f"**{stale.height} {verb} may have stopped: {names}.** {told}")


def _refresh(reader: Reader) -> None:
    name = _import.name(reader, "refresh")
    job = jobs.current(name)
    if job is not None and not job.ended:
        _import.watch(reader, "refresh")
        return
    ended = jobs.news(name)
    if ended is not None:
        _refreshed(ended)
        jobs.dismissal(name, ended)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(_standing(reader), width="content")
        st.button(
            "Refresh now",
            key="refresh_now",
            icon=":material/refresh:",
            type="primary" if _import.behind(reader) else "secondary",
            on_click=_import.start_refresh,
            disabled=queries.fact_rows(reader)["accounts"] == 0,
        )


def _refreshed(job: jobs.Job) -> None:
    if job.failure:
        st.error(f"{job.failure} The last snapshot still stands.", icon=":material/error:")
    else:
        st.success(job.result.in_words(), title="Refreshed.", icon=":material/check:")


def _standing(reader: Reader) -> str:
    snapshot = reader.snapshot
    if snapshot is None:
        return "No day has been scored yet."
    since = " Data came in since." if _import.behind(reader) else ""
    return (
        f"The pages show {snapshot.as_of:%-d %b %Y}, scored {_moment(snapshot.created_at)} UTC: "
        f"{words.count(snapshot.accounts, 'account')}.{since}"
    )


def _freshness(reader: Reader, fresh: pl.DataFrame, today: date) -> None:
    column = st.column_config
    shown = fresh.select(
        tables.told(fresh["fact"], _name),
        "rows",
        "newest",
        tables.told(fresh["age_days"], partial(_age, today)),
        "imported_at",
        pl.col("state").replace(_STATES),
    )
    tables.plain_table(
        shown,
        "Freshness of each kind of data",
        {
            "fact": column.TextColumn("What"),
            "rows": column.NumberColumn("Rows", format="localized"),
            "newest": column.DatetimeColumn("Newest row (UTC)", format="D MMM YYYY, HH:mm"),
            "age_days": column.TextColumn(
                "Age", help="Of the newest row; of the import where rows carry no date"
            ),
            "imported_at": column.DatetimeColumn("Last import (UTC)", format="D MMM YYYY, HH:mm"),
            "state": column.TextColumn("State"),
        },
    )
    if reader.snapshot is not None:
        _coverage(reader)


def _age(today: date, days: int) -> str:
    return words.ago(date.fromordinal(today.toordinal() - days), today)


def _coverage(reader: Reader) -> None:
    told = imported.coverage(reader)
    live = told["of"][0]
    st.subheader("How much of the book it covers", anchor=False)
    if not live:
        empty.nothing("There is no live account in this book.", "Choose another book, or import accounts.")
        return
    column = st.column_config
    st.caption(f"Of {words.count(live, 'live account')} as of {reader.as_of:%-d %b %Y}.")
    tables.plain_table(
        told.select("what", pl.col("share") * 100, "accounts"),
        "Share of live accounts that have each kind of data",
        {
            "what": column.TextColumn("Accounts with"),
            "share": column.ProgressColumn(
                "Share", format="%.0f%%", min_value=0, max_value=100, color="gray"
            ),
            "accounts": column.NumberColumn("Accounts", format="localized"),
        },
    )
    _without(reader, told)


def _without(reader: Reader, told: pl.DataFrame) -> None:
    lacking = {what: of - n for what, n, of in told.select("what", "accounts", "of").iter_rows() if n < of}
    if not lacking:
        return
    what = st.selectbox(
        "Show the accounts without",
        list(lacking),
        index=None,
        placeholder="Choose",
        key="without",
        bind="query-params",
        format_func=lambda one: f"{one} ({lacking[one]:,})",
        width=420,
    )
    if what:
        rows = imported.covered(reader).filter(~pl.col(what))
        rows = rows.select("account_id", "name", "segment", "csm_id", "mrr", "currency")
        tables.plain_table(rows.head(tables.MOST_ROWS), f"Accounts without {what}", _ACCOUNTS)
        downloads(f"without-{what.replace(' ', '-')}", rows.height, _files.tables(reader, "accounts", rows))


_ACCOUNTS: dict[str, Any] = {
    "account_id": "Account",
    "name": "Name",
    "segment": "Segment",
    "csm_id": "CSM",
    "mrr": st.column_config.NumberColumn("MRR", format="%.0f"),
    "currency": "Currency",
}


def _imports(reader: Reader, today: date) -> None:
    past = imported.import_list(reader)
    if past.is_empty():
        empty.nothing(
            "Nothing was imported yet.", "An import in the browser or by `python cli.py import` stands here."
        )
        return
    column = st.column_config
    shown = past.select(
        "finished_at",
        tables.told(past["fact"], _name),
        "rows_read",
        "rows_accepted",
        "rows_unchanged",
        "rows_rejected",
        pl.col("files").str.replace_all("\n", ", "),
        "source",
        "person",
    )
    st.caption("Choose a row to see what was noticed in its files and which rows were refused.")
    chosen: Any = st.dataframe(
        shown,
        key=f"imports-{reader.stamps.imports}",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        placeholder="–",
        alt="Past imports, newest first",
        column_config={
            "finished_at": column.DatetimeColumn("When (UTC)", format="D MMM YYYY, HH:mm"),
            "fact": "What",
            "rows_read": column.NumberColumn("Read", format="localized"),
            "rows_accepted": column.NumberColumn("New or changed", format="localized"),
            "rows_unchanged": column.NumberColumn("Unchanged", format="localized"),
            "rows_rejected": column.NumberColumn("Refused", format="localized"),
            "files": "Files",
            "source": "Source",
            "person": "By",
        },
    )
    rows = chosen.selection.rows
    if rows and rows[0] < past.height:
        _one_import(reader, past.row(rows[0], named=True))


def _one_import(reader: Reader, row: dict[str, Any]) -> None:
    seconds = (row["finished_at"] - row["started_at"]).total_seconds()
    st.markdown(
        f"**{_name(row['fact'])}**, {_moment(row['finished_at'])} UTC, in {seconds:.0f} s: "
        f"{row['rows_read']:,} read = {row['rows_accepted']:,} new or changed "
        f"+ {row['rows_unchanged']:,} unchanged + {row['rows_rejected']:,} refused."
    )
    for note in filter(None, row["notes"].splitlines()):
        st.markdown(f"- {words.plain(note)}")
    if row["rows_rejected"] == 0:
        return
    if reader.viewer.role != "admin":
        st.caption("Admins see the refused rows themselves: they hold what stood in the files.")
        return
    refused = imported.rejects(reader, row["import_id"]).drop("import_id")
    st.markdown(f"**{words.count(refused.height, 'refused row')}.** Mend the file and import it again.")
    tables.plain_table(
        refused.head(tables.MOST_ROWS),
        "Refused rows with file, line, column, value and reason",
        {name: name.capitalize() for name in refused.columns},
    )
    if refused.height > tables.MOST_ROWS:
        st.caption(f"The first {tables.MOST_ROWS} of {refused.height:,}; the export has all.")
    files = _files.tables(reader, "refused rows", refused)
    downloads(f"refused-{row['import_id']}", refused.height, files)


def _snapshots(reader: Reader) -> None:
    if reader.snapshot is None:
        empty.nothing("No day has been scored yet.", "Import data, then press Refresh now.")
        return
    _history.draw(reader)
    stages = reader.snapshot.stages
    total = sum(stages.values())
    st.markdown(
        f"**The newest took {total:.1f} s.** "
        + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in stages.items())
    )
    column = st.column_config
    tables.plain_table(
        queries.snapshot_list(reader),
        "Every snapshot, newest day first",
        {
            "snapshot_id": column.NumberColumn("Snapshot", format="%d"),
            "as_of": column.DateColumn("Day", format="D MMM YYYY"),
            "created_at": column.DatetimeColumn("Scored (UTC)", format="D MMM YYYY, HH:mm"),
            "accounts": column.NumberColumn("Accounts", format="localized"),
            "previous_snapshot_id": column.NumberColumn("Explained from", format="%d"),
            "settings_version": column.NumberColumn("Settings", format="%d"),
            "code_version": "Version of Rounds",
        },
    )


def _name(fact: str) -> str:
    return "CSMs" if fact == "csms" else fact.replace("_", " ").capitalize()


def _moment(at: datetime) -> str:
    return f"{at:%-d %b %Y, %H:%M}"
