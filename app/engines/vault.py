"""A room's placeholders, sealed in the database."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from app.engines.database import SqlDatabase
from app.engines.sealing import Sealer
from app.engines.tables import VAULT


class SealedVault:
    """`ports.Vault` over the database: the same value in the same room keeps its placeholder, in every process."""

    def __init__(self, database: SqlDatabase, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def load(self, room: str) -> Mapping[str, str]:
        """Placeholder -> value."""
        async with self._database.engine.connect() as connection:
            rows = await connection.execute(select(VAULT.c.placeholder, VAULT.c.value).where(VAULT.c.room == room))
            return {
                row.placeholder: self._sealer.open(row.value, about=f"vault/{room}/{row.placeholder}") for row in rows
            }

    async def add(self, room: str, type: str, value: str) -> str:
        """The placeholder of `value`. Of two writers at once the database lets one win; the other takes its result."""
        fingerprint = self._sealer.fingerprint(f"{type}\0{value}", about=f"vault/{room}")
        while True:
            async with self._database.engine.connect() as connection:
                here = select(VAULT.c.placeholder).where(VAULT.c.room == room)
                known = await connection.scalar(here.where(VAULT.c.fingerprint == fingerprint))
                if known is not None:
                    return str(known)
                taken = await connection.scalar(
                    select(func.count())
                    .select_from(VAULT)
                    .where(VAULT.c.room == room, VAULT.c.placeholder.like(f"<{type}\\_%", escape="\\"))
                )
            placeholder = f"<{type}_{(taken or 0) + 1}>"
            try:
                async with self._database.engine.begin() as connection:
                    await connection.execute(
                        insert(VAULT).values(
                            room=room,
                            placeholder=placeholder,
                            fingerprint=fingerprint,
                            value=self._sealer.seal(value, about=f"vault/{room}/{placeholder}"),
                        )
                    )
                return placeholder
            except IntegrityError:
                continue
