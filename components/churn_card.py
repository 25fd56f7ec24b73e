"""The chance that an account leaves, and exactly what makes it."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import streamlit as st

from components import navigation, words
from components.queries import Reader
from components.queries import churn as queries_churn


def churn_card(reader: Reader, row: dict[str, Any], today: date) -> None:
    """The chance at the next decision with its reasons, or why there is none."""
    if row["churn"] is None:
        _none(reader)
        return
    st.markdown(f"**Chance of leaving {words.percent(row['churn'])}**")
    st.caption(f"At its next decision {words.near(row['churn_on'], today)}, as things stand now.")
    if row["churn_outside"]:
        st.caption(f":material/warning: {words.plain(row['churn_outside'])} Trust the number less.")
    _reasons(reader, row)
    navigation.link("backtest", "How good is this model?", icon=":material/history:")


def ranked_by(reader: Reader) -> str:
    """What the order of calls stands on, in a sentence."""
    if queries_churn.ranks_by_chance(reader):
        return "Ranked by chance of leaving × MRR × how far such a call helps."
    kept = queries_churn.training(reader)
    why = f" ({kept.verdict.word})" if kept else ""
    return f"Ranked by risk points × MRR × how far such a call helps; no churn model speaks{why}."


def _none(reader: Reader) -> None:
    kept = queries_churn.training(reader)
    st.markdown("**Chance of leaving: not known**")
    why = kept.verdict.sentence if kept else "The churn model is trained by the next refresh."
    st.caption(words.plain(why).replace("\\.", ".") + " The risk points above rank this account instead.")
    navigation.link("backtest", "What was tried", icon=":material/history:")


def _reasons(reader: Reader, row: dict[str, Any]) -> None:
    """Factors on the odds: an average account's odds times all of them are this account's odds."""
    effects = queries_churn.log_odds(reader, row["account_id"])
    told = queries_churn.reasons(reader, row["account_id"])
    if not effects:
        return
    odds = row["churn"] / (1 - row["churn"])
    said = [(row["sentence"], row["log_odds"]) for row in told.iter_rows(named=True)]
    rest = sum(effects.values()) - sum(effect for _, effect in said)
    start = math.log(odds) - sum(effects.values())
    lines = ["| Why | Odds × |", "| --- | ---: |"]
    lines.append(
        f"| An average account: {words.percent(1 / (1 + math.exp(-start)))} | {math.exp(start):.3f} |"
    )
    lines += [f"| {words.plain(sentence)} | {math.exp(effect):.2f} |" for sentence, effect in said]
    if len(effects) > len(said):
        lines.append(f"| Everything else | {math.exp(rest):.2f} |")
    lines.append(f"| **Its odds, {words.percent(row['churn'])}** | **{odds:.3f}** |")
    st.markdown("\n".join(lines))
    st.caption("Odds are chance ÷ (1 − chance); the factors multiply to them. Above 1 raises, below lowers.")
