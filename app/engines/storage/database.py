"""One database for everything: SQLite on the first day, PostgreSQL when grown. Says plainly when it cannot be used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Unavailable
from app.core.ports import Sealing
from app.core.texts import Texts
from app.engines.sqlite_wal import use_wal
from app.engines.storage import tables  # noqa: F401  (what is opened below is what stands there)
from app.engines.storage.in_use import InUse

HEAD = "0004"
"""The newest migration; `tests/engines/test_records.py` holds it against the folder."""
MIGRATIONS = Path(__file__).parent / "migrations"
_THREADS = 4
_TRIES = 3
T = TypeVar("T")


class SqlDatabase:
    """Runs transactions, each a plain function over a connection.

    On SQLite a transaction runs as a whole in a thread: an event loop that waits for every statement of it would spend
    more time on waiting than SQLite on working.
    """

    def __init__(self, url: str, texts: Texts, sealing: Sealing | None = None, in_use: InUse | None = None) -> None:
        self._texts = texts
        self._sealing = sealing
        self._in_use = in_use
        self.embedded = url.startswith("sqlite")
        # SQLite has one writer: waiting here is cheaper than waiting in the database.
        self._one_writer = asyncio.Lock()
        self._sessions = create_async_engine(url, **_arguments(embedded=self.embedded))
        if self.embedded:
            plain = url.replace("+aiosqlite", "")
            # Talk that a power cut takes from the last second can be said again; an action or an audit entry can not.
            self._usual, self._durable = (create_engine(plain, **_arguments(embedded=True)) for _ in range(2))
            self._threads = ThreadPoolExecutor(_THREADS, "database")
            self._watch: Connection | None = None
            _prepare(self._usual, "NORMAL")
            _prepare(self._durable, "FULL")
            _prepare(self._sessions.sync_engine, "FULL")

    async def open(self) -> None:
        """Create or migrate the tables.

        Raises `Unavailable` for a database of a newer version, and while its secret is being changed.
        """
        if self._in_use:
            self._in_use.take()
        for left in range(_TRIES, -1, -1):
            try:
                return await self.writing(self._opened, durable=True)
            except Unavailable as error:
                if error.code != "DATABASE" or not left:
                    raise
                await asyncio.sleep(0.2)  # another process may be making the tables at this moment

    def _opened(self, connection: Connection) -> None:
        version = _version(connection)
        known = {path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}
        if version is not None and version not in known:
            raise Unavailable("DATABASE_NEWER", self._texts("database_newer", found=version, head=HEAD))
        if version is not None and version != HEAD:
            _upgrade(connection, self._sealing)
        SQLModel.metadata.create_all(connection)
        if version is None:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})

    @property
    def sealing(self) -> Sealing:
        """The seals of this database, for domains' own columns."""
        if self._sealing is None:
            raise TypeError("this database was built without its seals")
        return self._sealing

    async def scrub(self) -> bool:
        """Give back the pages of what was deleted, in the file and in its log; SQLite alone, PostgreSQL has its own.

        False while another process reads: what was deleted is then still in the log, until the next time.
        """
        if not self.embedded:
            return True

        def work() -> bool:
            with self._durable.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM"))
                return bool(connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0] == 0)

        try:
            async with self._one_writer:
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except DBAPIError as error:
            raise self.unavailable(error) from None

    async def close(self) -> None:
        """Give the connections back."""
        if self._in_use:
            self._in_use.give_back()
        await self._sessions.dispose()
        if self.embedded:
            if self._watch is not None:
                self._watch.close()
            self._usual.dispose()
            self._durable.dispose()

    async def reading(self, work: Callable[[Connection], T]) -> T:
        """What `work` reads, in one transaction."""
        return await self._transaction(work, durable=False)

    async def watching(self, work: Callable[[Connection], T]) -> T:
        """What `work` reads, over the one connection that is kept for looking whether others wrote; SQLite alone."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, self._watcher())

    def _watcher(self) -> Connection:
        if self._watch is None:
            self._watch = self._usual.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._watch

    async def writing(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        """Run `work` in one transaction: all of it is kept, or nothing. `durable`: it outlives a power cut.

        Raises `IntegrityError` for what is there already, `Unavailable` when the database cannot be used.
        """
        async with self._one_writer:
            return await self._transaction(work, durable=durable)

    async def _transaction(self, work: Callable[[Connection], T], *, durable: bool) -> T:
        try:
            if not self.embedded:
                async with self._sessions.begin() as connection:
                    return await connection.run_sync(work)
            engine = self._durable if durable else self._usual
            context = copy_context()  # the language of the turn goes along
            return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, _run, engine, work)
        except IntegrityError:
            raise  # a value that is there already: the caller's to understand
        except DBAPIError as error:
            raise self.unavailable(error) from None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session for a domain's own tables, durable; commits are the caller's."""
        try:
            async with AsyncSession(self._sessions, expire_on_commit=False) as session:
                yield session
        except OperationalError as error:
            raise self.unavailable(error) from None

    def outdated(self) -> Unavailable:
        """What was read has been changed by somebody else, and nothing was kept."""
        return Unavailable("OUTDATED", self._texts("outdated"))

    def unavailable(self, error: DBAPIError) -> Unavailable:
        """`error` in words for people; no value of a statement gets into it."""
        full = "full" in str(error.orig)
        return Unavailable(
            "STORAGE_FULL" if full else "DATABASE", self._texts("database_full" if full else "database_error")
        )


def _run(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)


def _arguments(*, embedded: bool) -> dict[str, Any]:
    return {"connect_args": {"timeout": 30}} if embedded else {"pool_pre_ping": True}


def _prepare(engine: Engine, synchronous: str) -> None:
    """Set what SQLite keeps per connection."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        use_wal(cursor)
        # What is deleted is overwritten: a copy of the file would still hold it otherwise.
        for pragma in (f"synchronous={synchronous}", "busy_timeout=30000", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _version(connection: Connection) -> str | None:
    from sqlalchemy import inspect

    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(connection: Connection, sealing: Sealing | None) -> None:
    # Alembic is imported only when there is something to migrate: it costs 0.6 s at every start otherwise.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes.update(connection=connection, sealing=sealing)
    command.upgrade(config, "head")
