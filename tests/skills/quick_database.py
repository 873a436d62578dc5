"""SQLite without a thread a statement, for tests that make thousands of databases; sessions take turns at each one.

One session writes at a time, as SQLite has it; between two statements anybody else may go on, so what was read may have
changed when it is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlmodel import Session

from app.core.texts import Texts
from app.engines.storage.sealing import Sealer
from tests.skills.context import CONTENT

_SEALS = Sealer("test-secret", Texts(CONTENT / "app" / "engines" / "storage" / "texts"))


class QuickDatabase:
    """`ports.Database` in a file whose tables are there; it need not outlive a power cut."""

    sealing = _SEALS

    def __init__(self, path: Path) -> None:
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 1, "check_same_thread": False})
        self._writer = asyncio.Lock()
        event.listen(self._engine, "connect", _quick)

    async def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Any]:
        """As an `AsyncSession`, as far as domains use one."""
        session = Session(self._engine, expire_on_commit=False)
        quick = _Session(session, self._writer)
        try:
            yield quick
        finally:
            session.close()
            quick.over()


def _quick(raw: Any, _: Any) -> None:
    for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")


class _Session:
    def __init__(self, session: Session, writer: asyncio.Lock) -> None:
        self._session, self._writer, self._mine = session, writer, False
        self.add, self.add_all = session.add, session.add_all

    async def exec(self, statement: Any) -> Any:
        await self._turn(writes=not statement.is_select)
        return self._session.exec(statement)

    async def execute(self, statement: Any) -> Any:
        await self._turn(writes=not statement.is_select)
        return self._session.execute(statement)  # type: ignore[deprecated]

    async def get(self, row: Any, key: Any) -> Any:
        await self._turn()
        return self._session.get(row, key)

    async def merge(self, row: Any) -> Any:
        await self._turn(writes=True)
        return self._session.merge(row)

    async def flush(self) -> None:
        await self._turn()
        self._session.flush()

    async def commit(self) -> None:
        await self._turn()
        self._session.commit()
        self.over()

    async def rollback(self) -> None:
        self._session.rollback()
        self.over()

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        await self._turn(writes=True)
        with self._session.begin_nested():
            yield

    async def _turn(self, *, writes: bool = False) -> None:
        """Let the others go on, and wait until this session may write where it will."""
        await asyncio.sleep(0)
        if not self._mine and (writes or self._session.new or self._session.dirty):
            await self._writer.acquire()
            self._mine = True

    def over(self) -> None:
        """Nothing is written any more."""
        if self._mine:
            self._writer.release()
            self._mine = False
