"""A booked deal is taken back by another one, and only with its booking; its paper says who, what and when."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from docx import Document

from app.core.errors import Refused, SkillFailed
from app.core.skill import Ask, Context, Proposal
from skills.fx.agreeing import agree
from skills.fx.backoffice import postings
from skills.fx.booking import book_deal, withdraw
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Deal
from skills.fx.deals.limits import all_used
from skills.fx.reversing import intent, reverse
from tests.skills.context import FakeDatabase
from tests.skills.deals import NOW, agreed, booked_deal, dealing, price, ran


@pytest.fixture
async def ctx(tmp_path: Path) -> Context:
    database = await FakeDatabase(tmp_path / "d.db").open()
    return dealing(tmp_path, database, members={"r1": ("E1002", "E3001"), "r2": ("E1002", "E3001")})


async def booked(ctx: Context, **values: str) -> Deal:
    deal = await agreed(ctx, **values)
    await booked_deal(ctx, deal)
    return await found(ctx, deal.number)


async def found(ctx: Context, number: str) -> Deal:
    deal = await Book(ctx.database).find(number)
    assert deal is not None
    return deal


async def going_on(ctx: Context) -> Deal:
    """The deal that is being made in the room, agreed at the price that the machine has named."""
    deal = await Book(ctx.database).of_room(ctx.room)
    assert deal is not None and deal.offered is not None
    deal, said = await agree(ctx, deal, price=deal.offered.price, branch="E1002", bank="E3001")
    assert deal.state == "agreed", said
    return deal


async def test_it_is_reversed_when_the_new_one_is_booked_and_takes_no_limit_then(ctx: Context) -> None:
    original = await booked(ctx)
    text = (await ran(reverse, ctx, f"冲销 {original.number}")).text
    new = await going_on(ctx)
    assert new.reverses == original.number and new.number in text
    assert new.value("side") == "sell" and new.value("value_date") == "2026-11-24"
    assert (await found(ctx, original.number)).state == "booked"
    await booked_deal(ctx, new)
    over = await found(ctx, original.number)
    assert (over.state, over.reason) == ("reversed", new.number)
    assert (await found(ctx, new.number)).state == "booked"
    async with ctx.database.session() as session:
        assert await all_used(session, "client", NOW.date()) == {}
    fix = (ctx.home / "backoffice" / "in" / new.number / "deal.fix").read_bytes().split(b"\x01")
    assert f"572={original.number}".encode() in fix and b"54=2" in fix
    assert set(await postings(ctx.database, [original.number, new.number])) == {original.number, new.number}


async def test_a_reversal_that_is_withdrawn_reverses_nothing(ctx: Context) -> None:
    original = await booked(ctx)
    await ran(reverse, ctx, original.number)
    await ran(withdraw, ctx)
    assert (await found(ctx, original.number)).state == "booked"
    await ran(reverse, ctx, original.number)  # it can be asked for again
    await booked_deal(ctx, await going_on(ctx))
    assert (await found(ctx, original.number)).state == "reversed"
    assert "不能冲销" in (await ran(reverse, ctx, original.number)).text


async def test_one_deal_is_reversed_by_one_other(ctx: Context) -> None:
    original = await booked(ctx)
    first = await ran(reverse, ctx, original.number)
    elsewhere = replace(ctx, room="r2")
    assert first.data["number"] in (await ran(reverse, elsewhere, original.number)).text
    # Even where both have begun, only one of them can be booked.
    book = Book(ctx.database)
    second = await book.open(room="r2", by="E1002", place="", turn="t", now=NOW, reverses=original.number)
    here = await found(ctx, str(first.data["number"]))
    await book.change(second, "changed", by="E1002", now=NOW, elements=here.elements)
    rival = await agreed(elsewhere, side="sell")
    assert rival.reverses == original.number
    await booked_deal(ctx, await going_on(ctx))
    with pytest.raises(SkillFailed):
        await booked_deal(elsewhere, rival)
    assert (await found(ctx, rival.number)).state == "confirmed"


async def test_not_by_the_bank_side_nor_what_is_not_booked_nor_beside_another(ctx: Context) -> None:
    deal = await agreed(ctx)
    assert "没有入账" in (await ran(reverse, ctx, deal.number)).text
    await booked_deal(ctx, deal)
    with pytest.raises(Refused):
        await ran(reverse, dealing(ctx.home.parent, ctx.database, by="E3001"), deal.number)  # type: ignore[arg-type]
    with pytest.raises(SkillFailed):
        await ran(reverse, ctx, "FX20261120-0999")
    asked = await reverse.function(replace(ctx, room="r9"), "冲销")
    assert isinstance(asked, Ask)
    busy = await Book(ctx.database).open(room="r2", by="E1002", place="", turn="t", now=NOW)
    assert busy.number in (await ran(reverse, replace(ctx, room="r2"), deal.number)).text


async def test_the_paper_holds_what_was_agreed_and_who_confirmed_and_is_made_once(ctx: Context) -> None:
    deal = await agreed(ctx, purpose="<b>{{ 7*7 }}</b>")
    first = await booked_deal(ctx, deal)
    again = await ran(intent, ctx, deal.number)
    assert [one.id for one in first.files] == [one.id for one in again.files]
    docx, html = [await ctx.files.read(one.id) for one in first.files]
    document = Document(io.BytesIO(docx))
    cells = " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    page = html.decode()
    for words in (deal.number, "华星科技有限公司", "6.8360", "李娜 E1002", "陈杰 E3001", "总行确认", "客户资料有效。"):
        assert words in page
        assert words in cells or words in " ".join(one.text for one in document.paragraphs)
    assert "{{ 7*7 }}" in cells and "&lt;b&gt;{{ 7*7 }}&lt;/b&gt;" in page
    assert "{{" not in cells.replace("{{ 7*7 }}", "") and "{%" not in cells
    with pytest.raises(SkillFailed):
        await ran(intent, dealing(ctx.home.parent, ctx.database, by="E2001", room="x"), deal.number)  # type: ignore[arg-type]


async def test_papers_that_fail_undo_nothing(ctx: Context, tmp_path: Path) -> None:
    deal = await agreed(ctx)

    class NoFiles:
        async def of_room(self, room: str) -> list[object]:
            raise OSError("the disk is full")

    result = await booked_deal(replace(ctx, files=NoFiles()), deal)  # type: ignore[arg-type]
    assert "成交意向书没有生成" in result.text and result.files == ()
    assert (await found(ctx, deal.number)).state == "booked"


async def test_who_confirms_a_swap_reads_both_legs(ctx: Context) -> None:
    offered = price("6.8000", near_price=Decimal("6.8320"))
    await agreed(ctx, offered=offered, product="swap", near_date="2026-11-24", value_date="2027-02-24")
    proposal = await book_deal.function(ctx)
    assert isinstance(proposal, Proposal)
    assert (
        "近端客户买入美元（对人民币）USD 1,000,000.00（100万美元），起息日 2026-11-24，价格 6.8320" in proposal.summary
    )
    assert "远端方向相反，起息日 2027-02-24，价格 6.8000" in proposal.summary


async def test_the_paper_of_a_reversed_deal_says_when_it_was_booked(ctx: Context) -> None:
    original = await booked(ctx)
    later = replace(ctx, now=NOW + timedelta(minutes=3))
    await ran(reverse, later, original.number)
    await booked_deal(later, await going_on(later))
    elsewhere = replace(later, room="r2")
    page = (await elsewhere.files.read((await ran(intent, elsewhere, original.number)).files[1].id)).decode()
    assert "入账时间 2026-11-20 16:31:00" in page
