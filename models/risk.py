"""The risk order: transparent points that sum to 0-100, each with its sentence. Not a probability."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from models.contracts import Column, Contract
from models.risk_terms import TERMS, Term
from models.silence import LEANING

RISK = Contract(
    "risk",
    (
        Column("account_id", pl.String(), required=True),
        Column("risk", pl.Float64(), required=True, doc="0-100, the sum of the points"),
        Column("risk_parts", pl.String(), required=True, doc="JSON list of term, points, sentence"),
        Column("priority", pl.Float64(), required=True, doc="risk share x MRR; x 1 where no MRR is known"),
    ),
    key=("account_id",),
)

PART = pl.Struct({"term": pl.String, "points": pl.Float64, "sentence": pl.String})


def risk(
    book: pl.DataFrame,
    behaviour: pl.DataFrame,
    emotion: pl.DataFrame,
    as_of: date,
    *,
    weights: Mapping[str, float] | None = None,
    leaning: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Order the live book by how much points to leaving, and say why.

    In: `book.BOOK`, `behaviour.BEHAVIOUR`, `emotion.EMOTION` of the same day. Out: `RISK`, one row an
    account, sorted by account_id.

    Every term of `risk_terms.TERMS` is a badness b of 0-1 with a weight w: points = 100 w b. A term that
    is known for nobody (no surveys, no renewals …) is left out and the weights of the others are
    stretched to sum to 1. Where it is not known for one account, that account gets the book's mean.
    `weights` replaces the default weights by term. `leaning` (`silence.LEANING`) adds what an account's
    answering tells to what it said; without it nothing is added. Priority is risk / 100 x MRR, an account
    without MRR standing for 0 in a company that has any, and for 1 otherwise.
    """
    rows = book.join(behaviour.drop("segment", strict=False), on="account_id").join(emotion, on="account_id")
    answering = LEANING.empty() if leaning is None else leaning
    rows = rows.join(answering, on="account_id", how="left").sort("account_id")
    chosen = _weights(weights)
    long = _long(rows, [term for term in TERMS if chosen[term.name] > 0], chosen, as_of)
    total = long.group_by("account_id").agg(
        risk=pl.col("points").sum(),
        risk_parts=pl.col("part").sort_by("points", "term", descending=[True, False]).str.join(", "),
    )
    paid = paid_share(rows)
    return RISK.check(
        rows.join(total, on="account_id", how="left")
        .with_columns(
            risk=pl.col("risk").fill_null(0.0),
            risk_parts=pl.format("[{}]", pl.col("risk_parts").fill_null("")),
        )
        .with_columns(priority=pl.col("risk") / 100 * paid)
        .sort("account_id")
    )


def paid_share(rows: pl.DataFrame) -> pl.Expr:
    """What is at stake: MRR, an account without one standing for 0; 1 where no account has any."""
    return pl.col("mrr").fill_null(0.0) if rows["mrr"].is_not_null().any() else pl.lit(1.0)


def _weights(weights: Mapping[str, float] | None) -> dict[str, float]:
    chosen = {term.name: term.weight for term in TERMS} | dict(weights or {})
    unknown = sorted(set(chosen) - {term.name for term in TERMS})
    if unknown:
        known = ", ".join(term.name for term in TERMS)
        raise ValueError(f"no risk term is called {', '.join(unknown)}; there are {known}")
    return chosen


def _long(rows: pl.DataFrame, terms: list[Term], weights: dict[str, float], as_of: date) -> pl.DataFrame:
    """account_id, term, points, and `part`, the JSON object of one term."""
    told = [
        rows.select(
            "account_id",
            term=pl.lit(term.name),
            bad=term.badness(as_of).cast(pl.Float64).clip(0, 1),
            sentence=term.sentence(as_of),
        )
        for term in terms
    ]
    known = [frame for frame in told if frame["bad"].is_not_null().any()]
    if not known:
        return pl.DataFrame(
            schema={"account_id": pl.String, "term": pl.String, "points": pl.Float64, "part": pl.String}
        )
    total = sum(weights[frame["term"][0]] for frame in known)
    parts = [
        frame.with_columns(
            points=pl.col("bad").fill_null(pl.col("bad").mean()) * (100 * weights[frame["term"][0]] / total),
            sentence=pl.when(pl.col("bad").is_null())
            .then(pl.lit(UNKNOWN[frame["term"][0]]))
            .otherwise("sentence"),
        )
        for frame in known
    ]
    return pl.concat(parts).with_columns(part=pl.struct("term", "points", "sentence").struct.json_encode())


UNKNOWN = {term.name: f"{term.label}: not known, so counted like the average account." for term in TERMS}
