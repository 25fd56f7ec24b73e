"""What the Handoffs page reads: handoffs up to the snapshot's day, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from components.queries import EVERYONE, Reader, csms, fact
from components.queries import settings as queries_settings
from components.queries.cache import kept
from models.book import as_known, live
from models.handoff_times import SETTING, lanes, levels, times
from models.handoff_trouble import bounces, overlaps
from models.handoffs import holds, steps

_FEW = 32


@dataclass(frozen=True)
class Between:
    """Handoffs of the viewer's accounts, also those that left, each with name, segment and CSM beside.

    `steps` (`STEPS` and the step's level), `times` (`TIMES`), `held` (`HOLDS`), `lanes` (`LANES`),
    `levels` (`LEVELS`, of the whole company), `bounces` (`BOUNCES`), `overlaps` (`OVERLAPS`).
    """

    steps: pl.DataFrame
    times: pl.DataFrame
    held: pl.DataFrame
    lanes: pl.DataFrame
    levels: pl.DataFrame
    bounces: pl.DataFrame
    overlaps: pl.DataFrame


def between(reader: Reader, segment: str | None = None, csm: str | None = None) -> Between:
    """Everything the page shows, of the accounts of a segment and a CSM (None: of all)."""
    key = f"{reader.store.database.url} {reader.stamps.snapshot} {reader.stamps.changes}"
    return _between(f"{key} {reader.stamps.imports} {reader.viewer.scope}", segment, csm, reader)


def people(reader: Reader) -> pl.DataFrame:
    """The viewer's accounts as the page names them: account_id, name, segment, csm_id, csm, live."""
    accounts = as_known(fact(reader, "accounts"), reader.as_of)
    names = csms(reader).select("csm_id", csm="name")
    now = live(accounts, reader.as_of)["account_id"].implode()
    told = accounts.select(
        "account_id",
        "segment",
        "csm_id",
        name=pl.coalesce("name", "account_id"),
        live=pl.col("account_id").is_in(now),
    )
    return told.join(names, on="csm_id", how="left")


def chosen_levels(reader: Reader) -> tuple[int, dict[str, float]]:
    """The version of the settings in force and the service levels in it, days by step."""
    version, body = queries_settings.in_force(reader)
    return version, {step: float(days) for step, days in body.get(SETTING, {}).items()}


@kept(_FEW)
def _between(key: str, segment: str | None, csm: str | None, _reader: Reader) -> Between:
    day = _reader.as_of
    company = replace(_reader, viewer=EVERYONE)
    whole = steps(fact(company, "handoffs"), fact(company, "accounts"), day)
    level = levels(whole, day, chosen_levels(_reader)[1])
    mine = people(_reader)
    if segment:
        mine = mine.filter(pl.col("segment") == segment)
    if csm:
        mine = mine.filter(pl.col("csm_id") == csm)
    own = whole.join(mine.select("account_id"), on="account_id", how="semi")
    held = holds(own, fact(_reader, "accounts"), day)
    told = own.join(mine, on="account_id", maintain_order="left").join(
        level, on="step", maintain_order="left"
    )
    return Between(
        told,
        times(own, level),
        held,
        lanes(held),
        level,
        bounces(own).join(mine, on="account_id", maintain_order="left"),
        overlaps(held).join(mine, on="account_id", maintain_order="left"),
    )
