"""Numbers, yes and no, written as text: which style a column is in, and reading it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

POINT, COMMA = "1,234.56", "1.234,56"
_GROUPED = {mark: rf"^[+-]?[1-9]\d{{0,2}}(?:{mark}\d{{3}})+$" for mark in (",", r"\.")}
_POINT = r",\d{3}\.\d|,\d{3},|\.\d{1,2}$|\.\d{4,}$|^[+-]?0?\.\d"
_COMMA = r"\.\d{3},\d|\.\d{3}\.|,\d{1,2}$|,\d{4,}$|^[+-]?0?,\d"
STRAY = 0.05
"""This share of values may say otherwise and be rejected, before a column counts as mixed."""

_BLANKS = "[\\s\u00a0\u202f'’_]"
_SIGNS = r"(?:[€$£¥₹₽₩]|us\$|chf|eur|usd|gbp|sek|nok|dkk|kr\.?|zł)"
_MONEY = rf"(?i)^([+-]?){_SIGNS}|{_SIGNS}$"

YES = ("yes", "y", "true", "t", "1", "on", "ja", "j", "oui", "o", "si", "sí", "vrai", "wahr", "1.0")
NO = ("no", "n", "false", "f", "0", "off", "nein", "non", "faux", "falsch", "0.0")


@dataclass(frozen=True)
class NumberStyle:
    """How a column writes numbers: "" (plain), `POINT` or `COMMA`; a note, or why it is not sure.

    `guess` is the form that whole numbers must be in when only thousands can be parted.
    """

    form: str = ""
    note: str = ""
    doubt: str = ""
    example: str = ""
    guess: str = ""


def number_style(values: pl.Series) -> NumberStyle:
    """Tell decimal comma from decimal point by a column's different values (text, no nulls).

    >>> number_style(pl.Series(["1.234,50", "12,5"])).form
    '1.234,56'
    >>> number_style(pl.Series(["1,234", "17,000"])).doubt
    'its commas can part thousands or decimals'
    """
    bare = _bare(values)
    money = " without its currency or percent signs" if (bare != values).any() else ""
    point, comma = _count(bare, _POINT), _count(bare, _COMMA)
    example = str(values[0]) if values.len() else ""
    if min(point, comma) > STRAY * (point + comma):
        return NumberStyle(doubt="some values have a decimal comma, others a decimal point", example=example)
    if comma > point:
        return NumberStyle(COMMA, f"read as {COMMA}{money}", example=example)
    if point:
        grouped = _count(bare, ",")
        return NumberStyle(POINT, f"read as {POINT}{money}" if grouped or money else "", example=example)
    for mark, name in ((",", "commas"), (r"\.", "points")):
        marked = bare.filter(bare.str.contains(mark))
        if marked.len() and marked.str.contains(_GROUPED[mark]).all():
            doubt = f"its {name} can part thousands or decimals"
            return NumberStyle("", "", doubt, str(marked[0]), POINT if mark == "," else COMMA)
    return NumberStyle("", f"read{money}" if money else "", example=example)


def _count(values: pl.Series, pattern: str) -> int:
    return int(values.str.contains(pattern).sum())


def _bare(values: pl.Series) -> pl.Series:
    bare = values.str.replace_all(_BLANKS, "").str.replace(r"%$", "")
    bare = bare.str.replace(r"^\((.*)\)$", "-${1}")
    return bare.str.replace(_MONEY, "${1}")


def to_numbers(text: pl.Series, form: str) -> pl.Series:
    """Read text into Float64; what is not a finite number is null."""
    if form != COMMA:
        plain = text.cast(pl.Float64, strict=False)
        odd = plain.is_null() & text.is_not_null()
        if not odd.any():
            return _finite(plain)
    bare = _bare(text)
    if form:
        part, point = (r"\.", ",") if form == COMMA else (",", r"\.")
        right = bare.str.contains(
            rf"^[+-]?(?:\d+|\d{{1,3}}(?:{part}\d{{3}})+)?(?:{point}\d+)?(?:[eE][+-]?\d+)?$"
        )
        bare = bare.set(~right, None).str.replace_all(part, "").str.replace(point, ".")
    return _finite(bare.cast(pl.Float64, strict=False))


def _finite(numbers: pl.Series) -> pl.Series:
    return numbers.set(~numbers.is_finite(), None)


def to_flags(text: pl.Series) -> pl.Series:
    """Read yes and no, in a few languages, into Boolean; anything else is null.

    >>> to_flags(pl.Series(["Ja", "0", "maybe"])).to_list()
    [True, False, None]
    """
    low = text.str.to_lowercase()
    flags = pl.Series(text.name, [None], dtype=pl.Boolean).new_from_index(0, text.len())
    return flags.set(low.is_in(YES), True).set(low.is_in(NO), False)
