"""The first page by its name."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from starlette.requests import Request

from shell import addresses


@pytest.mark.parametrize(
    ("path", "query", "led"),
    [
        ("/today", "", "/"),
        ("/today", "account=A1&state=new%20ones", "/?account=A1&state=new%20ones"),
        ("/today", "next=//evil.example", "/?next=//evil.example"),
        ("/below/today", "", "/below/"),
    ],
)
def test_the_first_page_is_found_by_its_name(path: str, query: str, led: str) -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "headers": [(b"host", b"rounds")],
        "path": path,
        "query_string": query.encode(),
    }
    answer = addresses.home(Request(scope))
    assert answer.status_code == 307
    assert urljoin(f"http://rounds{path}", answer.headers["location"]) == f"http://rounds{led}"


def test_only_the_first_page_is_led_elsewhere() -> None:
    assert [route.path for route in addresses.ROUTES] == ["/today"]
