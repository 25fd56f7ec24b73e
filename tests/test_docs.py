"""What the documents say is true of the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

import cli
from components.navigation import PAGES
from data_access.config import Configuration

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_GROUP: Any = typer.main.get_command(cli.app)
COMMANDS = set(_GROUP.commands)


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_named_exists(path: Path) -> None:
    named = set(re.findall(r"cli\.py ([a-z]+)", text(path)))
    assert named <= COMMANDS


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_named_exists(path: Path) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text(path))
    files = re.findall(
        r"`((?:models|actions|data_access|components|pages|examples|docs)/[\w/]+\.\w+)`", text(path)
    )
    missing = [link for link in links if not (path.parent / link).exists()]
    missing += [file for file in files if not (ROOT / file).exists()]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_named_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)`", text(path), re.MULTILINE))
    assert {word for pair in named for word in pair if word} <= targets


def test_every_command_is_documented() -> None:
    told = set(re.findall(r"^\| `([a-z]+)", text(ROOT / "docs/command-line.md"), re.MULTILINE))
    assert told == COMMANDS


def test_every_setting_is_documented() -> None:
    told = set(re.findall(r"`ROUNDS_([A-Z_]+)`", text(ROOT / "docs/architecture.md")))
    assert told == {name.upper() for name in Configuration.model_fields}


def test_every_page_that_is_listed_can_be_drawn() -> None:
    modules = {path.stem for path in (ROOT / "pages").glob("[a-z]*.py")}
    assert {page.module for page in PAGES} == modules
