"""Why the model thinks so, in plain sentences: one a family, its direction and the fact behind it."""

from __future__ import annotations

import polars as pl

from models.churn.model import Model
from models.churn.scoring import contributions
from models.churn.table import FAMILIES
from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT

WORTH_SAYING = 0.05
"""Log-odds under which a family is left unsaid: it moves a probability by about one point at most."""

FELL = -0.22
"""Log ratio from which on a fall is said: a fifth less than in the year before."""

FELT = 0.3
"""Standard deviations from which on the tone of messages is said where nobody answered a survey."""

REASONS = Contract(
    "churn_reasons",
    (
        Column("account_id", TEXT, required=True),
        Column("as_of", DAY, required=True),
        Column("family", TEXT, required=True, doc="key of table.FAMILIES"),
        Column("log_odds", REAL, required=True, doc="against an average account; above 0 raises the risk"),
        Column("sentence", TEXT, required=True),
    ),
    key=("account_id", "as_of", "family"),
)


def reasons(model: Model, raw: pl.DataFrame, most: int = 4) -> pl.DataFrame:
    """The families that move each account most, in words.

    In: what `scoring.features` gives. Out: `REASONS`, by account and weight, at most `most` each and none
    under .05. The fact in the sentence is the account's own number; the direction is the model's.
    """
    long = contributions(model, raw).filter(pl.col("log_odds").abs() >= WORTH_SAYING)
    facts = raw.with_columns(**{f"fact_{name}": fact for name, fact in _facts().items()})
    told = long.join(facts, on=["account_id", "as_of"], maintain_order="left")
    fact = pl.coalesce(
        pl.when(pl.col("family") == name).then(pl.col(f"fact_{name}")) for name in _facts()
    ).fill_null(pl.col("family").replace_strict(_NAMES, default=""))
    effect = pl.when(pl.col("log_odds") > 0).then(pl.lit("raises")).otherwise(pl.lit("lowers"))
    ranked = told.with_columns(sentence=pl.format("{}: {} the risk.", fact, effect)).sort(
        "account_id", "as_of", pl.col("log_odds").abs(), "family", descending=[False, False, True, False]
    )
    return REASONS.check(ranked.group_by("account_id", "as_of", maintain_order=True).head(most))


_NAMES = {name: f"{words[0].upper()}{words[1:]}" for name, words in FAMILIES.items()}


def _facts() -> dict[str, pl.Expr]:
    """The number that stands for each family, as the account's own; it is read on later days too."""
    day = pl.col("as_of").dt.strftime(" %-d %b %Y")
    return {
        "now": pl.when(pl.col("fell") < FELL)
        .then(_change("fell", "lately than in the year before", "the typical account"))
        .otherwise(_change("use_28_91", "in the last 28 days than in the last 91", "the typical account")),
        "own": _change("own_28", "in the last 28 days than in its first 90", "the typical account"),
        "recency": _counted(pl.col("recency").exp(), "Last used the day before", "Last used {} days before")
        + day,
        "level": _counted(pl.col("active_share") * 28, "Used on 1 of 28 days", "Used on {} of 28 days"),
        "breadth": _counted(
            pl.col("breadth_28"), "1 different event in 28 days", "{} different events in 28 days"
        ),
        "milestones": _counted(
            pl.col("breadth").exp() - 1, "1 event reached so far", "{} events reached so far"
        ),
        "said": _said(),
        "care": _counted(pl.col("tickets").exp() - 1, "1 ticket in 90 days", "{} tickets in 90 days"),
        "contact": _counted(
            pl.col("calls").exp() + pl.col("meetings").exp() - 2,
            "1 call or meeting from us in 90 days",
            "{} calls and meetings from us in 90 days",
        ),
        "tenure": _counted(pl.col("tenure").exp(), "Customer for 1 day by", "Customer for {} days by") + day,
        "segment": pl.format("Segment {}", "segment"),
    }


def _counted(number: pl.Expr, one: str, several: str) -> pl.Expr:
    whole = number.round().cast(pl.Int64)
    return pl.when(whole == 1).then(pl.lit(one)).otherwise(pl.format(several, whole))


def _change(name: str, when: str, beside: str) -> pl.Expr:
    """A log ratio to the book's median as a percentage."""
    percent = ((pl.col(name).exp() - 1) * 100).round().cast(pl.Int64)
    return (
        pl.when(percent < 0)
        .then(pl.format(f"{{}} % less use {when}, beside {beside}", -percent))
        .otherwise(pl.format(f"{{}} % more use {when}, beside {beside}", percent))
    )


def _said() -> pl.Expr:
    """The last answer on 0-10, or the silence; without any answer, the tone of what they write."""
    score = pl.col("said_last").round(1)
    heard = pl.format("Last survey answer {} of 10", score)
    silent = pl.col("silent") > 0
    felt = pl.when(pl.col("heard") < 0).then(pl.lit("unhappier")).otherwise(pl.lit("happier"))
    return (
        pl.when((pl.col("said_n") == 0) & (pl.col("heard").abs() > FELT))
        .then(pl.format("No survey answer, but what they write sounds {} than most", felt))
        .when(pl.col("said_n") == 0)
        .then(
            pl.when(silent)
            .then(pl.lit("Asked, and never answered"))
            .otherwise(pl.lit("No survey answer yet"))
        )
        .when(silent)
        .then(pl.format("Last survey answer {} of 10, silent since", score))
        .otherwise(heard)
    )
