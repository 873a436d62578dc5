"""The browser: Chainlit, mounted at `/` of the house's FastAPI application.

What a person sends becomes a `Turn`, what the gateway answers becomes messages; nothing is kept here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from fastapi import FastAPI

from app.channels.browser_page import prepare
from app.core.lean_import import without
from app.core.ports import Bus, Notices
from app.core.settings import Settings
from app.core.turn import Person

if TYPE_CHECKING:
    from app.gateway.gateway import Gateway


class SignIn(Protocol):
    """Who stands behind a staff number and a password."""

    async def verify(self, id: str, password: str) -> Person | None:
        """The person, or None for a wrong number or password. Raises `AssistantError` for too many wrong tries."""
        ...


def mount(app: FastAPI, gateway: Gateway, settings: Settings, sign_in: SignIn, notices: Notices, bus: Bus) -> None:
    """Serve the chat on `app`. Call it last: what is mounted at `/` answers every path not routed before."""
    prepare(settings)
    # Chainlit reads its folders, keys and cookie names from the environment while it is imported, so not earlier.
    # A tracing library that it brings along, and that nothing here calls, takes 0.7 s and is no guest of a bank.
    with without("traceloop"):
        from app.channels.browser_chat import Chat

    Chat(gateway, sign_in, notices, bus).mount(app)
