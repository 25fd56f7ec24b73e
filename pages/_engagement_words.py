"""The words of the Engagement page: the sentence, the quarters with their change, who moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import polars as pl
import streamlit as st

from components import clock, words
from components.charts_quadrant import SIGNS
from components.marks import quadrant as badge_of
from components.queries import Reader
from components.queries import engagement as read
from models.book_view import BookQuery, narrowed
from models.quadrant import ADRIFT, ADVOCATE, CAPTIVE, FAN, SILENT
from models.quadrant_moves import DIRECTIONS, MOVES, amounts, counts, moves
from models.quadrant_points import UNPLACED

Show = Callable[[str], None]

SINCE = "since"
MOST_ARROWS, MOST_OF_ALL = 60, 25
_QUARTER_AGO = timedelta(days=91)
_SAYS = {
    ADVOCATE: "use a lot and are happy",
    CAPTIVE: "use a lot and are unhappy",
    FAN: "are happy and barely use it",
    ADRIFT: "barely use it and are unhappy",
    SILENT: "have not told us how they feel for a year",
    UNPLACED: "were never asked, or have no behaviour score",
}
_FIRST = (CAPTIVE, ADRIFT, SILENT, FAN, ADVOCATE)


@dataclass(frozen=True)
class Compared:
    """The filtered book now and on the earlier day (`VIEW`), and what that makes of each quarter.

    Without an earlier day `day` is None, and `before` is empty.
    """

    now: pl.DataFrame
    before: pl.DataFrame
    day: date | None
    counts: pl.DataFrame
    amounts: pl.DataFrame
    moves: pl.DataFrame


def usual_day(reader: Reader) -> str | None:
    """The day to compare with unless another is chosen: a quarter ago, or the nearest that has a snapshot."""
    wanted = reader.as_of - _QUARTER_AGO
    nearest = min(read.earlier_days(reader), key=lambda day: abs(day - wanted), default=None)
    return nearest.isoformat() if nearest else None


def since_choice(reader: Reader) -> date | None:
    """Asks for the day to compare with; None while there is no earlier snapshot."""
    days = [day.isoformat() for day in read.earlier_days(reader)]
    usual = usual_day(reader)
    if usual is None:
        return None
    today = clock.today()
    chosen = st.selectbox(
        "Compared with",
        days,
        index=days.index(usual),
        key=SINCE,
        bind="query-params",
        format_func=lambda day: words.day(date.fromisoformat(day), today),
        width=140,
    )
    return date.fromisoformat(chosen) if chosen else None


def compared(reader: Reader, found: pl.DataFrame, query: BookQuery, day: date | None) -> Compared:
    """The same filters on both days."""
    if day is None:
        none = found.clear()
        return Compared(found, none, None, counts(found, none), amounts(found, none), MOVES.empty())
    earlier = read.book_in(reader, read.earlier_days(reader)[day])
    before = narrowed(earlier, query, day)
    # Who has moved is asked of the whole earlier book: a filter may let an account through on one day only.
    return Compared(found, before, day, counts(found, before), amounts(found, before), moves(found, earlier))


def sentence(reader: Reader, book: pl.DataFrame, then: Compared, show: Show) -> None:
    """How many stand where it matters most, and who moved; each number leads to its accounts."""
    standing = dict(then.counts.select("quarter", "accounts").iter_rows())
    worst = next((name for name in _FIRST if standing[name]), UNPLACED)
    total = then.now.height
    of = "" if total == book.height else f" that the filters let through ({book.height:,} in the book)"
    st.markdown(
        f"**{standing[worst]:,} of {words.count(total, 'account')}{of} {_SAYS[worst]}** ({worst}). "
        f":gray[Scores as of {words.day(reader.as_of, clock.today())}.]"
    )
    if then.day is None:
        st.caption("There is no earlier snapshot yet: the next refresh on another day shows who moved.")
        return
    _moved(then, show)


def _moved(then: Compared, show: Show) -> None:
    by = dict(then.moves.group_by("direction").len().iter_rows())
    since = words.day(then.day, clock.today()) if then.day else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not by:
            st.markdown(f"Nobody changed quarter since {since}.", width="content")
            return
        st.markdown(f"Since {since}:", width="content")
        for direction in DIRECTIONS:
            if by.get(direction):
                st.button(
                    f"{by[direction]:,} {direction}",
                    type="tertiary",
                    key=f"moved-{direction}",
                    on_click=partial(show, f"moved:{direction}"),
                )


def quarters(then: Compared, show: Show) -> None:
    """Each quarter: how many, what they pay, the change since the earlier day, and a way to its rows."""
    today = clock.today()
    if then.day:
        st.caption(f"Change since {words.day(then.day, today)}. MRR is a month.")
    for row in then.counts.iter_rows(named=True):
        if row["accounts"] or row["before"] or row["quarter"] != UNPLACED:
            _quarter(then, row, show)


def _quarter(then: Compared, row: dict[str, int], show: Show) -> None:
    name = str(row["quarter"])
    badge = badge_of(name).replace("-badge[", f"-badge[{SIGNS[name]} ", 1)
    lines = [f"{badge} **{row['accounts']:,}**", f":small[{_money(then, name)}]"]
    if then.day:
        net, why = _change(row)
        lines[0] += f" :gray[{net}]"
        lines += [f":small[:gray[{why}]]"] if why else []
    with st.container(
        border=True,
        horizontal=True,
        vertical_alignment="center",
        gap="small",
        wrap=False,
        key=f"quarter-{name}",
    ):
        st.markdown("  \n".join(lines), width="stretch")
        st.button(
            "Show",
            key=f"show-{name}",
            type="tertiary",
            help=f"List the {row['accounts']:,} accounts: {name}",
            disabled=not row["accounts"],
            on_click=partial(show, f"quarter:{name}"),
        )


def _change(row: dict[str, int]) -> tuple[str, str]:
    """The change, and what makes it."""
    parts = {"came": "came", "went": "went", "joined": "new", "left": "left the book"}
    said = ", ".join(f"{row[name]:,} {label}" for name, label in parts.items() if row[name])
    net = row["accounts"] - row["before"]
    return (_signed(net) if net else "±0" if said else "unchanged"), said


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '−'}{abs(value):,.0f}"


def _money(then: Compared, name: str) -> str:
    """Each currency by itself, with its change."""
    rows = then.amounts.filter(pl.col("quarter") == name)
    said = []
    for row in rows.iter_rows(named=True):
        change = row["mrr"] - row["before"]
        moved = f" ({_signed(change)})" if then.day and round(change) else ""
        said.append((words.money(row["mrr"], row["currency"]) + moved).replace(" ", "\N{NO-BREAK SPACE}"))
    return (" · ".join(said) or "no MRR").replace("$", r"\$")


def arrows_wanted(then: Compared, direction: str | None) -> tuple[pl.DataFrame, str]:
    """The arrows to draw, and where not all are drawn, which: the farthest moves across the plane.

    Of one direction, once its accounts are listed, more can be told apart than of all of them.
    """
    if then.day is None:
        return then.moves, ""
    across = then.moves.drop_nulls("distance")
    if across.is_empty():
        return across, ""
    if not st.toggle("Arrows: who changed quarter", value=True, key="arrows", bind="query-params"):
        return across.clear(), ""
    of = across.filter(pl.col("direction") == direction) if direction else across
    most = MOST_ARROWS if direction else MOST_OF_ALL
    some = f" Arrows: the {most} of {of.height:,} who {direction or 'moved'} farthest across a border."
    return of.head(most), some if of.height > most else ""
