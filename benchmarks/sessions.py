"""Many people clicking at once: sessions that speak Streamlit's own messages over a websocket."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.typing import Subprotocol

PAGES = ("", "accounts", "exceptions", "retention", "data")
"""Links of the pages that a session walks through."""

_STREAMLIT = Subprotocol("streamlit")
_DONE = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}


@dataclass
class Answer:
    """One click: milliseconds until the script had run, and bytes that came back."""

    page: str
    milliseconds: float
    size: int


@dataclass
class Session:
    """One browser tab without the browser."""

    socket: websockets.ClientConnection
    widgets: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    fragment: str = ""

    async def open(self, page: str) -> Answer:
        """Go to a page, as a click in the navigation does."""
        self.widgets.clear()
        self.buttons.clear()
        return await self._run(page, ClientState(page_name=page))

    async def search(self, page: str, text: str) -> Answer:
        """Type into the page's first text input; only its fragment runs again where it has one."""
        identity = next(iter(self.widgets), "")
        states = WidgetStates(widgets=[WidgetState(id=identity, string_value=text)])
        state = ClientState(page_name=page, widget_states=states, fragment_id=self.widgets.get(identity, ""))
        return await self._run(page, state)

    async def press(self, page: str, label: str) -> Answer:
        """Press the first button of that label; only its fragment runs again where it has one."""
        identity, fragment = self.buttons[label][0]
        states = WidgetStates(widgets=[WidgetState(id=identity, trigger_value=True)])
        self.buttons.clear()
        return await self._run(page, ClientState(page_name=page, widget_states=states, fragment_id=fragment))

    async def _run(self, page: str, state: ClientState) -> Answer:
        begun, size = time.perf_counter(), 0
        await self.socket.send(BackMsg(rerun_script=state).SerializeToString())
        while True:
            raw = await self.socket.recv()
            size += len(raw)
            message = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
            element = message.delta.new_element
            if element.WhichOneof("type") == "text_input":
                self.widgets[element.text_input.id] = message.delta.fragment_id
            if element.WhichOneof("type") == "button":
                found = self.buttons.setdefault(element.button.label, [])
                found.append((element.button.id, message.delta.fragment_id))
            if message.WhichOneof("type") == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                if message.script_finished not in _DONE:
                    raise RuntimeError(f"the page {page or 'today'} ended with {message.script_finished}")
                return Answer(page or "today", (time.perf_counter() - begun) * 1000, size)


def _connected(url: str) -> websockets.connect:
    """A connection as a browser makes it: it takes what comes and never asks whether the server lives."""
    return websockets.connect(url, subprotocols=[_STREAMLIT], max_size=None, ping_interval=None)


async def walk(url: str, clicks: int, pause: float, seed: int) -> list[Answer]:
    """One person: opens pages and searches, with a random pause of mean `pause` seconds between."""
    dice = random.Random(seed)
    answers: list[Answer] = []
    async with _connected(url) as socket:
        session = Session(socket)
        await session.open("")
        for _ in range(clicks):
            await asyncio.sleep(dice.expovariate(1 / pause))
            page = dice.choice(PAGES)
            answers.append(await session.open(page))
            if page == "accounts" and session.widgets:
                await asyncio.sleep(dice.expovariate(1 / pause))
                found = await session.search(page, dice.choice(["log", "gmbh", "kurier", "ltd", ""]))
                answers.append(Answer("accounts, search", found.milliseconds, found.size))
    return answers


async def outcomes(url: str, times: int) -> list[Answer]:
    """One person on Today: logs the first call and takes it back, `times` over; every answer of a click."""
    answers: list[Answer] = []
    async with _connected(url) as socket:
        session = Session(socket)
        for _ in range(times):
            await session.open("")
            for label, kind in (("Reached", "outcome logged"), ("Undo", "outcome taken back")):
                done = await session.press("", label)
                answers.append(Answer(kind, done.milliseconds, done.size))
    return answers


async def crowd(url: str, sessions: int, clicks: int, pause: float) -> list[Answer]:
    """All of them at once."""
    walks = [walk(url, clicks, pause, seed) for seed in range(sessions)]
    return [answer for answers in await asyncio.gather(*walks) for answer in answers]


def table(answers: list[Answer]) -> list[str]:
    """One line a kind of click, then one for all: n, median and p95 milliseconds, median kB."""
    kinds = [*sorted({answer.page for answer in answers}), ""]
    lines = []
    for kind in kinds:
        mine = [answer for answer in answers if kind in ("", answer.page)]
        spent = sorted(answer.milliseconds for answer in mine)
        size = statistics.median(answer.size for answer in mine) / 1000
        lines.append(
            f"{kind or 'all clicks':20} n {len(mine):5,}  median {statistics.median(spent):7.0f} ms  "
            f"p95 {spent[int(0.95 * (len(spent) - 1))]:7.0f} ms  {size:7.0f} kB"
        )
    return lines
