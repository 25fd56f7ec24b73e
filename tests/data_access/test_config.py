"""The environment decides where data lives, and a change of it is followed at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from data_access.config import configuration
from data_access.errors import ConfigurationError


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("ROUNDS_")]:
        monkeypatch.delenv(name)


def test_an_environment_that_stands_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDS_HOME", "one")
    monkeypatch.setenv("ELSEWHERE", "one")
    first = configuration()
    monkeypatch.setenv("ELSEWHERE", "two")
    assert configuration() is first


@pytest.mark.parametrize("name", ["ROUNDS_HOME", "rounds_home", "Rounds_Home"])
def test_a_changed_environment_is_followed_at_once(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert configuration().home == Path(".rounds")
    monkeypatch.setenv(name, "one")
    assert configuration().home == Path("one")
    monkeypatch.setenv(name, "two")
    assert configuration().home == Path("two")
    monkeypatch.delenv(name)
    assert configuration().home == Path(".rounds")


def test_what_is_passed_wins_and_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDS_ADMINS", "ann@example.com")
    assert configuration(admins="Bo@Example.com").first_admins == ("bo@example.com",)
    assert configuration().first_admins == ("ann@example.com",)


def test_what_is_wrong_is_told_until_it_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDS_TIMEZONE", "Berlin")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="ROUNDS_TIMEZONE can't be used: 'Berlin' is no time"):
            configuration()
    monkeypatch.setenv("ROUNDS_TIMEZONE", "Europe/Berlin")
    assert configuration().timezone == "Europe/Berlin"


def test_nobody_changes_what_all_share() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        configuration().admins = "mallory@example.com"
