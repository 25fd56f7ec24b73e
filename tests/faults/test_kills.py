"""An import, a refresh and a backup killed at random moments: all or nothing, and the next run completes.

`ROUNDS_KILLS=100` kills each of them a hundred times; `--log-cli-level=INFO` tells when, and what was left.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable

import pytest

from data_access.backup import unpack
from tests.faults.fingerprint import Print, differing, fingerprint
from tests.faults.verbs import BACKUP, VERBS, Place, killed, whole

KILLS = int(os.environ.get("ROUNDS_KILLS", "1"))

pytestmark = pytest.mark.xdist_group("faults")


@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_any_moment(verb: str, place: Callable[[], Place]) -> None:
    quiet = place()
    before = told(quiet)
    spent = whole(verb, quiet)
    once = told(quiet), leftovers(quiet)
    assert differing(before, once[0])
    whole(verb, quiet)
    twice = told(quiet), leftovers(quiet)
    dice = random.Random(verb)
    done = 0
    while done < KILLS:
        one, moment = place(), dice.uniform(0, spent)
        if not killed(verb, one, moment):
            continue  # it was quicker than the moment that was chosen
        done += 1
        now = told(one)
        left = "all" if now == once[0] else "nothing"
        logging.getLogger(__name__).info(
            "%s %s killed at %.0f%% of its time: left %s", verb, done, 100 * moment / spent, left
        )
        assert now in (before, once[0]), differing(before, now)
        whole_backup_or_none(one)
        whole(verb, one)
        expected, files = once if now == before else twice
        assert differing(told(one), expected) == set()
        whole_backup_or_none(one)
        assert leftovers(one) == files


def told(place: Place) -> Print:
    store = place.open()
    try:
        return fingerprint(store)
    finally:
        store.close()


def whole_backup_or_none(place: Place) -> None:
    """A backup has its name only when it is complete: `unpack` holds every member against its checksum."""
    target = place.home / BACKUP
    if target.exists():
        unpack(target, place.home.parent / f"unpacked-{place.home.name}")


def leftovers(place: Place) -> int:
    """Files in the home but the lake's, whose unlisted ones are swept when no reader can hold them."""
    lake = place.home / "lake" / "usage"
    return sum(path.is_file() and lake not in path.parents for path in place.home.rglob("*"))
