"""A room's placeholders, sealed in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.engines.storage.database import SqlDatabase
from app.engines.storage.sealing import Sealer
from app.engines.storage.sealing_key import allow_writing
from app.engines.storage.tables import VAULT


class SealedVault:
    """`ports.Vault` over the database: the same value in the same room keeps its placeholder, in every process."""

    def __init__(self, database: SqlDatabase, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def load(self, room: str) -> Mapping[str, str | None]:
        """Placeholder -> value; None for one that was erased."""

        def work(connection: Connection) -> dict[str, str | None]:
            rows = connection.execute(select(VAULT.c.placeholder, VAULT.c.value).where(VAULT.c.room == room))
            return {
                row.placeholder: self._sealer.open(row.value, about=f"vault/{room}/{row.placeholder}")
                if row.value
                else None
                for row in rows
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
            allow_writing(connection, self._sealer)
            rows = connection.execute(select(VAULT.c.placeholder, VAULT.c.fingerprint).where(VAULT.c.room == room))
            known = {row.fingerprint: row.placeholder for row in rows}
            last: Counter[str] = Counter()
            for placeholder in known.values():  # erased ones too: their numbers are never given again
                type, number = type_and_number(placeholder)
                last[type] = max(last[type], number)
            found, new = [], []
            for type, value in values:
                fingerprints = self._sealer.fingerprints(f"{type}\0{value}", about=f"vault/{room}")
                placeholder = next((known[one] for one in fingerprints if one in known), "")
                if not placeholder:
                    last[type] += 1
                    placeholder = known[fingerprints[0]] = f"<{type}_{last[type]}>"
                    sealed = self._sealer.seal(value, about=f"vault/{room}/{placeholder}")
                    row = {"room": room, "placeholder": placeholder, "fingerprint": fingerprints[0], "value": sealed}
                    new.append({**row, "at": datetime.now(UTC)})
                found.append(placeholder)
            if new:
                connection.execute(insert(VAULT), new)
            return found

        return await self._database.writing(work)


def type_and_number(placeholder: str) -> tuple[str, int]:
    """`("BANK_CARD", 2)` of `<BANK_CARD_2>`."""
    type, _, number = placeholder.strip("<>").rpartition("_")
    return type, int(number)


def erased(which: Any) -> Any:
    """The statement that erases the vault rows that fit: the placeholder stays and stands for nothing any more."""
    return update(VAULT).where(which).values(value=b"", fingerprint="erased " + VAULT.c.placeholder)
