"""Files of rooms in a folder, sealed: `ports.Files`. The name people gave is sealed in the database, never a path."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from app.core.errors import Unavailable
from app.core.file_names import ending, harmless_name
from app.core.keys import KEY_ID
from app.core.texts import Texts
from app.core.turn import Attachment
from app.engines.storage.database import SqlDatabase
from app.engines.storage.sealed_file import MAGIC, key_of, opened_pieces, pieces, sealed_pieces
from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import FILE

_GROWS_FOR = 3600.0  # seconds that writing a file takes at most


class FolderFiles:
    """`<home>/files/<id>`, sealed, readable by the server's account only.

    The first version kept `<id><ending>`, plain: such files are read, and sealed by `deskmate rotate`.
    """

    def __init__(self, folder: Path, database: SqlDatabase, sealer: Sealer, texts: Texts) -> None:
        self._folder = folder
        self._database = database
        self._sealer = sealer
        self._texts = texts

    async def store(self, room: str, name: str, content: bytes, mime: str, *, by: str) -> Attachment:
        """Keep a file. Raises `Unavailable` when the disk is full; then nothing of it is left."""
        id = secrets.token_hex(12)
        shown = harmless_name(name)
        try:
            await asyncio.to_thread(self._seal, id, pieces(io.BytesIO(content)))
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
                    sealed=True,
                )
            )

        await self._database.writing(work)
        return Attachment(id, shown, len(content), mime)

    async def of_room(self, room: str) -> Sequence[Attachment]:
        """The room's files, latest first."""
        return [attachment for _, attachment in await self.listed(FILE.c.room == room)]

    async def find(self, id: str) -> tuple[str, Attachment] | None:
        """Room and file of an id."""
        found = await self.listed(FILE.c.id == id)
        return found[0] if found else None

    async def read(self, id: str) -> bytes:
        """A file's bytes. Raises `Unavailable` when they are gone, were changed, or belong to another file."""

        def work(connection: Connection) -> Row[Any] | None:
            return connection.execute(select(FILE).where(FILE.c.id == id)).one_or_none()

        row = await self._database.reading(work)
        try:
            if row is not None:
                return await asyncio.to_thread(lambda: b"".join(self._plain(row)))
        except OSError:
            pass
        raise Unavailable("FILE_GONE", self._texts("files_gone"))

    async def forget(self, room: str) -> None:
        """Delete the room's files."""
        await self.delete(FILE.c.room == room)

    async def delete(self, which: Any) -> None:
        """Delete the files that fit: the bytes first, so that a record which is left can be tried again."""
        rows = await self._rows(which)

        def unlink() -> None:
            for row in rows:
                self._path(row).unlink(missing_ok=True)

        await asyncio.to_thread(unlink)

        def work(connection: Connection) -> None:
            connection.execute(delete(FILE).where(FILE.c.id.in_([row.id for row in rows])))

        await self._database.writing(work)

    async def reseal(self) -> tuple[int, int]:
        """Seal under the newest secret what is plain, or sealed under another; file by file, each whole or as it was.

        Returns how many were sealed anew, and how many could not be opened.
        """
        done = broken = 0
        for row in await self._rows(FILE.c.id.is_not(None)):
            try:
                changed = await asyncio.to_thread(self._resealed, row)
            except FileNotFoundError:
                continue  # deleted meanwhile, or lost: there is nothing to seal
            except (Unavailable, OSError):
                broken += 1
                continue
            if not row.sealed:
                await self._mark_sealed(row.id)
                await asyncio.to_thread(self._path(row).unlink, missing_ok=True)
            done += changed
        await asyncio.to_thread(self._clear_up)
        return done, broken

    async def _mark_sealed(self, id: str) -> None:
        def work(connection: Connection) -> None:
            connection.execute(update(FILE).where(FILE.c.id == id).values(sealed=True))

        await self._database.writing(work, durable=True)

    def _resealed(self, row: Row[Any]) -> bool:
        if row.sealed:
            with self._path(row).open("rb") as file:
                if key_of(file.read(len(MAGIC) + KEY_ID)) == self._sealer.newest[-KEY_ID:]:
                    return False
        self._seal(row.id, self._plain(row))
        return True

    def _plain(self, row: Row[Any]) -> Iterator[bytes]:
        with self._path(row).open("rb") as file:
            yield from opened_pieces(file, self._sealer, id=f"file/{row.id}") if row.sealed else pieces(file)

    def _seal(self, id: str, content: Iterable[bytes]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._folder / f"{id}.part"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                for piece in sealed_pieces(content, self._sealer, id=f"file/{id}"):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / id)
        except (OSError, Unavailable):
            draft.unlink(missing_ok=True)
            raise

    def _clear_up(self) -> None:
        """What a process that was killed left half written; it is sealed too. Younger ones may be growing."""
        for draft in self._folder.glob("*.part"):
            with suppress(FileNotFoundError):
                if draft.stat().st_mtime < time.time() - _GROWS_FOR:
                    draft.unlink()

    def _path(self, row: Row[Any]) -> Path:
        if row.sealed:
            return self._folder / str(row.id)
        return self._folder / f"{row.id}{ending(self._sealer.open(row.name, about=f'file/{row.id}'))}"

    async def _rows(self, which: Any) -> Sequence[Row[Any]]:
        def work(connection: Connection) -> Sequence[Row[Any]]:
            return connection.execute(select(FILE).where(which).order_by(FILE.c.number.desc())).all()

        return await self._database.reading(work)

    async def listed(self, which: Any) -> list[tuple[str, Attachment]]:
        """Room and file of those that fit, latest first."""
        return [
            (row.room, Attachment(row.id, self._sealer.open(row.name, about=f"file/{row.id}"), row.size, row.mime))
            for row in await self._rows(which)
        ]
