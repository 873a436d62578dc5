"""Where deals are kept: each change is one transaction with its history, from the version that was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import CursorResult, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.ports import Database
from skills.fx.deals.deal import OPEN, Deal, DealState
from skills.fx.deals.limits import Use, release, take
from skills.fx.deals.states import DealEvent, NotSo, after, held
from skills.fx.deals.tables import DealChangeRow, DealDayRow, DealRow

_JSON = TypeAdapter(Deal)
_TRIES = 5
_ANEW: tuple[DealEvent, ...] = ("changed", "stopped")
_NOTHING_OF_IT = {
    **{"checks": (), "offered": None, "agreement": None, "needs": (), "confirmations": ()},
    "action": "",
}
"""What rested on the elements as they were."""
_TAKES_NOTHING: tuple[DealState, ...] = ("rejected", "expired", "withdrawn", "reversed")


class Stale(Exception):
    """Somebody else has changed the deal since it was read: read it again."""


class Book:
    """All deals of the bank."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, *, room: str, by: str, place: str, turn: str, now: datetime, reverses: str = "") -> Deal:
        """A new enquiry in a room; the one that is being made there where there is one."""
        for _ in range(_TRIES):
            async with self._database.session() as session:
                if (known := await self._of_room(session, room)) is not None:
                    return known
                deal = Deal(
                    await _next_number(session, now), room, "enquiry", 1, by, place, now, now, reverses=reverses
                )
                session.add(self._row(deal))
                session.add(self._change(deal, "opened", "", by, turn))
                try:
                    await session.commit()
                    return deal
                except IntegrityError:
                    await session.rollback()  # another opened the day's first, or one in this room
        raise Stale

    async def find(self, number: str) -> Deal | None:
        """The deal of that number."""
        async with self._database.session() as session:
            row = await session.get(DealRow, number)
            return self._opened(row) if row else None

    async def of_room(self, room: str) -> Deal | None:
        """The deal that is being made in a room."""
        async with self._database.session() as session:
            return await self._of_room(session, room)

    async def last_of_room(self, room: str) -> Deal | None:
        """The room's latest deal, over or not."""
        async with self._database.session() as session:
            wanted = select(DealRow).where(DealRow.room == room).order_by(col(DealRow.opened_at).desc()).limit(1)
            row = (await session.exec(wanted)).first()
            return self._opened(row) if row else None

    async def being_made(self) -> Sequence[Deal]:
        """Every deal that is not over, the oldest first."""
        return await self._listed(col(DealRow.state).in_(OPEN))

    async def opened_between(self, first: datetime, last: datetime) -> Sequence[Deal]:
        """Every deal opened from `first` until before `last`, the oldest first."""
        opened = col(DealRow.opened_at)
        return await self._listed(opened >= first.astimezone(UTC), opened < last.astimezone(UTC))

    async def booked_between(self, first: datetime, last: datetime) -> Sequence[Deal]:
        """Every deal booked from `first` until before `last`, whatever has become of it; the oldest first."""
        at = col(DealChangeRow.at)
        booked = (col(DealChangeRow.event) == "booked", at >= first.astimezone(UTC), at < last.astimezone(UTC))
        return await self._listed(col(DealRow.number).in_(select(DealChangeRow.number).where(*booked)))

    async def change(
        self,
        deal: Deal,
        event: DealEvent,
        *,
        by: str,
        turn: str = "",
        now: datetime,
        takes: Sequence[Use] | None = None,
        adds: Callable[[Deal], Sequence[SQLModel]] = lambda changed: (),
        **changes: Any,
    ) -> Deal:
        """`deal` as `event` and `changes` make it, kept; `takes` are the limits that it uses from now on, `adds` makes
        rows of other tables that are kept with it. A deal that is booked takes back the one that it reverses.

        Raises `NotSo` for what the deal's state does not allow, `Stale` where it has changed since it was read,
        `Exceeded` where a limit is too small. Nothing is written then.
        """
        if event in _ANEW:
            changes = {**_NOTHING_OF_IT, **changes}
        proposed = replace(deal, version=deal.version + 1, changed_at=now, **changes)
        changed = replace(proposed, state=after(replace(proposed, state=deal.state), event))
        held(deal.state, event, changed, now)
        async with self._database.session() as session:
            try:
                await self._keep(session, deal, changed, event, by, turn, takes)
                if event == "booked" and changed.reverses:
                    await self._take_back(session, changed, by, turn)
                session.add_all(adds(changed))
                await session.commit()
            except IntegrityError:
                await session.rollback()
                raise Stale from None
        return changed

    async def _keep(
        self,
        session: AsyncSession,
        before: Deal,
        changed: Deal,
        event: DealEvent,
        by: str,
        turn: str,
        takes: Sequence[Use] | None,
    ) -> None:
        """`changed` in the place of `before`, with its history and its limits. Raises `Stale`, `Exceeded`."""
        row = self._row(changed)
        values = {name: getattr(row, name) for name in ("open_in", "state", "version", "action", "booked_key", "body")}
        own = (col(DealRow.number) == before.number, col(DealRow.version) == before.version)
        written = cast(CursorResult[Any], await session.execute(update(DealRow).where(*own).values(**values)))
        if not written.rowcount:
            raise Stale
        session.add(self._change(changed, event, before.state, by, turn))
        if changed.state in _TAKES_NOTHING or event in _ANEW:
            await release(session, changed.number)
        elif takes is not None:
            await take(session, changed.number, takes, changed.changed_at.date())

    async def _take_back(self, session: AsyncSession, by_deal: Deal, by: str, turn: str) -> None:
        """The deal that `by_deal` reverses is reversed with its booking, or neither is."""
        row = await session.get(DealRow, by_deal.reverses)
        if row is None:
            raise NotSo("nothing_to_reverse")
        booked = self._opened(row)
        over = replace(
            booked,
            version=booked.version + 1,
            changed_at=by_deal.changed_at,
            state=after(booked, "reversed"),
            reason=by_deal.number,
        )
        await self._keep(session, booked, over, "reversed", by, turn, None)

    async def history(self, number: str) -> Sequence[tuple[str, Deal]]:
        """Every change of a deal, oldest first: the event, and the deal after it."""
        async with self._database.session() as session:
            wanted = select(DealChangeRow).where(DealChangeRow.number == number).order_by(col(DealChangeRow.version))
            rows = (await session.exec(wanted)).all()
            about = "fx_deal_change/{}/{}"
            seals = self._database.sealing
            return [
                (row.event, _JSON.validate_python(seals.open(row.body, about=about.format(number, row.version))))
                for row in rows
            ]

    async def _listed(self, *which: Any) -> Sequence[Deal]:
        async with self._database.session() as session:
            rows = (await session.exec(select(DealRow).where(*which).order_by(col(DealRow.opened_at)))).all()
            return [self._opened(row) for row in rows]

    async def _of_room(self, session: AsyncSession, room: str) -> Deal | None:
        row = (await session.exec(select(DealRow).where(DealRow.open_in == room))).first()
        return self._opened(row) if row else None

    def _row(self, deal: Deal) -> DealRow:
        return DealRow(
            number=deal.number,
            room=deal.room,
            open_in=deal.room if deal.is_open else None,
            state=deal.state,
            version=deal.version,
            opened_by=deal.opened_by,
            opened_at=deal.opened_at.astimezone(UTC),
            action=deal.action,
            booked_key=deal.booked_key or None,
            body=self._sealed(deal, f"fx_deal/{deal.number}"),
        )

    def _change(self, deal: Deal, event: str, before: str, by: str, turn: str) -> DealChangeRow:
        return DealChangeRow(
            number=deal.number,
            version=deal.version,
            event=event,
            before=before,
            after=deal.state,
            by=by,
            turn=turn,
            at=deal.changed_at.astimezone(UTC),
            body=self._sealed(deal, f"fx_deal_change/{deal.number}/{deal.version}"),
        )

    def _sealed(self, deal: Deal, about: str) -> bytes:
        return self._database.sealing.seal(_JSON.dump_python(deal, mode="json"), about=about)

    def _opened(self, row: DealRow) -> Deal:
        return _JSON.validate_python(self._database.sealing.open(row.body, about=f"fx_deal/{row.number}"))


async def _next_number(session: AsyncSession, now: datetime) -> str:
    """`FX20261123-0001`: the day and a count. Raises `IntegrityError` where another makes the day's first at once."""
    day = f"{now:%Y%m%d}"
    counting = update(DealDayRow).where(col(DealDayRow.day) == day).values(count=col(DealDayRow.count) + 1)
    await session.execute(counting)
    row = (await session.exec(select(DealDayRow).where(DealDayRow.day == day))).first()
    if row is None:
        row = DealDayRow(day=day, count=1)
        session.add(row)
        await session.flush()
    return f"FX{day}-{row.count:04}"
