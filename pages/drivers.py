"""Success drivers: what do the successful do more of?"""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import charts_drivers, empty, failures, session, tables, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import settings as queries_settings
from models import driver_accounts
from models.drivers import MIN_ACCOUNTS, MIN_EACH
from pages import _driver_accounts, _files

_ALL = "Everything"

_METHOD = f"""
- Two landmarks: 30 and 90 days after signing. Only accounts that were **still open** on that day count,
  and only **what they had done by then**: otherwise staying long would look like a reason to stay.
- Success is what the Settings page calls success, each account's newest known result.
- The two shares are compared **within the same segment and signing half-year** (Mantel-Haenszel), so that
  a segment that stays anyway does not lend its shine to what it happens to use.
- Many things are looked at. *Clear* are those that remain when at most 5 % of the list may be false
  (Benjamini-Hochberg, every number of times counted).
- At least {MIN_ACCOUNTS} accounts, and {MIN_EACH} with and {MIN_EACH} without the activity.
- A difference tells what goes together. Whether doing it *makes* customers stay, only a trial can tell.
"""


def render() -> None:
    """What goes with success, as sentences, dots with intervals, and a table."""
    st.title("Success drivers", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = session.reader()
    if not empty.ready(reader):
        return
    found = queries_settings.drivers(reader)
    if found.is_empty():
        empty.nothing(
            "Too few decisions are known to tell what the successful do more of.",
            f"It needs {MIN_ACCOUNTS} accounts that were followed from their first day and whose result is "
            f"known, {MIN_EACH} good ones and {MIN_EACH} others. Import older accounts, or choose another "
            "definition of success in the settings.",
        )
        return
    _sentences(reader, found)
    shown = _narrow(found)
    _chart(reader, shown)
    _table(reader, found, shown)
    _driver_accounts.draw(reader, found)


def _sentences(reader: Reader, found: pl.DataFrame) -> None:
    clear = found.filter("clear")
    many = words.count(found.height, "activity", "activities")
    if clear.is_empty():
        st.markdown(f"**Nothing stands out.** Of {many} none goes clearly with success.")
    else:
        st.markdown(f"**{clear.height} of {many} go clearly with success or failure.** First of all:")
        for name, sentence in clear.head(3).select(driver_accounts.name(), "sentence").iter_rows():
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.markdown(words.plain(sentence), width="content")
                st.button(
                    "Its accounts",
                    key=f"behind-{name}",
                    type="tertiary",
                    icon=":material/arrow_downward:",
                    on_click=_driver_accounts.choose,
                    args=(name,),
                )
    st.caption(
        f"As of {reader.as_of:%-d %b %Y}, decisions of all accounts. "
        "It tells what goes together, not yet what makes the difference."
    )


def _narrow(found: pl.DataFrame) -> pl.DataFrame:
    kinds = [_ALL, *found["activity"].unique().sort().to_list()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox("Activity", kinds, key="driver_kind", bind="query-params", width=220)
        days = st.segmented_control(
            "Done within",
            ["30 days", "90 days", "either"],
            default="either",
            key="driver_days",
            bind="query-params",
            required=True,
        )
        with st.popover("How this is told", icon=":material/help:"):
            st.markdown(_METHOD)
    shown = found if kind == _ALL else found.filter(pl.col("activity") == kind)
    return shown if days == "either" else shown.filter(pl.col("landmark") == int(str(days).split()[0]))


def _chart(reader: Reader, shown: pl.DataFrame) -> None:
    if shown.is_empty():
        empty.nothing("Nothing of that kind could be judged.", "Choose another activity or time.")
        return
    snapshot = reader.snapshot.snapshot_id if reader.snapshot else 0
    st.plotly_chart(
        charts_drivers.dots(shown),
        config=charts_drivers.CONFIG,
        alt=charts_drivers.alt(shown),
        key=f"drivers-{snapshot}",
    )
    most = charts_drivers.MOST
    more = f" The {most} clearest of {shown.height}." if shown.height > most else ""
    st.caption(
        f"Dot: difference in success; line: 95 % interval; filled: clear, hollow: may be chance.{more}"
    )


def _table(reader: Reader, found: pl.DataFrame, shown: pl.DataFrame) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader("All of them", anchor=False, width="content")
        name = f"drivers-{reader.as_of}"
        downloads(name, shown.height, _files.tables(reader, "drivers", shown))
    percent = pl.col("share_with", "share_without", "difference", "low", "high") * 100
    listed = shown.head(tables.MOST_ROWS)
    names = listed.select(driver_accounts.name()).to_series().to_list()
    kept = set(found.head(driver_accounts.MOST).select(driver_accounts.name()).to_series())

    def opens(row: int, column: str) -> None:
        if names[row] in kept:
            _driver_accounts.choose(names[row], column)

    tables.open_table(
        listed.with_columns(percent).select(*_COLUMNS),
        "What customers did early, and how often they succeeded",
        _COLUMNS,
        f"drivers-table-{shown.height}-{names[:1]}",
        opens,
    )
    told = "A click on a number opens its accounts, below."
    if found.height > len(kept):
        told += f" The {len(kept)} clearest of {found.height} open."
    st.caption(told)


_POINTS = partial(st.column_config.NumberColumn, format="%+.0f")
_SHARE = partial(st.column_config.NumberColumn, format="%.0f %%")
_COLUMNS: dict[str, Any] = {
    "driver": st.column_config.TextColumn("Customers who …", width=300),
    "landmark": st.column_config.NumberColumn("within days"),
    "share_with": _SHARE("succeed"),
    "share_without": _SHARE("others"),
    "difference": _POINTS("points"),
    "low": _POINTS("from", help="95 % interval"),
    "high": _POINTS("to", help="95 % interval"),
    "n_with": st.column_config.NumberColumn("n with", format="localized"),
    "n_without": st.column_config.NumberColumn("n without", format="localized"),
    "clear": st.column_config.CheckboxColumn("Clear"),
}
