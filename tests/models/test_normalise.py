"""Raw rows become facts, or rejects with a reason; every row is accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.facts import FACTS
from models.mapping import MappingError, TableMapping, parse
from models.normalise import Normaliser, plan, unknown_accounts
from models.normalise_batch import REJECTS, Normalised, RawBatch, rejected

ACCOUNTS = {"account_id": "id", "name": "name", "signed_on": "on", "churned_on": "off"}
EVENTS = {"account_id": "id", "event": "event", "occurred_at": "at"}
ANSWERS = {"account_id": "id", "kind": "kind", "score": "score", "responded_at": "at", "comment": "text"}


def table(fact: str, /, **entry: object) -> TableMapping:
    return parse({fact: {"file": "a.csv", **entry}}).tables[0]


def batch(columns: Sequence[str], *rows: Sequence[object], file: str = "a.csv", first: int = 2) -> RawBatch:
    frame = pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)
    return RawBatch(frame, pl.Series("line", range(first, first + len(rows)), dtype=pl.Int64), file)


class Run:
    """A table read from batches; checks that read = good + rejects + repeats and that good rows are facts."""

    def __init__(self, mapped: TableMapping, *batches: RawBatch) -> None:
        self.normaliser = Normaliser(plan(mapped, batches))
        steps: list[Normalised] = list(self.normaliser.steps(batches))
        self.good = pl.concat([step.good for step in steps])
        self.rejects = REJECTS.check(pl.concat([step.rejects for step in steps]))
        self.repeats = sum(step.repeats for step in steps)
        self.notes = self.normaliser.notes
        read = sum(step.read for step in steps)
        assert read == self.good.height + self.rejects.height + self.repeats
        assert read == sum(one.rows.height + one.rejects.height for one in batches)
        for _, part in self.good.group_by("file"):
            mapped.contract.check(part)


def reasons(run: Run) -> list[tuple[object, ...]]:
    return run.rejects.select("line", "column", "value", "reason").rows()


def test_accounts_are_typed_and_checked() -> None:
    columns = ["id", "name", "on", "off"]
    run = Run(
        table("accounts", **ACCOUNTS),
        batch(
            columns,
            (" a ", "Ida & Co", "25/04/2013", ""),
            ("", "no id", "26/04/2013", ""),
            ("b", "=1+1", "31/31/2013", "soon"),
            ("c", None, "01/01/0013", ""),
            ("d", "NA", "01/01/2999", ""),
        ),
    )
    assert run.good.select("account_id", "name", "signed_on", "churned_on", "line").rows() == [
        ("a", "Ida & Co", date(2013, 4, 25), None, 2)
    ]
    assert reasons(run) == [
        (3, "id", "", "account_id is empty"),
        (
            4,
            "on",
            "31/31/2013",
            "signed_on is not a date written %d/%m/%Y; churned_on is not a date in ISO 8601 (%Y-%m-%d)",
        ),
        (5, "on", "01/01/0013", "signed_on is before 1970"),
        (6, "on", "01/01/2999", "signed_on is after 2200"),
    ]
    assert run.rejects["row"][1] == '{"id":"b","name":"=1+1","on":"31/31/2013","off":"soon"}'
    assert "signed_on: column 'on' read as %d/%m/%Y" in run.notes


def test_formula_cells_are_stored_as_they_are() -> None:
    run = Run(table("accounts", **ACCOUNTS), batch(["id", "name", "on", "off"], ("=a", "@b", None, None)))
    assert run.good.select("account_id", "name").rows() == [("=a", "@b")]


def test_leaving_before_signing_on_is_kept_and_told() -> None:
    columns = ["id", "name", "on", "off"]
    run = Run(table("accounts", **ACCOUNTS), batch(columns, ("a", "", "2013-04-25", "2013-04-01")))
    assert run.good.height == 1
    assert run.notes[-1] == "accounts that left before they signed on: 1 (kept, never counted as live)"


def test_values_are_translated_and_others_pass() -> None:
    mapped = table(
        "accounts", account_id="id", outcome={"column": "r", "values": {"P": "pass", "": "open", "NA": "na"}}
    )
    run = Run(mapped, batch(["id", "r"], ("1", "P"), ("2", "Fail"), ("3", None), ("4", " NA ")))
    assert run.good["outcome"].to_list() == ["pass", "Fail", "open", "na"]


def test_spellings_of_not_known_are_counted_and_can_be_chosen() -> None:
    rows = batch(["id", "region"], ("1", "NA"), ("2", "-"), ("3", "?"))
    run = Run(table("accounts", account_id="id", region="region"), rows)
    assert run.good["region"].to_list() == [None, None, "?"]
    assert run.notes == ['region: 1 cells "-" read as empty', 'region: 1 cells "NA" read as empty']
    chosen = Run(table("accounts", account_id="id", region="region", nulls=["?"]), rows)
    assert chosen.good["region"].to_list() == ["NA", "-", None]


@pytest.mark.parametrize(
    ("kind", "score", "reason"),
    [
        ("nps", "11", "score is outside 0 to 10, the range of nps"),
        ("NPS", "-1", "score is outside 0 to 10, the range of nps"),
        ("csat", "0", "score is outside 1 to 5, the range of csat"),
        ("ces", "8", "score is outside 1 to 7, the range of ces"),
        ("smile", "3", "kind is not one of nps, csat, ces"),
        ("", "3", "kind is empty"),
        ("nps", "many", "score is not a number"),
        (" NPS ", "0", None),
        ("csat", "5", None),
        ("ces", "NA", None),
    ],
)
def test_survey_scores_keep_to_their_range(kind: str, score: str, reason: str | None) -> None:
    columns = ["id", "kind", "score", "at", "text"]
    run = Run(table("survey_responses", **ANSWERS), batch(columns, ("1", kind, score, "2024-01-31", " ok ")))
    assert run.rejects["reason"].to_list() == ([reason] if reason else [])
    assert run.good["comment"].to_list() == ([] if reason else [" ok "])


@pytest.mark.parametrize(
    ("starts", "ends", "mrr", "reason"),
    [
        ("2024-01-01", "2023-12-31", "5", "ends_on is before starts_on"),
        ("2024-01-01", "", "-5", "mrr is negative"),
        ("", "", "5", "starts_on is empty"),
        ("2024-01-01", "", "", "mrr is empty"),
        ("2024-01-01", "2024-01-01", "0", None),
    ],
)
def test_subscriptions(starts: str, ends: str, mrr: str, reason: str | None) -> None:
    mapped = table(
        "subscriptions", account_id="id", product={"value": "all"}, starts_on="from", ends_on="to", mrr="mrr"
    )
    run = Run(mapped, batch(["id", "from", "to", "mrr"], ("1", starts, ends, mrr)))
    assert run.rejects["reason"].to_list() == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [("x" * 100_001, "name is longer than 100,000 characters"), ("a\0b", "name holds a NUL character")],
)
def test_texts_that_no_one_wrote(text: str, reason: str) -> None:
    run = Run(table("accounts", account_id="id", name="name"), batch(["id", "name"], ("1", text)))
    assert run.rejects["reason"][0].startswith(reason)
    assert len(run.rejects["value"][0]) <= 200


def test_usage_counts_one_and_names_no_user_when_the_source_does_not_say() -> None:
    run = Run(table("usage_events", **EVENTS), batch(["id", "event", "at"], ("1", "click", "1366848000")))
    assert run.good.select("account_id", "user_id", "quantity", "occurred_at").rows() == [
        ("1", "", 1.0, datetime(2013, 4, 25))
    ]
    assert "quantity: no column is mapped, so every event counts 1" in run.notes
    given_some = table("usage_events", **EVENTS, quantity="n", user_id="u")
    columns = ["id", "event", "at", "n", "u"]
    run = Run(
        given_some, batch(columns, ("1", "e", "2013-04-25", "", None), ("1", "e", "2013-04-25", "x", "u"))
    )
    assert run.good.select("user_id", "quantity").rows() == [("", 1.0)]
    assert reasons(run) == [(3, "n", "x", "quantity is not a number")]


def test_usage_repeats_are_kept() -> None:
    row = ("1", "click", "2013-04-25")
    assert Run(table("usage_events", **EVENTS), batch(["id", "event", "at"], row, row)).good.height == 2


def test_one_key_twice_keeps_the_last_of_the_file() -> None:
    rows = batch(
        ["id", "name"], ("1", "Old"), ("2", "Same"), ("1", "New"), ("2", "Same"), ("1", "Older"), ("1", "New")
    )
    run = Run(table("accounts", account_id="id", name="name"), rows)
    assert sorted(run.good.select("account_id", "name", "line").rows()) == [("1", "New", 7), ("2", "Same", 5)]
    assert run.repeats == 2
    reason = "the same account_id stands again in line 7 with other values"
    assert reasons(run) == [(2, "account_id", "1", reason), (6, "account_id", "1", reason)]


def test_one_key_twice_across_batches_but_not_across_files() -> None:
    columns = ["id", "name"]
    run = Run(
        table("accounts", account_id="id", name="name"),
        batch(columns, ("1", "Old")),
        batch(columns, ("1", "New"), first=3),
        batch(columns, ("1", "Newest"), file="b.csv"),
    )
    assert run.good.select("name", "file").rows() == [("New", "a.csv"), ("Newest", "b.csv")]
    assert [row[0] for row in reasons(run)] == [2]


def test_made_ids_are_the_same_every_time_and_tell_equal_answers_apart() -> None:
    columns = ["id", "kind", "score", "at", "text"]
    rows = [
        ("1", "nps", "9", "2024-01-31", "a"),
        ("1", "nps", "9", "2024-01-31", "b"),
        ("2", "nps", "", "2024-01-31", ""),
    ]
    mapped = table("survey_responses", **ANSWERS)
    first, again = Run(mapped, batch(columns, *rows)), Run(mapped, batch(columns, *rows))
    assert first.good["response_id"].to_list() == again.good["response_id"].to_list()
    assert first.good["response_id"].n_unique() == 3
    assert first.good["response_id"][0] == "1321e25c221034e80158"
    assert "response_id: made from account_id, contact_id, kind, responded_at, score" in first.notes


def test_contacts_are_told_by_their_email() -> None:
    mapped = table("contacts", account_id="id", email="mail", name="name")
    columns = ["id", "mail", "name"]
    run = Run(
        mapped,
        batch(columns, ("1", "IDA@x.example", "Ida"), ("1", "ida@x.example", "Ida B"), ("1", None, "Jo")),
    )
    assert run.good["name"].to_list() == ["Ida B", "Jo"]
    assert run.rejects.height == 1


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_can_be_read_from_its_own_columns(name: str) -> None:
    contract = FACTS[name]
    mapped = table(name, **{column: column for column in contract.names})
    kinds = {pl.String(): "nps", pl.Float64(): "0.5", pl.Int64(): "3", pl.Boolean(): "yes"}
    row = [kinds.get(column.dtype, "2024-01-31") for column in contract.columns]
    run = Run(mapped, batch(contract.names, row))
    assert run.rejects["reason"].to_list() == []
    assert run.good.height == 1


def test_ambiguous_dates_stop_the_import_and_ask_for_a_format() -> None:
    rows = batch(["id", "on"], ("1", "03/04/2013"), ("2", "05/06/2013"))
    with pytest.raises(MappingError) as caught:
        plan(table("accounts", account_id="id", signed_on="on"), [rows])
    assert str(caught.value) == (
        "[accounts] signed_on: column 'on': it can be read as day first or as month first "
        '(such as 03/04/2013); add format = "%d/%m/%Y" or format = "%m/%d/%Y".'
    )
    settled = table("accounts", account_id="id", signed_on={"column": "on", "format": "%m/%d/%Y"})
    assert Run(settled, rows).good["signed_on"].to_list() == [date(2013, 3, 4), date(2013, 5, 6)]


def test_ambiguous_dates_are_settled_by_a_later_batch() -> None:
    columns = ["id", "on"]
    batches = [batch(columns, ("1", "03/04/2013")), batch(columns, ("2", "25/06/2013"), first=3)]
    run = Run(table("accounts", account_id="id", signed_on="on"), *batches)
    assert run.good["signed_on"].to_list() == [date(2013, 4, 3), date(2013, 6, 25)]


def test_a_clear_column_takes_one_batch_only() -> None:
    def batches() -> Iterator[RawBatch]:
        yield batch(["id", "on"], ("1", "25/06/2013"))
        raise AssertionError("a second batch was read")

    settled = plan(table("accounts", account_id="id", signed_on="on"), batches())
    assert settled.formats == {"signed_on": ("%d/%m/%Y",)}


def test_ambiguous_numbers_stop_the_import_but_whole_ones_do_not() -> None:
    rows = batch(["id", "n"], ("1", "1,234"), ("2", "17,000"))
    with pytest.raises(MappingError, match='add format = "1,234.56" or format = "1.234,56"'):
        plan(table("accounts", account_id="id", acquisition_cost="n"), [rows])
    run = Run(table("contacts", account_id="id", name="id", followers="n"), rows)
    assert run.good["followers"].to_list() == [1234, 17000]


def test_a_constant_must_be_of_the_column_s_type() -> None:
    with pytest.raises(MappingError, match=r"signed_on: the value 'soon' is not a date"):
        plan(table("accounts", account_id="id", signed_on={"value": "soon"}), [])


def test_structural_rejects_pass_through() -> None:
    bad = rejected("a.csv", [(3, "the line has 1 field where the header has 2", "x")])
    rows = batch(["id"], ("1",))
    run = Run(table("accounts", account_id="id"), RawBatch(rows.rows, rows.lines, "a.csv", bad))
    assert run.rejects["line"].to_list() == [3]


def test_unknown_accounts_are_parted_off() -> None:
    run = Run(
        table("usage_events", **EVENTS),
        batch(["id", "event", "at"], ("1", "e", "2024-01-01"), ("2", "e", "2024-01-01")),
    )
    good, rejects = unknown_accounts(run.good, pl.Series(["1"]))
    assert good["account_id"].to_list() == ["1"]
    assert REJECTS.check(rejects).select("line", "value").rows() == [(3, "2")]


CELLS = st.sampled_from(
    ["", "1", "2", "NA", "x", "2024-01-31", "25/04/2013", "1,5", "-3", "\0", "=1+1", "nps", "ja"]
)


ROW = st.lists(CELLS, min_size=16, max_size=16)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(FACTS)), st.lists(ROW, min_size=1, max_size=8))
def test_every_row_is_accounted_for_whatever_stands_in_it(name: str, rows: list[list[str]]) -> None:
    names = FACTS[name].names
    mapped = table(name, **{column: column for column in names})
    batches = [batch(names, *(row[: len(names)] for row in rows))]
    with suppress(MappingError):  # a column may be ambiguous as a whole
        Run(mapped, *batches)
