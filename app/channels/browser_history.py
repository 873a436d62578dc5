"""Chainlit's memory, answered by the gateway: threads are rooms, steps are turns and their replies.

Nothing is stored here. The gateway has kept every turn already, masked; what Chainlit asks to store is let go.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from chainlit.context import ChainlitContextException, get_context
from chainlit.data.base import BaseDataLayer
from chainlit.types import Feedback, PageInfo, PaginatedResponse, Pagination, ThreadFilter
from chainlit.user import PersistedUser, User
from fastapi import HTTPException

from app.channels.browser_cards import Cards, Json, turn_of_run
from app.channels.browser_page import language_of_browser
from app.channels.browser_told import aware, drawn, line_of
from app.core.errors import AssistantError
from app.core.room_event import RoomEvent
from app.core.texts import Language, speaking
from app.core.turn import Room

if TYPE_CHECKING:
    from app.gateway.gateway import Gateway

# Chainlit does not tell its data layer who asks. Every request passes `get_user` first, in the same context.
_asking: ContextVar[str] = ContextVar("asking", default="")
_SEARCHED = 50  # rooms whose talk is read through for a search, the latest first


class History(BaseDataLayer):  # type: ignore[misc]
    """What a person may see of his rooms."""

    def __init__(self, gateway: Gateway, cards: Cards, lines: Callable[[Room], Awaitable[Sequence[RoomEvent]]]) -> None:
        """`lines`: who came and went in a shared room, in order."""
        self._identity = gateway.identity
        self._desk = gateway.desk
        self._cards = cards
        self._lines = lines
        self._opening: dict[str, tuple[str, str, datetime]] = {}

    # --- people ---------------------------------------------------------------------------------------

    async def get_user(self, identifier: str) -> PersistedUser | None:
        """The employee, as the gateway knows him now: someone who has left is logged out by his next click."""
        try:
            person = self._identity.person(identifier)
        except AssistantError:
            return None
        _asking.set(person.id)
        return PersistedUser(id=person.id, identifier=person.id, display_name=person.name, createdAt="")

    async def create_user(self, user: User) -> PersistedUser | None:
        """People come from the bank's directory, never from here."""
        return await self.get_user(user.identifier)

    # --- rooms ----------------------------------------------------------------------------------------

    async def get_thread_author(self, thread_id: str) -> str:
        """Whoever asks, when he is a member of the room; else nobody."""
        viewer = _viewer()
        rooms = await self._desk.rooms(viewer)
        return viewer if any(room.id == thread_id for room, _ in rooms) else ""

    async def list_threads(self, pagination: Pagination, filters: ThreadFilter) -> PaginatedResponse[Any]:
        """A page of the person's rooms, the latest first; `search` looks at titles, then at what was said."""
        viewer = filters.userId or _viewer()
        searched = bool(filters.search)  # shared rooms stand in a list of their own, and are found among all others
        rooms = [
            (room.id, room.title, at) for room, at in await self._desk.rooms(viewer) if searched or not room.shared
        ]
        known = {id for id, _, _ in rooms}
        # A room whose first message is just being answered is listed already.
        opening = [(id, title, at) for id, (who, title, at) in self._opening.items() if who == viewer]
        rooms = [one for one in opening if one[0] not in known] + rooms
        if filters.search:
            rooms = await self._found(viewer, rooms, filters.search.casefold())
        ids = [id for id, _, _ in rooms]
        start = ids.index(pagination.cursor) + 1 if pagination.cursor in ids else 0
        page = rooms[start : start + pagination.first]
        info = PageInfo(start + len(page) < len(rooms), page[0][0] if page else None, page[-1][0] if page else None)
        return PaginatedResponse(info, [_thread(viewer, id, title, at) for id, title, at in page])

    async def get_thread(self, thread_id: str) -> Json | None:
        """A room with all that was said in it, or None when it is not there for whoever asks."""
        viewer = _viewer()
        found = next((one for one in await self._desk.rooms(viewer) if one[0].id == thread_id), None)
        if found is None:
            return None
        room, at = found
        thread = _thread(viewer, room.id, room.title, at)
        with speaking(viewer_language()):
            await self._draw(thread, viewer, room)
        return thread

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Rename a room. With `user_id` it is Chainlit naming a new one by its first words: the gateway does that."""
        if name and user_id is None:
            await self._desk.rename(_viewer(), thread_id, name)

    async def delete_thread(self, thread_id: str) -> None:
        """Forget a room of one's own. What several people said to each other none of them deletes: a room is closed."""
        if await self._desk.shared_room(thread_id):
            raise HTTPException(403)
        await self._desk.forget(_viewer(), thread_id)

    def opening(self, person: str, room: str, title: str) -> None:
        """A person has said the first words in a room that the gateway is about to open."""
        self._opening[room] = (person, title, datetime.now(UTC))

    def opened(self, room: str) -> None:
        """The gateway has it."""
        self._opening.pop(room, None)

    # --- feedback -------------------------------------------------------------------------------------

    async def upsert_feedback(self, feedback: Feedback) -> str:
        """Thumbs, with a comment where there is one."""
        value: Literal["up", "down"] = "up" if feedback.value else "down"
        await self._desk.feedback(_viewer(), turn_of_run(feedback.forId), value, feedback.comment or "")
        return ""  # no id: a thumb once given can be changed, not taken back

    async def delete_feedback(self, feedback_id: str) -> bool:
        """There is nothing to delete: see `upsert_feedback`."""
        return False

    # --- what the gateway has stored already -----------------------------------------------------------

    async def create_step(self, step_dict: Json) -> None: ...

    async def update_step(self, step_dict: Json) -> None: ...

    async def delete_step(self, step_id: str) -> None: ...

    async def create_element(self, element: Any) -> None: ...

    async def get_element(self, thread_id: str, element_id: str) -> Json | None:
        """An element of a room by its id."""
        thread = await self.get_thread(thread_id)
        return next((one for one in thread["elements"] if one["id"] == element_id), None) if thread else None

    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None: ...

    async def get_favorite_steps(self, user_id: str) -> list[Json]:
        """Favourites are off."""
        return []

    async def build_debug_url(self) -> str:
        """There is none."""
        return ""

    async def close(self) -> None: ...

    # --- drawing --------------------------------------------------------------------------------------

    async def _draw(self, thread: Json, viewer: str, room: Room) -> None:
        """Every turn that the viewer may see; in a shared room also who came and went, where it happened."""
        lines = list(await self._lines(room)) if room.shared else []
        for told in await self._desk.talk(viewer, room.id):
            while lines and aware(lines[0].at) < aware(told.at):
                self._draw_line(thread, lines.pop(0))
            shown = await drawn(self._cards, viewer, room.id, told, shared=room.shared)
            thread["steps"] += shown.steps
            thread["elements"] += shown.elements
        for event in lines:
            self._draw_line(thread, event)

    def _draw_line(self, thread: Json, event: RoomEvent) -> None:
        if step := line_of(self._cards, event):
            thread["steps"].append(step)

    async def _found(
        self, viewer: str, rooms: list[tuple[str, str, datetime]], words: str
    ) -> list[tuple[str, str, datetime]]:
        found = [one for one in rooms if words in one[1].casefold()]
        for one in rooms[:_SEARCHED]:
            if one not in found and words in await self._said_in(viewer, one[0]):
                found.append(one)
        return found

    async def _said_in(self, viewer: str, room: str) -> str:
        try:
            talk = await self._desk.talk(viewer, room)
        except AssistantError:
            return ""
        said = [text for told in talk for text in (told.text, told.reply.text if told.reply else "")]
        return "\n".join(said).casefold()


def _viewer() -> str:
    """Whoever asks: the person of the live connection, or of the request in hand."""
    try:
        return str(get_context().session.user.identifier)
    except (ChainlitContextException, AttributeError):
        return _asking.get()


def viewer_language() -> Language:
    """The language of the viewer's browser: English, or else Chinese."""
    try:
        return language_of_browser(get_context().session.language)
    except ChainlitContextException:
        return "zh"


def _thread(viewer: str, id: str, title: str, at: datetime) -> Json:
    return {
        "id": id,
        "createdAt": aware(at).astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "name": title,
        "userId": viewer,
        "userIdentifier": viewer,
        "tags": [],
        "metadata": {},
        "steps": [],
        "elements": [],
    }
