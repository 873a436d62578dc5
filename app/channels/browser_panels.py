"""What a shared room is about, beside its talk: sent to every page in the room, and again whenever it has changed.

The page decides where it goes: beside the talk where there is room for both, behind a button where there is not.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from chainlit.session import WebsocketSession, ws_sessions_id

from app.channels.browser_cards import Json, labels
from app.channels.browser_page import language_of_browser
from app.core.errors import AssistantError
from app.core.texts import speaking

if TYPE_CHECKING:
    from app.gateway.gateway import Gateway
    from app.team.panels import Panel

_WORDS = {"DealTicket": "ticket"}
"""Kind of panel -> what its words in the catalogue begin with."""
_log = logging.getLogger(__name__)


class BrowserPanels:
    """Asks the gateway for what is beside a room, by the rights of each who looks."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._shown: WeakKeyDictionary[WebsocketSession, dict[str, str]] = WeakKeyDictionary()
        self._again: dict[str, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def drawn_anew(self, page: WebsocketSession) -> None:
        """The page has been drawn from the beginning: what it showed is gone."""
        self._shown.pop(page, None)

    def refresh(self, room: str) -> None:
        """Send what is new to the pages in `room`: beside the talk's own way, once for what happens at one time."""
        if room in self._again:
            self._again[room] = True
            return
        self._again[room] = False
        task = asyncio.get_running_loop().create_task(self._refreshed(room))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def open(self, person: str, room: str) -> None:
        """Show it on this person's pages in the room."""
        for page in _pages_in(room):
            if page.user.identifier == person:
                for panel in await self._panels(page, room):
                    await page.emit("element", self._element(page, room, panel))

    async def _refreshed(self, room: str) -> None:
        try:
            while True:
                self._again[room] = False
                for page in _pages_in(room):
                    await self._send(page, room)
                if not self._again[room]:
                    return
        finally:
            del self._again[room]

    async def _send(self, page: WebsocketSession, room: str) -> None:
        shown = self._shown.setdefault(page, {})
        for panel in await self._panels(page, room):
            kept = json.dumps(panel.data, sort_keys=True, default=str)
            if shown.get(panel.assistant) != kept:
                shown[panel.assistant] = kept
                await page.emit("window_message", {"panel": self._props(page, room, panel)})

    async def _panels(self, page: WebsocketSession, room: str) -> tuple[Panel, ...]:
        """The panels that the page can draw; none for somebody who is not, or no longer, in the room."""
        with speaking(language_of_browser(page.language)):
            try:
                found = await self._gateway.panels(str(page.user.identifier), room)
            except AssistantError as error:
                _log.info("a panel was not shown: %s", error.code)
                return ()
            return tuple(panel for panel in found if panel.data.get("kind"))

    def _props(self, page: WebsocketSession, room: str, panel: Panel) -> Json:
        with speaking(language_of_browser(page.language)):
            words = labels(_WORDS.get(panel.data["kind"], "panel"))
        return {"room": room, "assistant": panel.assistant, "labels": words, **panel.data}

    def _element(self, page: WebsocketSession, room: str, panel: Panel) -> Json:
        """As an element of the page's side; `kind` names the file in `web/public/elements` that draws it."""
        props: Any = self._props(page, room, panel)
        return {
            "id": f"panel:{room}:{panel.assistant}",
            "threadId": room,
            "type": "custom",
            "name": panel.data["kind"],
            "display": "side",
            "forId": "panel",
            "url": None,
            "chainlitKey": None,
            "mime": "application/json",
            "props": props,
        }


def _pages_in(room: str) -> list[WebsocketSession]:
    return [one for one in ws_sessions_id.values() if one.thread_id == room and one.user is not None]
