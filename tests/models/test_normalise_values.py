"""Dates, numbers and yes or no are told from the values of a column, and never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.normalise_numbers import number_style, to_flags, to_numbers
from models.normalise_text import blank_to_null, to_text
from models.normalise_times import time_style, to_days, to_times

DAY = datetime(2013, 4, 25)


@pytest.mark.parametrize(
    ("texts", "formats", "first"),
    [
        (["25/04/2013", "01/02/2013"], ("%d/%m/%Y",), DAY),
        (["04/25/2013", "01/02/2013"], ("%m/%d/%Y",), DAY),
        (["25-4-13"], ("%d-%m-%y",), DAY),
        (["25.04.2013", "01.02.2013"], ("%d.%m.%Y",), DAY),
        (["04.05.2013"], ("%d.%m.%Y",), datetime(2013, 5, 4)),
        (["2013/04/25"], ("%Y/%m/%d",), DAY),
        (["2013-04-25"], ("%Y-%m-%d",), DAY),
        (["25 Apr 2013"], ("%d %B %Y",), DAY),
        (["25-Apr-13"], ("%d-%B-%y",), DAY),
        (["April 25, 2013"], ("%B %d, %Y",), DAY),
        (["20130425"], ("%Y%m%d",), DAY),
        (["1366848000"], ("epoch",), DAY),
        (["1366848000000"], ("epoch_ms",), DAY),
        (["25/04/2013 13:05"], ("%d/%m/%Y %H:%M",), DAY.replace(hour=13, minute=5)),
        (["4/25/2013 1:05 PM"], ("%m/%d/%Y %I:%M %p",), DAY.replace(hour=13, minute=5)),
        (["2013-04-25T13:05:00Z"], ("%Y-%m-%d",), DAY.replace(hour=13, minute=5)),
        (
            ["2013-04-25 13:05:00.5 +02:00"],
            ("%Y-%m-%d",),
            DAY.replace(hour=11, minute=5, microsecond=500_000),
        ),
    ],
)
def test_formats_are_told_from_the_values(
    texts: list[str], formats: tuple[str, ...], first: datetime
) -> None:
    style = time_style(pl.Series(texts))
    assert (style.formats, style.doubt) == (formats, "")
    assert to_times(pl.Series(texts), style.formats)[0] == first


@pytest.mark.parametrize(
    ("texts", "doubt"),
    [
        (["03/04/2013", "12/12/2013"], "it can be read as day first or as month first"),
        (["25/04/2013", "04/25/2013"], "some values have the day first, others the month"),
        (["41389", "41390"], "it holds numbers that are not known to be dates"),
        (["soon", "later"], "it does not look like dates"),
    ],
)
def test_what_is_not_sure_says_so(texts: list[str], doubt: str) -> None:
    style = time_style(pl.Series(texts))
    assert (style.formats, style.doubt) == ((), doubt)


def test_a_few_strays_do_not_make_a_column_mixed() -> None:
    texts = [f"{day:02}/01/2013" for day in range(1, 32)] + ["31/31/2013", "01/22/2013", "?"]
    style = time_style(pl.Series(texts))
    assert style.formats == ("%d/%m/%Y",)
    read = to_times(pl.Series(texts), style.formats)
    assert read.null_count() == 3


@given(st.dates(date(1970, 1, 1), date(2200, 12, 31)), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d"]))
def test_days_are_read_as_they_were_written(day: date, form: str) -> None:
    assert to_days(pl.Series([day.strftime(form)]), (form,), exact=True).to_list() == [day]


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["T", " "]),
)
def test_times_with_an_offset_become_utc(at: datetime, minutes: int, join: str) -> None:
    aware = at.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    read = to_times(pl.Series([aware.isoformat(join)]), ())
    assert read[0] == aware.astimezone(UTC).replace(tzinfo=None)
    assert to_days(pl.Series([aware.isoformat(join)]), ())[0] == at.date()


def test_an_explicit_format_is_the_only_one() -> None:
    assert to_days(pl.Series(["2013-04-25", "25/04/2013"]), ("%d/%m/%Y",), exact=True).to_list() == [
        None,
        DAY.date(),
    ]
    assert to_days(pl.Series(["41389"]), ("excel",), exact=True).to_list() == [DAY.date()]


@pytest.mark.parametrize(
    ("texts", "form", "numbers"),
    [
        (["1.5", "-2", "1e3"], "1,234.56", [1.5, -2.0, 1000.0]),
        (["1", "22"], "", [1.0, 22.0]),
        (["1.234,50", "12,5"], "1.234,56", [1234.5, 12.5]),
        (["1,234.50", "12"], "1,234.56", [1234.5, 12.0]),
        (["1,234,567"], "1,234.56", [1234567.0]),
        (["€ 12.50", "(3)", "USD 1,000.00", "1'234.5"], "1,234.56", [12.5, -3.0, 1000.0, 1234.5]),
        (["12,50 €", "1\u202f234,00 €"], "1.234,56", [12.5, 1234.0]),
        (["12 %", "x", "inf", "nan", ""], "", [12.0, None, None, None, None]),
    ],
)
def test_numbers_are_told_from_the_values(texts: list[str], form: str, numbers: list[float | None]) -> None:
    style = number_style(pl.Series(texts))
    assert (style.form, style.doubt) == (form, "")
    assert to_numbers(pl.Series(texts), style.form).to_list() == numbers


@pytest.mark.parametrize("texts", [["1,234", "17,000"], ["1.234", "17.000"], ["1,50", "1.50"]])
def test_numbers_that_can_be_read_two_ways_say_so(texts: list[str]) -> None:
    assert number_style(pl.Series(texts)).doubt


def test_a_stray_point_is_not_read_as_thousands() -> None:
    assert to_numbers(pl.Series(["1.234,5", "12.5"]), "1.234,56").to_list() == [1234.5, None]
    assert to_numbers(pl.Series(["1,234.5", "12,5"]), "1,234.56").to_list() == [1234.5, None]


@given(st.floats(-1e9, 1e9).map(lambda number: round(number, 2)))
def test_both_ways_of_writing_a_number_give_it_back(number: float) -> None:
    english = f"{number:,.2f}"
    german = english.replace(",", "_").replace(".", ",").replace("_", ".")
    assert to_numbers(pl.Series([english]), "1,234.56").to_list() == [pytest.approx(number)]
    assert to_numbers(pl.Series([german]), "1.234,56").to_list() == [pytest.approx(number)]


def test_yes_and_no_in_several_languages() -> None:
    texts = ["yes", "NO", "true", "0", "ja", "Nein", "oui", "non", "1.0", "maybe", None]
    told = [True, False, True, False, True, False, True, False, True, None, None]
    assert to_flags(pl.Series(texts)).to_list() == told


def test_spellings_of_not_known() -> None:
    text = pl.Series([" x ", "NA", " - ", "", "Nan", None])
    assert blank_to_null(text, ("NA", "-", "nan"), trim=True).to_list() == [
        "x",
        None,
        None,
        None,
        "Nan",
        None,
    ]
    assert blank_to_null(text, (), trim=False).to_list() == [" x ", "NA", " - ", None, "Nan", None]


def test_typed_values_as_text() -> None:
    assert to_text(pl.Series([7.0, 7.5, None])).to_list() == ["7", "7.5", None]
    assert to_text(pl.Series([True])).to_list() == ["true"]
    assert to_text(pl.Series([date(2013, 4, 25)])).to_list() == ["2013-04-25"]
    aware = pl.Series([datetime(2013, 4, 25, tzinfo=UTC)])
    assert to_times(to_text(aware), ()).to_list() == [DAY]
