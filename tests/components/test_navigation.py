from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from components.navigation import PAGES, PageEntry, entry, href
from shell.gate import is_loopback

LISTED = {page.module for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.module)
def test_every_page_has_a_module_that_only_draws_when_asked(page: PageEntry) -> None:
    module = importlib.import_module(f"pages.{page.module}")

    assert callable(module.render)


def test_every_page_file_is_in_the_navigation() -> None:
    files = {path.stem for path in Path("pages").glob("[a-z]*.py")}

    assert files == LISTED


def test_links_lead_to_pages_with_their_query() -> None:
    assert href("today") == "/"
    assert href("account", account="a b&c") == "/account?account=a+b%26c"
    with pytest.raises(StopIteration):
        entry("nowhere")


@pytest.mark.parametrize(
    ("address", "only_here"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("rounds.example.com", False),
        ("", False),
        (None, False),
    ],
)
def test_only_this_machine_is_loopback(address: str | None, only_here: bool) -> None:
    assert is_loopback(address) is only_here
