"""Where the talk of a room is kept between two messages, sealed: of the deal that is being made there."""

from __future__ import annotations

from pydantic import TypeAdapter
from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from app.core.ports import Database
from skills.fx.dealing.talk import Talk

_JSON = TypeAdapter(Talk)


class TalkRow(SQLModel, table=True):
    """How far the talk of a room has come."""

    __tablename__ = "fx_talk"

    room: str = Field(primary_key=True)
    number: str
    """Of the deal that it is about: talk about another one is over."""
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False, info={"sealed": "fx_talk/{room}"}))
    """Sealed JSON of the `Talk`."""


class KeptTalks:
    """The talk of every room."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, room: str, number: str) -> Talk:
        """The room's talk about a deal; an empty one where nothing of it is known."""
        async with self._database.session() as session:
            row = await session.get(TalkRow, room)
            if row is None or row.number != number:
                return Talk()
            return _JSON.validate_python(self._database.sealing.open(row.body, about=f"fx_talk/{room}"))

    async def keep(self, room: str, number: str, talk: Talk) -> None:
        """Keep it in place of the earlier one."""
        body = self._database.sealing.seal(_JSON.dump_python(talk, mode="json"), about=f"fx_talk/{room}")
        async with self._database.session() as session:
            await session.merge(TalkRow(room=room, number=number, body=body))
            await session.commit()
