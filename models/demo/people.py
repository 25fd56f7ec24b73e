"""The people: CSMs with their managers, and two to four contacts at every account."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.demo.keys import account_ids, csm_ids, person_ids
from models.demo.lands import LANDS
from models.demo.names import person_names, slug
from models.demo.phones import numbers
from models.demo.shape import Ints
from models.demo.story import Story
from models.facts import CONTACTS, CSMS

_TEAM = 6
_ROLES = ("Dispatcher", "Finance lead", "IT lead", "Team leader", "Service manager", "Office manager")
_SPONSORS = ("Managing director", "Head of operations", "Chief operating officer")
_CHANNELS = ("call", "email", "chat", "meeting")


def csms(story: Story) -> pl.DataFrame:
    """One row a CSM and one a manager (contract CSMS); managers have no `manager_id`."""
    rng, csm = story.stream("csms"), story.traits.csm
    count = int(csm.max()) + 1
    managers = -(-count // _TEAM)
    _, first_account = np.unique(csm, return_index=True)
    lands = np.concatenate([story.traits.land[first_account], np.arange(managers) % len(LANDS)])
    names = person_names(rng, lands)
    boss = pl.Series([f"mgr-{i + 1:02d}" for i in range(managers)])
    keys = pl.concat([csm_ids(count), boss])
    reports_to = pl.concat(
        [boss.gather(np.arange(count) * managers // count), pl.Series([None] * managers, dtype=pl.String)]
    )
    frame = names.with_columns(
        csm_id=keys,
        manager_id=reports_to,
        name=pl.col("first") + " " + pl.col("last"),
        engagement=pl.Series(rng.normal(71, 11, len(keys)).clip(30, 97)).round(0),
    )
    mail = slug(pl.col("first")) + "." + slug(pl.col("last"))
    again = pl.int_range(pl.len()).over("name")
    number = pl.when(again > 0).then((again + 1).cast(pl.String)).otherwise(pl.lit(""))
    return CSMS.check(frame.with_columns(email=mail + number + "@rounds.example"))


def contact_rows(story: Story) -> tuple[Ints, Ints]:
    """Account index and number (0 is the champion, 1 the sponsor) of every contact."""
    people = story.traits.contacts
    account = np.repeat(np.arange(len(people)), people)
    return account, np.arange(len(account)) - np.repeat(np.cumsum(people) - people, people)


def contact_ids(story: Story, account: Ints, number: Ints) -> pl.Series:
    """Keys of contacts by account index and number; a number below 0 gives null."""
    ids, first = person_ids(story.traits.users)
    keys = ids.gather(first[account] + np.maximum(number, 0))
    return keys.set(pl.Series(number < 0), None)


def contacts(story: Story) -> pl.DataFrame:
    """One row a contact (contract CONTACTS), reachable only at addresses reserved for fiction."""
    rng, traits = story.stream("contacts"), story.traits
    account, number = contact_rows(story)
    size, lands = len(account), traits.land[account]
    roles = np.where(number == 1, rng.integers(0, 3, size), 3 + rng.integers(0, len(_ROLES), size))
    roles[number == 0] = 3 + len(_ROLES)
    audience = np.where(rng.random(size) < 0.55, rng.lognormal(5, 1.3, size), -1).astype(np.int64)
    frame = person_names(rng, lands).with_columns(
        contact_id=contact_ids(story, account, number),
        account_id=account_ids(traits.count).gather(account),
        company=pl.Series(story.names).gather(account),
        role=pl.Series([*_SPONSORS, *_ROLES, "Operations manager"]).gather(roles),
        phone=_phones(rng, lands),
        timezone=_zones(rng, traits.land).gather(account),
        preferred_channel=pl.Series(_CHANNELS).gather(rng.choice(4, size, p=(0.45, 0.4, 0.1, 0.05))),
        is_champion=pl.Series(number == 0),
        is_sponsor=pl.Series(number == 1),
        do_not_contact=pl.Series(rng.random(size) < np.where(number < 2, 0.015, 0.06)),
        followers=pl.Series(audience).set(pl.Series(audience < 0), None),
    )
    mail = slug(pl.col("first")) + "." + slug(pl.col("last")) + "@" + slug(pl.col("company")) + ".example"
    return CONTACTS.check(frame.with_columns(name=pl.col("first") + " " + pl.col("last"), email=mail))


def _phones(rng: np.random.Generator, lands: Ints) -> pl.Series:
    phones = np.empty(len(lands), dtype=object)
    for index, land in enumerate(LANDS):
        mine = lands == index
        phones[mine] = numbers(rng, land.country, int(mine.sum()))
    return pl.Series(phones.tolist(), dtype=pl.String)


def _zones(rng: np.random.Generator, lands: Ints) -> pl.Series:
    first = np.cumsum([0, *(len(land.zones) for land in LANDS)])
    choice = (rng.random(len(lands)) * np.diff(first)[lands]).astype(np.int64)
    return pl.Series([zone for land in LANDS for zone in land.zones]).gather(first[lands] + choice)
