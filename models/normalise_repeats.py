"""Rows that stand again within one file, and the ids made for rows that bring none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from models.contracts import Contract
from models.normalise_batch import REJECTS


@dataclass(frozen=True)
class Identity:
    """The id that is made when none is mapped: a digest of `parts`, and of the row's number among equals."""

    name: str
    parts: tuple[str, ...]
    counted: bool = True


IDENTITIES = {
    "contacts": Identity("contact_id", ("account_id", "email", "name"), counted=False),
    "survey_responses": Identity(
        "response_id", ("account_id", "contact_id", "kind", "responded_at", "score")
    ),
    "interactions": Identity(
        "interaction_id", ("account_id", "contact_id", "channel", "direction", "opened_at", "subject")
    ),
    "community_posts": Identity("post_id", ("account_id", "contact_id", "kind", "posted_at")),
}


def with_identity(frame: pl.DataFrame, identity: Identity) -> pl.DataFrame:
    """Fill the id column with a digest that is the same on every machine and every import.

    A contact is told by its account and e-mail, or by its name where it has no e-mail.
    """
    parts = list(identity.parts)
    if identity.name == "contact_id":
        first = pl.coalesce(pl.col("email").str.to_lowercase(), "name", "role")
        frame, parts = frame.with_columns(first.alias("_who")), ["account_id", "_who"]
    texts = [pl.col(part).cast(pl.String).fill_null("") for part in parts]
    if identity.counted:
        texts.append(pl.int_range(pl.len()).over(parts).cast(pl.String))
    keys = frame.select(pl.concat_str(texts, separator="\x1f")).to_series()
    digests = [hashlib.blake2b(key.encode(), digest_size=10).hexdigest() for key in keys.to_list()]
    return frame.with_columns(pl.Series(identity.name, digests, dtype=pl.String)).drop("_who", strict=False)


def settle(frame: pl.DataFrame, contract: Contract) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Leave one row a key: the last. Returns the rows, the rejects, and the number of equal repeats.

    A row equal to the last one of its key is a repeat; one with other values is rejected and told where
    the last one stands. `frame` has the contract's columns, `file` and `line`, in file order.
    """
    key = list(contract.key)
    if not key or not frame.select(pl.struct(key).is_duplicated().any()).item():
        return frame, REJECTS.empty(), 0
    placed = frame.with_row_index("_at")
    last = placed.group_by(key).last()
    joined = placed.join(last, on=key, how="left", suffix="_last", nulls_equal=True, maintain_order="left")
    others = [name for name in contract.names if name not in key]
    same = pl.all_horizontal(pl.lit(value=True), *(pl.col(n).eq_missing(pl.col(f"{n}_last")) for n in others))
    is_last = pl.col("_at") == pl.col("_at_last")
    marked = joined.with_columns(same.alias("_same"), is_last.alias("_last"))
    repeats = marked.filter(pl.col("_same") & ~pl.col("_last")).height
    clashes = marked.filter(~pl.col("_same"))
    kept = marked.filter(pl.col("_last")).select(frame.columns)
    return kept, _clash_rejects(clashes, key), repeats


def _clash_rejects(clashes: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    value = pl.concat_str([pl.col(name).cast(pl.String) for name in key], separator=", ")
    named = ", ".join(key)
    reason = pl.format(f"the same {named} stands again in line {{}} with other values", "line_last")
    return clashes.select(
        "file",
        "line",
        pl.lit(named).alias("column"),
        value.str.slice(0, 200).alias("value"),
        reason.alias("reason"),
        pl.lit(None, dtype=pl.String).alias("row"),
    )
