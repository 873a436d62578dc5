"""Which key the database is sealed under: a process that does not know it must not write."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import KEY


def allow_writing(connection: Connection, sealer: Sealer) -> None:
    """Raises `Unavailable` in a process whose secret a rotation has ended.

    What it knows by fingerprint would look new to it, and the same value would get a second placeholder.
    """
    head = connection.scalar(select(KEY.c.head).where(KEY.c.id == 1))
    if head is not None and not sealer.knows(head):
        raise sealer.changed()


def move_to(connection: Connection, sealer: Sealer) -> None:
    """From now on the newest secret of `sealer` counts."""
    connection.execute(delete(KEY).where(KEY.c.id == 1))
    connection.execute(insert(KEY).values(id=1, head=sealer.newest))
