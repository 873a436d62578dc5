"""Shared rooms on open pages: what others say, what is answered there, and who comes and goes.

A page is drawn from the history when it enters a room (also after its connection was lost); what is told meanwhile
waits until then. So nothing is missing, and as every message keeps its turn's id nothing is there twice.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from chainlit.session import WebsocketSession, ws_sessions_id

from app.channels.browser_cards import Cards, Json, Place, notice_step, say
from app.channels.browser_page import language_of_browser
from app.channels.browser_panels import BrowserPanels
from app.channels.browser_talk import LiveTalk
from app.channels.browser_told import drawn, line_of
from app.core.errors import AssistantError
from app.core.ports import Bus
from app.core.room_event import RoomEvent
from app.core.texts import speaking
from app.core.turn import Room

if TYPE_CHECKING:
    from app.gateway.desk import Told
    from app.gateway.gateway import Gateway

_TALK = ("said", "answered")
_LINES = ("joined", "left", "handed_over", "closed")
_MOVES_PANEL = ("ticket", "answered")
_ON_ITS_WAY = 2.0
"""Seconds that a page's message may need to reach us, and another's to reach the page."""
_REMEMBERED = 2_000  # messages of which it is known which page sent them


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message that a page of this process has sent: the page has it already."""

    page: str
    socket: str
    """The page's connection; one that was lost has missed the answer."""
    at: float
    """On the monotonic clock, seconds."""
    step: Json
    talk: LiveTalk


