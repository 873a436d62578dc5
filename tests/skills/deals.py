"""Deals for tests: a fresh market, rooms with members, deals brought as far as is wanted by the house itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.core.skill import Context, Proposal, Result, Skill
from app.core.turn import Room
from skills.fx.agreeing import agree
from skills.fx.booking import book_deal, booked
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Check, Deal, ElementName, Offered, Said
from tests.skills.context import ZONE, FakeDatabase, NoRooms, context

NOW = datetime(2026, 11, 20, 16, 31, tzinfo=ZONE)
"""A Friday, one minute after the market data of `config/market.yaml`."""
USUAL: Mapping[ElementName, str] = {
    "customer": "华星科技有限公司",
    "side": "buy",
    "base": "USD",
    "quote": "CNY",
    "amount": "1000000",
    "amount_ccy": "USD",
    "product": "spot",
    "value_date": "2026-11-24",
    "documents": "合同",
}
FINE = (Check("customer", "passed", "客户资料有效。"), Check("documents", "passed", "背景资料：合同。"))


class Rooms(NoRooms):
    """Shared rooms by their members, as one person sees them."""

    def __init__(self, members: Mapping[str, tuple[str, ...]], me: str) -> None:
        self._members = members
        self._me = me

    async def of(self, room: str) -> Room | None:
        """The room, where the person is in it."""
        members = self._members.get(room, ())
        return Room(room, room, members, shared=True) if self._me in members else None


def dealing(
    folder: Path,
    database: FakeDatabase,
    *,
    by: str = "E1002",
    room: str = "r1",
    members: Mapping[str, tuple[str, ...]] | None = None,
    now: datetime = NOW,
    **changes: Any,
) -> Context:
    """A turn of dealing."""
    home = folder / "home"
    rooms = Rooms(members or {}, by)
    return context(folder, database, by=by, now=now, room=room, assistant="fx", home=home, rooms=rooms, **changes)


def said(values: Mapping[ElementName, str], by: str = "E1002", at: datetime = NOW) -> dict[ElementName, Said]:
    """Elements as one person said them."""
    return {name: Said(value, by, "t1", at) for name, value in values.items()}


def price(value: str = "6.8360", *, now: datetime = NOW, mid: str = "6.8320", **more: Any) -> Offered:
    """A price of the head office, good for a minute."""
    until = now + timedelta(seconds=60)
    made = Offered(Decimal(value), 1, Decimal(mid), "E3001", now, until, now - timedelta(minutes=1), "示例数据")
    return replace(made, **more)


async def agreed(
    ctx: Context, *, offered: Offered | None = None, checks: tuple[Check, ...] = FINE, **values: str
) -> Deal:
    """A deal of `ctx.room` up to its agreement; `values` differ from the usual ones."""
    book = Book(ctx.database)
    deal = await book.open(room=ctx.room, by=ctx.person.id, place=ctx.person.place, turn="t1", now=ctx.now)
    elements = said({**USUAL, **values}, at=ctx.now)  # type: ignore[dict-item]
    deal = await book.change(deal, "changed", by=ctx.person.id, turn="t1", now=ctx.now, elements=elements)
    deal = await book.change(deal, "checked", by="fx", now=ctx.now, checks=checks)
    made = offered or price(now=ctx.now)
    deal = await book.change(deal, "quoted", by="E3001", now=ctx.now, offered=made)
    deal, sentence = await agree(ctx, deal, price=made.price, branch=ctx.person.id, bank="E3001")
    assert deal.state == "agreed", sentence
    return deal


async def booked_deal(ctx: Context, deal: Deal, *, by: tuple[str, ...] = ("E3001",), key: str = "") -> Result:
    """The rest of its way."""
    proposal = await book_deal.function(ctx)
    assert isinstance(proposal, Proposal)
    confirmed = replace(ctx, idempotency_key=key or f"{deal.number}/digest", approved_by=by)
    return await booked(confirmed, **proposal.arguments)


async def ran(skill: Skill, ctx: Context, *said: str) -> Result:
    """What a skill answered that neither asks back nor proposes."""
    outcome = await skill.function(ctx, *said)
    assert isinstance(outcome, Result), outcome
    return outcome
