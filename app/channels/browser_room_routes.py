"""What the page fetches about shared rooms: the list of them, and what it tells of itself."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Annotated

from chainlit.auth import get_current_user
from chainlit.user import PersistedUser
from fastapi import APIRouter, Depends, Header
from fastapi.responses import JSONResponse, Response

from app.channels.browser_cards import Json, say
from app.channels.browser_page import language_of_browser
from app.channels.browser_panels import BrowserPanels
from app.channels.browser_people import face_url
from app.channels.browser_rooms import BrowserRooms
from app.channels.browser_told import aware
from app.core.errors import AssistantError
from app.core.texts import speaking

if TYPE_CHECKING:
    from app.gateway.gateway import Gateway

_User = Annotated[PersistedUser, Depends(get_current_user)]
_LABELS = ("rooms_title", "rooms_unread", "rooms_closed", "rooms_members", "panel_open", "panel_title")


def room_router(gateway: Gateway, rooms: BrowserRooms, panels: BrowserPanels) -> APIRouter:
    """The routes; every one answers for the person whose cookie comes with it."""
    routes = APIRouter(include_in_schema=False)

    def member(id: str) -> Json:
        try:
            person = gateway.identity.person(id)
        except AssistantError:  # somebody who has left the bank
            return {"id": id, "name": id, "post": "", "face": ""}
        return {"id": id, "name": person.name, "post": person.post, "face": face_url(person)}

    @routes.get("/rooms")
    async def listed(user: _User, accept_language: Annotated[str, Header()] = "") -> Json:
        """The person's shared rooms, the latest first, with their members and how much of each he has not seen."""
        with speaking(language_of_browser(accept_language)):
            unread = await gateway.desk.unread(user.identifier)
            found = [
                {
                    "id": room.id,
                    "title": room.title,
                    "members": [member(id) for id in room.members],
                    "unread": unread.get(room.id, 0),
                    "closed": room.closed,
                    "at": aware(at).astimezone(UTC).isoformat(),
                }
                for room, at in await gateway.desk.rooms(user.identifier)
                if room.shared
            ]
            return {"me": user.identifier, "rooms": found, "labels": {key: say(key) for key in _LABELS}}

    @routes.post("/rooms/{id}/seen")
    async def seen(id: str, user: _User) -> Response:
        """The person has the room before his eyes."""
        try:
            await rooms.seen(user.identifier, id)
        except AssistantError as error:
            return JSONResponse({"detail": error.message}, 404)
        return Response(status_code=204)

    @routes.post("/rooms/{id}/panel")
    async def panel(id: str, user: _User) -> Response:
        """Show what is beside the room on the person's pages in it."""
        await panels.open(user.identifier, id)
        return Response(status_code=204)

    return routes
