"""A small, real-enough world for a skill: the demonstration staff, a database in a file, files in a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Refused
from app.core.ports import Disliked, Gap, Hit, Import, Knowledge, Likeness, Original, Version
from app.core.skill import Context
from app.core.texts import Texts
from app.core.turn import Attachment, Person, Room
from app.engines.storage.sealing import Sealer

CONTENT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 19, 10, 7, tzinfo=ZONE)
"""A Thursday."""


class FakeDatabase:
    """SQLite in a file, so that two sessions really are two connections."""

    def __init__(self, path: Path) -> None:
        self.engine = create_async_engine(f"sqlite+aiosqlite:///{path}", connect_args={"timeout": 30})
        self.sealing = Sealer("test-secret", Texts(CONTENT / "app" / "engines" / "storage" / "texts"))
        event.listen(self.engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=ON"))

    async def open(self) -> FakeDatabase:
        async with self.engine.begin() as connection:
            await connection.run_sync(SQLModel.metadata.create_all)
        return self

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session


class FakeFiles:
    """Files in a folder, latest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stored: list[tuple[str, Attachment]] = []

    async def store(self, room: str, name: str, content: bytes, mime: str, *, by: str) -> Attachment:
        attachment = Attachment(f"file{len(self.stored)}", name, len(content), mime)
        (self.folder / attachment.id).write_bytes(content)
        self.stored.append((room, attachment))
        return attachment

    async def read(self, id: str) -> bytes:
        return (self.folder / id).read_bytes()

    async def of_room(self, room: str) -> Sequence[Attachment]:
        return [attachment for where, attachment in reversed(self.stored) if where == room]

    async def find(self, id: str) -> tuple[str, Attachment] | None:
        return next(((room, one) for room, one in self.stored if one.id == id), None)


class NoKnowledge:
    """Knows nothing."""

    async def search(
        self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10, on: date | None = None
    ) -> Sequence[Hit]:
        return []

    async def answering(self, query: str, hits: Sequence[Hit]) -> Sequence[float]:
        return [0.0] * len(hits)

    async def index(self, paths: Sequence[Path], *, into: str, progress: Any) -> Mapping[str, Any]:
        return {}

    async def passage(self, source: str, locator: str, version: str = "") -> Hit | None:
        return None

    async def original(self, source: str, version: str = "") -> Original | None:
        return None

    def narrowed(self, sets: Sequence[str]) -> Knowledge:
        return self


class NoShelf:
    """Holds nothing."""

    async def add(self, name: str, content: bytes, *, into: str, by: str) -> Version:
        raise AssertionError("nothing is added here")

    async def move(self, source: str, version: str, *, to: Any, by: Sequence[str], today: date) -> Version:
        raise AssertionError("nothing is moved here")

    async def versions(self, name: str) -> Sequence[Version]:
        return []

    async def find(self, name: str, said: str) -> Sequence[Version]:
        return []

    async def alike(self, *, fresh: bool = True) -> Sequence[Likeness]:
        return []

    def sets(self) -> Sequence[str]:
        return ["office"]

    def owner_of(self, source: str) -> str:
        return "总行办公室"

    def narrowed(self, sets: Sequence[str]) -> NoShelf:
        return self


class NoImports:
    """Takes nothing in."""

    async def start(self, files: Sequence[tuple[str, bytes]], *, into: str, by: str, room: str = "") -> Import:
        raise AssertionError("nothing is imported here")

    async def follow(self, id: str) -> AsyncIterator[Import]:
        for one in self.listed():
            yield one

    async def stop(self, id: str) -> bool:
        return False

    def listed(self, *, by: str = "", room: str = "") -> Sequence[Import]:
        return []


class FakeGaps:
    """Remembers what it was told, as it was said."""

    def __init__(self) -> None:
        self.noted: list[Gap] = []

    async def note(
        self, question: str, *, room: str, turn: str, person: str, at: datetime, set: str, nearest: Sequence[str] = ()
    ) -> Gap:
        self.noted.append(Gap(len(self.noted) + 1, question, set, "总行办公室", tuple(nearest), person, at))
        return self.noted[-1]

    async def open(self, *, sets: Sequence[str] | None = None) -> Sequence[Gap]:
        return [one for one in self.noted if sets is None or one.set in sets]

    async def close(self, id: int, *, by: str) -> bool:
        return False

    async def disliked(self, *, sets: Sequence[str] | None = None) -> Sequence[Disliked]:
        return []


class NoRooms:
    """Shared rooms, none of which is there."""

    async def open(self, title: str, people: Sequence[str], assistants: Sequence[str]) -> Room:
        return Room("shared", title, ("E6001", *people), tuple(assistants), shared=True, keeper="E6001")

    async def of(self, room: str) -> Room | None:
        return None

    async def invite(self, room: str, people: Sequence[str]) -> Room:
        raise Refused("NO_ROOM", "no room")

    async def leave(self, room: str) -> Room | None:
        raise Refused("NO_ROOM", "no room")

    async def hand_over(self, room: str, to: str) -> Room:
        raise Refused("NO_ROOM", "no room")

    async def close(self, room: str) -> Room:
        raise Refused("NO_ROOM", "no room")


PEOPLE = tuple(Person(**one) for one in yaml.safe_load((CONTENT / "config" / "people.yaml").read_text("utf-8")))


def person(id: str) -> Person:
    """One of the demonstration staff."""
    return next(one for one in PEOPLE if one.id == id)


def context(folder: Path, database: FakeDatabase, *, by: str = "E6001", now: datetime = NOW, **changes: Any) -> Context:
    """A turn of `by` in a room of its own."""
    made = Context(
        person=person(by),
        room="room-1",
        turn_id="turn-1",
        assistant="office",
        now=now,
        people=PEOPLE,
        attachments=(),
        knowledge=NoKnowledge(),
        shelf=NoShelf(),
        gaps=FakeGaps(),
        imports=NoImports(),
        rooms=NoRooms(),
        files=FakeFiles(folder),
        database=database,
        content=CONTENT,
        home=folder,
    )
    return replace(made, **changes)
