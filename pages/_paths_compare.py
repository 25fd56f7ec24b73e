"""Two versions of a path beside each other, and what differs in words."""

from __future__ import annotations

import streamlit as st

from components import words
from components.queries import Reader
from components.queries.content import titles
from models.paths.adopted import HappyPath, differences

Named = tuple[str, HappyPath]


def side_by_side(reader: Reader, one: Named, other: Named) -> None:
    """What differs from one version to the other, a sentence each, and both in full."""
    said = differences(one[1], other[1], titles(reader))
    if not said:
        st.markdown("The two are the same.")
        return
    st.markdown(
        f"**From {words.plain(one[0])} to {words.plain(other[0])}:**\n"
        + "\n".join(f"- {words.plain(line)}" for line in said)
    )
    grid = st.grid(2, min_column_width=260, gap="medium")
    for label, path in (one, other):
        with grid.cell(), st.container(border=True, gap="xsmall"):
            st.markdown(f"**{words.plain(label)}: {words.plain(path.name)}**")
            if path.gives:
                st.caption(f"Gives: {words.plain(path.gives)}")
            st.markdown(_steps(path))


def _steps(path: HappyPath) -> str:
    lines = []
    for step in path.steps:
        target = f", by day {step.target_days}" if step.target_days else ""
        who = f", ticked by {words.plain(step.who)}" if step.who else ""
        advice = f": {words.plain(step.advice)}" if step.advice else ""
        lines.append(f"- **{step.position}** {words.plain(step.name)}{target}{who}{advice}")
    return "\n".join(lines)
