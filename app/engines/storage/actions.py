"""Actions in the database: `ports.Actions`. Arguments and outcome are sealed; the state changes in one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.turn import Action, Approval
from app.engines.storage.database import SqlDatabase
from app.engines.storage.reply_json import approvals_from_json, approvals_to_json
from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import ACTION


class SqlActions:
    """Keeps what waits for people, and what came of it."""

    def __init__(self, database: SqlDatabase, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def propose(self, action: Action, *, turn_id: str) -> Action:
        """Keep a proposed action; the same turn, skill and digest gives the one that is there."""
        content = {"arguments": dict(action.arguments), "summary": action.summary}

        def work(connection: Connection) -> None:
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
                    expires_at=action.expires_at,
                    content=self._sealer.seal(content, about=f"action/{action.id}"),
                )
            )

        try:
            await self._database.writing(work, durable=True)
        except IntegrityError:
            known = await self._where(
                (ACTION.c.turn == turn_id) & (ACTION.c.skill == action.skill) & (ACTION.c.digest == action.digest)
            )
            return known[0]
        return action

    async def find(self, id: str) -> Action | None:
        """The action in its present state, or None."""
        found = await self._where(ACTION.c.id == id)
        return found[0] if found else None

    async def of_room(self, room: str, *, state: str | None = None) -> Sequence[Action]:
        """The room's actions, in the order they were proposed."""
        which = ACTION.c.room == room
        return await self._where(which if state is None else which & (ACTION.c.state == state))

    async def approve(self, id: str, approval: Approval, *, complete: bool) -> Action:
        """Add one approval to a proposed action; `complete` makes it approved. Another state stays as it is."""

        def work(connection: Connection) -> None:
            row = connection.execute(
                select(ACTION.c.state, ACTION.c.approvals).where(ACTION.c.id == id).with_for_update()
            ).one()
            kept = approvals_from_json(row.approvals)
            if row.state == "proposed" and approval.by not in [one.by for one in kept]:
                connection.execute(
                    update(ACTION)
                    .where(ACTION.c.id == id, ACTION.c.state == "proposed")
                    .values(
                        approvals=approvals_to_json((*kept, approval)),
                        state="approved" if complete else "proposed",
                    )
                )

        await self._database.writing(work, durable=True)
        return (await self._where(ACTION.c.id == id))[0]

    async def move(self, id: str, *, expected: str, to: str, outcome: str = "") -> bool:
        """Change the state only if it is `expected`; True for the one caller that did it."""
        values: dict[str, Any] = {"state": to}
        if outcome:
            values["outcome"] = self._sealer.seal(outcome, about=f"outcome/{id}")

        def work(connection: Connection) -> bool:
            moved = connection.execute(
                update(ACTION).where(ACTION.c.id == id, ACTION.c.state == expected).values(**values)
            )
            return bool(moved.rowcount == 1)

        return await self._database.writing(work, durable=True)

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
    )
