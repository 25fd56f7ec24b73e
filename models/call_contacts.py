"""Who to ring in an account, and what time it is there."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

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
OPENS, CLOSES = 9, 17


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


def local_times(timezones: pl.Series, now: datetime) -> pl.DataFrame:
    """What time it is in each time zone: timezone, local_time ("14:05"), in_hours (9 to 17 on weekdays).

    `now` must know its own zone. A zone that doesn't exist, or isn't known, has null in both.

    >>> from datetime import timezone
    >>> noon = datetime(2025, 11, 20, 12, tzinfo=timezone.utc)
    >>> local_times(pl.Series(["Asia/Tokyo", "Mars/Base"]), noon).rows()
    [('Asia/Tokyo', '21:00', False), ('Mars/Base', None, None)]
    """
    names = timezones.drop_nulls().unique().sort().to_list()
    rows = [(name, *_clock(name, now)) for name in names]
    schema = {"timezone": pl.String, "local_time": pl.String, "in_hours": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _clock(name: str, now: datetime) -> tuple[str | None, bool | None]:
    try:
        there = now.astimezone(ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return None, None
    return f"{there:%H:%M}", there.weekday() < 5 and OPENS <= there.hour < CLOSES
