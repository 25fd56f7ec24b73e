"""The example mappings read extracts of the real data, and a proposal for the same files agrees."""

from __future__ import annotations

import gzip
import tomllib
from datetime import date
from pathlib import Path

import pytest

from data_access.files import sample
from models.answers import answers, asked
from models.facts import FACTS
from models.mapping import Mapping, parse
from models.propose import propose
from models.surveys import voice, windows
from tests.data_access.files.reading import Run

DATA = Path(__file__).parents[2] / "data"
EXAMPLES = Path(__file__).parents[3] / "examples"

YEARS = {
    "0": 47,
    "1": 43,
    "2": 29,
    "3": 19,
    "4": 19,
    "5": 18,
    "6": 14,
    "7": 5,
    "8": 8,
    "9": 12,
    "10": 8,
    "11": 4,
    "12": 2,
    "13": 11,
    "14": 1,
    "not known": 1,
}
"""Scored answers by years with the retailer, counted from the file with a csv reader."""


def example(name: str) -> Mapping:
    return parse(tomllib.loads((EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")))


def test_learners_and_their_clicks() -> None:
    folder = DATA / "oulad_extract"
    accounts, usage = (Run(table, folder) for table in example("oulad").tables)
    assert (accounts.good.height, accounts.rejects.height) == (119, 0)
    assert accounts.good["churned_on"].count() == 26
    assert accounts.good["outcome"].value_counts().sort("outcome").rows() == [
        ("fail", 24),
        ("pass", 70),
        ("withdrawn", 25),
    ]
    assert "accounts that left before they signed on: 4 (kept, never counted as live)" in accounts.notes
    with gzip.open(folder / "clicks.csv.gz", "rt", encoding="utf-8") as stream:
        lines = stream.read().splitlines()[1:]
    assert usage.good.height == len(lines) == 17_371
    assert usage.good["quantity"].sum() == sum(int(line.rsplit(",", 1)[1]) for line in lines)


def test_nps_with_every_line_in_its_own_encoding() -> None:
    accounts, answers = (Run(table, DATA / "nps_extract") for table in example("nps_retail").tables)
    assert (accounts.good.height, answers.good.height) == (242, 242)
    scores = answers.good["score"].drop_nulls()
    nps = 100 * (int((scores >= 9).sum()) - int((scores <= 6).sum())) / scores.len()
    assert (scores.len(), round(nps, 2)) == (241, 54.77)
    assert "nps.csv: 41 of 243 lines are not UTF-8: read as Windows-1252; split at comma" in answers.notes
    comments = answers.good["comment"].drop_nulls()
    assert comments.str.contains("é").any()
    assert not comments.is_in(["NA"]).any()
    assert answers.good["response_id"].n_unique() == 242


def test_nps_split_by_years_shows_n_and_suppresses_under_ten() -> None:
    accounts, told = (Run(table, DATA / "nps_extract").good for table in example("nps_retail").tables)
    people, csms = FACTS["contacts"].empty(), FACTS["csms"].empty()
    day = date(2017, 11, 30)
    scored = answers(
        FACTS["survey_responses"].check(told), FACTS["accounts"].check(accounts), people, csms, day
    )
    invited = asked(FACTS["survey_invitations"].empty(), told, accounts, people, csms, day)
    found = voice(scored, invited, windows(day, 90, 1), ["segment"])
    everybody, years = found.filter(split="all").row(0, named=True), found.filter(split="segment")
    assert (everybody["n"], round(everybody["value"], 2)) == (241, 54.77)
    assert everybody["low"] < everybody["value"] < everybody["high"]
    assert dict(years.select("group", "n").iter_rows()) == YEARS
    assert years["n"].sum() == 241
    assert ((years["n"] < 10) == years["value"].is_null()).all()
    assert (years["n"] < 10).any()


@pytest.mark.parametrize("folder", ["oulad_extract", "nps_extract"])
def test_extracts_name_their_licence(folder: str) -> None:
    assert "CC" in (DATA / folder / "LICENCE").read_text(encoding="utf-8")


def test_the_proposal_for_learners_reads_the_same_facts() -> None:
    folder = DATA / "oulad_extract"
    proposal = propose([sample(folder / name) for name in ("clicks.csv.gz", "learners.csv")])
    proposed = parse(tomllib.loads(proposal.mapping_toml))
    assert proposal.tables == ("accounts", "usage_events")
    given = example("oulad")
    for mine, theirs in zip(proposed.tables, given.tables, strict=True):
        same = [name for name in mine.filled if name not in ("outcome", "plan")]
        left, right = (Run(table, folder).good.select(same) for table in (mine, theirs))
        assert left.equals(right)
