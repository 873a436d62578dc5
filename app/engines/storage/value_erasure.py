"""Erasing one value wherever it stands: every vault, every sealed text, and every text where masking missed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, literal, select, tuple_, update

from app.core.errors import Unavailable
from app.core.texts import Texts
from app.engines.masking.placeholders import with_texts
from app.engines.storage.database import SqlDatabase
from app.engines.storage.erased import Erased, FoundFile
from app.engines.storage.files import FolderFiles
from app.engines.storage.room_rows import EVIDENCE, note_erasure
from app.engines.storage.rotation import keys_of, sealed_columns
from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import ACTION, FEEDBACK, FILE, GAP, NEWS, ROOM, RUN, TURN, VAULT
from app.engines.storage.vault import erased
from app.engines.storage.wanted import Wanted

_PAGE = 500  # rows of one transaction
_MASKED = ((TURN, ("text", "reply_text")), (FEEDBACK, ("comment",)), (GAP, ("question",)))
Row = Mapping[str, Any]


class ValueErasure:
    """One run of it. `room`: only there. With `dry_run` it only counts."""

    def __init__(
        self,
        database: SqlDatabase,
        sealer: Sealer,
        files: FolderFiles,
        texts: Texts,
        wanted: Wanted,
        *,
        room: str | None,
        dry_run: bool,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._files = files
        self._in_its_place = texts("erased")
        self._wanted = wanted
        self._room = room
        self._dry_run = dry_run
        self._counts = Counter({"placeholders": 0, "texts": 0, "files": 0})
        self._kept: list[str] = []

    async def run(self, *, with_files: bool) -> Erased:
        """Files that it stands in are named; `with_files` they are deleted."""
        found, closed = await self._files_with_it()  # first: names of files are texts that are changed
        for table, sealed in sealed_columns():
            named = [column for column in keys_of(table, sealed) if column.name not in sealed]
            change = self._vault_row if table is VAULT else partial(self._sealed_row, table, sealed)
            await self._over(table, [*named, *(table.c[name] for name in sealed)], change)
        for table, names in _MASKED:
            columns = [*table.primary_key.columns, *(table.c[name] for name in names)]
            await self._over(table, columns, partial(self._masked_row, table, names))
        if with_files:
            self._counts["files"] = len(found)
            if found and not self._dry_run:
                await self._files.delete(FILE.c.id.in_([one.id for one in found]))
            found = []
        if not self._dry_run:
            await self._database.writing(note_erasure, durable=True)
        return Erased(dict(self._counts), tuple(self._kept), files=tuple(found), closed_files=tuple(closed))

    def _vault_row(self, connection: Connection, row: Row) -> None:
        value = self._opened(row["value"], f"vault/{row['room']}/{row['placeholder']}") if row["value"] else None
        if value is not None and self._wanted.is_(value):
            self._counts["placeholders"] += 1
            if not self._dry_run:
                here = and_(VAULT.c.room == row["room"], VAULT.c.placeholder == row["placeholder"])
                connection.execute(erased(here))

    def _sealed_row(self, table: Table, sealed: Mapping[str, str], connection: Connection, row: Row) -> None:
        new: dict[str, Any] = {}
        for name, template in sealed.items():
            about = template.format(**row)
            value = self._opened(row[name], about) if row[name] else None
            changed = with_texts(value, self._without)
            if changed != value:
                new[name] = self._sealer.seal(changed, about=about)
        if new and table is ACTION:
            state = connection.scalar(select(ACTION.c.state).where(ACTION.c.id == row["id"]))
            if state in (*EVIDENCE, "proposed"):
                self._kept.append(row["id"])
                return
        self._put(connection, table, row, new)

    def _masked_row(self, table: Table, names: Iterable[str], connection: Connection, row: Row) -> None:
        texts = {name: row[name] for name in names if row[name]}
        self._put(
            connection, table, row, {name: new for name, old in texts.items() if (new := self._without(old)) != old}
        )

    def _put(self, connection: Connection, table: Table, row: Row, new: Mapping[str, Any]) -> None:
        self._counts["texts"] += len(new)
        if new and not self._dry_run:
            here = [column == row[column.name] for column in table.primary_key.columns]
            connection.execute(update(table).where(*here).values(**new))

    def _without(self, text: str) -> str:
        return self._wanted.replaced(text, self._in_its_place)

    def _opened(self, sealed: bytes, about: str) -> Any:
        """The value; None for one that no known secret opens: nobody can read it, and the operator is told."""
        try:
            return self._sealer.open(sealed, about=about)
        except Unavailable:
            self._counts["unopened"] += 1
            return None

    async def _over(
        self, table: Table, columns: Sequence[Column[Any]], change: Callable[[Connection, Row], None]
    ) -> None:
        """Go over a table, a page and a transaction at a time."""
        primary = list(table.primary_key.columns)
        wanted = select(*columns).order_by(*primary).limit(_PAGE)
        if self._room is not None:
            wanted = wanted.where(_of_room(table, self._room))

        def page(after: tuple[Any, ...] | None, connection: Connection) -> tuple[Any, ...] | None:
            here = wanted if after is None else wanted.where(tuple_(*primary) > tuple_(*map(literal, after)))
            rows = [row._mapping for row in connection.execute(here).all()]
            for row in rows:
                change(connection, row)  # type: ignore[arg-type]
            return tuple(rows[-1][one] for one in primary) if rows else None

        after = await self._database.writing(partial(page, None), durable=True)
        while after is not None:
            after = await self._database.writing(partial(page, after), durable=True)

    async def _files_with_it(self) -> tuple[list[FoundFile], list[FoundFile]]:
        found, closed = [], []
        everywhere = FILE.c.id.is_not(None)
        for room, file in await self._files.listed(everywhere if self._room is None else FILE.c.room == self._room):
            try:
                inside = self._wanted.in_file(await self._files.read(file.id))
            except Unavailable:
                inside = None
            one = FoundFile(room, file.id, file.name)
            if inside or self._wanted.stands_in(file.name):
                found.append(one)
            elif inside is None:
                closed.append(one)
        return found, closed


def _of_room(table: Table, room: str) -> Any:
    if table is ROOM:
        return ROOM.c.id == room
    if table is FEEDBACK:
        return FEEDBACK.c.turn.in_(select(TURN.c.id).where(TURN.c.room == room))
    # A domain's own table knows no rooms of talk: it is left alone when only one room is meant.
    return table.c.room == room if table in (TURN, ACTION, FILE, GAP, VAULT, RUN, NEWS) else literal(False)