class BrowserRooms:
    """The browser's ear for `ports.Bus`."""

    def __init__(self, gateway: Gateway, cards: Cards, panels: BrowserPanels, bus: Bus) -> None:
        self._gateway = gateway
        self._desk = gateway.desk
        self._cards = cards
        self._bus = bus
        self._panels = panels
        self._waiting: dict[str, list[RoomEvent]] = {}
        self._sent: OrderedDict[str, _Sent] = OrderedDict()
        self._others_at: WeakKeyDictionary[WebsocketSession, float] = WeakKeyDictionary()
        bus.subscribe(self.hear)

    # --- what happens in rooms ------------------------------------------------------------------------

    async def hear(self, event: RoomEvent) -> None:
        """Show what happened to every open page of those whom it concerns."""
        pages: dict[str, list[WebsocketSession]] = {}
        for page in ws_sessions_id.values():
            if page.user is not None:
                pages.setdefault(str(page.user.identifier), []).append(page)
        room = await self._desk.shared_room(event.room) if pages else None
        if room is None:
            return
        concerned = dict.fromkeys((*room.members, event.about if event.what == "left" else ""))
        await asyncio.gather(*(self._tell(one, pages[one], room, event) for one in concerned if one in pages))
        if event.what in _MOVES_PANEL:
            self._panels.refresh(event.room)

    async def _tell(self, person: str, pages: Sequence[WebsocketSession], room: Room, event: RoomEvent) -> None:
        """`event` on the pages of one person."""
        for page in pages:
            await page.emit(
                "window_message", {"rooms": {"room": event.room, "what": event.what, "own": _own(event, person)}}
            )
            # A page that is being drawn has the room's history before it bears the room's name.
            if page.id in self._waiting and event.room in (page.thread_id, page.thread_id_to_resume):
                self._waiting[page.id].append(event)
            elif page.thread_id != event.room:
                await self._invited(page, person, room, event)
            else:
                await self._show(page, person, event)

    async def _show(self, page: WebsocketSession, person: str, event: RoomEvent) -> None:
        """`event` on a page that is in its room."""
        with speaking(language_of_browser(page.language)):
            if event.what in _TALK:
                await self._show_turn(page, person, event)
            elif event.what == "ticket":
                await self._show_decided(page, person, event)
            elif step := line_of(self._cards, event):
                await page.emit("new_message", step)

    async def _show_decided(self, page: WebsocketSession, person: str, event: RoomEvent) -> None:
        """The cards of what was proposed in that turn follow what was decided, whoever decided it and wherever."""
        told = await self._told(person, event)
        for action in told.reply.actions if told and told.reply else ():
            await page.emit("window_message", {"action": self._cards.action_props(person, action, "", "")})

    async def _show_turn(self, page: WebsocketSession, person: str, event: RoomEvent) -> None:
        sent = self._sent.get(event.about)
        if sent is not None and (sent.page, sent.socket) == (page.id, page.socket_id):
            if event.what == "said" and self._others_at.get(page, 0.0) > sent.at - _ON_ITS_WAY:
                await self._move_down(page, sent)
            return
        told = await self._told(person, event)
        if told is None:
            return
        shown = await drawn(self._cards, person, event.room, told, shared=True)
        for step in shown.steps:
            await page.emit("new_message", step)
        for element in shown.elements:
            await page.emit("element", element)
        self._others_at[page] = monotonic()

    async def _told(self, person: str, event: RoomEvent) -> Told | None:
        """The turn of an event as this person may see it; None where he has left meanwhile."""
        try:
            return await self._desk.told(person, event.room, event.about)
        except AssistantError:
            return None

    async def _move_down(self, page: WebsocketSession, sent: _Sent) -> None:
        """The page shows its own message at once; where another's crossed it, it goes to where all others see it."""
        await page.emit("delete_message", sent.step)
        await page.emit("new_message", sent.step)
        await sent.talk.again()

    async def _invited(self, page: WebsocketSession, person: str, room: Room, event: RoomEvent) -> None:
        """A line on whatever page he is on for who was brought into a room."""
        brought = event.what == "opened" or (event.what == "joined" and event.about == person)
        if not brought or person == event.by:
            return
        with speaking(language_of_browser(page.language)):
            text = say(
                "room_invited", by=self._cards.name(event.by), title=_plain(room.title), url=f"/thread/{room.id}"
            )
            await page.emit("new_message", notice_step(f"invited:{event.number}", page.thread_id, text, event.at))

    # --- pages that come, and what they send ------------------------------------------------------------

    async def entering(self, page: WebsocketSession, draw: Callable[[], Awaitable[None]]) -> None:
        """Have a page drawn; what is told of its room in the meantime comes behind that."""
        waiting = self._waiting[page.id] = []
        try:
            await draw()
            while waiting and page.user is not None:
                await self._show(page, str(page.user.identifier), waiting.pop(0))
        finally:
            if self._waiting.get(page.id) is waiting:
                del self._waiting[page.id]
        # What happened between the page's reading of its list and its connection was told to nobody.
        await page.emit("window_message", {"rooms": {"room": page.thread_id, "what": "entered", "own": True}})
        if page.thread_id_to_resume:
            self._panels.drawn_anew(page)
            self._panels.refresh(page.thread_id)

    def sending(self, page: WebsocketSession, place: Place, step: Json, talk: LiveTalk) -> None:
        """A page has said something, and shows it already."""
        self._sent[place.turn_id] = _Sent(page.id, page.socket_id, monotonic(), step, talk)
        while len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)

    async def lines(self, room: Room) -> Sequence[RoomEvent]:
        """Who came into a room and went, in order."""
        return [event for event in await self._bus.since(room.id, 0) if event.what in _LINES]

    async def seen(self, person: str, room: str) -> None:
        """The person has the room before his eyes: on every page of his its mark goes. Raises `Refused`."""
        await self._desk.seen(person, room)
        for page in _pages_of(person):
            await page.emit("window_message", {"rooms": {"room": room, "what": "seen", "own": True}})


def _pages_of(person: str) -> list[WebsocketSession]:
    return [one for one in ws_sessions_id.values() if one.user is not None and one.user.identifier == person]


def _own(event: RoomEvent, person: str) -> bool:
    """Whether the person need not be told: it is his own doing."""
    return person in event.by.split(",")


def _plain(title: str) -> str:
    """A title that ends no link."""
    return title.translate({ord(one): None for one in "[]()<>\\`*_~"})
