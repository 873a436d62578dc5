"""A booked deal reaches the back office once, whatever breaks, and its answer is read."""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import simplefix

from app.core.settings import read_settings
from app.core.skill import Context
from app.rooms import tend_domains
from skills.fx.backoffice import BookingPort, deliver, outbox, postings
from skills.fx.backoffice.drop import Drop
from skills.fx.backoffice.message import fix_message, json_message
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Agreement, Deal
from tests.skills.context import FakeDatabase
from tests.skills.deals import NOW, USUAL, agreed, booked_deal, dealing, price, said

PORT = BookingPort()


@pytest.fixture
async def ctx(tmp_path: Path) -> Context:
    return dealing(tmp_path, await FakeDatabase(tmp_path / "d.db").open())


async def booked(ctx: Context, **values: str) -> Deal:
    deal = await agreed(ctx, **values)
    await booked_deal(ctx, deal)
    found = await Book(ctx.database).find(deal.number)
    assert found is not None
    return found


def folder(ctx: Context) -> Path:
    return PORT.place(ctx.home)


async def state(ctx: Context, number: str) -> str:
    return (await postings(ctx.database, [number]))[number].state


def fields(message: bytes) -> simplefix.FixMessage:
    parser = simplefix.FixParser()
    parser.append_buffer(message)
    return parser.get_message()


async def test_a_booked_deal_lies_there_as_json_and_as_fix(ctx: Context) -> None:
    deal = await booked(ctx)
    place = folder(ctx) / "in" / deal.number
    assert sorted(one.name for one in place.iterdir()) == ["deal.fix", "deal.json"]
    told = json.loads((place / "deal.json").read_text("utf-8"))
    assert (told["key"], told["client"], told["pair"]) == (f"{deal.number}/digest", "C0001", "USD/CNY")
    assert told["legs"] == [
        {
            "value_date": "2026-11-24",
            "client_side": "buy",
            "amount": "1000000",
            "counter_amount": "6836000.00",
            "rate": "6.8360",
        }
    ]
    assert "华星" not in (place / "deal.json").read_text("utf-8") and "合同" not in json.dumps(told, ensure_ascii=False)
    message = fields((place / "deal.fix").read_bytes())
    # Required by FIX 4.4 in a TradeCaptureReport, with its header and trailer.
    for tag in (8, 9, 35, 49, 56, 34, 52, 571, 570, 55, 32, 31, 75, 60, 552, 54, 37, 10):
        assert message.get(tag), tag
    values = {tag: message.get(tag).decode() for tag in (35, 571, 55, 32, 31, 64, 54, 15, 119, 120)}
    assert list(values.values()) == [
        "AE", deal.number, "USD/CNY", "1000000", "6.8360", "20261124", "1", "USD", "6836000.00", "CNY",
    ]  # fmt: skip
    assert await state(ctx, deal.number) == "dropped"


async def test_the_row_is_written_with_the_booking_or_not_at_all(ctx: Context) -> None:
    first = await booked(ctx)
    other = replace(ctx, room="r2")
    deal = await agreed(other)
    with pytest.raises(Exception, match="刚刚被别人改动"):
        await booked_deal(other, deal, key=f"{first.number}/digest")  # a key that another booking has
    again = await Book(ctx.database).find(deal.number)
    assert again is not None and again.state == "confirmed"
    assert deal.number not in await postings(ctx.database, [deal.number])


def test_fix_of_a_swap_of_a_hundred_units_and_of_the_other_currency() -> None:
    made = Deal("FX20261120-0007", "r1", "booked", 9, "E1002", "城东支行", NOW, NOW, booked_key="A/1")
    agreement = Agreement(Decimal("6.8000"), "E1002", "E3001", "t9", NOW)
    values = {**USUAL, "product": "swap", "near_date": "2026-11-24", "value_date": "2027-02-24"}
    offered = price("6.8000", near_price=Decimal("6.8320"))
    swap = replace(made, elements=said(values), offered=offered, agreement=agreement)
    message = fields(fix_message(swap, "C0001", PORT))
    legs = [[message.get(tag, nth).decode() for tag in (624, 687, 588, 637)] for nth in (1, 2)]
    assert legs == [["1", "1000000", "20261124", "6.8320"], ["2", "1000000", "20270224", "6.8000"]]
    assert (message.get(555), message.get(54), message.get(31)) == (b"2", b"2", b"6.8000")

    yen = {**USUAL, "base": "JPY", "amount": "300000000", "amount_ccy": "JPY"}
    per = replace(price("4.3210"), per=100)
    deal = replace(made, elements=said(yen), offered=per, agreement=replace(agreement, price=Decimal("4.3210")))
    message = fields(fix_message(deal, "C0001", PORT))
    assert (message.get(31), message.get(119), message.get(15)) == (b"0.04321", b"12963000.00", b"JPY")
    assert json.loads(json_message(deal, "C0001"))["rate_per_units"] == 100

    yuan = {**USUAL, "amount": "6800000", "amount_ccy": "CNY"}
    deal = replace(made, elements=said(yuan), offered=price("6.8000"), agreement=agreement)
    message = fields(fix_message(deal, "C0001", PORT))
    # He buys dollars for 6.8 million yuan: of the yuan, which was dealt in, he is the seller.
    assert [message.get(tag) for tag in (15, 54, 32, 120, 119)] == [b"CNY", b"2", b"6800000", b"USD", b"1000000.00"]


