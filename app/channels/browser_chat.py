"""Chainlit's callbacks: who logs in, what a message becomes, what a click does."""

from __future__ import annotations

import logging
import uuid
from asyncio import CancelledError
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import chainlit.message
import chainlit.server
from chainlit.action import Action as Click
from chainlit.config import config
from chainlit.context import get_context, init_ws_context
from chainlit.message import Message
from chainlit.session import WebsocketSession
from chainlit.socket import connection_successful
from chainlit.types import Starter
from chainlit.user import User
from fastapi import FastAPI, HTTPException

from app.channels.browser_cards import Cards, Json, Place, say, spoken_name
from app.channels.browser_history import History, viewer_language
from app.channels.browser_notices import BrowserNotices
from app.channels.browser_page import keep_our_languages, language_of_browser, own_origin_only, version
from app.channels.browser_panels import BrowserPanels
from app.channels.browser_room_routes import room_router
from app.channels.browser_rooms import BrowserRooms
from app.channels.browser_routes import router
from app.channels.browser_talk import LiveTalk
from app.core.errors import AssistantError
from app.core.ports import Bus, Notices
from app.core.texts import speaking
from app.core.turn import ErrorNote, Reply, Turn

if TYPE_CHECKING:
    from app.channels.browser import SignIn
    from app.gateway.gateway import Gateway

_log = logging.getLogger(__name__)


