"""A room's placeholders, sealed in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from app.engines.storage.database import SqlDatabase
from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import VAULT


class SealedVault:
    """`ports.Vault` over the database: the same value in the same room keeps its placeholder, in every process."""

    def __init__(self, database: SqlDatabase, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def load(self, room: str) -> Mapping[str, str]:
        """Placeholder -> value."""

        def work(connection: Connection) -> dict[str, str]:
            rows = connection.execute(select(VAULT.c.placeholder, VAULT.c.value).where(VAULT.c.room == room))
            return {
                row.placeholder: self._sealer.open(row.value, about=f"vault/{room}/{row.placeholder}") for row in rows
            }

        return await self._database.reading(work)

    async def add(self, room: str, values: Sequence[tuple[str, str]]) -> Sequence[str]:
        """The placeholders of these (type, value) pairs, in one transaction.

        Of two processes that add at once the database lets one win; the other looks again and takes its placeholders.
        """
        while True:
            try:
                return await self._add(room, values)
            except IntegrityError:
                continue

    async def _add(self, room: str, values: Sequence[tuple[str, str]]) -> list[str]:
        def work(connection: Connection) -> list[str]:
            rows = connection.execute(select(VAULT.c.placeholder, VAULT.c.fingerprint).where(VAULT.c.room == room))
            known = {row.fingerprint: row.placeholder for row in rows}
            counts = Counter(placeholder.rpartition("_")[0].removeprefix("<") for placeholder in known.values())
            found, new = [], []
            for type, value in values:
                fingerprint = self._sealer.fingerprint(f"{type}\0{value}", about=f"vault/{room}")
                if fingerprint not in known:
                    counts[type] += 1
                    placeholder = f"<{type}_{counts[type]}>"
                    known[fingerprint] = placeholder
                    sealed = self._sealer.seal(value, about=f"vault/{room}/{placeholder}")
                    new.append({"room": room, "placeholder": placeholder, "fingerprint": fingerprint, "value": sealed})
                found.append(known[fingerprint])
            if new:
                connection.execute(insert(VAULT), new)
            return found

        return await self._database.writing(work)
