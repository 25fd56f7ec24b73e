"""Dates and times written as text: which format a column is in, and reading it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

ISO_DAY = "%Y-%m-%d"
ISO_FORMS = (
    ISO_DAY,
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M%#z",
)
"""ISO 8601 as it is met; never ambiguous, so always understood unless a format is given."""

STRAY = 0.05
"""This share of values may say otherwise and be rejected, before a column counts as mixed."""

OFFSETS = ("%z", "%#z", "%:z", "%Z")
WORDS = {"epoch": 1e6, "epoch_ms": 1e3, "epoch_us": 1.0}
EXCEL_DAY_ZERO = 25_569
"""The day number that Excel gives to 1 January 1970."""

_CLOCK = r"(?P<join>T| |, ?)(?P<hour>9{1,2}:99)(?P<second>:99)?(?P<part>\.9+)?(?P<half> ?A)?"
_NUMERIC = re.compile(rf"(9{{1,4}})([/. -])(9{{1,2}})\2(9{{2}}|9{{4}})(?:{_CLOCK})?")
_DAY_NAME = re.compile(rf"9{{1,2}}(?P<sep>[ /.-]|\. )A(?P<sep2>[ /.-]|\. )(?P<year>99|9999)(?:{_CLOCK})?")
_ISO = re.compile(r"9{4}-9{1,2}-9{1,2}(?:(?P<join>[T ])9{1,2}:99(?P<second>:99)?(?:\.9+)?(?P<offset>.*))?$")
_NAME_DAY = re.compile(rf"A 9{{1,2}}(?P<comma>,?) (?P<year>9999)(?:{_CLOCK})?")


@dataclass(frozen=True)
class TimeStyle:
    """How a column writes its times: the formats, what is worth saying, and why it is not sure.

    `doubt` is empty when sure; `offers` are then the formats to choose from.
    """

    formats: tuple[str, ...] = ()
    note: str = ""
    doubt: str = ""
    offers: tuple[str, ...] = ()
    example: str = ""


def time_style(values: pl.Series, order: str | None = None) -> TimeStyle:
    """Tell the format of a column from its different values (text, no nulls).

    Day and month are told apart by a number above 12; where none is, the column is ambiguous, and
    only a given `order` ("dmy" or "mdy") settles it.

    >>> time_style(pl.Series(["13/04/2013", "01/02/2013"])).formats
    ('%d/%m/%Y',)
    >>> time_style(pl.Series(["03/04/2013", "01/02/2013"])).doubt
    'it can be read as day first or as month first'
    """
    if values.is_empty():
        return TimeStyle()
    shapes = values.str.replace_all(r"[0-9]", "9").str.replace_all(r"[A-Za-z]{2,}\.?", "A")
    counts = shapes.alias("shape").value_counts(sort=True, name="n").head(40)["shape"].to_list()
    if re.fullmatch(r"9+(\.9+)?", counts[0]):
        return _numeric(values.filter(values.str.contains(r"^[0-9]+(\.[0-9]+)?$")))
    told = order or _order(values)
    formats: list[str] = []
    for shape in counts:
        found = _format(shape, told if told in ("dmy", "mdy") else "dmy")
        if found and found not in formats:
            formats.append(found)
    example = str(values[0])
    foreign = [text for text in formats if not text.startswith("%Y-")]
    if not formats:
        return TimeStyle(doubt="it does not look like dates", example=example)
    if told in ("dmy", "mdy") or not any(_turns(text) for text in foreign):
        return TimeStyle(tuple(formats), f"read as {', '.join(foreign)}" if foreign else "", example=example)
    offers = tuple(_swap(text) if swap else text for swap in (False, True) for text in foreign[:1])
    ambiguous = "it can be read as day first or as month first"
    mixed = "some values have the day first, others the month"
    return TimeStyle((), "", mixed if told == "mixed" else ambiguous, offers, example)


def _order(values: pl.Series) -> str:
    """dmy or mdy where numbers above 12 tell (but for a few strays), else "" (none does) or "mixed"."""
    parts = values.str.extract_groups(
        r"^([0-9]{1,2})([/. -])([0-9]{1,2})[/. -](?:[0-9]{4}|[0-9]{2})(?:[^0-9]|$)"
    ).struct
    first, second = (parts.field(name).cast(pl.Int64) for name in ("1", "3"))
    day_first = int(((first > 12) & (second <= 12)).sum())
    month_first = int(((second > 12) & (first <= 12)).sum())
    if min(day_first, month_first) > STRAY * (day_first + month_first):
        return "mixed"
    return "dmy" if day_first > month_first else "mdy" if month_first else ""


def _turns(text: str) -> bool:
    """Whether day and month of this format could change places; with dots the day always comes first."""
    return bool(re.match(r"%[dm][/ -]%[dm]", text))


def _swap(text: str) -> str:
    return text.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")


def _format(shape: str, order: str) -> str | None:
    """The format of values of one shape: digits as 9, words as A."""
    if found := _NUMERIC.fullmatch(shape):
        return _numeric_format(found, order)
    if found := _DAY_NAME.fullmatch(shape):
        year = "%Y" if found["year"] == "9999" else "%y"
        return f"%d{found['sep']}%B{found['sep2']}{year}{_clock(found)}"
    if found := _NAME_DAY.fullmatch(shape):
        return f"%B %d{found['comma']} %Y{_clock(found)}"
    if found := _ISO.match(shape):
        seconds = found["offset"] == "" and found["second"]
        return f"%Y-%m-%d{found['join']}%H:%M:%S%.f" if seconds else ISO_DAY
    return None


def _numeric_format(found: re.Match[str], order: str) -> str | None:
    first, sep, _, last = found.groups()[:4]
    if len(first) == 4:
        return f"%Y{sep}%m{sep}%d{_clock(found)}" if len(last) == 2 else None
    if len(first) > 2:
        return None
    dmy = order == "dmy" or sep == "."
    year = "%Y" if len(last) == 4 else "%y"
    return f"{'%d' if dmy else '%m'}{sep}{'%m' if dmy else '%d'}{sep}{year}{_clock(found)}"


def _clock(found: re.Match[str]) -> str:
    if not found["hour"]:
        return ""
    hour = "%I:%M" if found["half"] else "%H:%M"
    half = found["half"].replace("A", "%p") if found["half"] else ""
    return f"{found['join']}{hour}{':%S' if found['second'] else ''}{'%.f' if found['part'] else ''}{half}"


def _numeric(values: pl.Series) -> TimeStyle:
    """Whole numbers: seconds or milliseconds since 1970, or days written as 20130425."""
    numbers = values.cast(pl.Float64)
    example = str(values[0])
    if _mostly(numbers.is_between(19_000_101, 22_001_231)):
        return TimeStyle(("%Y%m%d",), "read as %Y%m%d", example=example)
    for word, scale in WORDS.items():
        if _mostly((numbers * scale).is_between(1e14, 7.3e15)):
            return TimeStyle((word,), f"read as {word} (UTC)", example=example)
    doubt = "it holds numbers that are not known to be dates"
    return TimeStyle(doubt=doubt, offers=("epoch", "epoch_ms", "excel"), example=example)


def _mostly(mask: pl.Series) -> bool:
    return int(mask.sum()) >= (1 - STRAY) * mask.len()


def to_times(text: pl.Series, formats: tuple[str, ...], *, exact: bool = False) -> pl.Series:
    """Read text into Datetime("us") in UTC; what fits no format is null.

    ISO 8601 is tried after `formats` unless `exact`. A time without an offset is taken as UTC.
    """
    found = pl.Series(text.name, [None], dtype=pl.Datetime("us")).new_from_index(0, text.len())
    rest = text
    for form in dict.fromkeys(formats if exact else (*formats, *ISO_FORMS)):
        if rest.null_count() == rest.len():
            break
        if form == ISO_FORMS[5] and not exact:
            rest = _tidy(rest)
        parsed = _parse(rest, form)
        found = parsed if rest is text else found.zip_with(parsed.is_null(), parsed)
        rest = rest.set(parsed.is_not_null(), None)
    return found


def to_days(text: pl.Series, formats: tuple[str, ...], *, exact: bool = False) -> pl.Series:
    """Read text into Date: of a time with an offset, the day as it is written there."""
    if not exact:
        text = text.str.replace(r"(:\d{2}(?:\.\d+)?)\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$", "${1}")
    return to_times(text, formats, exact=exact).dt.date()


def _tidy(text: pl.Series) -> pl.Series:
    """Write offsets as ISO has them: no space before, Z for UTC."""
    text = text.str.replace(r"\s*(?:UTC|GMT|Z)$", "Z")
    return text.str.replace(r"(:\d{2}(?:\.\d+)?)\s+([+-]\d{2}(?::?\d{2})?)$", "${1}${2}")


def _parse(text: pl.Series, form: str) -> pl.Series:
    if form in WORDS:
        scaled = text.cast(pl.Float64, strict=False) * WORDS[form]
        return scaled.set(~scaled.is_between(-1e17, 1e17), None).cast(pl.Int64).cast(pl.Datetime("us"))
    if form == "excel":
        days = text.cast(pl.Float64, strict=False) - EXCEL_DAY_ZERO
        return (days.set(~days.is_between(-1e5, 1e6), None) * 86_400e6).cast(pl.Int64).cast(pl.Datetime("us"))
    if any(offset in form for offset in OFFSETS):
        aware = text.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False)
        return aware.dt.replace_time_zone(None)
    if not any(clock in form for clock in ("%H", "%I", "%T", "%R", "%k", "%l", "%s", "%c", "%X")):
        return text.str.to_date(form, strict=False).cast(pl.Datetime("us"))
    return text.str.to_datetime(form, time_unit="us", strict=False)
