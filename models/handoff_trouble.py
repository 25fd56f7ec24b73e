"""What goes wrong between teams: accounts handed back, and accounts that two teams hold at once."""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT, WHOLE

USUAL_SHARE = 0.2
"""Where more of the accounts that both teams held were held by both at once, that is how they work."""

BOUNCES = Contract(
    "handoff_bounces",
    (
        Column("account_id", TEXT, required=True),
        Column("from_team", TEXT, required=True, doc="gave it and got it back"),
        Column("to_team", TEXT, required=True, doc="gave it back"),
        Column("handed_on", DAY, required=True),
        Column("returned_on", DAY, required=True),
        Column("days", REAL, required=True, doc="from one to the other"),
    ),
)

OVERLAPS = Contract(
    "handoff_overlaps",
    (
        Column("account_id", TEXT, required=True),
        Column("team", TEXT, required=True, doc="held it first"),
        Column("other_team", TEXT, required=True),
        Column("from_on", DAY, required=True, doc="the day from which both did"),
        Column("to_on", DAY, doc="null while both do"),
        Column("days", REAL, required=True),
        Column("share", REAL, required=True, doc="of the accounts that both teams ever held"),
        Column("n", WHOLE, required=True, doc="accounts that both teams ever held"),
    ),
)


def bounces(found: pl.DataFrame) -> pl.DataFrame:
    """Accounts that a team handed straight back to the one it had them from; `BOUNCES`, newest first.

    In: `handoffs.STEPS`. Only neighbouring handoffs of an account: A to B, and next B to A. When A then hands
    it to B again, that is no bounce of B's; only another return would be the second.
    """
    rows = found.sort("account_id", "handed_on", "ended_on").with_columns(
        first_from=pl.col("from_team").shift(1).over("account_id"),
        first_to=pl.col("to_team").shift(1).over("account_id"),
        first_on=pl.col("handed_on").shift(1).over("account_id"),
    )
    back = (pl.col("from_team") == pl.col("first_to")) & (pl.col("to_team") == pl.col("first_from"))
    turned = rows.with_columns(back=back.fill_null(value=False)).with_columns(
        run=pl.col("back").rle_id().over("account_id")
    )
    nth = pl.col("back").cum_sum().over("account_id", "run")
    return BOUNCES.check(
        turned.filter(pl.col("back") & (nth % 2 == 1))
        .select(
            "account_id",
            from_team="first_from",
            to_team="first_to",
            handed_on="first_on",
            returned_on="handed_on",
            days=(pl.col("handed_on") - pl.col("first_on")).dt.total_days().cast(pl.Float64),
        )
        .sort("returned_on", "account_id", descending=[True, False])
    )


def overlaps(held: pl.DataFrame) -> pl.DataFrame:
    """Stretches of a day or more in which two teams held one account; `OVERLAPS`, longest first.

    In: `handoffs.HOLDS`. `share` and `n` say how usual it is for this pair of teams.
    """
    one = held.select("account_id", "team", "from_on", "to_on", "ended_on")
    other = one.rename(lambda name: name if name == "account_id" else f"other_{name}")
    later = (pl.col("other_from_on") > pl.col("from_on")) | (
        (pl.col("other_from_on") == pl.col("from_on")) & (pl.col("other_team") > pl.col("team"))
    )
    pairs = (
        one.join(other, on="account_id")
        .filter((pl.col("team") != pl.col("other_team")) & later)
        .with_columns(
            start=pl.col("other_from_on"),
            stop=pl.min_horizontal("ended_on", "other_ended_on"),
            let_go=pl.min_horizontal("to_on", "other_to_on"),
            pair=pl.concat_list("team", "other_team").list.sort().list.join("+"),
        )
        .with_columns(days=(pl.col("stop") - pl.col("start")).dt.total_days().cast(pl.Float64))
    )
    both = pl.col("days") > 0
    usual = pairs.group_by("pair").agg(
        n=pl.col("account_id").n_unique().cast(pl.Int64),
        together=pl.col("account_id").filter(both).n_unique(),
    )
    rows = pairs.filter(both).join(usual, on="pair").with_columns(share=pl.col("together") / pl.col("n"))
    return OVERLAPS.check(
        rows.select(
            "account_id",
            "team",
            "other_team",
            pl.col("start").alias("from_on"),
            to_on="let_go",
            days="days",
            share="share",
            n="n",
        ).sort("days", "account_id", descending=[True, False])
    )
