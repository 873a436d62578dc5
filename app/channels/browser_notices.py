"""Tells people with an open page what waits for them, and what became of what they proposed.

Nothing is kept here: what waits is asked of the gateway when a page is opened, and a decided action's card is drawn
from the records whenever its room is.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chainlit.session import WebsocketSession, ws_sessions_id

from app.channels.browser_cards import Cards, Json, Place, displayed, notice_step, say
from app.channels.browser_page import language_of_browser
from app.core.errors import AssistantError
from app.core.ports import Import, ImportEnded, Notice
from app.core.texts import speaking
from app.core.turn import Action

if TYPE_CHECKING:
    from app.gateway.gateway import Gateway

_log = logging.getLogger(__name__)
Emit = Callable[[str, Any], Awaitable[None]]
_AT_ONCE = 5  # cards shown when a page is opened; the list has them all


class BrowserNotices:
    """The browser's ear for `ports.Notices`, and the first words of a new page."""

    def __init__(self, gateway: Gateway, cards: Cards) -> None:
        self._gateway = gateway
        self._cards = cards

    async def hear(self, notice: Notice | ImportEnded) -> None:
        """Pass a notice on to every open page of its person."""
        for session in _pages_of(notice.person):
            with speaking(language_of_browser(session.language)):
                if isinstance(notice, ImportEnded):
                    await self._imported(session, notice.imported)
                elif notice.what == "to_approve":
                    if session.thread_id == notice.action.room:
                        continue  # he is there: the card hangs on the talk
                    head = say("notice_to_approve", person=self._cards.name(notice.action.proposed_by))
                    await self._show(session.emit, session.thread_id, notice.person, head, [notice.action])
                else:
                    await self._decided(session, notice)

    async def greet(self, session: WebsocketSession, *, new: bool) -> None:
        """What waits for the person: as cards on a new page, as a passing line above an earlier talk."""
        person = str(session.user.identifier)
        with speaking(language_of_browser(session.language)):
            try:
                waiting = await self._gateway.waiting(person)
            except AssistantError as error:  # the first message will say what is the matter
                _log.error("what waits was not shown: %s", error.code)
                return
            if not waiting:
                return
            if new:
                head = say("notice_waiting", count=len(waiting))
                await self._show(session.emit, session.thread_id, person, head, waiting[:_AT_ONCE])
            else:
                await session.emit("toast", {"message": say("notice_toast", count=len(waiting)), "type": "info"})

    async def _decided(self, session: WebsocketSession, notice: Notice) -> None:
        """Cards of the action that are on the page change by themselves; its proposer also gets a line."""
        action = notice.action
        props = self._cards.action_props(notice.person, action, "", "")
        await session.emit("window_message", {"action": props})
        if notice.person != action.proposed_by or notice.person == notice.by:
            return
        line = say(
            f"notice_{action.state}",
            id=action.id,
            by=self._cards.name(notice.by),
            outcome=displayed(action.outcome),
            needed=props["needed"],
        )
        if session.thread_id == action.room:
            await self._show(session.emit, action.room, notice.person, line, [])
        else:
            await session.emit("toast", {"message": line, "type": "info"})

    async def _imported(self, session: WebsocketSession, imported: Import) -> None:
        """What came of an import: in the talk where it was started, a passing line elsewhere."""
        line = say(
            f"notice_import_{imported.state}",
            set=imported.set,
            added=len(imported.added),
            unchanged=imported.unchanged,
            why=displayed(imported.why),
        )
        shown = [f"- `{one.name.replace('`', '_')}` {displayed(one.message)}" for one in imported.failed[:_AT_ONCE]]
        if imported.failed:
            head = say("notice_import_broken", count=len(imported.failed))
            line = "\n".join([line, "", head, *shown])
        if session.thread_id == imported.room:
            await self._show(session.emit, imported.room, imported.by, line, [])
        else:
            await session.emit("toast", {"message": line.split("\n")[0], "type": "info"})

    async def _show(self, emit: Emit, room: str, person: str, text: str, actions: Sequence[Action]) -> None:
        id = f"notice:{uuid.uuid4().hex}"
        step: Json = notice_step(id, room, text, datetime.now(UTC))
        await emit("new_message", step)
        for action in actions:
            await emit("element", self._cards.action(Place(person, room, ""), id, action, ""))


def _pages_of(person: str) -> list[WebsocketSession]:
    return [one for one in ws_sessions_id.values() if one.user is not None and one.user.identifier == person]
