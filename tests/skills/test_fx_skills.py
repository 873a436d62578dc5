"""What the FX skills say to people."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from app.core.assistant import ContentError, load_assistant
from app.core.skill import Ask, Outcome, Result
from app.core.texts import speaking
from skills import knowledge, rooms
from skills.fx import COMMANDS, SKILLS, check_content, market_source
from skills.fx.board import rates
from skills.fx.quote import quote
from skills.fx.settlement import value_dates
from skills.fx.source_rules import SourceRules
from skills.fx.words import say
from tests.skills.context import CONTENT, ZONE, FakeDatabase, context

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)


async def said(skill: Any, text: str, tmp_path: Path, now: datetime = NOW) -> Outcome:
    database = await FakeDatabase(tmp_path / "fx.db").open()
    outcome: Outcome = await skill.function(context(tmp_path, database, by="E1002", now=now), text)
    await database.close()
    return outcome


async def result(skill: Any, text: str, tmp_path: Path, now: datetime = NOW) -> Result:
    outcome = await said(skill, text, tmp_path, now)
    assert isinstance(outcome, Result), outcome
    return outcome


async def question(skill: Any, text: str, tmp_path: Path) -> str:
    outcome = await said(skill, text, tmp_path)
    assert isinstance(outcome, Ask), outcome
    assert outcome.parameter == "text"
    return outcome.question


async def test_a_ticket_with_an_indicative_price(tmp_path: Path) -> None:
    shown = await result(quote, "客户华星科技要买500万美元，三个月远期，6.8000以下", tmp_path)
    for part in (
        "华星科技",
        "USD 5,000,000.00（500万美元）",
        "买入美元，卖出人民币（购汇）",
        "2027-02-25（星期四）",
        "6.8000",
    ):
        assert part in shown.text
    assert "| USD/CNY 起息 2027-02-25 | 6.7960 | 6.8000 |" in shown.text
    assert "CNY 34,000,000.00（3400万人民币）" in shown.text
    assert "不可据此成交" in shown.text
    assert "示例数据" in shown.text
    assert shown.data["elements"]["value_date"] == "2027-02-25"
    assert shown.data["price"]["indicative"] is True


async def test_what_is_missing_is_asked_in_one_question(tmp_path: Path) -> None:
    asked = await question(quote, "客户华星科技要买美元", tmp_path)
    assert asked == "已记下：华星科技、客户买入、美元。还需要：金额，请补充。"
    assert "期限" in await question(quote, "美元掉期，卖出买入，1000万", tmp_path)
    assert "方向" in await question(quote, "询个价，美元500万", tmp_path)
    followed = await result(quote, "客户华星科技要买美元\n500万", tmp_path)
    assert "5,000,000.00" in followed.text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("卖-100万美元", "大于零"),
        ("买0美元", "大于零"),
        ("买1000万亿美元", "笔误"),
        ("买100万比特币", "不做这种货币"),
        ("买100万美元，2025年1月1日交割", "已经过去"),
        ("买100万美元，2027年2月30日交割", "不存在"),
        ("买100万美元期权", "只报即期、远期和掉期"),
    ],
)
async def test_what_cannot_be_is_asked_back_with_the_reason(text: str, reason: str, tmp_path: Path) -> None:
    assert reason in await question(quote, text, tmp_path)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("买100万美元，7.5以下", "相差 +9.8%"),
        ("买1500亿美元", "多写了零"),
        ("买100万美元，12月13日交割", "不能起息；下一个可起息日为 2026-12-14（星期一）"),
        ("买100万美元，三个月", "暂定"),
        ("买100万美元和50万欧元", "不止一个金额"),
        ("买100万日元", "2026-11-23（星期一） 日元休市"),
    ],
)
async def test_what_is_implausible_is_pointed_out(text: str, warning: str, tmp_path: Path) -> None:
    assert warning in (await result(quote, text, tmp_path)).text


async def test_the_prices_age_is_told_and_a_stale_market_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_source, "read_source_rules", lambda content: SourceRules(source="file"))
    market = datetime(2026, 11, 20, 16, 30, tzinfo=ZONE)
    fresh = await result(quote, "买100万美元", tmp_path, market + timedelta(minutes=10))
    assert "距现在 10 分钟" in fresh.text
    assert "已过时" not in fresh.text
    assert "行情已过时" in (await result(quote, "买100万美元", tmp_path)).text
    assert "行情时间晚于现在" in (await result(quote, "买100万美元", tmp_path, market - timedelta(hours=1))).text


async def test_a_swap_shows_both_legs_and_the_customers_points(tmp_path: Path) -> None:
    shown = (await result(quote, "sell/buy掉期 USDCNY 20 mio 6M", tmp_path)).text
    assert "| 近端起息日 | 2026-11-25（星期三） |" in shown
    assert "| 掉期点 6M | -685 | -670 |" in shown
    assert "掉期点 **-670**" in shown
    assert "掉期点 **-685**" in (await result(quote, "B/S掉期 USDCNY 20 mio 6M", tmp_path)).text


async def test_a_pair_dealt_the_other_way_round_is_priced_as_the_market_quotes_it(tmp_path: Path) -> None:
    shown = (await result(quote, "buy JPY 500 mio against USD，即期", tmp_path)).text
    assert "| USD/JPY 即期 | 159.800 | 159.860 |" in shown
    assert "客户适用银行买入价 **159.800**，折合 USD 3,128,911.14" in shown


async def test_where_there_is_no_market_the_ticket_stands_without_a_price(tmp_path: Path) -> None:
    shown = await result(quote, "买200万英镑兑美元，五年", tmp_path)
    assert "没有行情，不做外推" in shown.text
    assert "price" not in shown.data


async def test_english_is_answered_in_english(tmp_path: Path) -> None:
    with speaking("en"):
        shown = await result(quote, "Customer ABC Ltd buys 5 mio USD 3M forward", tmp_path)
        asked = await question(quote, "buy usd", tmp_path)
    assert "| Side (customer) | buys USD, sells CNY (purchase) |" in shown.text
    assert "indicative, not dealable" in shown.text
    assert "5,000,000.00 (5 million)" in shown.text
    assert asked == "Noted: the customer buys, USD. Still needed: the amount."


async def test_value_dates_name_the_holidays_that_moved_them(tmp_path: Path) -> None:
    shown = (await result(value_dates, "美元兑日元三个月的起息日", tmp_path)).text
    assert "| 3M | 2027-02-26（星期五） |" in shown
    assert "2026-11-26（星期四） 美元休市" in shown
    several = await result(value_dates, "欧元 1M、3M、6M 起息日", tmp_path)
    assert list(several.data["value_dates"]) == ["1M", "3M", "6M"]
    assert "12" in (await result(value_dates, "列一下美元各期限的起息日", tmp_path)).text
    assert "哪两种货币" in await question(value_dates, "起息日是哪天", tmp_path)


async def test_a_day_is_judged(tmp_path: Path) -> None:
    assert "不能作为" in (await result(value_dates, "美元12月25日能起息吗", tmp_path)).text
    assert "可以作为" in (await result(value_dates, "美元12月24日能起息吗", tmp_path)).text
    assert "已经过去" in await question(value_dates, "美元2026年1月5日能起息吗", tmp_path)


async def test_the_rates_board_shows_what_was_named_or_all(tmp_path: Path) -> None:
    everything = await result(rates, "", tmp_path)
    assert len(everything.data["rates"]) >= 12
    named = await result(rates, "美元和 EUR/JPY", tmp_path)
    assert [one["pair"] for one in named.data["rates"]] == ["USD/CNY", "EUR/JPY"]
    assert "6.7960" in (await result(rates, "美元三个月远期汇率", tmp_path)).text
    assert "没有 BRL/CNY 的行情" in (await result(rates, "雷亚尔汇率", tmp_path)).text


def test_both_languages_say_the_same_things() -> None:
    assert say.keys("zh") == say.keys("en")


def test_every_skill_has_a_manifest() -> None:
    names = [skill.name for skill in SKILLS]
    assert {"fx.quote", "fx.value_date", "fx.rates", "fx.listen", "fx.book", "fx.withdraw"} <= {*names}
    assert len({*names}) == len(names)
    assert quote.required == ("text",)
    assert rates.required == ()
    for skill in (quote, rates):
        assert skill.schema["properties"]["text"]
    assert {command.name for command in COMMANDS} == {"parse", "screen"}


def test_the_assistants_folder_names_skills_that_exist() -> None:
    assistant = load_assistant(CONTENT / "assistants" / "fx")
    ours = {skill.name for skill in (*SKILLS, *knowledge.SKILLS, *rooms.SKILLS)}
    assert {*assistant.skills, assistant.listens, assistant.panel} - {""} == ours
    assert {example.skill for example in assistant.examples} - {None} <= ours
    assert len(assistant.examples) >= 40


def test_the_shipped_content_is_sound() -> None:
    check_content(CONTENT)


def test_a_broken_list_is_named_by_the_check(tmp_path: Path) -> None:
    for folder in ("config", "assistants/fx"):
        copytree(CONTENT / folder, tmp_path / folder)
    check_content(tmp_path)
    (tmp_path / "config" / "lists" / "bad.csv").write_text("nothing here\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"bad\.csv"):
        check_content(tmp_path)
