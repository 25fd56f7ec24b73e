"""A mapping is read as the design has it, and every slip in it is named with what is available."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from models.facts import FACTS
from models.mapping import ColumnRule, MappingError, parse

DESIGN = """
[accounts]
file = "learners.csv"
account_id = "enrolment"
segment = "module"
signed_on = { column = "started", format = "%d/%m/%Y" }
churned_on = { column = "withdrew", format = "%d/%m/%Y" }
plan = { value = "standard" }
outcome = { column = "result", values = { Distinction = "pass", Pass = "pass" } }

[usage_events]
file = "clicks*.csv.gz"
account_id = "enrolment"
event = "activity_type"
occurred_at = "day"
quantity = "clicks"

[settings]
success = { kind = "outcome", values = ["pass"] }
"""


def test_the_mapping_of_the_design() -> None:
    mapping = parse(tomllib.loads(DESIGN))
    accounts, usage = mapping.tables
    assert (accounts.table, accounts.file, usage.file) == ("accounts", "learners.csv", "clicks*.csv.gz")
    assert accounts.columns == (
        ColumnRule("account_id", "enrolment"),
        ColumnRule("segment", "module"),
        ColumnRule("signed_on", "started", "%d/%m/%Y"),
        ColumnRule("churned_on", "withdrew", "%d/%m/%Y"),
        ColumnRule("plan", value="standard"),
        ColumnRule("outcome", "result", values={"Distinction": "pass", "Pass": "pass"}),
    )
    assert accounts.source_columns == ["enrolment", "module", "started", "withdrew", "result"]
    assert mapping.settings == {"success": {"kind": "outcome", "values": ["pass"]}}


def test_parents_come_first_and_a_table_may_have_several_sources() -> None:
    events = {"account_id": "a", "event": "e", "occurred_at": "t"}
    mapping = parse(
        {
            "usage_events": [{"file": "1.csv", **events}, {"file": "2.csv", **events}],
            "accounts": {"url": "sqlite:///x.db", "query": "select 1", "account_id": "a"},
        }
    )
    assert [(table.table, table.file) for table in mapping.tables] == [
        ("accounts", None),
        ("usage_events", "1.csv"),
        ("usage_events", "2.csv"),
    ]


def test_constants_may_be_of_any_toml_type() -> None:
    text = """
    [survey_responses]
    file = "x.csv"
    account_id = "a"
    kind = { value = "nps" }
    score = { value = 9 }
    responded_at = { value = 2017-11-15 }
    """
    rules = parse(tomllib.loads(text)).tables[0].columns
    assert [rule.value for rule in rules] == [None, "nps", "9", "2017-11-15"]


A = '[accounts]\nfile="x"\naccount_id="a"\n'


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("", "The mapping names no table"),
        ("[acounts]", "There is no table [acounts]. Did you mean accounts? Tables: csms, accounts"),
        ('[accounts]\nfile="x"\nacount_id="a"', "no column 'acount_id'. Did you mean account_id? Columns:"),
        ('[accounts]\nfile="x"', "does not say where account_id comes from"),
        ('[accounts]\naccount_id="a"', "needs either file or url"),
        ('[accounts]\nfile="x"\nurl="y"\nquery="z"\naccount_id="a"', "needs only one of file or url"),
        ('[accounts]\nurl="y"\naccount_id="a"', "needs url and query together"),
        ('[accounts]\nfile="x"\naccount_id=7', "account_id must be"),
        ('[accounts]\nfile=7\naccount_id="a"', "[accounts] file must be a text"),
        ('[accounts]\nfile="x"\naccount_id={colum="a"}', "no option 'colum'. Did you mean column?"),
        ('[accounts]\nfile="x"\naccount_id={column="a", value="b"}', "needs only one of column or value"),
        ('[accounts]\nfile="x"\naccount_id={format="%Y"}', "needs either column or value"),
        (
            A + 'signed_on={column="d",format="dd/mm/yyyy"}',
            "does not name a day",
        ),
        (
            A + 'signed_on={column="d",format="%Y-%m"}',
            "does not name a day",
        ),
        ('[accounts]\nfile="x"\naccount_id={column="d",format="%Y"}', "takes no format"),
        (
            A + 'gross_margin={column="d",format="%d"}',
            "is not one of 1,234.56",
        ),
        (A + 'plan={column="d",values=["a"]}', "values must be a table"),
        (
            A + 'plan={column="d",values={a=["b"]}}',
            "values.a must be a text",
        ),
        (A + 'encoding="utf-99"', "encoding 'utf-99' is not known"),
        (A + 'delimiter="||"', "delimiter must be one character"),
        (A + 'nulls="NA"', "nulls must be a list of texts"),
        ("accounts = 7", "must be a table with a file"),
        ("settings = 7\n" + A, "[settings] must be a table"),
    ],
)
def test_every_slip_is_named(toml: str, sentence: str) -> None:
    with pytest.raises(MappingError) as caught:
        parse(tomllib.loads(toml))
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", FACTS)
def test_every_canonical_column_can_be_mapped(name: str) -> None:
    entry = {"file": "x.csv", **{column: f"their {column}" for column in FACTS[name].names}}
    assert parse({name: entry}).tables[0].filled == FACTS[name].names


@pytest.mark.parametrize("path", sorted(Path("examples").glob("*.toml")), ids=lambda path: path.name)
def test_the_examples_are_mappings(path: Path) -> None:
    assert parse(tomllib.loads(path.read_text(encoding="utf-8"))).tables
