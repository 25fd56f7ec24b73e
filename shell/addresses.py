"""Addresses that people type or keep although their page stands at another."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from components.navigation import PAGES


def home(request: Request) -> Response:
    """The first page stands at the root; its name leads there, with what the link asked for."""
    query = request.url.query
    return RedirectResponse(f"./?{query}" if query else "./")


ROUTES = [Route(f"/{page.module}", home) for page in PAGES if page.default]
