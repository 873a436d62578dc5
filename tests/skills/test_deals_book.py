"""A deal changes only as its table of states says, from the version that was read, and within its limits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from skills.fx.deals.book import Book, Stale
from skills.fx.deals.deal import Agreement, Check, Confirmation, Deal, ElementName, Offered, Said
from skills.fx.deals.limits import Exceeded, Use, used_of
from skills.fx.deals.states import NotSo
from tests.skills.context import FakeDatabase

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
VALUES: dict[ElementName, str] = {
    "customer": "华星科技有限公司",
    "side": "buy",
    "base": "USD",
    "quote": "CNY",
    "amount": "5000000",
    "amount_ccy": "USD",
    "product": "spot",
}
FINE = (Check("customer", "passed", "客户资料有效"),)
PRICE = Offered(Decimal("6.8360"), 1, Decimal("6.8320"), "E3001", NOW, NOW + timedelta(seconds=60), NOW, "示例")
YES = Agreement(Decimal("6.8360"), "E1002", "E3001", "t9", NOW)


@pytest.fixture
async def database(tmp_path: Path) -> FakeDatabase:
    return await FakeDatabase(tmp_path / "d.db").open()


def said(values: dict[ElementName, str]) -> dict[ElementName, Said]:
    return {name: Said(value, "E1002", "t1", NOW) for name, value in values.items()}


async def opened(book: Book, room: str = "r1") -> Deal:
    return await book.open(room=room, by="E1002", place="城东支行", turn="t1", now=NOW)


async def agreed(book: Book, room: str = "r1", takes: tuple[Use, ...] = ()) -> Deal:
    """A deal up to its agreement."""
    deal = await opened(book, room)
    deal = await book.change(deal, "changed", by="E1002", now=NOW, elements=said(VALUES))
    deal = await book.change(deal, "checked", by="fx", now=NOW, checks=FINE)
    deal = await book.change(deal, "quoted", by="E3001", now=NOW, offered=PRICE)
    return await book.change(
        deal, "agreed", by="E1002", now=NOW, agreement=YES, needs=("branch", "head_office"), takes=takes
    )


async def booked(book: Book, deal: Deal, key: str = "A1/x") -> Deal:
    """The rest of its way."""
    branch = (Confirmation("branch", "E1002", NOW),)
    deal = await book.change(deal, "confirmed_branch", by="E1002", now=NOW, confirmations=branch, action="A1")
    both = (*branch, Confirmation("head_office", "E3001", NOW))
    deal = await book.change(deal, "confirmed", by="E3001", now=NOW, confirmations=both)
    return await book.change(deal, "booked", by="fx", now=NOW, booked_key=key)


async def test_a_deal_goes_from_enquiry_to_booked_and_every_step_is_kept(database: FakeDatabase) -> None:
    book = Book(database)
    deal = await booked(book, await agreed(book))
    assert deal.state == "booked" and deal.number == "FX20261123-0001"
    assert await book.find(deal.number) == deal
    events = [event for event, _ in await book.history(deal.number)]
    assert events == ["opened", "changed", "checked", "quoted", "agreed", "confirmed_branch", "confirmed", "booked"]
    assert (await book.history(deal.number))[-1][1] == deal


async def test_one_room_makes_one_deal_at_a_time_also_where_two_open_it_at_once(database: FakeDatabase) -> None:
    book = Book(database)
    first, *others = await asyncio.gather(*(opened(book) for _ in range(5)))
    assert {one.number for one in others} == {first.number}
    elsewhere = await asyncio.gather(*(opened(book, f"room{at}") for at in range(5)))
    assert len({one.number for one in elsewhere}) == 5
    await booked(book, await agreed(book))
    assert (await opened(book)).number != first.number


async def test_of_two_changes_at_once_one_counts(database: FakeDatabase) -> None:
    book = Book(database)
    deal = await opened(book)
    first = await book.change(deal, "changed", by="E1002", now=NOW, elements=said(VALUES))
    with pytest.raises(Stale):
        await book.change(deal, "changed", by="E2001", now=NOW, elements={})
    assert await book.find(deal.number) == first


async def test_what_is_said_anew_voids_checks_price_and_yes(database: FakeDatabase) -> None:
    book = Book(database)
    deal = await agreed(book)
    changed = await book.change(
        deal, "changed", by="E1002", now=NOW, elements={**deal.elements, **said({"amount": "3000000"})}
    )
    assert changed.state == "complete"
    assert (changed.checks, changed.offered, changed.agreement, changed.confirmations) == ((), None, None, ())
    doubtful = await book.change(changed, "changed", by="E1002", now=NOW, doubts=("date_past",))
    assert doubtful.state == "enquiry"


@pytest.mark.parametrize(
    ("event", "changes", "code"),
    [
        ("agreed", {"agreement": replace(YES, bank="E1002"), "needs": ("branch", "head_office")}, "one_person_alone"),
        ("agreed", {"agreement": replace(YES, price=Decimal("6.80"))}, "two_prices"),
        ("agreed", {}, "not_agreed"),
        ("booked", {"booked_key": "k"}, "not_booked_yet"),
        ("confirmed", {}, "not_confirmed_yet"),
    ],
)
async def test_a_quoted_deal_is_not_agreed_by_one_person_or_to_two_prices(
    database: FakeDatabase, event: str, changes: dict[str, object], code: str
) -> None:
    book = Book(database)
    deal = await book.change(await opened(book), "changed", by="E1002", now=NOW, elements=said(VALUES))
    deal = await book.change(deal, "checked", by="fx", now=NOW, checks=FINE)
    deal = await book.change(deal, "quoted", by="E3001", now=NOW, offered=PRICE)
    with pytest.raises(NotSo) as raised:
        await book.change(deal, event, by="E1002", now=NOW, **changes)  # type: ignore[arg-type]
    assert raised.value.code == code
    assert await book.find(deal.number) == deal


async def test_an_expired_price_is_neither_quoted_nor_agreed(database: FakeDatabase) -> None:
    book = Book(database)
    deal = await book.change(await opened(book), "changed", by="E1002", now=NOW, elements=said(VALUES))
    deal = await book.change(deal, "checked", by="fx", now=NOW, checks=FINE)
    with pytest.raises(NotSo, match="price_expired"):
        await book.change(deal, "quoted", by="E3001", now=PRICE.until, offered=PRICE)
    deal = await book.change(deal, "quoted", by="E3001", now=NOW, offered=PRICE)
    with pytest.raises(NotSo, match="price_expired"):
        await book.change(deal, "agreed", by="E1002", now=PRICE.until, agreement=YES, needs=("branch", "head_office"))


async def test_a_hard_check_stops_it_and_a_soft_one_needs_the_supervisor(database: FakeDatabase) -> None:
    book = Book(database)
    deal = await book.change(await opened(book), "changed", by="E1002", now=NOW, elements=said(VALUES))
    with pytest.raises(NotSo, match="stopped_by_check"):
        await book.change(deal, "checked", by="fx", now=NOW, checks=(Check("screening", "hard", "名单命中"),))
    deal = await book.change(deal, "checked", by="fx", now=NOW, checks=(Check("price", "soft", "偏离 30 个基点"),))
    deal = await book.change(deal, "quoted", by="E3001", now=NOW, offered=PRICE)
    deal = await book.change(deal, "agreed", by="E1002", now=NOW, agreement=YES, needs=("branch", "head_office"))
    with pytest.raises(NotSo, match="supervisor_missing"):
        await booked(book, deal)


async def test_the_same_person_never_confirms_twice(database: FakeDatabase) -> None:
    book = Book(database)
    deal = await agreed(book)
    branch = (Confirmation("branch", "E1002", NOW),)
    deal = await book.change(deal, "confirmed_branch", by="E1002", now=NOW, confirmations=branch, action="A1")
    with pytest.raises(NotSo, match="one_person_twice"):
        twice = (*branch, Confirmation("head_office", "E1002", NOW))
        await book.change(deal, "confirmed", by="E1002", now=NOW, confirmations=twice)


async def test_one_booking_has_one_deal(database: FakeDatabase) -> None:
    book = Book(database)
    await booked(book, await agreed(book), key="A1/x")
    with pytest.raises(Stale):
        await booked(book, await agreed(book, "r2"), key="A1/x")


async def test_two_deals_at_once_do_not_exceed_a_limit(database: FakeDatabase) -> None:
    book = Book(database)
    use = Use("client", "C0001", Decimal("40000000"), Decimal("100000000"))
    outcomes = await asyncio.gather(*(agreed(book, f"room{at}", (use,)) for at in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Deal) for one in outcomes) == 2
    assert all(isinstance(one, (Deal, Exceeded)) for one in outcomes)
    async with database.session() as session:
        assert await used_of(session, "client", "C0001", on=NOW.date()) == Decimal("80000000")
    taken = next(one for one in outcomes if isinstance(one, Deal))
    await book.change(taken, "withdrawn", by="E1002", now=NOW)
    async with database.session() as session:
        assert await used_of(session, "client", "C0001", on=NOW.date()) == Decimal("40000000")


async def test_what_is_settled_takes_nothing_of_a_limit_any_more(database: FakeDatabase) -> None:
    book = Book(database)
    use = Use("client", "C0001", Decimal("70000000"), Decimal("100000000"), until=NOW.date() + timedelta(days=2))
    await booked(book, await agreed(book, takes=(use,)))
    async with database.session() as session:
        for days, left in ((2, "70000000"), (3, "0")):
            assert await used_of(session, "client", "C0001", on=NOW.date() + timedelta(days=days)) == Decimal(left)
