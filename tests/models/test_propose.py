"""A proposed mapping is right where the files leave no doubt, and says so where they do."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from models.facts import FACTS
from models.mapping import MappingError, parse
from models.propose import Proposal, SampledFile, propose
from models.propose_words import COLUMNS, FILES, SIGNS, likeness, plain

DAYS = [date(2024, 1, 1) + timedelta(days=3 * at) for at in range(40)]


def text(form: str, days: Sequence[date] = DAYS) -> list[object]:
    return [day.strftime(form) for day in days]


Columns = dict[str, Sequence[object]]


def file(name: str, /, **columns: Sequence[object]) -> SampledFile:
    return SampledFile(name, pl.DataFrame(columns, strict=False))


def ids(start: int = 0) -> list[object]:
    return [f"K-{at:04}" for at in range(start, start + 40)]


def tables(proposal: Proposal) -> dict[str, Any]:
    return tomllib.loads(proposal.mapping_toml)


CUSTOMERS: Columns = {
    "Kundennummer": ids(),
    "Firma": [f"Firma {at}" for at in range(40)],
    "Segment": ["gross", "klein"] * 20,
    "Bundesland": ["Bayern", "Berlin"] * 20,
    "Kunde seit": text("%d.%m.%Y"),
    "Gekündigt am": [*text("%d.%m.%Y")[:5], *[""] * 35],
}


def test_german_customers_and_their_usage() -> None:
    usage: Columns = {
        "wer": ids() * 2,
        "Ereignis": ["login", "export"] * 40,
        "Zeitstempel": [f"{day} 10:00:00" for day in text("%Y-%m-%d")] * 2,
        "Anzahl": [1, 2] * 40,
    }
    proposal = propose([file("nutzung.csv", **usage), file("kunden.csv", **CUSTOMERS)])
    assert tables(proposal) == {
        "accounts": {
            "file": "kunden.csv",
            "account_id": "Kundennummer",
            "name": "Firma",
            "segment": "Segment",
            "region": "Bundesland",
            "signed_on": {"column": "Kunde seit", "format": "%d.%m.%Y"},
            "churned_on": {"column": "Gekündigt am", "format": "%d.%m.%Y"},
        },
        "usage_events": {
            "file": "nutzung.csv",
            "account_id": "wer",
            "event": "Ereignis",
            "occurred_at": "Zeitstempel",
            "quantity": "Anzahl",
        },
    }
    assert proposal.unsure == ()
    parse(tables(proposal))


def test_french_names() -> None:
    proposal = propose(
        [
            file(
                "clients.csv",
                id_client=ids(),
                Société=[f"S {at}" for at in range(40)],
                Catégorie=["A", "B"] * 20,
                **{
                    "Date d'inscription": text("%d/%m/%Y"),
                    "Date de résiliation": [*text("%d/%m/%Y")[:9], *[None] * 31],
                },
            )
        ]
    )
    accounts = tables(proposal)["accounts"]
    assert accounts["account_id"] == "id_client"
    assert accounts["name"] == "Société"
    assert accounts["segment"] == "Catégorie"


def test_other_facts_are_known_by_their_columns() -> None:
    files = [
        file("accounts.csv", account_id=ids(), segment=["a", "b"] * 20),
        file("people.csv", account=ids(), full_name=ids(), email=[f"p{at}@x.example" for at in range(40)]),
        file("mrr.csv", customer=ids(), plan=["s", "l"] * 20, start_date=text("%Y-%m-%d"), mrr=[10.5] * 40),
        file("tickets.csv", id=ids(900), client=ids(), channel=["email"] * 40, created_at=text("%Y-%m-%d")),
        file("csat.csv", account=ids(), csat=[1, 5] * 20, date=text("%Y-%m-%d"), comment=ids(50)),
        file("features.csv", event=["a", "b"], feature=["A", "B"], suite=["x", "y"]),
    ]
    proposal = propose(files)
    found = tables(proposal)
    assert proposal.tables == (
        "accounts",
        "contacts",
        "subscriptions",
        "features",
        "survey_responses",
        "interactions",
    )
    assert found["contacts"]["account_id"] == "account"
    assert found["subscriptions"] == {
        "file": "mrr.csv",
        "account_id": "customer",
        "product": "plan",
        "starts_on": "start_date",
        "mrr": "mrr",
    }
    assert found["interactions"]["interaction_id"] == "id"
    assert found["survey_responses"]["kind"] == {"value": "csat"}
    parse(found)


def test_files_of_one_fact_become_one_list() -> None:
    usage: Columns = {"account_id": ids(), "event": ["a", "b"] * 20, "timestamp": text("%Y-%m-%d")}
    proposal = propose([file("a.csv", **usage), file("b.csv", **usage)])
    assert [one["file"] for one in tables(proposal)["usage_events"]] == ["a.csv", "b.csv"]
    assert proposal.tables == ("accounts", "usage_events")


def test_ambiguous_dates_are_left_to_choose() -> None:
    days = [date(2024, month, 1) for month in range(1, 11)] * 4
    proposal = propose([file("accounts.csv", account_id=ids(), signed_on=text("%d/%m/%Y", days))])
    assert "signed_on" not in tables(proposal)["accounts"]
    assert '# signed_on = { column = "signed_on", format = "%d/%m/%Y" }' in proposal.mapping_toml
    assert '# signed_on = { column = "signed_on", format = "%m/%d/%Y" }' in proposal.mapping_toml
    assert any("signed_on is left out" in doubt for doubt in proposal.unsure)


def test_the_file_s_other_dates_settle_an_ambiguous_one_and_it_says_so() -> None:
    days = [date(2024, month, 1) for month in range(1, 11)] * 4
    columns: Columns = {
        "account_id": ids(),
        "signed_on": text("%m/%d/%Y", days),
        "renewal_on": text("%m/%d/%Y"),
    }
    proposal = propose([file("accounts.csv", **columns)])
    assert tables(proposal)["accounts"]["signed_on"] == {"column": "signed_on", "format": "%m/%d/%Y"}
    assert any("'signed_on' alone does not say" in doubt for doubt in proposal.unsure)


def test_churn_without_a_day_is_not_made_into_one() -> None:
    columns: Columns = {
        "customerID": ids(),
        "Churn": ["Yes", "No"] * 20,
        "tenure": list(range(40)),
        "MonthlyCharges": [9.5] * 40,
    }
    proposal = propose([file("telco.csv", **columns)])
    assert set(tables(proposal)["accounts"]) == {"file", "account_id"}
    assert any("'Churn' says who left but not when" in doubt for doubt in proposal.unsure)
    assert any("'tenure' counts how long" in doubt for doubt in proposal.unsure)
    assert any("'MonthlyCharges' looks like MRR" in doubt for doubt in proposal.unsure)


def test_accounts_are_taken_from_usage_when_nothing_lists_them() -> None:
    columns: Columns = {
        "user_id": ["u1", "u2"] * 20,
        "event": ["a", "a", "b", "b"] * 10,
        "timestamp": text("%Y-%m-%d"),
        "country": ["DE", "FR"] * 20,
        "plan": ["s", "s", "l", "l"] * 10,
    }
    proposal = propose([file("events.csv", **columns)])
    assert tables(proposal)["accounts"] == {
        "file": "events.csv",
        "account_id": "user_id",
        "region": "country",
    }
    assert tables(proposal)["usage_events"]["account_id"] == "user_id"
    assert any("No file lists the accounts" in doubt for doubt in proposal.unsure)


def test_a_needed_column_that_nothing_fills_is_named_and_the_mapping_refuses() -> None:
    columns: Columns = {"id": ids(), "nps": [0, 10] * 20, "verbatim": ids(70)}
    proposal = propose([file("nps.csv", **columns)])
    assert "# responded_at = " in proposal.mapping_toml
    assert any("fills responded_at" in doubt for doubt in proposal.unsure)
    with pytest.raises(MappingError, match="responded_at"):
        parse(tables(proposal))


def test_success_is_proposed_from_words_for_it() -> None:
    columns: Columns = {"account_id": ids(), "result": ["Pass", "Fail"] * 20}
    proposal = propose([file("a.csv", **columns)])
    assert tables(proposal)["settings"] == {"success": {"kind": "outcome", "values": ["Pass"]}}
    columns["result"] = ["one", "two"] * 20
    assert "settings" not in tables(propose([file("a.csv", **columns)]))


def test_nothing_known_is_said() -> None:
    proposal = propose([file("x.csv", a=[1, 1], b=[2.5, 2.5])])
    assert (proposal.tables, tables(proposal)) == ((), {})
    assert proposal.unsure == (
        "x.csv does not look like anything known: it is left out.",
        "No account could be recognised: name a column that tells accounts apart.",
    )


def test_odd_names_stay_valid_toml() -> None:
    odd = 'a "b" \\ \n\té\x7f'
    proposal = propose([SampledFile(odd + ".csv", pl.DataFrame({"account_id": ids(), odd: ids(90)}))])
    assert tables(proposal)["accounts"]["file"] == odd + ".csv"


def test_every_word_belongs_to_a_column_that_exists() -> None:
    assert set(COLUMNS) == set(FILES) == set(SIGNS) == set(FACTS)
    for table, columns in COLUMNS.items():
        assert set(columns) <= set(FACTS[table].names)
        for name, words in columns.items():
            assert likeness(name, table, name) == 100
            assert [plain(word) for word in words.split()] == words.split()


def test_a_catalog_names_each_event_once_and_a_log_again_and_again() -> None:
    catalog = file("catalog.csv", event=["a", "b"], name=["A", "B"], is_value=["true", "false"])
    assert propose([catalog]).tables == ("features",)
    assert 'feature = "name"' in propose([catalog]).mapping_toml
    log = file("export.csv", event=["a", "a"], name=["A", "A"], zeit=["2024-01-31", "2024-02-01"])
    assert "features" not in propose([log]).tables
