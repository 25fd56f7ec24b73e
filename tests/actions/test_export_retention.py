"""Retention of a quadrant or a path: of those who were in it when the 12 months began, as on the page."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from actions.export_retention import retention_of
from actions.refresh import refresh
from components import queries
from components.queries import EVERYONE
from components.queries import retention as queries_retention
from data_access import snapshots
from data_access.errors import DataError
from data_access.store import Store
from data_access.viewer import SYSTEM
from models.ledger import months_before
from models.retention_rows import GRR, LOGO, WON
from models.retention_splits import UNKNOWN
from tests.conftest import DEMO_NOW


def exported(store: Store, **only: list[str]) -> pl.DataFrame:
    snapshot = snapshots.newest(store.database)
    assert snapshot is not None
    return retention_of(store, SYSTEM, snapshot, only)


@pytest.mark.usefixtures("in_demo")
def test_without_a_snapshot_of_then_nobody_is_counted_by_todays_quadrant() -> None:
    reader = queries.reader(EVERYONE)
    with pytest.raises(DataError, match=r"nobody's quadrant of then is known\. `python cli.py refresh"):
        exported(reader.store, quadrant=["Silent"])


@pytest.mark.usefixtures("in_demo")
def test_a_quadrant_and_a_path_are_those_of_the_page_and_add_up() -> None:
    reader = queries.reader(EVERYONE)
    now, then = reader.as_of, months_before(reader.as_of, 12)
    refresh(reader.store, SYSTEM, DEMO_NOW, then + timedelta(days=3))
    reader = queries.reader(EVERYONE)
    whole = exported(reader.store).filter(pl.col("until") == now)
    money = str(whole.filter(pl.col("figure") == GRR).sort("accounts")["currency"][-1])
    for by in ("quadrant", "path"):
        page = queries_retention.retention_split(reader, (), by, now, money)
        assert by == "path" or page.height > 1
        counted = 0
        for part in page.iter_rows(named=True):
            rows = exported(reader.store, **{by: [part["part"]]})
            assert not rows["figure"].str.starts_with("MRR").any()
            near = rows.filter(pl.col("until") != now)["until"].to_list()
            assert all(abs(months_before(day, 12) - then).days <= 48 for day in near)
            figures = {
                row["figure"]: row
                for row in rows.filter(
                    (pl.col("until") == now) & pl.col("currency").is_in(["", money])
                ).to_dicts()
            }
            assert figures[LOGO]["value"] == pytest.approx(part["logo"]), (by, part)
            assert figures[LOGO]["accounts"] == part["accounts"]
            assert figures.get(GRR, {"value": None})["value"] == pytest.approx(part["grr"])
            assert figures.get(WON, {"accounts": 0})["accounts"] == part["due"]
            counted += part["accounts"]
        assert counted == whole.filter(pl.col("figure") == LOGO)["accounts"][0]
        together = exported(reader.store, **{by: page["part"].to_list()}).filter(pl.col("until") == now)
        assert together.equals(whole.filter(~pl.col("figure").str.starts_with("MRR")))


@pytest.mark.usefixtures("in_demo")
def test_a_quadrant_nobody_was_in_is_refused_with_those_there_are() -> None:
    reader = queries.reader(EVERYONE)
    refresh(reader.store, SYSTEM, DEMO_NOW, months_before(reader.as_of, 12))
    with pytest.raises(DataError, match=f"There is no quadrant “Happy”. There are: .*{UNKNOWN}"):
        exported(reader.store, quadrant=["Happy"])
