"""Where the talk of a room is kept between two messages, sealed: of the deal that is being made there."""

from __future__ import annotations

from pydantic import TypeAdapter
from sqlalchemy import Column, LargeBinary, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col

from app.core.ports import Database
from skills.fx.dealing.talk import Talk
from skills.fx.deals.book import Stale

_JSON = TypeAdapter(Talk)


class TalkRow(SQLModel, table=True):
    """How far the talk of a room has come."""

    __tablename__ = "fx_talk"

    room: str = Field(primary_key=True)
    number: str
    """Of the deal that it is about: talk about another one is over."""
    version: int
    """How often it was kept: who has read an older one does not write over a newer."""
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False, info={"sealed": "fx_talk/{room}"}))
    """Sealed JSON of the `Talk`."""


class KeptTalks:
    """The talk of every room."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, room: str, number: str) -> tuple[Talk, int]:
        """The room's talk about a deal, an empty one where nothing of it is known; and its version."""
        async with self._database.session() as session:
            row = await session.get(TalkRow, room)
            if row is None:
                return Talk(), 0
            if row.number != number:
                return Talk(), row.version
            opened = self._database.sealing.open(row.body, about=f"fx_talk/{room}")
            return _JSON.validate_python(opened), row.version

    async def keep(self, room: str, number: str, talk: Talk, *, after: int) -> None:
        """Keep it in place of the version that was read. Raises `Stale` where somebody else was faster."""
        body = self._database.sealing.seal(_JSON.dump_python(talk, mode="json"), about=f"fx_talk/{room}")
        async with self._database.session() as session:
            try:
                if not after:
                    session.add(TalkRow(room=room, number=number, version=1, body=body))
                    await session.flush()
                else:
                    own = (col(TalkRow.room) == room, col(TalkRow.version) == after)
                    newer = update(TalkRow).where(*own).values(number=number, version=after + 1, body=body)
                    if (await session.execute(newer.returning(col(TalkRow.room)))).first() is None:
                        raise Stale
                await session.commit()
            except IntegrityError:
                await session.rollback()
                raise Stale from None