async def test_an_answer_is_read_and_a_refusal_tried_again_with_growing_pauses(ctx: Context) -> None:
    deal = await booked(ctx)
    port = BookingPort(tries=3)
    seen, now = [], NOW
    for _ in range(3):
        shutil.rmtree(folder(ctx) / "in" / deal.number)  # the back office took the files …
        (folder(ctx) / "answers" / f"{deal.number}.nak").write_text("客户未开户", "utf-8")
        await deliver(ctx.database, port, ctx.home, now)
        posting = (await postings(ctx.database, [deal.number]))[deal.number]
        seen.append((posting.state, posting.answer))
        assert not (folder(ctx) / "in" / deal.number).exists()  # not before its pause is over
        if posting.state == "waiting":
            pause = port.pause(posting.tries)
            await deliver(ctx.database, port, ctx.home, now + pause - timedelta(seconds=1))
            assert not (folder(ctx) / "in" / deal.number).exists()
            now += pause
            await deliver(ctx.database, port, ctx.home, now)
            assert (folder(ctx) / "in" / deal.number).exists()
    assert seen == [("waiting", "客户未开户"), ("waiting", "客户未开户"), ("refused", "客户未开户")]
    assert [port.pause(tries).seconds for tries in (0, 1, 2, 7, 40)] == [5, 10, 20, 600, 600]


async def test_what_was_acknowledged_stays_so(ctx: Context) -> None:
    deal = await booked(ctx)
    for ending in ("ack", "nak"):
        (folder(ctx) / "answers" / f"{deal.number}.{ending}").touch()
        (folder(ctx) / "answers" / "FX20261120-9999.ack").touch()  # of nobody
        await deliver(ctx.database, PORT, ctx.home, NOW + timedelta(hours=1))
        assert await state(ctx, deal.number) == "acknowledged"


async def test_a_folder_that_is_away_is_tried_again(ctx: Context) -> None:
    ctx.home.mkdir()
    PORT.place(ctx.home).write_text("in the way")
    deal = await booked(ctx)
    assert await state(ctx, deal.number) == "waiting"
    PORT.place(ctx.home).unlink()
    await deliver(ctx.database, PORT, ctx.home, NOW + timedelta(seconds=4))
    assert await state(ctx, deal.number) == "waiting"
    await deliver(ctx.database, PORT, ctx.home, NOW + timedelta(seconds=5))
    assert await state(ctx, deal.number) == "dropped"


class Died(Exception):
    """The process is gone."""


async def test_wherever_it_dies_the_files_appear_once(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step of the hand-over is cut off before and after it; the back office takes what it finds at once."""
    real = {name: getattr(Drop, name) for name in ("write", "move")}
    step = outbox._step
    for cut in range(12):
        left = [cut]

        def dies(left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == -1:
                raise Died

        def around(name: str, dies: object = dies) -> None:
            def cut_off(self: Drop, *arguments: object) -> None:
                dies()  # type: ignore[operator]
                real[name](self, *arguments)
                dies()  # type: ignore[operator]

            monkeypatch.setattr(Drop, name, cut_off)

        async def recorded(*arguments: object, dies: object = dies, **values: object) -> bool:
            dies()  # type: ignore[operator]
            changed = await step(*arguments, **values)  # type: ignore[arg-type]
            dies()  # type: ignore[operator]
            return changed

        here = replace(ctx, room=f"room{cut}")
        deal = await agreed(here, amount="10000")
        with monkeypatch.context() as only_here:
            only_here.setattr("skills.fx.backoffice.completing.deliver", _nothing)
            await booked_deal(here, deal)
        for name in real:
            around(name)
        monkeypatch.setattr(outbox, "_step", recorded)
        taken = 0
        for minutes in range(0, 60, 15):
            with suppress(Died):
                await deliver(ctx.database, PORT, ctx.home, NOW + timedelta(minutes=minutes))
            place = folder(ctx) / "in" / deal.number
            if place.exists():
                assert sorted(one.name for one in place.iterdir()) == ["deal.fix", "deal.json"]
                shutil.rmtree(place)
                taken += 1
        assert taken == 1 and await state(ctx, deal.number) == "dropped", cut


async def _nothing(*_: object) -> int:
    return 0


async def test_of_two_processes_one_hands_it_over(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []
    move = Drop.move

    def counted(self: Drop, number: str) -> None:
        there = (folder(ctx) / "sending" / number).exists()
        move(self, number)
        moved.extend([number] * there)

    deal = await agreed(ctx)
    with monkeypatch.context() as only_here:
        only_here.setattr("skills.fx.backoffice.completing.deliver", _nothing)
        await booked_deal(ctx, deal)
    monkeypatch.setattr(Drop, "move", counted)
    await asyncio.gather(*(deliver(ctx.database, PORT, ctx.home, NOW) for _ in range(6)))
    assert moved == [deal.number] and await state(ctx, deal.number) == "dropped"


def test_the_port_refuses_what_is_no_pause() -> None:
    with pytest.raises(ValueError, match="first_pause_seconds"):
        BookingPort(first_pause_seconds=0)
    assert BookingPort(folder="/drop").place(Path("/state")) == Path("/drop")


async def test_the_house_looks_after_what_waits(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = await agreed(ctx)
    with monkeypatch.context() as only_here:
        only_here.setattr("skills.fx.backoffice.completing.deliver", _nothing)
        await booked_deal(ctx, deal)
    assert await state(ctx, deal.number) == "waiting"
    monkeypatch.setattr("app.rooms._PAUSE", 0.01)
    settings = replace(read_settings({"DESKMATE_HOME": str(ctx.home)}), content=ctx.content)
    tending = asyncio.create_task(tend_domains(ctx.database, settings, lambda: NOW))  # type: ignore[arg-type]
    for _ in range(200):
        await asyncio.sleep(0.05)
        if await state(ctx, deal.number) == "dropped":
            break
    tending.cancel()
    assert (folder(ctx) / "in" / deal.number / "deal.fix").exists()
