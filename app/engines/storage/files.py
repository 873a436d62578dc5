"""Files of rooms in a folder: `ports.Files`. The name people gave is sealed in the database, never a path."""

from __future__ import annotations

import asyncio
import errno
import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from app.core.errors import Unavailable
from app.core.texts import Texts
from app.core.turn import Attachment
from app.engines.storage.database import SqlDatabase
from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import FILE

_LONGEST_NAME = 120  # characters


class FolderFiles:
    """`<home>/files/<id><ending>`, readable by the server's account only."""

    def __init__(self, folder: Path, database: SqlDatabase, sealer: Sealer, texts: Texts) -> None:
        self._folder = folder
        self._database = database
        self._sealer = sealer
        self._texts = texts

    async def store(self, room: str, name: str, content: bytes, mime: str, *, by: str) -> Attachment:
        """Keep a file. Raises `Unavailable` when the disk is full; then nothing of it is left."""
        id = secrets.token_hex(12)
        shown = harmless_name(name)
        path = self._folder / f"{id}{_ending(shown)}"
        try:
            await asyncio.to_thread(_write, path, content)
        except OSError as error:
            code = "STORAGE_FULL" if error.errno == errno.ENOSPC else "STORAGE"
            raise Unavailable(code, self._texts("files_not_stored")) from None

        def work(connection: Connection) -> None:
            connection.execute(
                insert(FILE).values(
                    id=id,
                    room=room,
                    name=self._sealer.seal(shown, about=f"file/{id}"),
                    size=len(content),
                    mime=mime,
                    by=by,
                    at=datetime.now(UTC),
                )
            )

        await self._database.writing(work)
        return Attachment(id, shown, str(path), len(content), mime)

    async def of_room(self, room: str) -> Sequence[Attachment]:
        """The room's files, latest first."""

        def work(connection: Connection) -> list[Attachment]:
            rows = connection.execute(select(FILE).where(FILE.c.room == room).order_by(FILE.c.number.desc()))
            return [self._attachment(row) for row in rows]

        return await self._database.reading(work)

    async def find(self, id: str) -> tuple[str, Attachment] | None:
        """Room and file of an id."""

        def work(connection: Connection) -> tuple[str, Attachment] | None:
            row = connection.execute(select(FILE).where(FILE.c.id == id)).one_or_none()
            return (row.room, self._attachment(row)) if row else None

        return await self._database.reading(work)

    async def forget(self, room: str) -> None:
        """Delete the room's files: the bytes first, so that a record which is left can be tried again."""
        for file in await self.of_room(room):
            await asyncio.to_thread(Path(file.path).unlink, missing_ok=True)

        def work(connection: Connection) -> None:
            connection.execute(delete(FILE).where(FILE.c.room == room))

        await self._database.writing(work)

    def _attachment(self, row: Row[Any]) -> Attachment:
        name = self._sealer.open(row.name, about=f"file/{row.id}")
        return Attachment(row.id, name, str(self._folder / f"{row.id}{_ending(name)}"), row.size, row.mime)


def harmless_name(name: str) -> str:
    """`name` without folders, control and direction characters; never empty, never longer than a screen's line."""
    last = PurePosixPath(name.replace("\\", "/")).name
    clean = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(". ")
    stem, ending = (clean[: -len(_ending(clean))], _ending(clean)) if _ending(clean) else (clean, "")
    return f"{stem[: _LONGEST_NAME - len(ending)]}{ending}" or "file"


def _ending(name: str) -> str:
    found = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    return found.group().lower() if found else ""


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f"{path.suffix}.part")
    try:
        draft.write_bytes(content)
        draft.chmod(0o600)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
