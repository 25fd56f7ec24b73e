"""Why it moved, as the account page tells it, out of a real store."""

from __future__ import annotations

import itertools
import math

import pytest

from components import queries
from components.queries import EVERYONE, Reader, Viewer
from components.queries import why as queries_why
from tests.pages.conftest import Open, shown

pytestmark = pytest.mark.usefixtures("in_demo")


def reader(viewer: Viewer = EVERYONE) -> Reader:
    return queries.reader(viewer)


def restless() -> tuple[str, str]:
    """The account whose behaviour moved most since the last snapshot, and the sentence about it."""
    told = reader()
    told_of = {
        account: queries_why.explain(told, account, 2, 3) for account in queries.scores(told)["account_id"]
    }
    account = max(told_of, key=lambda one: abs(told_of[one].behaviour.change or 0.0))
    return account, told_of[account].sentences[0]


def test_the_causes_of_every_account_sum_to_its_change() -> None:
    told = reader()
    explained = 0
    for (start, end), account in itertools.product(
        [(1, 3), (3, 2)], queries.scores(told)["account_id"].head(25)
    ):
        found = queries_why.explain(told, account, start, end)
        for score in (found.behaviour, found.emotion):
            moved = (score.now or 0.0) - (score.was or 0.0)
            assert math.fsum(cause.points for cause in score.causes) == pytest.approx(moved, abs=1e-9)
            explained += score.change is not None
    assert explained > 20


def test_the_page_says_what_moved_and_shows_the_rows(open_page: Open) -> None:
    account, sentence = restless()

    app = open_page("account", account=account)

    said = shown(app).replace("\\", "")
    assert "Why it moved" in said
    assert sentence in said
    assert "13 Nov" in sentence
    assert len(app.dataframe) >= 2


def test_two_days_can_be_chosen(open_page: Open) -> None:
    account, _ = restless()
    app = open_page("account", account=account)
    since = app.selectbox(key="moved_since")

    since.set_value(min_day()).run()

    expected = queries_why.explain(reader(), account, 1, 3).sentences[0]
    assert expected in shown(app).replace("\\", "")
    assert app.query_params["moved_since"] == min_day()


def test_the_two_days_come_from_the_link_and_nonsense_is_passed_over(open_page: Open) -> None:
    account, sentence = restless()
    days = sorted(queries.snapshot_list(reader())["as_of"])

    linked = open_page("account", account=account, moved_since=f"{days[0]}", moved_until=f"{days[1]}")

    first, second = (
        int(queries.snapshot_list(reader()).filter(as_of=day)["snapshot_id"][0]) for day in days[:2]
    )
    expected = queries_why.explain(reader(), account, first, second).sentences[0]
    assert expected in shown(linked).replace("\\", "")
    odd = open_page("account", account=account, moved_since="long ago", moved_until="2020-01-01")
    assert sentence in shown(odd).replace("\\", "")


def min_day() -> str:
    return str(queries.snapshot_list(reader())["as_of"].min())


def test_nobody_is_told_about_another_book() -> None:
    scores = queries.scores(reader())
    account = scores.drop_nulls("csm_id").row(0, named=True)
    stranger = Viewer("stranger@example.com", "Stranger", "csm", ("nobody",))
    found = queries_why.explain(reader(stranger), account["account_id"], 1, 3)
    assert found.sentences == []
    assert found.answers.is_empty()
    assert found.weeks.is_empty()
