"""What the page fetches besides Chainlit's own paths: files of a room, faces, and who can be mentioned."""

from __future__ import annotations

from html import escape
from itertools import cycle
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from chainlit.auth import get_current_user
from chainlit.session import WebsocketSession
from chainlit.user import PersistedUser
from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartParser

from app.channels import browser_documents
from app.channels.browser_cards import Json, say, spoken_name
from app.channels.browser_page import language_of_browser
from app.channels.browser_people import drawn_face
from app.core.assistant import Assistant
from app.core.errors import AssistantError
from app.core.texts import language, speaking

if TYPE_CHECKING:
    from app.gateway.gateway import Gateway

UPLOAD_LIMIT = 50 * 1024 * 1024  # bytes of a request; the gateway's own limits per kind of file are lower
_SHOWN_IN_PAGE = ("image/png", "image/jpeg", "image/gif", "image/webp")
_DISCS = ("#0b6b8f", "#7a4f9a", "#a8562a", "#2f7a53", "#4a5f9e", "#8a3f5e")
_User = Annotated[PersistedUser, Depends(get_current_user)]


MultiPartParser.spool_max_size = UPLOAD_LIMIT
"""Uploads stay in memory: from one megabyte on they would lie in a plain temporary file while they are read."""


def router(gateway: Gateway) -> APIRouter:
    """The routes. They come before Chainlit's of the same path, which would keep uploads as plain files of its own."""
    routes = APIRouter(include_in_schema=False)
    routes.include_router(browser_documents.router(gateway))
    faces = {
        assistant.title: _face(assistant.face, disc)
        for assistant, disc in zip(gateway.assistants.values(), cycle(_DISCS), strict=False)
    }

    @routes.post("/project/file")
    async def upload(request: Request, user: _User, session_id: str) -> Response:
        """Take a file into the room of a live session."""
        with speaking(language_of_browser(request.headers.get("accept-language", ""))):
            session = _session_of(user, session_id)
            if session is None:
                return _refusal(404, say("upload_session"))
            # A body that does not say how long it is counts as too long: it would be read to its end first.
            if int(request.headers.get("content-length") or UPLOAD_LIMIT + 1) > UPLOAD_LIMIT:
                return _refusal(413, say("upload_too_large", limit=UPLOAD_LIMIT // 1024**2))
            async with request.form(max_files=1) as form:
                file = form.get("file")
                if not isinstance(file, UploadFile):
                    return _refusal(400, say("upload_none"))
                mime = file.content_type or "application/octet-stream"
                try:
                    kept = await gateway.desk.upload(
                        user.identifier, session.thread_id, file.filename or "", await file.read(), mime
                    )
                except AssistantError as error:
                    return _refusal(400, error.message)
            # What is no picture is shown as a file to download, never as something that the page plays or opens.
            shown = kept.mime if kept.mime in _SHOWN_IN_PAGE else "application/octet-stream"
            session.files[kept.id] = {
                "id": kept.id,
                "path": kept.id,  # Chainlit wants one, and never opens it: the bytes are sealed
                "name": kept.name,
                "type": shown,
                "size": kept.size,
                "attachment": kept,
            }
            return JSONResponse({"id": kept.id})

    @routes.get("/files/{file_id}")
    @routes.get("/project/file/{file_id}")
    async def download(request: Request, file_id: str, user: _User, session_id: str = "") -> Response:
        """A file of one of the person's rooms, or one that he has just put into a message not sent yet."""
        session = _session_of(user, session_id)
        with speaking(language_of_browser(request.headers.get("accept-language", ""))):
            try:
                waiting = session.files.get(file_id) if session else None
                file = waiting["attachment"] if waiting else await gateway.desk.file(user.identifier, file_id)
                content = await gateway.desk.content(file)
            except AssistantError:
                return _refusal(404, say("not_found"))
        shown = "inline" if file.mime in _SHOWN_IN_PAGE else "attachment"
        return Response(
            content,
            media_type=file.mime,
            headers={
                "Content-Disposition": f"{shown}; filename*=utf-8''{quote(file.name, safe='')}",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "sandbox; default-src 'none'",
            },
        )

    @routes.get("/avatars/{name:path}")
    async def avatar(name: str) -> Response:
        """A face: an assistant's character on a disc, a colleague's initials. Behind middle dots stands more."""
        drawn = drawn_face(name) or faces.get(name.split(" · ")[0], _OWN_FACE)
        return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "max-age=3600"})

    @routes.get("/mentions")
    async def mentions(user: _User, accept_language: Annotated[str, Header()] = "") -> Json:
        """Everybody who answers to an "@", with what the menu is filtered by."""
        with speaking(language_of_browser(accept_language)):
            people = [_mention(assistant) for assistant in gateway.assistants.values()]
            keys = ("menu_title", "menu_empty", "mark_local", "mark_local_hint", "mark_model_hint", "cannot_open")
            return {"people": people, "labels": {key: say(key) for key in keys}}

    return routes


def _session_of(user: PersistedUser, id: str) -> WebsocketSession | None:
    """The live connection of that id, if it is this person's."""
    session = WebsocketSession.get_by_id(id)
    mine = session is not None and session.user is not None and session.user.identifier == user.identifier
    return session if mine else None


def _mention(assistant: Assistant) -> Json:
    english = language() == "en"
    return {
        "name": assistant.title_en if english else assistant.title,
        "title": assistant.title,
        "post": assistant.post,
        "brief": assistant.brief_en if english else assistant.brief,
        "face": f"/avatars/{quote(assistant.title)}",
        "insert": spoken_name(assistant),
        "names": sorted(assistant.names, key=len, reverse=True),
        "keys": sorted({key for name in assistant.names for key in _keys(name)}),
    }


def _keys(name: str) -> set[str]:
    """What `name` is found by: itself, its pinyin, and the initials of its pinyin."""
    from pypinyin import Style, lazy_pinyin  # its dictionary takes a quarter of a second: not at every start

    return {
        name.casefold(),
        "".join(lazy_pinyin(name)).casefold(),
        "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).casefold(),
    }


def _face(face: str, disc: str) -> str:
    """An SVG of 64 × 64: a written character white on its disc, a picture character on a light one."""
    written = face[:1].isalnum()
    return _svg(
        disc if written else "#e3eef3",
        f'<text x="32" y="33" font-size="{30 if written else 34}" font-weight="600" fill="#fff" text-anchor="middle" '
        "dominant-baseline=\"central\" font-family=\"system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',"
        f"'Noto Color Emoji','Segoe UI Emoji',sans-serif\">{escape(face)}</text>",
    )


def _svg(disc: str, drawn: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<circle cx="32" cy="32" r="32" fill="{disc}"/>{drawn}</svg>'
    )


# Deskmate itself: two at one desk.
_OWN_FACE = _svg(
    "#0b5b7a",
    '<circle cx="23" cy="25" r="7" fill="#fff"/><circle cx="41" cy="25" r="7" fill="#fff" fill-opacity=".75"/>'
    '<rect x="12" y="38" width="40" height="6" rx="3" fill="#fff"/>',
)


def _refusal(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"detail": sentence}, status)
