from __future__ import annotations

from datetime import date

from components import charts_account

AS_OF = date(2026, 11, 20)


def test_usage_has_a_bar_a_week_ending_on_the_day() -> None:
    figure = charts_account.usage([4, 0, 9], [2, 0, 3], AS_OF)

    bar = figure.data[0]
    assert list(bar.y) == [4, 0, 9]
    assert list(bar.x) == [date(2026, 11, 6), date(2026, 11, 13), AS_OF]
    assert list(bar.customdata) == [2, 0, 3]


def test_the_words_for_usage_hold_its_numbers() -> None:
    said = charts_account.usage_alt([4, 0, 9], AS_OF)

    assert "3 weeks to 20 Nov 2026" in said
    assert "4 in the first week, 9 in the last, at most 9" in said
    assert charts_account.usage_alt([], AS_OF) == "No usage."
