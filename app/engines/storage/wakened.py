"""How a process learns that another one has written to the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from app.core.errors import Unavailable
from app.engines.storage.database import SqlDatabase
from app.engines.storage.room_events import CHANNEL

_LOOKED_AT = 0.05  # seconds between two looks, on SQLite
_AT_LATEST = 5.0  # seconds: a connection that died unnoticed tells nothing


async def wakened_embedded(database: SqlDatabase) -> AsyncIterator[None]:
    """Comes round when the file was written to, by any connection. Raises `Unavailable`."""
    seen = await database.watching(_version)
    while True:
        await asyncio.sleep(_LOOKED_AT)
        if (now := await database.watching(_version)) != seen:
            seen = now
            yield


async def wakened_postgres(url: str) -> AsyncIterator[None]:
    """Comes round when PostgreSQL is notified of events, and now and then. Raises `Unavailable`."""
    import asyncpg  # where nobody uses PostgreSQL, nobody waits for its driver

    said = asyncio.Event()
    try:
        connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(False))
    except (OSError, asyncpg.PostgresError):
        raise Unavailable("DATABASE", "") from None
    try:
        await connection.add_listener(CHANNEL, lambda *_: said.set())
        while not connection.is_closed():
            try:
                async with asyncio.timeout(_AT_LATEST):
                    await said.wait()
            except TimeoutError:
                pass
            said.clear()
            yield
    finally:
        await connection.close(timeout=1)


def _version(connection: Connection) -> int:
    return int(connection.execute(text("PRAGMA data_version")).scalar_one())
