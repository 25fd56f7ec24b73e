"""Nobody real can be reached: names are made up, numbers and addresses reserved."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from models.demo import Company
from models.demo.lands import LANDS
from models.demo.names import company_names
from models.demo.phones import numbers

FICTION = re.compile(
    r"\+1\d{3}55501\d\d"  # 555-0100 to 555-0199
    r"|\+44(2079460|1134960|1614960|7700900)\d{3}"  # Ofcom's numbers for drama
    r"|\+49(3023125|6990009|4066969|8999998)\d{3}"  # Bundesnetzagentur
    r"|\+33(19900|26191|46571|63998)\d{4}"  # ARCEP
    r"|\+46((8465004|3139006|4062804)\d{2}|7017406(0[5-9]|[1-9]\d))"  # PTS
)


def test_numbers_lie_in_ranges_reserved_for_fiction(usual: Company) -> None:
    phones = usual.facts["contacts"]["phone"]
    assert [phone for phone in phones if not FICTION.fullmatch(phone)] == []
    assert phones.n_unique() > 500


@pytest.mark.parametrize("country", [land.country for land in LANDS])
def test_numbers_are_complete(country: str) -> None:
    lengths = {"DE": {13, 12}, "GB": {13}, "FR": {12}, "SE": {12, 11}, "US": {12}}
    made = numbers(np.random.default_rng(1), country, 300)
    assert {len(number) for number in made} <= lengths[country]


def test_addresses_are_reserved_for_examples(usual: Company) -> None:
    for name in ("contacts", "csms"):
        emails = usual.facts[name]["email"]
        assert emails.str.contains(r"^[a-z0-9.-]+@[a-z0-9-]+\.example$").all(), name
    assert usual.facts["csms"]["email"].is_unique().all()


def test_time_zones_are_real(usual: Company) -> None:
    for zone in usual.facts["contacts"]["timezone"].unique():
        assert ZoneInfo(zone).key == zone


def test_each_account_has_two_to_four_contacts_with_one_champion(usual: Company) -> None:
    counted = usual.facts["contacts"].group_by("account_id").agg(pl.len(), pl.col("is_champion").sum())
    assert counted.height == 400
    assert set(counted["len"]) == {2, 3, 4}
    assert (counted["is_champion"] == 1).all()
    blocked = usual.facts["contacts"]["do_not_contact"]
    assert 0 < int(blocked.sum()) < 0.1 * len(blocked)


def test_csms_report_to_managers(usual: Company) -> None:
    csms = usual.facts["csms"]
    managers = csms.filter(pl.col("manager_id").is_null())
    assert (csms.height, managers.height) == (10, 2)
    assert set(csms["manager_id"].drop_nulls()) == set(managers["csm_id"])
    assert csms["engagement"].is_between(0, 100).all()
    assert set(usual.facts["accounts"]["csm_id"]) == set(csms["csm_id"]) - set(managers["csm_id"])


@pytest.mark.parametrize("land", range(len(LANDS)))
def test_company_names_stay_distinct_when_words_run_out(land: int) -> None:
    names = company_names(np.random.default_rng(3), np.full(30_000, land))
    assert len(set(names)) == 30_000


def test_referred_companies_are_not_customers_yet(usual: Company) -> None:
    names = usual.facts["accounts"]["name"]
    assert not usual.facts["referrals"]["referred_name"].is_in(names.implode()).any()
