"""A new digital employee is a folder: no line of Python is written for it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.main import Deskmate, opened
from tests.commands.deskmate import run
from tests.conftest import asking, clock, settings_in
from tests.houses import content_in

ASSISTANT = """\
number: D0009
title: 食堂助手
title_en: Canteen assistant
post: 食堂数字员工
level: L3
brief: 解答食堂的供餐时间、餐标和订餐规定
brief_en: Canteen hours, meal allowances and how to order
face: 🍚
aliases: [食堂, canteen]
skills: []
knowledge: [canteen]
topics: [食堂, 早餐, 午餐, 晚餐, 加班餐, 餐标, 餐卡, 供餐, 订餐, 包间, canteen, lunch]
"""
PROMPT = (
    "你是「食堂助手」，示例银行的数字员工，工号 D0009。先用 `knowledge.search` 查，再依据查到的条文回答，标出处。\n"
)
EXAMPLES = """\
- {text: 食堂几点开饭, starter: true}
- {text: 早餐供应到几点}
- {text: 午餐什么时候开始}
- {text: 晚餐几点结束}
- {text: 加班餐怎么订}
- {text: 加班餐标准是多少}
- {text: 餐卡丢了怎么补办}
- {text: 餐卡每月补贴多少}
- {text: 客人来了能在食堂吃饭吗}
- {text: 食堂包间怎么预约}
- {text: 周末食堂供餐吗}
- {text: 食堂有没有清真窗口}
- {text: 订餐要提前多久}
- {text: "食堂(早餐|午餐|晚餐)(几点|什么时候)"}
- {text: what time is lunch in the canteen}
- {text: 餐费可以报销吗}
"""
RULES = """\
---
title: 示例银行职工食堂管理办法
number: 示银办〔2026〕21号
issued: 2026-03-02
valid_from: 2026-04-01
owner: 总行办公室
department: 总行办公室
---

# 示例银行职工食堂管理办法

## 第一章 供餐

第一条 食堂早餐供应时间为 7:20 至 8:40，午餐为 11:30 至 13:00，晚餐为 17:30 至 19:00。

第二条 周六、周日只供应午餐。法定节假日不供餐。

## 第二章 餐卡和加班餐

第三条 餐卡每月补贴 660 元，当月有效，不结转。餐卡遗失的，凭工号到食堂服务台补办，工本费 15 元。

