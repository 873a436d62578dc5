"""Blotter, positions, progress, open enquiries, quality: the right deals, to the right people, rightly summed up."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from app.core.errors import Refused, SkillFailed
from app.core.skill import Context, Result
from skills.fx.booking import withdraw
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Check
from skills.fx.oversight.blotter import blotter
from skills.fx.oversight.open_enquiries import open_enquiries
from skills.fx.oversight.period import Period, period_in
from skills.fx.oversight.positions import positions
from skills.fx.oversight.progress import progress
from skills.fx.oversight.quality import quality
from tests.skills.context import FakeDatabase
from tests.skills.deals import FINE, NOW, agreed, booked_deal, dealing, price, ran

ROOMS = {"r1": ("E1002", "E3001"), "r2": ("E2001", "E3001"), "both": ("E1002", "E2001"), "sup": ("E3002", "E1002")}
TODAY = date(2026, 11, 20)
Turn = Callable[..., Context]
"""A turn of somebody, in a room."""


@pytest.fixture
async def database(tmp_path: Path) -> FakeDatabase:
    return await FakeDatabase(tmp_path / "d.db").open()


@pytest.fixture
def at(tmp_path: Path, database: FakeDatabase) -> Turn:
    def turn(by: str, room: str = "own", **changes: object) -> Context:
        return dealing(tmp_path, database, by=by, room=room, members=ROOMS, **changes)

    return turn


async def three(at: Turn) -> list[str]:
    """Two deals of the first branch, one of the other; numbers in order."""
    numbers = []
    for by, room, values in (
        ("E1002", "r1", {}),
        ("E1002", "r1", {"side": "sell", "amount": "400000"}),
        ("E2001", "r2", {"customer": "蓝海国际物流有限公司", "base": "EUR", "amount_ccy": "EUR", "amount": "500000"}),
    ):
        ctx = at(by, room)
        deal = await agreed(ctx, offered=price("7.9900", mid="7.9850") if "base" in values else None, **values)
        await booked_deal(ctx, deal)
        numbers.append(deal.number)
    return numbers


def numbers_of(result: Result) -> list[str]:
    found = result.data["deals"]
    return [one if isinstance(one, str) else one["number"] for one in found]


async def test_everybody_sees_the_deals_of_his_own_rooms_and_the_department_sees_all(at: Turn) -> None:
    one, two, three_ = await three(at)
    seen = {by: numbers_of(await ran(blotter, at(by))) for by in ("E1002", "E2001", "E3001", "E3002", "E1001")}
    assert seen == {
        "E1002": [one, two],
        "E2001": [three_],
        "E3001": [one, two, three_],
        "E3002": [one, two, three_],
        "E1001": [],
    }
    # In a room with others only what all of them may see is shown.
    assert numbers_of(await ran(blotter, at("E1002", "both"))) == []
    assert numbers_of(await ran(blotter, at("E3002", "sup"))) == [one, two]


async def test_the_blotter_counts_in_yuan_by_what_is_asked_and_as_a_workbook(at: Turn) -> None:
    await three(at)
    ctx = at("E3002")
    result = await ran(blotter, ctx, "今天的成交按客户汇总")
    yuan = Decimal("1400000") * Decimal("6.85") + Decimal("500000") * Decimal("8.00")
    assert Decimal(str(result.data["yuan"])) == yuan
    assert f"3 笔，折合 {yuan:,.0f} 元" in result.text
    assert result.charts[0].figure["data"][0]["x"] == ["华星科技有限公司", "蓝海国际物流有限公司"]
    assert result.charts[0].figure["data"][0]["y"] == [9590000.0, 4000000.0]
    book = openpyxl.load_workbook(io.BytesIO(await ctx.files.read(result.files[0].id)))
    assert book.sheetnames == ["成交", "按客户"]
    rows = list(book["成交"].values)
    assert len(rows) == 4 and rows[1][2] == "华星科技有限公司" and rows[1][5] == 1000000 and rows[3][6] == "EUR/CNY"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("华星科技今天的成交", [0, 1]),
        ("王芳今天做了几笔", [2]),
        ("今天美元的成交", [0, 1]),
        ("今天欧元兑人民币的成交", [2]),
        ("昨天的成交", []),
        ("本周成交", [0, 1, 2]),
        ("2026-11-20 的成交", [0, 1, 2]),
        ("show the blotter of yesterday", []),
    ],
)
async def test_the_blotter_shows_what_is_asked_for(at: Turn, text: str, expected: list[int]) -> None:
    numbers = await three(at)
    assert numbers_of(await ran(blotter, at("E3002"), text)) == [numbers[one] for one in expected]


async def test_positions_are_the_banks_and_limits_those_that_are_used(at: Turn) -> None:
    await three(at)
    result = await ran(positions, at("E3002"))
    # It sells 1 000 000 and buys 400 000 dollars, sells 500 000 euros.
    assert result.data["net"]["USD"] == "-600000.00" and result.data["net"]["EUR"] == "-500000.00"
    assert Decimal(result.data["net"]["CNY"]) == Decimal("6.8360") * 600000 + Decimal("7.99") * 500000
    assert "| 华星科技有限公司 | 9,590,000.00 | 120,000,000.00 | 110,410,000.00 | 8.0% |" in result.text
    mine = await ran(positions, at("E1002"))
    assert "EUR" not in mine.data["net"] and "蓝海" not in mine.text
    later = await ran(positions, at("E3002", now=NOW + timedelta(days=5)))
    assert later.data["net"] == {} and "客户额度：无" in later.text and later.files == ()
    named = await ran(positions, at("E3002"), "远东机械还有多少额度")
    assert "| 远东机械进出口有限公司 | 0.00 | 60,000,000.00 | 60,000,000.00 | 0.0% |" in named.text


async def test_progress_says_what_is_waited_for(at: Turn) -> None:
    ctx = at("E1002", "r1")
    deal = await agreed(ctx, amount="5000000")
    said = await ran(progress, ctx)
    assert deal.number in said.text and "等支行确认成交单" in said.text and "**已成交**" in said.text
    assert numbers_of(await ran(progress, at("E1002"))) == [deal.number]
    assert numbers_of(await ran(progress, at("E2001"))) == []
    with pytest.raises(SkillFailed):
        await ran(progress, at("E2001"), deal.number)
    await booked_deal(ctx, deal)
    assert "后台：已送后台，待回执" in (await ran(progress, at("E1002"), f"{deal.number}到哪一步了")).text


async def test_open_enquiries_are_all_for_the_supervisor_and_ones_own_for_a_dealer(at: Turn) -> None:
    first = await agreed(at("E1002", "r1"))
    second = await Book(at("E2001").database).open(room="r2", by="E2001", place="示例分行", turn="t", now=NOW)
    both = [first.number, second.number]
    seen = {by: numbers_of(await ran(open_enquiries, at(by))) for by in ("E3002", "E3001", "E1002", "E2001")}
    assert seen == {"E3002": both, "E3001": both, "E1002": both[:1], "E2001": both[1:]}
    assert numbers_of(await ran(open_enquiries, at("E3002", "sup"))) == both[:1]
    text = (await ran(open_enquiries, at("E3002"))).text
    assert "还缺：客户、方向" in text and "等支行确认成交单" in text
    await ran(withdraw, at("E1002", "r1"))
    assert numbers_of(await ran(open_enquiries, at("E3002"))) == both[1:]


async def test_the_quality_check_finds_what_was_done_after_the_agreement(at: Turn) -> None:
    ctx = at("E1002", "r1")
    deal = await agreed(ctx)
    soft = (Check("price", "soft", "偏离 30 个基点。"), Check("documents", "soft", "没有说到背景资料。"))
    later = replace(ctx, now=NOW + timedelta(minutes=2))
    off = price("6.9000", now=later.now)
    deal = await agreed(later, offered=off, checks=soft, amount="900000", documents="")
    await booked_deal(later, deal, by=("E3001", "E3002"))
    result = await ran(quality, at("E3002"), f"质检 {deal.number}")
    assert result.data["deals"] == [
        {
            "number": deal.number,
            "verdict": "grave",
            "findings": {"after_agreement": "grave", "price": "look", "documents": "look", "checks": "look"},
        }
    ]
    assert "成交之后改过：金额、背景资料" in result.text and "+99.5 个基点" in result.text


async def test_a_clean_deal_is_found_clean_and_the_report_is_the_supervisors_alone(at: Turn) -> None:
    ctx = at("E1002", "r1")
    deal = await agreed(ctx, checks=FINE)
    await booked_deal(ctx, deal)
    report = await ran(quality, at("E3002"), "今天的成交质检")
    assert report.data["deals"] == [{"number": deal.number, "verdict": "fine", "findings": {}}]
    assert len(report.files) == 1
    for by, room in (("E3001", "own"), ("E1002", "r1"), ("E3002", "sup")):
        with pytest.raises(Refused):
            await ran(quality, at(by, room))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("", TODAY, TODAY),
        ("昨天", date(2026, 11, 19), date(2026, 11, 19)),
        ("本周", date(2026, 11, 16), TODAY),
        ("上周", date(2026, 11, 9), date(2026, 11, 15)),
        ("上月", date(2026, 10, 1), date(2026, 10, 31)),
        ("近7天", date(2026, 11, 14), TODAY),
        ("11月3日到11月5日", date(2026, 11, 3), date(2026, 11, 5)),
        ("2月30日", TODAY, TODAY),
        ("last month", date(2026, 10, 1), date(2026, 10, 31)),
    ],
)
def test_days_are_read(text: str, first: date, last: date) -> None:
    assert period_in(text, TODAY) == Period(first, last)
