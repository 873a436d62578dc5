"""The originals behind citations: the document opened at the cited place, its pages as pictures, its file."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote as address_part

from chainlit.auth import get_current_user, reuseable_oauth
from chainlit.user import PersistedUser
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from app.channels.browser_cards import say
from app.channels.browser_document_page import DrawnPage, document_page, page_number, refusal_page
from app.channels.browser_page import WEB, language_of_browser
from app.core.errors import AssistantError, Refused, Unavailable
from app.core.texts import speaking
from app.gateway.reading_room import Cited, Shown

if TYPE_CHECKING:
    from app.gateway.gateway import Gateway
    from app.gateway.reading_room import ReadingRoom


async def _visitor(request: Request) -> PersistedUser | None:
    """Who has logged in; None where nobody has: a link to an original is opened from anywhere."""
    try:
        user = await get_current_user(await reuseable_oauth(request))
    except HTTPException:
        return None
    return user if isinstance(user, PersistedUser) else None


_User = Annotated[PersistedUser, Depends(get_current_user)]
_Visitor = Annotated[PersistedUser | None, Depends(_visitor)]
_LOCKED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAGE = {
    **_LOCKED,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    ),
    "Cache-Control": "private, no-store",
}
_BARE = {**_LOCKED, "Content-Security-Policy": "sandbox; default-src 'none'"}
_LAST_PAGE = 100_000


def router(gateway: Gateway) -> APIRouter:
    """The routes. Each asks the reading room, and none knows a right of its own."""
    routes = APIRouter(include_in_schema=False)
    room = gateway.desk.documents
    sheet = (WEB / "public" / "document.css").read_bytes()
    style = f"/public/document.css?v={hashlib.sha256(sheet).hexdigest()[:12]}"

    @routes.get("/documents/{source:path}")
    async def document(
        request: Request, source: str, user: _Visitor, at: str = "", v: str = "", mark: str = "", n: str = ""
    ) -> Response:
        """The original of a citation, open at its place."""
        cited = Cited(source, at, v, mark)
        with speaking(language_of_browser(request.headers.get("accept-language", ""))):
            if user is None:
                return HTMLResponse(refusal_page(say("document_log_in"), style), 401, headers=_PAGE)
            try:
                shown = await room.document(user.identifier, cited)
                drawn = await _drawn(room, user.identifier, shown, cited, _count(n))
            except AssistantError as error:
                return HTMLResponse(refusal_page(error.message, style), _status(error), headers=_PAGE)
            # A long document takes a while to write: others' talk goes on meanwhile.
            page = await asyncio.to_thread(document_page, shown, cited, style, leaf=_count(n), drawn=drawn)
            return HTMLResponse(page, headers=_PAGE)

    @routes.get("/document-page/{number}/{source:path}")
    async def picture(
        request: Request, number: str, source: str, user: _User, at: str = "", v: str = "", mark: str = ""
    ) -> Response:
        """A page as a picture, as it is shown with that citation: a scan that is quoted is straightened."""
        cited = Cited(source, at, v, mark)
        with speaking(language_of_browser(request.headers.get("accept-language", ""))):
            try:
                shown = await room.document(user.identifier, cited)
                page = _count(number)
                fixed = replace(cited, version=shown.document.version)
                drawn = await room.page(user.identifier, fixed, page, _quote_on(shown, page))
            except AssistantError as error:
                return HTMLResponse(refusal_page(error.message, style), _status(error), headers=_PAGE)
        # What a version looks like never changes; without one, the answer may be another tomorrow.
        kept = "private, max-age=3600" if v else "private, no-store"
        return Response(drawn.png, media_type="image/png", headers={**_BARE, "Cache-Control": kept, "Vary": "Cookie"})

    @routes.get("/document-file/{source:path}")
    async def file(request: Request, source: str, user: _User, v: str = "") -> Response:
        """The file itself, to be saved and never to be opened by the browser."""
        with speaking(language_of_browser(request.headers.get("accept-language", ""))):
            try:
                original = await room.original(user.identifier, Cited(source, version=v))
            except AssistantError as error:
                return HTMLResponse(refusal_page(error.message, style), _status(error), headers=_PAGE)
        name = f"attachment; filename*=utf-8''{address_part(original.name, safe='')}"
        headers = {**_BARE, "Content-Disposition": name, "Cache-Control": "private, no-store"}
        return Response(original.content, media_type="application/octet-stream", headers=headers)

    return routes


async def _drawn(room: ReadingRoom, person: str, shown: Shown, cited: Cited, asked: int) -> DrawnPage | None:
    """The page that is shown of a document that has pages: the one asked for, or that of the citation.

    Where it cannot be drawn the text is there still.
    """
    if not shown.document.has_pages:
        return None
    number = asked or page_number(shown.document.passages[shown.at].locator if shown.at is not None else cited.locator)
    fixed = replace(cited, version=shown.document.version)
    try:
        return DrawnPage(number, await room.page(person, fixed, number, _quote_on(shown, number)))
    except Refused:
        raise
    except AssistantError as error:
        return DrawnPage(number, None, error.message)


def _quote_on(shown: Shown, page: int) -> str:
    """What is to be marked on a page: the quote, else its passage; a passage may end on the page after its first."""
    if shown.at is None:
        return ""
    passage = shown.document.passages[shown.at]
    if page - page_number(passage.locator) not in (0, 1):
        return ""
    start, end = shown.quote or (0, len(passage.text))
    return passage.text[start:end]


def _count(said: str) -> int:
    """A page or part from an address; 0 for none and for what is no number."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 and int(said) <= _LAST_PAGE else 0


def _status(error: AssistantError) -> int:
    return 503 if isinstance(error, Unavailable) else 404
