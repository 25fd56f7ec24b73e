"""The words of a call: what to do, the talk track, and why it stands where it stands."""

from __future__ import annotations

import polars as pl

from models.prescriptions import MEDICINE, prescription, talk_track

_GAP = "\x00"


def words_for(calls: pl.DataFrame) -> pl.DataFrame:
    """Add prescription, talk_track and why.

    In: kinds (strongest first), quadrant, reasons, by_hand, risk, mrr, currency and saveability of each call.
    """
    texts = _texts(calls["kinds"].list.explode().drop_nulls().unique().to_list())
    known = pl.col("quadrant").str.to_lowercase()
    return (
        calls.with_columns(
            pl.col("kinds").list.first().alias("_kind"),
            pl.when(known.is_in(list(MEDICINE))).then(known).otherwise(pl.lit("")).alias("_quadrant"),
        )
        .join(texts, on=["_kind", "_quadrant"], how="left", maintain_order="left")
        .with_columns(
            pl.concat_str("_head", pl.col("reasons").list.join(" "), "_tail").alias("talk_track"),
            _why().alias("why"),
        )
        .drop("_kind", "_quadrant", "_head", "_tail")
    )


def _texts(kinds: list[str]) -> pl.DataFrame:
    rows = []
    for kind in kinds:
        for quadrant in ("", *MEDICINE):
            head, tail = talk_track(kind, quadrant, [_GAP]).split(_GAP)
            rows.append((kind, quadrant, prescription(kind, quadrant), head, tail))
    names = ["_kind", "_quadrant", "prescription", "_head", "_tail"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _why() -> pl.Expr:
    risk = pl.format("risk {} of 100", pl.col("risk").round(0).cast(pl.Int64))
    amount = pl.col("mrr").round(0).cast(pl.Int64).cast(pl.String)
    money = pl.concat_str(amount, pl.col("currency").fill_null(""), separator=" ").str.strip_chars()
    save = pl.format("a call may save {} %", (pl.col("saveability") * 100).round(0).cast(pl.Int64))
    parts = pl.concat_str(
        risk.fill_null("risk not known"),
        pl.format("{} a month", money).fill_null("MRR not known"),
        save,
        separator=", ",
    )
    hand = pl.when(pl.col("by_hand")).then(pl.lit("Added by hand; ")).otherwise(pl.lit(""))
    whole = pl.concat_str(hand, parts, pl.lit("."))
    return whole.str.slice(0, 1).str.to_uppercase() + whole.str.slice(1)
