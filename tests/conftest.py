"""What every test may use: a whole house of its own on the shipped content, and no way to a real model."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from app.core.ports import Delta, Listener, Progress, nobody_listens
from app.core.settings import Settings, read_settings
from app.core.turn import Attachment, Reply, Turn
from app.main import Deskmate, opened
from app.rooms import BANK_TIME
from tests.durable import MemoryDurable

TODAY = date(2026, 11, 23)
"""A Monday: the day on which every dialogue plays."""


def clock() -> datetime:
    """Ten in the morning of that day."""
    return datetime(TODAY.year, TODAY.month, TODAY.day, 10, 0, tzinfo=BANK_TIME)


@pytest.fixture(autouse=True)
def no_model_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that wants a model says so by starting the scripted server."""
    for name in ("DESKMATE_MODEL", "DESKMATE_MODEL_BASE_URL", "DESKMATE_MODEL_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def settings_in(home: Path, **environment: str) -> Settings:
    """Settings with their state in `home` and the shipped content."""
    return read_settings({"DESKMATE_HOME": str(home), "DESKMATE_SECRET": "test-secret", **environment})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a house of one's own."""
    return settings_in(tmp_path / "home")


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[Deskmate]:
    """A house of one's own, for tests that look into its records."""
    async with opened(settings, clock=clock, durable=MemoryDurable()) as built:
        yield built


@pytest.fixture(scope="session")
async def shared_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deskmate]:
    """One house for all tests that keep to rooms of their own."""
    home = settings_in(tmp_path_factory.mktemp("home"))
    async with opened(home, clock=clock, durable=MemoryDurable()) as built:
        yield built


Ask = Callable[..., Awaitable[Reply]]


def asking(house: Deskmate, room: str | None = None, person: str = "E1001") -> Ask:
    """A short way to say something in one room: `await ask("@外汇 …", person="E1002")`."""
    own_room = room or f"test-{secrets.token_hex(6)}"
    default_person = person

    async def ask(
        text: str,
        *,
        person: str = default_person,
        room: str = own_room,
        files: tuple[Attachment, ...] = (),
        listener: Listener = nobody_listens,
        id: str | None = None,
        operator: str | None = None,
    ) -> Reply:
        turn = Turn(
            id=id or secrets.token_hex(8),
            room=room,
            person=person,
            text=text,
            channel="test",
            at=clock(),
            attachments=files,
            operator=operator,
        )
        return await house.gateway.handle(turn, listener)

    ask.room = own_room  # type: ignore[attr-defined]
    return ask


class Listening:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.events: list[Delta | Progress] = []

    async def __call__(self, event: Delta | Progress) -> None:
        self.events.append(event)

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, Delta))
