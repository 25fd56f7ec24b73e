"""Who to ring in an account."""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract
from models.facts import TEXT

CHOSEN = Contract(
    "chosen_contacts",
    (
        Column("account_id", TEXT, required=True),
        Column("contact_id", TEXT),
        Column("contact_name", TEXT),
        Column("role", TEXT),
        Column("phone", TEXT),
        Column("email", TEXT),
        Column("channel", TEXT, required=True, doc="call, email, or none when nobody can be reached"),
        Column("timezone", TEXT),
    ),
    key=("account_id",),
)


def choose_contacts(contacts: pl.DataFrame, asked_for: pl.DataFrame) -> pl.DataFrame:
    """Pick one contact for each account that has any who may be contacted: `CHOSEN`.

    In: `CONTACTS`, and account_id, contact_id of people who are the reason of a call (an unhappy answer).
    Never one marked do_not_contact. First whoever can be reached, then the person asked for, the champion,
    the sponsor, whoever prefers the telephone, and then by contact_id. Who prefers e-mail gets e-mail.
    """
    wanted = asked_for.select("account_id", "contact_id", wanted=pl.lit(value=True))
    phone = pl.col("phone").replace("", None)
    email = pl.col("email").replace("", None)
    prefers = pl.col("preferred_channel").str.to_lowercase()
    by_mail = email.is_not_null() & (prefers.eq("email") | phone.is_null()).fill_null(value=False)
    channel = (
        pl.when(by_mail)
        .then(pl.lit("email"))
        .when(phone.is_not_null())
        .then(pl.lit("call"))
        .otherwise(pl.lit("none"))
    )
    free = contacts.filter(~pl.col("do_not_contact").fill_null(value=False))
    ranked = (
        free.join(wanted.unique(), on=["account_id", "contact_id"], how="left")
        .with_columns(channel.alias("channel"), phone.alias("phone"), email.alias("email"))
        .sort(
            pl.col("channel") == "none",
            ~pl.col("wanted").fill_null(value=False),
            ~pl.col("is_champion").fill_null(value=False),
            ~pl.col("is_sponsor").fill_null(value=False),
            ~prefers.is_in(["call", "phone"]).fill_null(value=False),
            "contact_id",
        )
        .unique("account_id", keep="first", maintain_order=True)
        .rename({"name": "contact_name"})
    )
    return CHOSEN.check(ranked)


def forbidden(contacts: pl.DataFrame) -> pl.DataFrame:
    """The accounts whose every known contact is marked do_not_contact: account_id."""
    flag = pl.col("do_not_contact").fill_null(value=False)
    return contacts.group_by("account_id").agg(flag.all().alias("all")).filter("all").select("account_id")
