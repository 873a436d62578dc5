"""From complete elements to a booked deal, in the house: checks, price, agreement, the branch's and the bank's yes."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core.turn import Action, Reply, Room, Turn
from app.main import Deskmate
from skills.fx import progress
from skills.fx.agreeing import agree, seats_needed
from skills.fx.clients import read_clients
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Deal, ElementName, Said
from skills.fx.market import read_market
from tests.conftest import clock
from tests.skills.context import CONTENT, FakeDatabase, context

NOW = clock()
ELEMENTS: dict[ElementName, str] = {
    "customer": "华星科技有限公司",
    "side": "buy",
    "base": "USD",
    "quote": "CNY",
    "amount": "1000000",
    "amount_ccy": "USD",
    "product": "spot",
    "tenor": "SPOT",
    "value_date": "2026-11-25",
    "documents": "进口合同",
}


@pytest.fixture(autouse=True)
def fresh_market(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example file's data, as if they were of a minute ago."""
    market = read_market(CONTENT).model_copy(update={"as_of": NOW - timedelta(minutes=1)})

    async def current(ctx: Any) -> Any:
        return market

    monkeypatch.setattr(progress, "current_market", current)


def ctx_of(house: Deskmate, room: str, by: str, **changes: Any) -> Any:
    """A turn of `by`, on the house's own database."""
    made = context(CONTENT, FakeDatabase.__new__(FakeDatabase), by=by, now=NOW, room=room, assistant="fx")
    return replace(made, database=house.records._database, turn_id=secrets.token_hex(4), home=None, **changes)


async def complete(house: Deskmate, room: str, **changes: str) -> Deal:
    """A deal of this room with all its elements."""
    book = Book(house.records._database)
    deal = await book.open(room=room, by="E1002", place="城东支行", turn="t1", now=NOW)
    elements = {name: Said(value, "E1002", "t1", NOW) for name, value in {**ELEMENTS, **changes}.items() if value}
    return await book.change(deal, "changed", by="E1002", now=NOW, elements=elements)


async def agreed(house: Deskmate, room: str, **changes: str) -> Deal:
    deal, said = await progress.advanced(ctx_of(house, room, "E1002"), await complete(house, room, **changes))
    if deal.offered is None:
        rules, client = read_dealing_rules(CONTENT), progress.client_of(ctx_of(house, room, "E3001"), deal)
        assert client is not None, said
        deal, said = await progress.quoted(ctx_of(house, room, "E3001"), deal, client, rules)
    assert deal.offered is not None, said
    deal, said = await agree(ctx_of(house, room, "E1002"), deal, price=deal.offered.price, branch="E1002", bank="E3001")
    assert deal.state == "agreed", said
    return deal


async def opened(house: Deskmate) -> str:
    room = f"deal-{secrets.token_hex(4)}"
    members = ("E1002", "E2001", "E3001", "E3002")
    await house.records.open_room(Room(room, "询价", members, ("fx",), shared=True, keeper="E1002"))
    return room


async def says(house: Deskmate, room: str, person: str, text: str) -> Reply:
    return await house.gateway.handle(Turn(secrets.token_hex(6), room, person, text, "test", NOW))


async def state(house: Deskmate, deal: Deal) -> str:
    found = await Book(house.records._database).find(deal.number)
    assert found is not None
    return found.state


async def proposed(house: Deskmate, room: str) -> Action:
    reply = await says(house, room, "E1002", "@外汇 确认成交")
    assert [one.state for one in reply.actions] == ["proposed"], reply.text
    return reply.actions[0]


async def test_a_deal_is_booked_by_the_branch_and_the_head_office(house: Deskmate) -> None:
    room = await opened(house)
    deal = await agreed(house, room)
    action = await proposed(house, room)
    assert await state(house, deal) == "confirmed_branch"
    assert "华星科技有限公司" in action.summary and "1,000,000" in action.summary
    alone = await says(house, room, "E1002", f"确认 {action.id}")
    assert alone.error is not None and await state(house, deal) == "confirmed_branch"
    done = await says(house, room, "E3001", f"确认 {action.id}")
    assert [one.state for one in done.actions] == ["executed"] and "已入账" in done.text, done.text
    booked = await Book(house.records._database).find(deal.number)
    assert booked is not None and booked.state == "booked"
    assert [(one.seat, one.by) for one in booked.confirmations] == [("branch", "E1002"), ("head_office", "E3001")]
    again = await says(house, room, "E3002", f"确认 {action.id}")
    assert await state(house, deal) == "booked" and not any(one.state == "proposed" for one in again.actions)


