"""What people were not helped with: `ports.Gaps`, questions without an answer and answers with a thumb down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.audit import AuditEntry
from app.core.ports import Disliked, Gap, Privacy
from app.core.turn import Citation
from app.engines.storage.audit_log import SqlAuditLog
from app.engines.storage.database import SqlDatabase
from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import FEEDBACK, GAP, TURN


class SqlGaps:
    """Keeps them for the owners of the sets, whom `owners` names. Without `privacy` nothing can be noted."""

    def __init__(
        self,
        database: SqlDatabase,
        sealer: Sealer,
        audit: SqlAuditLog,
        privacy: Privacy | None,
        owners: Mapping[str, str],
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._audit = audit
        self._privacy = privacy
        self._owners = owners

    async def note(
        self, question: str, *, room: str, turn: str, person: str, at: datetime, set: str, nearest: Sequence[str] = ()
    ) -> Gap:
        """Keep a question that found no answer, masked, for the owner of `set`. The same turn again is the same gap."""
        if self._privacy is None:
            raise TypeError("these gaps were built to be read")
        text = (await self._privacy.mask(room, question)).masked.text
        values = {
            "turn": turn,
            "room": room,
            "person": person,
            "set": set,
            "question": text,
            "nearest": list(nearest),
            "at": at,
            "closed_by": "",
        }
        here = (GAP.c.turn == turn, GAP.c.set == set)

        def work(connection: Connection) -> Row[Any]:
            connection.execute(insert(GAP).values(**values))
            return connection.execute(select(GAP).where(*here)).one()

        def there(connection: Connection) -> Row[Any]:
            return connection.execute(select(GAP).where(*here)).one()

        try:
            row = await self._database.writing(work)
        except IntegrityError:
            row = await self._database.reading(there)
        return self._gap(row)

    async def open(self, *, sets: Sequence[str] | None = None) -> Sequence[Gap]:
        """Those that nobody closed, latest first; of these sets only, where they are given."""
        wanted = select(GAP).where(GAP.c.closed_by == "").order_by(GAP.c.at.desc(), GAP.c.id.desc())
        if sets is not None:
            wanted = wanted.where(GAP.c.set.in_(sets))

        def work(connection: Connection) -> list[Gap]:
            return [self._gap(row) for row in connection.execute(wanted)]

        return await self._database.reading(work)

    async def close(self, id: int, *, by: str) -> bool:
        """The document was written, or the question is no matter of ours. False where it is not open."""
        entry = AuditEntry("knowledge.gap_closed", by, "", "", "", "", "done", {"gap": id})

        def work(connection: Connection) -> tuple[int, str] | None:
            here = (GAP.c.id == id, GAP.c.closed_by == "")
            changed = connection.execute(update(GAP).where(*here).values(closed_by=by)).rowcount
            return self._audit.append_in(connection, (entry,)) if changed else None

        tail = await self._database.writing(work)
        if tail is not None:
            await self._audit.settle((entry,), tail)
        return tail is not None

    async def disliked(self, *, sets: Sequence[str] | None = None) -> Sequence[Disliked]:
        """Answers with a thumb down that cite documents (of these sets), latest first."""
        columns = (TURN.c.id, TURN.c.text, TURN.c.reply_text, TURN.c.reply)
        thumbs = (FEEDBACK.c.person, FEEDBACK.c.comment, FEEDBACK.c.at)
        wanted = select(*columns, *thumbs).join(FEEDBACK, FEEDBACK.c.turn == TURN.c.id)
        wanted = wanted.where(FEEDBACK.c.value == "down", TURN.c.reply.is_not(None)).order_by(FEEDBACK.c.at.desc())

        def work(connection: Connection) -> list[Disliked]:
            found = []
            for row in connection.execute(wanted):
                kept = self._sealer.open(row.reply, about=f"reply/{row.id}")["citations"]
                cited = tuple(Citation(**one) for one in kept)
                if any(sets is None or one.source.split("/", 1)[0] in sets for one in cited):
                    answer = row.reply_text or ""
                    found.append(Disliked(row.id, row.text, answer, cited, row.comment, row.person, row.at))
            return found

        return await self._database.reading(work)

    def _gap(self, row: Row[Any]) -> Gap:
        owner = self._owners.get(row.set, "")
        return Gap(row.id, row.question, row.set, owner, tuple(row.nearest), row.person, row.at, row.closed_by)
