"""What the page is given to draw."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.browser_cards import Cards, Place, displayed, parts_of, say, turn_of_run
from app.core.errors import BadInput, Refused
from app.core.ports import Hit
from app.core.quote_mark import quote_mark
from app.core.texts import speaking
from app.core.turn import Action, Approval, Attachment, Chart, Citation, ErrorNote, Money, Part, Reply
from app.team.approvals import Outlook

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PLACE = Place("E1002", "room-1", "turn-1")


class FakeDesk:
    """Knows one document; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def passage(self, person: str, source: str, locator: str, version: str = "") -> Hit:
        self.asked += 1
        if locator == "第九条":
            raise BadInput("NO_PASSAGE", "没有找到")
        if source != "fx/spot.md":
            raise Refused("NO_KNOWLEDGE", "no")
        state = "superseded" if version == "0" * 12 else "in_force"
        url = f"/documents/{source}?at={locator}&v={version}"
        return Hit(source, locator, "第一条 甲。乙。", 1.0, "外汇买卖操作规程", url, "2026-03-01", state=state)  # type: ignore[arg-type]


class FakeIdentity:
    """Knows one person."""

    def person(self, id: str) -> Any:
        if id != "E1002":
            raise Refused("UNKNOWN_PERSON", "no")
        return SimpleNamespace(name="李娜")


@pytest.fixture
def gateway() -> Any:
    fx = SimpleNamespace(title="外汇交易助手", title_en="FX dealing assistant")
    seen = {"may": True, "mine": True}

    def outlook(person: str, action: Action) -> Outlook:
        return Outlook(seen["may"] and action.state == "proposed", seen["mine"], "交易主管")

    return SimpleNamespace(assistants={"fx": fx}, desk=FakeDesk(), identity=FakeIdentity(), outlook=outlook, seen=seen)


@pytest.fixture
def cards(gateway: Any) -> Cards:
    return Cards(gateway)


def action(**changes: Any) -> Action:
    values = {
        "id": "A1B2C3",
        "skill": "office.book_room",
        "arguments": {"room": "三号会议室", "starts_at": "2026-11-23T09:00:00+08:00", "people": None, "colour": 7},
        "digest": "d" * 64,
        "state": "proposed",
        "approvals": (),
        "expires_at": NOW,
        "summary": "预订三号会议室",
        "room": "room-1",
        "proposed_by": "E1002",
        "assistant": "fx",
    }
    return Action(**(values | changes))


def test_every_argument_of_an_action_is_on_its_card(cards: Cards) -> None:
    props = cards.action(PLACE, "m", action(), "订三号会议室")["props"]
    shown = {one["name"]: one["value"] for one in props["arguments"]}
    assert shown == {"会议室": "三号会议室", "开始": "2026-11-23 09:00+08:00", "人数": "—", "colour": "7"}
    assert props["digest"] == "d" * 64
    assert props["proposed_by"] == "外汇交易助手 代 李娜"
    assert props["sentence"] == "订三号会议室"


@pytest.mark.parametrize(("may", "mine"), [(True, True), (True, False), (False, True), (False, False)])
def test_the_buttons_are_those_of_the_viewer(cards: Cards, gateway: Any, may: bool, mine: bool) -> None:
    gateway.seen.update(may=may, mine=mine)
    props = cards.action(PLACE, "m", action(amount=Money(Decimal("5000000"), "USD")), "")["props"]
    assert (props["may"], props["mine"], props["needed"]) == (may, mine, "交易主管")
    assert props["amount"] == "USD 5,000,000"


def test_an_approval_in_place_of_an_absent_one_names_both(cards: Cards) -> None:
    approved = action(approvals=(Approval("E1002", NOW, "E3001"),))
    (one,) = cards.action(PLACE, "m", approved, "")["props"]["approvals"]
    assert one["by"] == "李娜（代 E3001）"


def test_a_receipt_says_who_confirmed_and_what_came_of_it(cards: Cards) -> None:
    done = action(state="executed", approvals=(Approval("E9999", NOW),), outcome="已预订")
    props = cards.action(PLACE, "m", done, "")["props"]
    assert (props["state"], props["outcome"]) == ("executed", "已预订")
    assert props["approvals"] == [{"by": "E9999", "at": NOW.isoformat()}]  # unknown by now: the number stays readable


async def test_each_speaker_has_a_message_with_its_own_sources(cards: Cards) -> None:
    first = Part("fx", "甲 [1]", citations=(Citation("fx/spot.md", "第一条", "甲。", ""),))
    second = Part("", "以上。")
    reply = Reply("", parts=(first, second))
    elements = await cards.elements(PLACE, reply, "问")
    assert [(one["name"], one["forId"]) for one in elements] == [("Citations", PLACE.message(0))]
    assert elements[0]["props"]["items"][0]["title"] == "外汇买卖操作规程"
    assert cards.message(PLACE, 0, first, NOW)["name"] == "外汇交易助手"
    assert cards.message(PLACE, 1, second, NOW)["name"] == "同桌"


