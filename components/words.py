"""Numbers, days, money and people's own words, as they stand on the screen."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from models import money as amounts
from models import shares
from models.call_email import grouped

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$<>&:^=])")


def sentence_case(column: str) -> pl.Expr:
    """A column of words with its first letter as at the head of a sentence, the others as they are."""
    text = pl.col(column)
    return (text.str.slice(0, 1).str.to_uppercase() + text.str.slice(1)).alias(column)


def plain(text: object) -> str:
    r"""Somebody's own words on one line, with nothing left in them that Markdown would act on.

    >>> plain("A*B [x](y)")
    'A\\*B \\[x\\]\\(y\\)'
    """
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text or "").split()))


def day(value: date, today: date) -> str:
    """A day without its year where that is this year's.

    >>> day(date(2026, 12, 3), date(2026, 11, 21)), day(date(2027, 1, 3), date(2026, 11, 21))
    ('3 Dec', '3 Jan 2027')
    """
    short = f"{value.day} {value:%b}"
    return short if value.year == today.year else f"{short} {value.year}"


def near(value: date | None, today: date) -> str:
    """How far off a day is, with the day itself; "not known" for null.

    >>> near(date(2026, 12, 3), date(2026, 11, 21))
    'in 12 days (3 Dec)'
    """
    if value is None:
        return "not known"
    days = (value - today).days
    named = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days)
    far = named or (f"in {days:,} days" if days > 0 else f"{-days:,} days ago")
    return f"{far} ({day(value, today)})"


def ago(value: date | None, today: date) -> str:
    """How long ago, in few words; "never" for null."""
    if value is None:
        return "never"
    days = (today - value).days
    return {0: "today", 1: "yesterday"}.get(days, f"{days:,} days ago")


def next_working_day(today: date) -> str:
    """What a person calls the next day of work: "tomorrow", or Monday."""
    return "Monday" if today.weekday() in (4, 5) else "tomorrow"


def money(amount: float | None, currency: str | None, decimals: int = 0) -> str:
    """An amount in its own currency, as every sentence has it; "not known" for null."""
    return amounts.money(amount, currency, decimals)


def marked_money(amount: float | None, currency: str | None, decimals: int = 0) -> str:
    """The same for Markdown, where two dollar signs would begin and end a formula."""
    return money(amount, currency, decimals).replace("$", r"\$")


def sums(accounts: pl.DataFrame) -> str:
    """The MRR of these accounts, each currency by itself, the largest first.

    In: one row an account with `mrr` and `currency`.
    """
    known = accounts.drop_nulls("mrr")
    by_currency = known.group_by("currency").agg(pl.col("mrr").sum()).sort("mrr", descending=True)
    return " + ".join(money(mrr, sign) for sign, mrr in by_currency.iter_rows()) or "none"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun.

    >>> count(1, "account"), count(1200, "account"), count(2, "reply", "replies")
    ('1 account', '1,200 accounts', '2 replies')
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def whole(value: float | None) -> str:
    """A score without decimals, or a dash where it can't be told."""
    return "–" if value is None else f"{value:.0f}"


def percent(share: float) -> str:
    """A share of 1 as a percentage, with a decimal under ten.

    >>> percent(0.124).split(), percent(0.0312).split()
    (['12', '%'], ['3.1', '%'])
    """
    return shares.percent(share, 0 if share >= 0.0995 else 1)


def tenure(days: int | None) -> str:
    """How long they have been a customer.

    >>> tenure(800), tenure(40)
    ('2 years 2 months', '40 days')
    """
    if days is None:
        return "not known"
    if days < 60:
        return count(days, "day")
    years, months = divmod(round(days / 30.44), 12)
    parts = [count(years, "year")] * (years > 0) + [count(months, "month")] * (months > 0)
    return " ".join(parts)


def local_time(timezone: str | None, now: datetime) -> str:
    """What the clock shows where a contact is: "10:12 in Berlin"; empty when the zone is not known."""
    if not timezone:
        return ""
    try:
        there = now.astimezone(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):
        return ""
    return f"{there:%H:%M} in {timezone.rsplit('/', 1)[-1].replace('_', ' ')}"


def phone(number: str | None) -> str:
    """A link that calls; the number as written where nothing in it can be dialled."""
    if not number:
        return ""
    digits = re.sub(r"[^\d+]", "", number)
    return f"[{plain(grouped(number))}](tel:{digits})" if len(digits) > 3 else plain(number)


def email(address: str | None, label: str = "") -> str:
    """A link that writes, under a label of ours or the address; plain text where it is no address."""
    if not address:
        return ""
    proper = re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", address)
    return f"[{label or plain(address)}](mailto:{address})" if proper else plain(address)


def greeting(hour: int, name: str) -> str:
    """Good morning, afternoon or evening, with the person's first name where there is one."""
    part = "morning" if 4 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"
    return f"Good {part}, {plain(name.split(maxsplit=1)[0])}" if name else f"Good {part}"


def weeks_before(today: date, weeks: int) -> list[date]:
    """The last day of each of the last `weeks` weeks, oldest first, ending today.

    >>> weeks_before(date(2026, 1, 8), 2)
    [datetime.date(2026, 1, 1), datetime.date(2026, 1, 8)]
    """
    return [today - timedelta(days=7 * back) for back in range(weeks - 1, -1, -1)]