class Chat:
    """The browser's side of every conversation."""

    def __init__(self, gateway: Gateway, sign_in: SignIn, notices: Notices, bus: Bus) -> None:
        self._gateway = gateway
        self._sign_in = sign_in
        self._cards = Cards(gateway)
        self._panels = BrowserPanels(gateway)
        self._rooms = BrowserRooms(gateway, self._cards, self._panels, bus)
        self._history = History(gateway, self._cards, self._rooms.lines)
        self._notices = BrowserNotices(gateway, self._cards)
        notices.subscribe(self._notices.hear)
        self._placed: WeakSet[WebsocketSession] = WeakSet()

    def mount(self, app: FastAPI) -> None:
        """Hand Chainlit its callbacks and put it behind `app`.

        `mount_chainlit` would load a file by its path as a second copy of this module, and add a layer to every
        request; the callbacks are set on its configuration directly, without the step that it wraps around them.
        """
        code = config.code
        code.password_auth_callback = self._log_in
        code.data_layer = lambda: self._history
        code.set_starters = self._starters
        code.on_message = self._message
        code.on_chat_start = self._started
        code.on_chat_resume = self._resumed
        code.action_callbacks = {"decide": self._decide, "passage": self._passage}
        root = Path(config.root)
        keep_our_languages(root)
        config.ui.custom_css = f"/public/deskmate.css?v={version(root)}"
        config.ui.custom_js = f"/public/deskmate.js?v={version(root)}"
        # Chainlit's messages sleep a millisecond each as they are made, and hold up everybody's talk with it: a long
        # conversation that is opened again makes hundreds.
        chainlit.message.time = SimpleNamespace(sleep=lambda seconds: None)
        chainlit.server.get_html_template = own_origin_only(chainlit.server.get_html_template)
        chainlit.server.sio.on("stop", _stop)
        chainlit.server.sio.on("connection_successful", self._connected)
        # Other sites' pages may not open a connection in the person's name.
        chainlit.server.sio.eio.cors_allowed_origins = None
        app.include_router(router(self._gateway))
        app.include_router(room_router(self._gateway, self._rooms, self._panels))
        app.mount("/", chainlit.server.app)

    async def _log_in(self, id: str, password: str) -> User | None:
        try:
            person = await self._sign_in.verify(id.strip().upper(), password)
        except AssistantError:
            # The page looks up the words of the status in its catalogue, not what is said here.
            raise HTTPException(429) from None
        return User(identifier=person.id, display_name=person.name) if person else None

    async def _starters(self, user: User, language: str) -> list[Starter]:
        with speaking(language_of_browser(language)):
            return [
                Starter(
                    label=example.text, message=f"@{spoken_name(assistant)} {example.text}", icon=face_url(assistant)
                )
                for assistant, example in self._gateway.desk.starters(user.identifier)
            ]

    async def _connected(self, sid: str) -> None:
        """A page has come, or come back: Chainlit draws it, and what its room is told meanwhile follows."""
        await self._rooms.entering(WebsocketSession.require(sid), lambda: connection_successful(sid))

    async def _started(self) -> None:
        """A new page begins with what waits for the person."""
        await self._notices.greet(get_context().session, new=True)

    async def _resumed(self, thread: Json) -> None:
        """An earlier talk is drawn by the history; what waits for the person is said in passing."""
        await self._notices.greet(get_context().session, new=False)

    async def _message(self, message: Message) -> None:
        context = get_context()
        person, room = str(context.session.user.identifier), str(context.session.thread_id)
        place = Place(person, room, message.id)
        with speaking(viewer_language()):
            talk = LiveTalk(self._cards, place, context.emitter.emit)
            own = self._cards.own(place, message.content, datetime.now(UTC), context.session.user.display_name)
            self._rooms.sending(context.session, place, own, talk)
            await talk.open()
            if context.session not in self._placed:
                # On a narrow screen Chainlit leaves a new conversation without its address: a reload would lose it.
                self._placed.add(context.session)
                await context.emitter.emit("window_message", {"room": room})
            self._history.opening(person, room, message.content)
            try:
                reply = await self._answer(context.session, place, message, talk)
                await talk.close(reply, message.content)
            except CancelledError:
                await talk.stopped()
                raise
            finally:
                self._history.opened(room)

    async def _answer(self, session: WebsocketSession, place: Place, message: Message, talk: LiveTalk) -> Reply:
        """The gateway's reply. Should it raise against its promise, the person still gets a sentence and a number."""
        try:
            files = [session.files[element.id]["attachment"] for element in message.elements]
            now = datetime.now(UTC)
            turn = Turn(
                place.turn_id, place.room, place.person, message.content, "browser", now, attachments=tuple(files)
            )
            return await self._gateway.handle(turn, talk.hear)
        except AssistantError as error:
            return Reply(error.message, error=ErrorNote(error.code, error.message))
        except Exception as error:
            number = uuid.uuid4().hex[:16]
            _log.error("turn failed outside the gateway: %s %s", type(error).__name__, number)
            return Reply(say("unexpected"), error=ErrorNote("UNEXPECTED", say("unexpected")), trace_id=number)

    async def _decide(self, click: Click) -> Json:
        """A button of a confirmation card."""
        context = get_context()
        person, asked = str(context.session.user.identifier), click.payload
        with speaking(viewer_language()):
            try:
                action = await self._gateway.decide(
                    person,
                    str(asked.get("id", "")),
                    yes=asked.get("yes") is True,
                    digest=str(asked.get("digest", "")),
                    channel="browser",
                )
            except AssistantError as error:
                return {"error": error.message, "code": error.code}
            place = Place(person, str(context.session.thread_id), "")
            card = self._cards.action(place, str(asked.get("for", "")), action, str(asked.get("sentence", "")))
            await context.emitter.emit("element", card)
            return {"state": action.state}

    async def _passage(self, click: Click) -> Json:
        """A chip below an answer: the passage it stands on, beside the talk."""
        context = get_context()
        place = Place(str(context.session.user.identifier), str(context.session.thread_id), "")
        source, locator, quote, url = (str(click.payload.get(key, "")) for key in ("source", "locator", "quote", "url"))
        with speaking(viewer_language()):
            try:
                element = await self._cards.passage(place, source, locator, quote, url)
            except AssistantError as error:
                return {"error": error.message, "code": error.code}
            await context.emitter.emit("set_sidebar_title", say("passage"))
            await context.emitter.emit("set_sidebar_elements", {"elements": [element], "key": element["id"]})
            return {}


async def _stop(sid: str) -> None:
    """The stop button. Chainlit's own handler says so in English first."""
    if session := WebsocketSession.get(sid):
        init_ws_context(session)
        if session.current_task:
            session.current_task.cancel()


def face_url(assistant: Any) -> str:
    """Where the picture of an assistant is."""
    return f"/avatars/{assistant.title}"