async def test_titles_are_looked_up_once(cards: Cards, gateway: Any) -> None:
    citation = Citation("fx/spot.md", "第一条", "甲。", "")
    reply = Reply("", parts=(Part("fx", "甲", citations=(citation, citation)),))
    for _ in range(3):
        await cards.elements(PLACE, reply, "")
    assert gateway.desk.asked == 1


async def test_a_source_no_longer_open_keeps_a_name(cards: Cards) -> None:
    reply = Reply("", parts=(Part("fx", "甲", citations=(Citation("old/gone.md", "¶1", "甲", ""),)),))
    [chips] = await cards.elements(PLACE, reply, "")
    assert chips["props"]["items"][0]["title"] == "gone"


async def test_files_charts_cards_hang_on_the_right_message(cards: Cards) -> None:
    reply = Reply(
        "",
        parts=(Part("fx", "一"), Part("", "二")),
        files=(Attachment("f1", "报告.docx", 3), Attachment("f2", "图.png", 3, "image/png")),
        charts=(Chart("收入", {"data": [{"y": [1, 2]}], "layout": {}}),),
        actions=(action(),),
    )
    elements = {one["id"]: one for one in await cards.elements(PLACE, reply, "")}
    assert elements["action:A1B2C3"]["forId"] == PLACE.message(0)  # the assistant that proposed it
    assert elements["file:f1"]["forId"] == PLACE.message(1)
    assert (elements["file:f1"]["type"], elements["file:f2"]["type"]) == ("file", "image")
    assert "/secret/path" not in json.dumps(list(elements.values()))
    figure = json.loads(b64decode(elements["chart:turn-1:0"]["url"].split(",")[1]))
    assert figure["data"] == [{"y": [1, 2]}]
    assert figure["layout"]["title"] == {"text": "收入"}


async def test_an_error_shows_code_and_trace(cards: Cards) -> None:
    reply = Reply("不行", error=ErrorNote("SKILL_FAILED", "不行"), trace_id="abc")
    [problem] = await cards.elements(PLACE, reply, "")
    assert (problem["props"]["code"], problem["props"]["trace"]) == ("SKILL_FAILED", "abc")
    assert [part.text for part in parts_of(reply)] == ["不行"]


async def test_the_passage_carries_the_quote(cards: Cards) -> None:
    props = (await cards.passage(PLACE, "fx/spot.md", "第一条", "乙。", "/documents/fx/spot.md"))["props"]
    assert (props["title"], props["quote"], props["dated"]) == ("外汇买卖操作规程", "乙。", "2026-03-01")
    assert props["quote"] in props["text"]


async def test_the_passage_is_of_the_version_that_was_cited(cards: Cards) -> None:
    url = f"/documents/fx/spot.md?at=x&v={'0' * 12}"
    props = (await cards.passage(PLACE, "fx/spot.md", "第一条", "乙。", url))["props"]
    assert "已被新的规定取代" in props["note"]
    assert props["url"] == f"/documents/fx/spot.md?at=第一条&v={'0' * 12}&mark={quote_mark('乙。')}#at"


async def test_a_passage_that_is_gone_leaves_its_quote_and_the_way_to_its_document(cards: Cards) -> None:
    props = (await cards.passage(PLACE, "fx/spot.md", "第九条", "乙。", "/documents/fx/spot.md?at=y"))["props"]
    assert (props["text"], props["note"]) == ("乙。", "没有找到")
    assert props["url"] == f"/documents/fx/spot.md?at=y&mark={quote_mark('乙。')}#at"
    with pytest.raises(Refused):
        await cards.passage(PLACE, "credit/x.md", "第一条", "乙。", "/documents/credit/x.md?at=y")


def test_the_mark_says_how_an_answer_was_made(cards: Cards) -> None:
    assert cards.mark("local", "") == "规则"
    assert cards.mark("model", "deepseek/deepseek-chat") == "deepseek-chat"
    with speaking("en"):
        assert cards.mark("local", "") == "Rules"


def test_thumbs_find_their_turn() -> None:
    assert turn_of_run(PLACE.run) == "turn-1"


def test_both_languages_have_every_text() -> None:
    assert say.keys("zh") == say.keys("en")


@given(st.text(alphabet=":~/aZ9甲 \n`*|-"))
def test_displaying_loses_nothing(text: str) -> None:
    assert displayed(text).replace("\u2060", "").replace("～", "~") == text


@given(st.text(alphabet=":~/aZ9甲 "))
def test_what_the_page_would_swallow_is_defused(text: str) -> None:
    shown = displayed(text)
    assert not any(before == ":" and after.isascii() and after.isalpha() for before, after in pairwise(shown))
