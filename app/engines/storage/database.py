"""One database for everything: SQLite on the first day, PostgreSQL when grown. Says plainly when it cannot be used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Unavailable
from app.core.texts import Texts
from app.engines.storage import tables  # noqa: F401  (what is opened below is what stands there)

HEAD = "0001"
"""The newest migration; `tests/engines/test_database.py` holds it against the folder."""
MIGRATIONS = Path(__file__).parent / "migrations"


class SqlDatabase:
    """The engine, its sessions and its transactions."""

    def __init__(self, url: str, texts: Texts) -> None:
        self._texts = texts
        self.url = url
        self.embedded = url.startswith("sqlite")
        # SQLite has one writer: waiting here is cheaper than waiting in the database.
        self._writing = asyncio.Lock()
        self.engine = self._engine("NORMAL")
        # Talk that a power cut takes from the last second can be said again; an action or an audit entry can not.
        self._durable = self._engine("FULL") if self.embedded else self.engine

    def _engine(self, synchronous: str) -> AsyncEngine:
        if not self.embedded:
            return create_async_engine(self.url, pool_pre_ping=True)
        engine = create_async_engine(self.url, connect_args={"timeout": 30})

        @event.listens_for(engine.sync_engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "busy_timeout=30000", "foreign_keys=ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        return engine

    async def open(self) -> None:
        """Create or migrate the tables. Raises `Unavailable` for a database of a newer version."""
        async with self.begin() as connection:
            version = await connection.run_sync(_version)
            known = {path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}
            if version is not None and version not in known:
                raise Unavailable("DATABASE_NEWER", self._texts("database_newer", found=version, head=HEAD))
            if version is not None and version != HEAD:
                await connection.run_sync(_upgrade)
            await connection.run_sync(SQLModel.metadata.create_all)
            if version is None:
                await connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
                await connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()
        await self._durable.dispose()

    @asynccontextmanager
    async def begin(self, *, durable: bool = False) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end of the block, rolled back on an error."""
        try:
            async with (self._durable if durable else self.engine).begin() as connection:
                yield connection
        except IntegrityError:
            raise  # a value that is there already: the caller's to understand
        except DBAPIError as error:
            raise self.unavailable(error) from None

    @asynccontextmanager
    async def write(self, *, durable: bool = False) -> AsyncIterator[AsyncConnection]:
        """One writing transaction; this process writes in one line. `durable`: it outlives a power cut."""
        async with self._writing, self.begin(durable=durable) as connection:
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session for a domain's own tables, durable; commits are the caller's."""
        try:
            async with AsyncSession(self._durable, expire_on_commit=False) as session:
                yield session
        except OperationalError as error:
            raise self.unavailable(error) from None

    def unavailable(self, error: DBAPIError) -> Unavailable:
        """`error` in words for people; no value of a statement gets into it."""
        full = "full" in str(error.orig)
        return Unavailable(
            "STORAGE_FULL" if full else "DATABASE", self._texts("database_full" if full else "database_error")
        )


def _version(connection: Any) -> str | None:
    from sqlalchemy import inspect

    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()  # type: ignore[no-any-return]


def _upgrade(connection: Any) -> None:
    # Alembic is imported only when there is something to migrate: it costs 0.6 s at every start otherwise.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
