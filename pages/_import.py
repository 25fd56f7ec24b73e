"""Importing in the browser: files, a proposed mapping, a check, the import, the refresh."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from actions import propose_mapping as mapping
from actions.handed_in import tidy
from actions.import_files import import_files
from actions.import_report import ImportReport
from actions.refresh import RefreshReport, refresh
from components import failures, jobs, session, tables, uploads, words
from components.jobs import Job, Tell
from components.queries import Reader, RoundsError

WHERE = "import"
_FILES, _MAPPING_FILE = "import_files", "import_mapping_file"
_TEXT, _FOLDER, _UNSURE, _CHECKED = "import_mapping", "import_folder", "import_unsure", "import_checked"


def draw(reader: Reader) -> None:
    """The part of the page that imports; a running import shows how far it is instead."""
    if reader.viewer.role != "admin":
        st.markdown("Admins import: a file may say whose accounts are whose. Ask yours to hand these in.")
        return
    job = jobs.current(name(reader, WHERE))
    if job is not None and not job.ended:
        watch(reader, WHERE)
        return
    failures.tell(WHERE)
    if job is not None:
        _outcome(reader, job)
        if not job.failure:
            return
    _choose()
    if _FOLDER in st.session_state:
        _mapping()


def name(reader: Reader, what: str) -> str:
    """What the work on this store is called among all work of this server."""
    return f"{what} {reader.store.database.url}"


@st.fragment(run_every="1s")
def watch(reader: Reader, what: str) -> None:
    """Show how far the work is, and draw the page anew when it has ended."""
    job = jobs.current(name(reader, what))
    if job is None or job.ended:
        st.rerun()
    else:
        uploads.progress(job)


def behind(reader: Reader) -> bool:
    """Whether data came in since the snapshot that the pages show, or there is none."""
    if reader.snapshot is None:
        return True
    return bool(reader.snapshot.notes.get("imports") != reader.stamps.imports)


def start_refresh() -> None:
    """Score today in the background. For callbacks only."""
    reader = session.reader()
    reader_now = session.now_utc()

    def work(tell: Tell) -> RefreshReport:
        return refresh(reader.store, reader.viewer, reader_now, progress=tell)

    if failures.attempt(reader.viewer.may_write, WHERE):
        jobs.start(name(reader, "refresh"), work)


def _choose() -> None:
    st.markdown(
        "Choose the files that your systems export: accounts first of all, then whatever there is of usage, "
        "subscriptions, surveys, calls and tickets. Rounds looks at them and proposes which column is what."
    )
    left, right = st.columns([3, 2])
    with left:
        uploads.files(_FILES)
    with right:
        uploads.mapping_file(_MAPPING_FILE)
    chosen = st.session_state.get(_FILES)
    st.button("Look at these files", type="primary", disabled=not chosen, on_click=_look)


def _look() -> None:
    failures.attempt(_look_now, WHERE)


def _look_now() -> None:
    reader = session.reader()
    given = [(file.name, file) for file in st.session_state[_FILES]]
    paths = mapping.keep_uploads(reader.store, reader.viewer, session.now_utc(), given)
    own = st.session_state.get(_MAPPING_FILE)
    st.session_state[_UNSURE] = []
    if own is not None:
        st.session_state[_TEXT] = own.getvalue().decode("utf-8", errors="replace")
    else:
        proposal = mapping.propose_mapping(paths)
        st.session_state[_TEXT] = proposal.mapping_toml
        st.session_state[_UNSURE] = list(proposal.unsure)
    st.session_state[_FOLDER] = str(paths[0].parent)
    st.session_state.pop(_CHECKED, None)


def _mapping() -> None:
    st.subheader("Which column is what", anchor=False)
    unsure = st.session_state.get(_UNSURE, [])
    if unsure:
        st.warning(
            "\n".join(f"- {words.plain(sentence)}" for sentence in unsure),
            title=f"Rounds is not sure of {words.count(len(unsure), 'thing')}. Change the mapping below.",
            icon=":material/help:",
        )
    st.text_area(
        "Mapping (TOML)",
        key=_TEXT,
        height=320,
        persist_state="session",
        on_change=_forget_check,
        help="On the left what Rounds calls it, on the right what your file calls it.",
    )
    with st.container(horizontal=True):
        st.button("Check", on_click=_check)
        st.button("Import", type="primary", on_click=_import, icon=":material/upload:")
    for sentence in st.session_state.get(_CHECKED, []):
        st.markdown(f":material/check: {words.plain(sentence)}")


def _forget_check() -> None:
    st.session_state.pop(_CHECKED, None)


def _ready() -> tuple[Any, Path]:
    folder = Path(st.session_state[_FOLDER])
    return mapping.beside(mapping.read_mapping(st.session_state[_TEXT]), folder), folder


def _check() -> None:
    _forget_check()
    failures.attempt(_check_now, WHERE)


def _check_now() -> None:
    st.session_state[_CHECKED] = mapping.checked(*_ready())


def _import() -> None:
    failures.attempt(_import_now, WHERE)


def _import_now() -> None:
    reader, now = session.reader(), session.now_utc()
    reader.viewer.may_administer("Importing")
    asked, folder = _ready()

    def work(tell: Tell) -> ImportReport:
        done = import_files(reader.store, reader.viewer, now, asked, folder, source="browser", progress=tell)
        return _tidied(reader, now, folder, done)

    jobs.start(name(reader, WHERE), work)
    st.session_state.pop(_CHECKED, None)


def _tidied(reader: Reader, now: datetime, folder: Path, done: ImportReport) -> ImportReport:
    """The import is done; what it was made from goes where it tells of somebody erased, or in the night."""
    try:
        gone = tidy(reader.store, reader.viewer, now, folder, done.telling)
    except RoundsError:
        return done
    return replace(done, deleted=tuple(gone))


def _outcome(reader: Reader, job: Job) -> None:
    put_away = partial(_put_away, name(reader, WHERE))
    if job.failure:
        st.error(f"{job.failure} Nothing was changed.", icon=":material/error:")
        st.button("Close", on_click=put_away)
        return
    _say(job.result)
    _left_out(job.result)
    tables.plain_table(_counts(job.result), "What the import did, a row a table", _COUNTS)
    with st.container(horizontal=True):
        if behind(reader):
            st.button("Refresh now", type="primary", icon=":material/refresh:", on_click=start_refresh)
        st.button("Import more", on_click=put_away)


def _put_away(work: str) -> None:
    job = jobs.current(work)
    if job is not None and not job.failure:
        for key in (_FOLDER, _UNSURE, _CHECKED):
            st.session_state.pop(key, None)
    jobs.put_away(work)


def _say(report: ImportReport) -> None:
    n = sum(table.accepted for table in report.tables)
    accepted = f"{words.count(n, 'row')} {'is' if n == 1 else 'are'} new or changed."
    refused = [f"{table.rejected:,} of {table.fact}" for table in report.tables if table.rejected]
    if refused:
        st.warning(
            f"{accepted} Refused: {', '.join(refused)}; Past imports says which rows and why.",
            title="Imported, not all of it.",
            icon=":material/warning:",
        )
    else:
        st.success(f"{accepted} None was refused.", title="Imported.", icon=":material/check:")


def _left_out(report: ImportReport) -> None:
    """Who was erased stays out, and what is older than is kept: said, never silent."""
    told = [f"- {table.fact}: {said}" for table in report.tables for said in table.left_out]
    if report.deleted:
        names = words.plain(", ".join(report.deleted))
        told.append(f"- Deleted here now, as somebody in them was erased here on request: {names}")
    if told:
        st.info("\n".join(told), title="Left out on purpose.", icon=":material/visibility_off:")


_COUNTS = {
    "fact": st.column_config.TextColumn("Table"),
    "read": st.column_config.NumberColumn("Rows read", format="localized"),
    "accepted": st.column_config.NumberColumn("New or changed", format="localized"),
    "unchanged": st.column_config.NumberColumn("Unchanged", format="localized"),
    "rejected": st.column_config.NumberColumn("Refused", format="localized"),
}


def _counts(report: ImportReport) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (table.fact, table.read, table.accepted, table.unchanged, table.rejected)
            for table in report.tables
        ],
        schema=list(_COUNTS),
        orient="row",
    )
