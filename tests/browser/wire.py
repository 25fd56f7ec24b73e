"""What the server sends to a visitor, message by message: the same as to a browser, and far quicker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Page
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

_DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)

_XSRF = "_streamlit_xsrf"
"""A cookie that a browser says twice, so that no other page may speak with the visitor's cookies."""


@dataclass(frozen=True)
class Hit:
    """Every message of a first visit, as it came, and the titles of the pages that it offers."""

    messages: tuple[bytes, ...]
    titles: tuple[str, ...]

    def says(self, words: str) -> bool:
        return words.encode() in b"".join(self.messages)


def first_hit(address: str, page: str, *, query: str = "", cookies: Sequence[tuple[str, str]] = ()) -> Hit:
    """A tab of its own that begins at this page (`module?query`), until the page is drawn.

    `address` begins with http; a page that is not found or breaks off is an error.
    """
    told: list[bytes] = []
    titles: tuple[str, ...] = ()
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies)} if cookies else {}
    spoken = ["streamlit", *(value for name, value in cookies if name == _XSRF)]
    with connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        origin=Origin(address),
        subprotocols=[Subprotocol(one) for one in spoken],
        additional_headers=headers,
        max_size=None,
    ) as socket:
        state = ClientState(page_name=page, query_string=query)
        socket.send(BackMsg(rerun_script=state).SerializeToString())
        while True:
            raw = socket.recv(timeout=60)
            assert isinstance(raw, bytes)
            told.append(raw)
            message = ForwardMsg.FromString(raw)
            kind = message.WhichOneof("type")
            assert kind != "page_not_found", page
            if kind == "navigation":
                titles = tuple(one.page_name for one in message.navigation.app_pages)
            if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                assert message.script_finished in _DONE, page
                return Hit(tuple(told), titles)


def cookies_of(page: Page) -> list[tuple[str, str]]:
    """The cookies of a browser's tab, for `first_hit`."""
    return [(one["name"], one["value"]) for one in page.context.cookies()]
