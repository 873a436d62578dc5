"""Booked deals on their way to the back office: never lost, never shown twice, tried again with growing pauses.

`waiting → written → dropped → acknowledged`, or back to `waiting` when the back office says no, and `refused` when it
has said so too often. Each step is recorded before the next one begins, by the process that claimed the row.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import col, select

from app.core.errors import place_of
from app.core.ports import Database, Sealing
from skills.fx.backoffice.drop import Drop
from skills.fx.backoffice.message import fix_message, json_message
from skills.fx.backoffice.port import BookingPort
from skills.fx.backoffice.tables import PostingRow
from skills.fx.deals.deal import Deal

UNSENT = ("waiting", "written")
_log = logging.getLogger("deskmate.fx")


@dataclass(frozen=True, slots=True)
class Posting:
    """How far a booked deal has come."""

    number: str
    state: str
    tries: int
    due: datetime
    answer: str = ""
    """Of the back office."""


def posting_of(deal: Deal, client: str, port: BookingPort, sealing: Sealing) -> PostingRow:
    """What is kept with the booking of `deal`: its messages as they will be sent, now or later."""
    fix = fix_message(deal, client, port).decode("ascii")
    body = {"json": json_message(deal, client), "fix": fix, "answer": ""}
    sealed = sealing.seal(body, about=_about(deal.booked_key))
    due = deal.changed_at.astimezone(UTC)
    return PostingRow(key=deal.booked_key, number=deal.number, state="waiting", tries=0, due=due, body=sealed)


async def postings(database: Database, numbers: Sequence[str]) -> Mapping[str, Posting]:
    """Number -> how far it has come."""
    async with database.session() as session:
        rows = (await session.exec(select(PostingRow).where(col(PostingRow.number).in_(numbers)))).all()
    return {
        row.number: Posting(row.number, row.state, row.tries, row.due, _body(database, row)["answer"]) for row in rows
    }


async def deliver(database: Database, port: BookingPort, home: Path, now: datetime) -> int:
    """Send what is due, and read the answers. Returns how many rows went on; a folder that is away is tried later."""
    drop = Drop(port.place(home))
    went_on = 0
    async with database.session() as session:
        due = (col(PostingRow.state).in_(UNSENT), col(PostingRow.due) <= now.astimezone(UTC))
        rows = (await session.exec(select(PostingRow).where(*due).order_by(col(PostingRow.due)))).all()
    for row in rows:
        try:
            went_on += await _sent(database, drop, row, port, now)
        except OSError as error:
            _log.error("a booked deal was not handed over: %s", place_of(error))
    return went_on + await _answered(database, drop, port, now)


async def _sent(database: Database, drop: Drop, row: PostingRow, port: BookingPort, now: datetime) -> bool:
    """One try with one row; False where another process has it."""
    mine = row.tries + 1
    if not await _step(database, row, row.state, row.state, tries=mine, due=now + port.pause(row.tries)):
        return False
    if row.state == "waiting":
        body = _body(database, row)
        files = {"deal.json": body["json"].encode(), "deal.fix": body["fix"].encode("ascii")}
        await asyncio.to_thread(drop.write, row.number, files)
        if not await _step(database, row, "waiting", "written"):
            return False
    await asyncio.to_thread(drop.move, row.number)
    return await _step(database, row, "written", "dropped")


async def _answered(database: Database, drop: Drop, port: BookingPort, now: datetime) -> int:
    try:
        answers = await asyncio.to_thread(drop.answers)
    except OSError as error:
        _log.error("the back office's answers cannot be read: %s", place_of(error))
        return 0
    if not answers:
        return 0
    async with database.session() as session:
        known = (col(PostingRow.number).in_(answers), col(PostingRow.state) == "dropped")
        rows = (await session.exec(select(PostingRow).where(*known))).all()
    went_on = 0
    for row in rows:
        took, said = answers[row.number]
        state = "acknowledged" if took else "waiting" if row.tries < port.tries else "refused"
        body = database.sealing.seal({**_body(database, row), "answer": said}, about=_about(row.key))
        went_on += await _step(database, row, "dropped", state, due=now + port.pause(row.tries), body=body)
    return went_on


async def _step(database: Database, row: PostingRow, before: str, after: str, **values: Any) -> bool:
    """Record one step, where nobody else has gone on with the row; `row` is kept in step with it."""
    where = (col(PostingRow.key) == row.key, col(PostingRow.state) == before, col(PostingRow.tries) == row.tries)
    if "due" in values:
        values["due"] = values["due"].astimezone(UTC)
    async with database.session() as session:
        changing = update(PostingRow).where(*where).values(state=after, **values)
        changed = cast(CursorResult[Any], await session.execute(changing)).rowcount == 1
        await session.commit()
    row.state, row.tries = after, values.get("tries", row.tries)
    return changed


def _body(database: Database, row: PostingRow) -> dict[str, str]:
    body: dict[str, str] = database.sealing.open(row.body, about=_about(row.key))
    return body


def _about(key: str) -> str:
    return f"fx_posting/{key}"
