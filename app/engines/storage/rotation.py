"""A change of the secret: everything that is sealed is sealed again under the newest one, a page at a time.

Each page is a transaction of its own, so it can be stopped anywhere, also by a power cut, and goes on where it was:
what begins with the newest key's head is done. A value that changes meanwhile is left to the next round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    Row,
    Table,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlmodel import SQLModel

from app.core.errors import Unavailable
from app.engines.storage.database import SqlDatabase
from app.engines.storage.files import FolderFiles
from app.engines.storage.sealing import PREFIX, Sealer
from app.engines.storage.sealing_key import move_to
from app.engines.storage.tables import VAULT
from app.engines.storage.vault import type_and_number

_PAGE = 500  # rows of one transaction


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did."""

    values: int
    files: int
    unopened: int
    """What no known secret opens; it was left as it is."""


def sealed_columns() -> Iterator[tuple[Table, dict[str, str]]]:
    """Every table with sealed columns: column -> the `about` of its seals. Domains' tables too."""
    for table in SQLModel.metadata.sorted_tables:
        if sealed := {column.name: column.info["sealed"] for column in table.columns if "sealed" in column.info}:
            yield table, sealed


def keys_of(table: Table, sealed: Mapping[str, str]) -> list[Column[Any]]:
    """The primary key, and the columns that the `about` of a seal names."""
    named = {name for about in sealed.values() for _, name, _, _ in Formatter().parse(about) if name}
    return [column for column in table.columns if column.primary_key or column.name in named]


class Rotation:
    """Seals everything under the newest secret of `sealer`, which must know the ones before too."""

    def __init__(self, database: SqlDatabase, sealer: Sealer, files: FolderFiles) -> None:
        self._database = database
        self._sealer = sealer
        self._files = files

    async def run(self) -> Rotated:
        """All tables, then all files. Running processes that know both secrets may go on."""
        await self._database.writing(lambda connection: move_to(connection, self._sealer), durable=True)
        values = unopened = 0
        for table, sealed in sealed_columns():
            while True:  # a running server may have written under the old key between two pages
                done, unopened_here = await self._table(table, sealed)
                values += done
                if not done:
                    break
            unopened += unopened_here
        files, lost = await self._files.reseal()
        return Rotated(values, files, unopened + lost)

    async def _table(self, table: Table, sealed: Mapping[str, str]) -> tuple[int, int]:
        done, unopened = 0, 0
        after: Sequence[Any] | None = None
        while True:
            page = await self._database.writing(
                lambda connection, after=after: self._page(connection, table, sealed, after),  # type: ignore[misc]
                durable=True,
            )
            done, unopened, after = done + page[0], unopened + page[1], page[2]
            if after is None:
                return done, unopened

    def _page(
        self, connection: Connection, table: Table, sealed: Mapping[str, str], after: Sequence[Any] | None
    ) -> tuple[int, int, Sequence[Any] | None]:
        """Values sealed anew, values that cannot be opened, and the key of the page's last row (None: no more)."""
        primary = list(table.primary_key.columns)
        columns = [table.c[name] for name in sealed]
        wanted = select(*keys_of(table, sealed), *columns).where(or_(*(self._old(column) for column in columns)))
        if after is not None:
            wanted = wanted.where(tuple_(*primary) > tuple_(*(literal(one) for one in after)))
        rows = connection.execute(wanted.order_by(*primary).limit(_PAGE)).all()
        changes, done, unopened = [], 0, 0
        for row in rows:
            change = {f"key_{column.name}": row._mapping[column.name] for column in primary}
            for name, about in sealed.items():
                before = row._mapping[name]
                change[f"old_{name}"] = change[f"new_{name}"] = before
                if not before or before.startswith(self._sealer.newest):
                    continue
                about = about.format(**row._mapping)
                try:
                    value = self._sealer.open(before, about=about)
                except Unavailable:
                    unopened += 1
                    continue
                change[f"new_{name}"] = self._sealer.seal(value, about=about)
                if table is VAULT:
                    change["new_fingerprint"] = self._fingerprint(row, value)
                done += 1
            changes.append(change)
        changed = [one for one in changes if any(one[f"new_{name}"] is not one[f"old_{name}"] for name in sealed)]
        if changed:
            connection.execute(_change(table, sealed), changed)
        return done, unopened, tuple(rows[-1]._mapping[column.name] for column in primary) if rows else None

    def _old(self, column: Column[Any]) -> Any:
        head = func.substr(column, 1, PREFIX, type_=LargeBinary)
        return and_(func.length(column) > 0, head != self._sealer.newest)

    def _fingerprint(self, row: Row[Any], value: str) -> str:
        type, _ = type_and_number(row.placeholder)
        return self._sealer.fingerprint(f"{type}\0{value}", about=f"vault/{row.room}")


def _change(table: Table, sealed: Mapping[str, str]) -> Any:
    """Change a row only as long as it is what was read."""
    same_row = [column == bindparam(f"key_{column.name}") for column in table.primary_key.columns]
    as_read = [table.c[name].is_not_distinct_from(bindparam(f"old_{name}")) for name in sealed]
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in sealed}
    if table is VAULT:
        new["fingerprint"] = bindparam("new_fingerprint")
    return update(table).where(*same_row, *as_read).values(new)