第四条 加班餐标准为每人每餐 35 元。加班餐应当在当日 16:00 以前由部门综合岗统一预订。
"""
SET = """\
title: 职工食堂规定
title_en: Canteen rules
owner: 总行办公室
audience: ["*"]
valid_from: 2026-04-01
"""
RIGHT = "p, *, *, canteen, knowledge:canteen, allow\n"


def with_canteen(content: Path) -> Path:
    """`content` with one more digital employee."""
    folder, rules = content / "assistants" / "canteen", content / "knowledge" / "canteen"
    folder.mkdir()
    rules.mkdir()
    (folder / "assistant.yaml").write_text(ASSISTANT, encoding="utf-8")
    (folder / "prompt.md").write_text(PROMPT, encoding="utf-8")
    (folder / "examples.yaml").write_text(EXAMPLES, encoding="utf-8")
    (rules / "set.yaml").write_text(SET, encoding="utf-8")
    (rules / "canteen.md").write_text(RULES, encoding="utf-8")
    with (content / "config" / "permissions.csv").open("a", encoding="utf-8") as rights:
        rights.write(RIGHT)
    return content


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_canteen(content_in(tmp_path_factory.mktemp("content")))


@pytest.fixture(scope="module")
async def house(content: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deskmate]:
    settings = settings_in(tmp_path_factory.mktemp("home"), DESKMATE_CONTENT=str(content))
    async with opened(settings, clock=clock) as built:
        yield built


def test_the_folder_holds_no_python(content: Path) -> None:
    suffixes = {path.suffix for path in (content / "assistants" / "canteen").iterdir()}
    assert suffixes == {".yaml", ".md"}


def test_check_accepts_it(content: Path, tmp_path: Path) -> None:
    ran = run(tmp_path / "home", "check", DESKMATE_CONTENT=str(content))
    assert ran.code == 0, ran.err


@pytest.mark.parametrize("called", ["@食堂", "@食堂助手", "@canteen", "@CANTEEN", "请问@食堂，"])
async def test_it_answers_to_its_names(house: Deskmate, called: str) -> None:
    reply = await asking(house)(f"{called} 早餐供应到几点")
    assert reply.speakers == ("canteen",) and "8:40" in reply.text


@pytest.mark.parametrize(
    ("said", "has", "locator"),
    [
        ("食堂早餐供应到几点？", "8:40", "第一条"),
        ("餐卡丢了到哪里补办", "15 元", "第三条"),
        ("加班餐的标准是多少钱", "35 元", "第四条"),
    ],
)
async def test_it_is_found_without_a_mention_and_quotes_its_rules(
    house: Deskmate, said: str, has: str, locator: str
) -> None:
    reply = await asking(house)(said)
    assert reply.speakers == ("canteen",) and reply.mode == "local"
    assert has in reply.text and "[1]" in reply.text
    citation = reply.citations[0]
    assert (citation.source, citation.locator) == ("canteen/canteen.md", locator)
    assert citation.quote in RULES
    assert (await house.gateway.desk.passage("E1001", citation.source, citation.locator)).text == citation.quote


async def test_what_its_rules_do_not_say_it_does_not_say(house: Deskmate) -> None:
    reply = await asking(house)("@食堂 火星上的氧气浓度是多少")
    assert reply.speakers == ("canteen",) and reply.citations == () and "没有查到" in reply.text
    assert "食堂的供餐时间" in reply.text, "it says what it can do"


async def test_the_others_go_on_as_before(house: Deskmate) -> None:
    ask = asking(house)
    assert "6102" in (await ask("李娜的分机是多少")).text
    assert (await ask("会议室最多可以提前几天预订")).speakers == ("office",)
    assert (await ask("@食堂 @办公 你们好")).speakers == ("canteen", "office")


async def test_it_stands_among_the_starters(house: Deskmate) -> None:
    starters = {assistant.name: example.text for assistant, example in house.gateway.desk.starters("E6001")}
    assert starters["canteen"] == "食堂几点开饭"


async def test_without_the_right_its_knowledge_is_closed(content: Path, tmp_path: Path) -> None:
    closed = tmp_path / "content"
    shutil.copytree(content, closed)
    rights = closed / "config" / "permissions.csv"
    rights.write_text(rights.read_text(encoding="utf-8").replace(RIGHT, ""), encoding="utf-8")
    async with opened(settings_in(tmp_path / "home", DESKMATE_CONTENT=str(closed)), clock=clock) as house:
        reply = await asking(house)("@食堂 早餐供应到几点")
    assert "8:40" not in reply.text and not reply.citations and reply.text.strip()


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        ("assistant.yaml", "brief_en:", "breif: x\nbrief_en:", "breif"),
        ("assistant.yaml", "level: L3", "level: L9", "level"),
        ("assistant.yaml", "skills: []", "skills: [canteen.cook]", "canteen.cook"),
        ("assistant.yaml", "knowledge: [canteen]", "knowledge: [kitchen]", "kitchen"),
        ("assistant.yaml", "[食堂, canteen]", "[食堂, fx]", "fx"),
        ("examples.yaml", "- {text: 晚餐几点结束}", "- {text: 晚餐几点结束, skil: x}", "skil"),
        ("examples.yaml", "- {text: 加班餐怎么订}", "- {text: 加班餐怎么订, skill: fx.quote}", "fx.quote"),
    ],
    ids=["key", "level", "skill", "set", "alias", "key of an example", "skill of an example"],
)
def test_a_mistake_is_named_with_file_and_line(
    content: Path, tmp_path: Path, file: str, old: str, new: str, names: str
) -> None:
    broken = tmp_path / "content"
    shutil.copytree(content, broken)
    path = broken / "assistants" / "canteen" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    ran = run(tmp_path / "home", "check", DESKMATE_CONTENT=str(broken))
    assert ran.code == 1
    problem = next((one for one in ran.err.splitlines() if one.startswith(str(broken / "assistants"))), ran.err)
    assert names in problem
    if names != "fx":  # two assistants share the name: the line is that of whichever is read second
        assert problem.startswith(f"{path}:{line}: "), problem
