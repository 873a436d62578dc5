"""Actions in the database: one caller changes a state, and what the audit says is what happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.audit import AuditEntry
from app.core.errors import Unavailable
from app.core.texts import Texts
from app.core.turn import Action, Approval, Money
from app.engines.storage.actions import SqlActions
from app.engines.storage.audit_log import SqlAuditLog
from app.engines.storage.database import SqlDatabase
from app.engines.storage.sealing import Sealer

TEXTS = Texts(Path(__file__).parents[2] / "app" / "engines" / "storage" / "texts")
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ACTION = Action(
    id="ABC234",
    skill="payments.transfer",
    arguments={"amount": "5"},
    digest="d",
    state="proposed",
    approvals=(),
    expires_at=AT + timedelta(minutes=15),
    summary="划转",
    room="r1",
    proposed_by="E1001",
    assistant="fx",
    amount=Money(Decimal("5000000.10"), "USD"),
)


def entry(what: str) -> AuditEntry:
    return AuditEntry(what, "E1001", "", "fx", "r1", "x", "done", at=AT)


class House:
    """Actions on a file, with their audit."""

    def __init__(self, path: Path) -> None:
        self.database = SqlDatabase(f"sqlite+aiosqlite:///{path}", TEXTS)
        self.audit = SqlAuditLog(self.database)
        self.actions = SqlActions(self.database, Sealer("one", TEXTS), self.audit)

    async def whats(self) -> list[str]:
        return [one.what async for one in self.audit.chain()]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    built = House(tmp_path / "d.db")
    await built.database.open()
    await built.actions.propose(ACTION, turn_id="t1", entry=entry("proposed"))
    yield built
    await built.database.close()


@pytest.fixture
async def other(house: House, tmp_path: Path) -> AsyncIterator[House]:
    """Another process, as far as the database can tell."""
    built = House(tmp_path / "d.db")
    yield built
    await built.database.close()


async def test_it_comes_back_as_it_was(house: House) -> None:
    assert await house.actions.find("ABC234") == ACTION
    approval = Approval("E2001", AT, "E3001")
    assert await house.actions.approve(ACTION, approval, complete=False, entry=entry("approved"))
    kept = await house.actions.find("ABC234")
    assert kept == replace(ACTION, approvals=(approval,))
    assert await house.whats() == ["proposed", "approved"]


async def test_the_same_proposal_is_the_one_that_is_there(house: House) -> None:
    again = await house.actions.propose(replace(ACTION, id="ZZZ999"), turn_id="t1", entry=entry("proposed"))
    assert again.id == "ABC234" and await house.whats() == ["proposed"]
    with pytest.raises(IntegrityError):
        await house.actions.propose(replace(ACTION, digest="e"), turn_id="t2", entry=entry("proposed"))


async def test_of_two_yeses_at_once_one_must_look_again(house: House, other: House) -> None:
    won = await asyncio.gather(
        house.actions.approve(ACTION, Approval("E2001", AT), complete=False, entry=entry("approved")),
        other.actions.approve(ACTION, Approval("E3001", AT), complete=False, entry=entry("approved")),
    )
    assert sorted(won) == [False, True] and await house.whats() == ["proposed", "approved"]
    kept = await other.actions.find("ABC234")
    assert kept is not None and len(kept.approvals) == 1
    assert await other.actions.approve(kept, Approval("E3002", AT), complete=True, entry=entry("approved"))
    assert not await house.actions.approve(kept, Approval("E2001", AT), complete=True, entry=entry("approved"))


async def test_one_of_many_runs_it_until_the_claim_is_over(house: House, other: House) -> None:
    assert not await house.actions.claim("ABC234", seconds=60, entry=entry("executing")), "not approved yet"
    await house.actions.approve(ACTION, Approval("E2001", AT), complete=True, entry=entry("approved"))
    claims = [one.actions.claim("ABC234", seconds=0.3, entry=entry("executing")) for one in (house, other) * 3]
    assert sorted(await asyncio.gather(*claims)) == [False] * 5 + [True]
    await asyncio.sleep(0.35)
    assert await other.actions.claim("ABC234", seconds=60, entry=entry("resumed"))
    assert await house.whats() == ["proposed", "approved", "executing", "resumed"]
    assert [one.id for one in await house.actions.in_state("approved")] == ["ABC234"]
    moves = [
        one.actions.move("ABC234", expected="approved", to="executed", outcome="好", entry=entry("executed"))
        for one in (house, other)
    ]
    assert sorted(await asyncio.gather(*moves)) == [False, True]
    kept = await house.actions.find("ABC234")
    assert kept is not None and (kept.state, kept.outcome) == ("executed", "好")
    assert not await house.actions.claim("ABC234", seconds=60, entry=entry("resumed")), "it is over"


async def test_without_its_audit_entry_no_state_changes(house: House) -> None:
    await house.database.writing(lambda connection: connection.execute(text("ALTER TABLE audit RENAME TO elsewhere")))
    with pytest.raises(Unavailable):
        await house.actions.approve(ACTION, Approval("E2001", AT), complete=True, entry=entry("approved"))
    with pytest.raises(Unavailable):
        await house.actions.move("ABC234", expected="proposed", to="rejected", entry=entry("rejected"))
    with pytest.raises(Unavailable):
        await house.actions.propose(replace(ACTION, id="ZZZ999", digest="e"), turn_id="t2", entry=entry("proposed"))
    assert await house.actions.find("ABC234") == ACTION and await house.actions.find("ZZZ999") is None