async def test_a_large_deal_needs_the_supervisor_too(house: Deskmate) -> None:
    room = await opened(house)
    deal = await agreed(house, room, customer="Pacific Crown Electronics Ltd", amount="15000000")
    assert deal.needs == ("branch", "head_office", "supervisor")
    action = await proposed(house, room)
    await says(house, room, "E3001", f"确认 {action.id}")
    assert await state(house, deal) == "confirmed_branch"
    await says(house, room, "E3002", f"确认 {action.id}")
    assert await state(house, deal) == "booked"


async def test_a_soft_check_needs_the_supervisor_whatever_the_size(house: Deskmate) -> None:
    room = await opened(house)
    deal = await agreed(house, room, documents="")
    assert deal.worst_check == "soft" and "supervisor" in deal.needs
    action = await proposed(house, room)
    await says(house, room, "E3001", f"确认 {action.id}")
    assert await state(house, deal) == "confirmed_branch"
    await says(house, room, "E3002", f"确认 {action.id}")
    assert await state(house, deal) == "booked"


async def test_a_ticket_changed_after_the_branch_confirmed_it_is_not_booked(house: Deskmate) -> None:
    room = await opened(house)
    deal = await agreed(house, room)
    action = await proposed(house, room)
    book = Book(house.records._database)
    known = await book.find(deal.number)
    assert known is not None
    more = {**known.elements, "amount": Said("3000000", "E2001", "t2", NOW)}
    await book.change(known, "changed", by="E2001", now=NOW, elements=more)
    done = await says(house, room, "E3001", f"确认 {action.id}")
    assert [one.state for one in done.actions] == ["failed"] and "改动" in done.text
    assert await state(house, deal) == "complete"


async def test_only_the_branch_side_submits_and_only_what_is_agreed(house: Deskmate) -> None:
    room = await opened(house)
    deal, _ = await progress.advanced(ctx_of(house, room, "E1002"), await complete(house, room))
    early = await says(house, room, "E1002", "@外汇 确认成交")
    assert "还没有就价格成交" in early.text and not early.actions
    bank = await says(house, room, "E3001", "@外汇 确认成交")
    assert bank.refused and not bank.actions
    assert await state(house, deal) == "quoted"


async def test_a_check_that_says_no_stops_it_with_its_reason(house: Deskmate) -> None:
    room = await opened(house)
    listed = await complete(house, room, customer="黑石礁贸易有限公司", amount="100000")
    deal, said = await progress.advanced(ctx_of(house, room, "E1002"), listed)
    assert deal.state == "complete" and deal.worst_check == "hard" and "命中名单" in said
    assert deal.offered is None


async def test_withdrawn_gives_the_limits_back_and_frees_the_room(house: Deskmate) -> None:
    room = await opened(house)
    deal = await agreed(house, room)
    reply = await says(house, room, "E2001", "@外汇 撤回询价")
    assert deal.number in reply.text and await state(house, deal) == "withdrawn"
    assert await Book(house.records._database).of_room(room) is None
    assert "没有正在办理" in (await says(house, room, "E2001", "@外汇 撤回询价")).text


def test_whose_yes_is_needed_goes_by_size_and_by_currency_known() -> None:
    rules = read_dealing_rules(CONTENT)
    assert read_clients(CONTENT)
    made = Deal("n", "r", "quoted", 1, "E1002", "城东支行", NOW, NOW)

    def of(amount: str, currency: str) -> tuple[str, ...]:
        elements: dict[ElementName, Said] = {
            "amount": Said(amount, "E1002", "", NOW),
            "amount_ccy": Said(currency, "E1002", "", NOW),
        }
        return seats_needed(replace(made, elements=elements), rules)

    edge = rules.supervisor_from
    assert of(f"{edge - Decimal('0.01')}", "CNY") == ("branch", "head_office")
    assert of(f"{edge}", "CNY") == ("branch", "head_office", "supervisor")
    assert of("1", "ZAR") == ("branch", "head_office", "supervisor")
