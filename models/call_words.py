"""The words of a call: what to do, the talk track, and why it stands where it stands."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.findings import OWN
from models.money import money_of
from models.playbook import NOT_KNOWN, Playbook, parts
from models.prescriptions import MEDICINE, PRESCRIPTIONS, prescription, talk_track
from models.shares import PERCENT


def words_for(calls: pl.DataFrame, playbooks: Mapping[str, Playbook] | None = None) -> pl.DataFrame:
    """Add prescription, talk_track and why.

    In: kinds (strongest first), quadrant, reasons, by_hand, risk, mrr, currency and saveability of each call,
    and name, contact_name, role, renewal_on for the placeholders. `playbooks` holds what people saved, by
    quarter or kind: the kind's words go first, then, for a call by hand, those of its quarter.
    """
    known = pl.col("quadrant").str.to_lowercase()
    marked = calls.with_columns(
        pl.col("kinds").list.first().alias("_kind"),
        pl.when(known.is_in(list(MEDICINE))).then(known).otherwise(pl.lit("")).alias("_quadrant"),
    )
    pairs = marked.select("_kind", "_quadrant").unique().sort("_kind", "_quadrant").rows()
    texts = [(kind, quadrant, *_texts(kind, quadrant, playbooks or {})) for kind, quadrant in pairs]
    return (
        marked.with_columns(_facts())
        .with_columns(
            _chosen([(kind, quadrant, pl.lit(do)) for kind, quadrant, do, _ in texts], "prescription"),
            _chosen([(kind, quadrant, _spoken(talk)) for kind, quadrant, _, talk in texts], "talk_track"),
            _why(chance="churn" in marked.columns).alias("why"),
        )
        .select(pl.exclude(r"^_.*$"))
    )


def _texts(kind: str, quadrant: str, playbooks: Mapping[str, Playbook]) -> tuple[str, str]:
    """What to do, and the talk track with its placeholders."""
    own, around = playbooks.get(kind), playbooks.get(quadrant)
    mind = around.do if around else MEDICINE.get(quadrant, "")
    if own is None and around is not None and kind not in PRESCRIPTIONS and not kind.startswith(OWN):
        return around.do, around.talk
    if own is None and around is None:
        return prescription(kind, quadrant), talk_track(kind, quadrant, ["{reasons}"])
    if own is not None and kind == quadrant:
        return own.do, own.talk
    do = own.do if own else prescription(kind)
    talk = own.talk if own else talk_track(kind, None, ["{reasons}"])
    return f"{do} {mind}".strip(), "\n".join([talk, f"Mind: {mind}"] if mind else [talk])


def _facts() -> list[pl.Expr]:
    """What stands in the place of each placeholder."""
    facts = {
        "name": pl.col("name"),
        "contact": pl.col("contact_name"),
        "role": pl.col("role"),
        "reasons": pl.col("reasons").list.join(" "),
        "mrr": money_of(pl.col("mrr"), pl.col("currency")),
        "renewal": pl.col("renewal_on").dt.strftime("%-d %b %Y"),
        "quadrant": pl.col("quadrant"),
    }
    return [value.fill_null(NOT_KNOWN).alias(f"_fact_{name}") for name, value in facts.items()]


def _spoken(talk: str) -> pl.Expr:
    return pl.concat_str([pl.col(f"_fact_{text}") if named else pl.lit(text) for text, named in parts(talk)])


def _chosen(texts: list[tuple[str, str, pl.Expr]], name: str) -> pl.Expr:
    """The text of each row's kind and quadrant."""
    expression = pl.lit(None, dtype=pl.String)
    for kind, quadrant, text in texts:
        mine = (pl.col("_kind") == kind) & (pl.col("_quadrant") == quadrant)
        expression = pl.when(mine).then(text).otherwise(expression)
    return expression.alias(name)


def _why(*, chance: bool) -> pl.Expr:
    """Why it stands where it stands; `chance`: by the chance of leaving, where a model has one."""
    risk = pl.format("risk {} of 100", pl.col("risk").round(0).cast(pl.Int64))
    if chance:
        likely = pl.format(
            f"chance of leaving {{}}{PERCENT}", (100 * pl.col("churn")).round(0).cast(pl.Int64)
        )
        risk = pl.coalesce(likely, risk)
    save = pl.format(f"a call may save {{}}{PERCENT}", (pl.col("saveability") * 100).round(0).cast(pl.Int64))
    parts_of = pl.concat_str(
        risk.fill_null("risk not known"),
        pl.format("{} a month", money_of(pl.col("mrr"), pl.col("currency"))).fill_null("MRR not known"),
        save,
        separator=", ",
    )
    hand = pl.when(pl.col("by_hand")).then(pl.lit("Added by hand; ")).otherwise(pl.lit(""))
    whole = pl.concat_str(hand, parts_of, pl.lit("."))
    return whole.str.slice(0, 1).str.to_uppercase() + whole.str.slice(1)
