"""Actions in the database: `ports.Actions`. Arguments and outcome are sealed; the state changes in one place.

Every change is one conditional statement, with its audit entry in the same transaction: of several callers, in several
processes, one changes it, and what the audit says is what happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.core.audit import AuditEntry
from app.core.turn import Action, Approval, Money
from app.engines.storage.audit_log import SqlAuditLog
from app.engines.storage.database import SqlDatabase
from app.engines.storage.reply_json import approvals_from_json, approvals_to_json
from app.engines.storage.room_events import note_action
from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import ACTION


class SqlActions:
    """Keeps what waits for people, and what came of it."""

    def __init__(self, database: SqlDatabase, sealer: Sealer, audit: SqlAuditLog) -> None:
        self._database = database
        self._sealer = sealer
        self._audit = audit

    async def propose(self, action: Action, *, turn_id: str, entry: AuditEntry) -> Action:
        """Keep a proposed action; the same turn, skill and digest gives the one that is there."""
        amount = [str(action.amount.amount), action.amount.currency] if action.amount else None
        content = {"arguments": dict(action.arguments), "summary": action.summary, "amount": amount}

        def work(connection: Connection) -> tuple[int, str] | None:
            connection.execute(
                insert(ACTION).values(
                    id=action.id,
                    turn=turn_id,
                    room=action.room,
                    skill=action.skill,
                    digest=action.digest,
                    state=action.state,
                    assistant=action.assistant,
                    proposed_by=action.proposed_by,
                    approvals=[],
                    approval_count=0,
                    expires_at=action.expires_at,
                    content=self._sealer.seal(content, about=f"action/{action.id}"),
                )
            )
            return self._audit.append_in(connection, (entry,))

        try:
            tail = await self._database.writing(work, durable=True)
        except IntegrityError:
            same = (ACTION.c.turn == turn_id) & (ACTION.c.skill == action.skill) & (ACTION.c.digest == action.digest)
            if not (known := await self._where(same)):
                raise  # another action has this id: the caller takes another one
            return known[0]
        await self._audit.settle((entry,), tail)
        return action

    async def find(self, id: str) -> Action | None:
        """The action in its present state, or None."""
        found = await self._where(ACTION.c.id == id)
        return found[0] if found else None

    async def of_room(self, room: str, *, state: str | None = None) -> Sequence[Action]:
        """The room's actions, in the order they were proposed."""
        which = ACTION.c.room == room
        return await self._where(which if state is None else which & (ACTION.c.state == state))

    async def in_state(self, state: str) -> Sequence[Action]:
        """Every action in that state, the one that expires first at the head."""
        return await self._where(ACTION.c.state == state)

    async def approve(self, action: Action, approval: Approval, *, complete: bool, entry: AuditEntry) -> bool:
        """Add one approval; `complete` makes it approved. False when `action` has changed since it was read."""
        kept = (*action.approvals, approval)
        as_read = (ACTION.c.state == "proposed") & (ACTION.c.approval_count == len(action.approvals))
        values = {"approvals": approvals_to_json(kept), "approval_count": len(kept)}
        return await self._change(action.id, as_read, values | ({"state": "approved"} if complete else {}), entry)

    async def claim(self, id: str, *, seconds: float, entry: AuditEntry) -> bool:
        """Be the only one to run an approved action for that long; True for the one caller that is.

        Whoever runs it is done by then, or dead. Machine time, not the bank's: a claim must run out by itself.
        """
        now = datetime.now(UTC)
        free = or_(ACTION.c.claimed_until.is_(None), ACTION.c.claimed_until < now)
        until = {"claimed_until": now + timedelta(seconds=seconds)}
        return await self._change(id, (ACTION.c.state == "approved") & free, until, entry)

    async def move(self, id: str, *, expected: str, to: str, outcome: str = "", entry: AuditEntry) -> bool:
        """Change the state only if it is `expected`; True for the one caller that did it."""
        values: dict[str, Any] = {"state": to}
        if outcome:
            values["outcome"] = self._sealer.seal(outcome, about=f"outcome/{id}")
        return await self._change(id, ACTION.c.state == expected, values, entry)

    async def _change(
        self, id: str, only_if: ColumnElement[bool], values: Mapping[str, Any], entry: AuditEntry
    ) -> bool:
        def work(connection: Connection) -> tuple[int, str] | None:
            changed = connection.execute(update(ACTION).where(ACTION.c.id == id, only_if).values(**values))
            if changed.rowcount != 1:
                return None
            note_action(connection, id)
            return self._audit.append_in(connection, (entry,))

        tail = await self._database.writing(work, durable=True)
        if tail is not None:
            await self._audit.settle((entry,), tail)
        return tail is not None

    async def _where(self, which: Any) -> list[Action]:
        def work(connection: Connection) -> list[Action]:
            rows = connection.execute(select(ACTION).where(which).order_by(ACTION.c.expires_at))
            return [action_of(row, self._sealer) for row in rows]

        return await self._database.reading(work)


def action_of(row: Row[Any], sealer: Sealer) -> Action:
    """The action that `row` keeps."""
    content = sealer.open(row.content, about=f"action/{row.id}")
    return Action(
        id=row.id,
        skill=row.skill,
        arguments=content["arguments"],
        digest=row.digest,
        state=row.state,
        approvals=approvals_from_json(row.approvals),
        expires_at=row.expires_at,
        summary=content["summary"],
        room=row.room,
        proposed_by=row.proposed_by,
        assistant=row.assistant,
        outcome=sealer.open(row.outcome, about=f"outcome/{row.id}") if row.outcome else "",
        amount=Money(Decimal(amount[0]), amount[1]) if (amount := content.get("amount")) else None,
    )
