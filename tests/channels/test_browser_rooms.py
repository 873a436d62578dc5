"""A shared room on open pages: what each is sent, in which order, and what is not shown."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from chainlit.session import ws_sessions_id
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.channels.browser_cards import Cards, Place
from app.channels.browser_people import as_typed, drawn_face, face_of, initials
from app.channels.browser_rooms import BrowserRooms
from app.channels.browser_talk import LiveTalk
from app.channels.browser_told import drawn
from app.core.errors import Refused
from app.core.ports import RoomListener
from app.core.room_event import RoomEvent, RoomEventKind
from app.core.turn import Part, Person, Reply, Room
from app.gateway.desk import Told

PEOPLE = {
    "E1002": Person("E1002", "李娜", "branch_dealer", "城东支行", "支行外汇交易员"),
    "E2001": Person("E2001", "王芳", "regional_dealer", "示例分行", "分行外汇交易员"),
    "E3001": Person("E3001", "陈杰", "head_office_dealer", "总行金融市场部", "总行外汇交易员"),
}
ROOM = Room("r1", "华星科技询价", ("E1002", "E2001"), ("fx",), shared=True, keeper="E1002")


class FakeDesk:
    """One shared room and what was said in it."""

    def __init__(self) -> None:
        self.turns: dict[str, Told] = {}

    def said(self, id: str, by: str, text: str, reply: Reply | None = None, *, ago: float = 0) -> None:
        at = datetime.now(UTC) - timedelta(seconds=ago)
        self.turns[id] = Told(id, PEOPLE[by], text, at, (), reply, None)

    async def shared_room(self, id: str) -> Room | None:
        return ROOM if id == ROOM.id else None

    async def told(self, person: str, room: str, turn_id: str) -> Told | None:
        if person not in ROOM.members:
            raise Refused("NOT_A_MEMBER", "no")
        return self.turns.get(turn_id)


class FakeBus:
    """Tells its listener what a test says."""

    def __init__(self) -> None:
        self.listener: RoomListener | None = None
        self.number = 0

    def subscribe(self, listener: RoomListener) -> None:
        self.listener = listener

    async def tell(self, what: RoomEventKind, about: str, by: str) -> None:
        assert self.listener is not None
        self.number += 1
        await self.listener(RoomEvent(self.number, ROOM.id, what, about, by, datetime.now(UTC)))


class FakePage:
    """An open page: what it would show, as Chainlit's page puts it together."""

    def __init__(self, person: str, room: str = ROOM.id) -> None:
        self.id, self.socket_id, self.thread_id, self.thread_id_to_resume = f"{person}/{room}", "s1", room, room
        self.user, self.language = SimpleNamespace(identifier=person), "zh-CN"
        self.steps: dict[str, Any] = {}
        self.told: list[Any] = []
        ws_sessions_id[self.id] = self

    async def emit(self, event: str, data: Any) -> None:
        await asyncio.sleep(0)
        if event == "new_message":
            self.steps[data["id"]] = data
        elif event == "delete_message":
            self._drop(data["id"])
        elif event == "window_message":
            self.told.append(data)

    def _drop(self, id: str) -> None:
        """With everything that hangs on it."""
        self.steps.pop(id, None)
        for child in [one["id"] for one in self.steps.values() if one["parentId"] == id]:
            self._drop(child)

    def shown(self) -> list[str]:
        return [step["output"] for step in self.steps.values() if step["type"] != "run"]


class FakePanels:
    """Shows nothing."""

    def refresh(self, room: str) -> None: ...

    def drawn_anew(self, page: Any) -> None: ...


class House:
    """The pieces, put together."""

    def __init__(self) -> None:
        self.desk, self.bus = FakeDesk(), FakeBus()
        identity = SimpleNamespace(person=PEOPLE.__getitem__)
        assistants = {"fx": SimpleNamespace(title="外汇交易助手", title_en="FX")}
        gateway: Any = SimpleNamespace(desk=self.desk, identity=identity, assistants=assistants)
        self.cards = Cards(gateway)
        self.rooms = BrowserRooms(gateway, self.cards, FakePanels(), self.bus)  # type: ignore[arg-type]

    async def sends(self, page: FakePage, id: str, text: str) -> LiveTalk:
        """The page shows its message at once, and so does the server know of it."""
        place = Place(page.user.identifier, page.thread_id, id)
        step = self.cards.own(place, text, datetime.now(UTC))
        page.steps[id] = step
        talk = LiveTalk(self.cards, place, page.emit)
        self.rooms.sending(page, place, step, talk)
        await talk.open()
        return talk


@pytest.fixture
async def house() -> AsyncIterator[House]:
    yield House()
    ws_sessions_id.clear()


async def test_what_one_says_is_shown_to_the_other_and_not_twice_to_himself(house: House) -> None:
    li_na, wang_fang = FakePage("E1002"), FakePage("E2001")
    house.desk.said("t1", "E1002", "两位好")
    await house.sends(li_na, "t1", "两位好")
    await house.bus.tell("said", "t1", "E1002")
    await house.bus.tell("said", "t1", "E1002")  # told again, it replaces itself
    assert li_na.shown() == wang_fang.shown() == ["两位好"]
    assert li_na.steps["t1"]["type"] == "user_message"
    assert wang_fang.steps["t1"]["type"] == "assistant_message"
    assert wang_fang.steps["t1"]["metadata"]["avatarName"] == "李娜 · 支行外汇交易员 · E1002"


async def test_another_tab_of_the_same_person_shows_it_as_his_own(house: House) -> None:
    first, second = FakePage("E1002"), FakePage("E1002")
    second.id = "other tab"
    ws_sessions_id[second.id] = second
    ws_sessions_id[first.id] = first
    house.desk.said("t1", "E1002", "一句", Reply("好", parts=(Part("fx", "好"),)))
    await house.sends(first, "t1", "一句")
    await house.bus.tell("said", "t1", "E1002")
    await house.bus.tell("answered", "t1", "fx")
    assert second.shown() == ["一句", "好"]
    assert second.steps["t1"]["type"] == "user_message"


async def test_messages_that_cross_stand_in_one_order_on_every_page(house: House) -> None:
    li_na, wang_fang = FakePage("E1002"), FakePage("E2001")
    talk = await house.sends(wang_fang, "t2", "后到的")  # shown at once, stored second
    house.desk.said("t1", "E1002", "先到的")
    house.desk.said("t2", "E2001", "后到的", Reply("答", parts=(Part("fx", "答"),)))
    await house.bus.tell("said", "t1", "E1002")
    await talk.close(Reply("答", parts=(Part("fx", "答"),)), "后到的")
    await house.bus.tell("said", "t2", "E2001")
    await house.bus.tell("answered", "t2", "fx")
    assert wang_fang.shown() == ["先到的", "后到的", "答"]
    assert li_na.shown()[1:] == ["后到的", "答"]


async def test_what_is_told_while_a_page_is_drawn_follows_it(house: House) -> None:
    page = FakePage("E2001")
    house.desk.said("t1", "E1002", "新的一句")

    async def draw() -> None:
        await house.bus.tell("said", "t1", "E1002")
        assert page.shown() == []
        page.steps = {"t0": {"id": "t0", "type": "user_message", "output": "旧的一句"}}  # as the history is drawn

    await house.rooms.entering(page, draw)
    assert page.shown() == ["旧的一句", "新的一句"]


async def test_who_is_no_member_is_shown_nothing(house: House) -> None:
    stranger = FakePage("E3001")
    house.desk.said("t1", "E1002", "只给成员")
    await house.bus.tell("said", "t1", "E1002")
    assert (stranger.shown(), stranger.told) == ([], [])


async def test_who_is_invited_is_told_where_he_is_and_who_leaves_is_told_too(house: House) -> None:
    elsewhere, gone = FakePage("E2001", "another room"), FakePage("E3001", "another room")
    await house.bus.tell("opened", ROOM.id, "E1002")
    (line,) = elsewhere.shown()
    assert "李娜" in line and "/thread/r1" in line
    await house.bus.tell("left", "E3001", "E3001")
    assert [one["rooms"]["what"] for one in gone.told] == ["left"]
    assert gone.shown() == []


async def test_only_heard_shows_nothing_but_the_words(house: House) -> None:
    house.desk.said("t1", "E1002", "收到", Reply(""))
    shown = await drawn(house.cards, "E2001", ROOM.id, house.desk.turns["t1"], shared=True)
    assert [step["id"] for step in shown.steps] == ["t1"]
    assert not shown.elements
    page = FakePage("E1002")
    talk = await house.sends(page, "t2", "收到")
    await talk.close(Reply(""), "收到")
    assert page.shown() == ["收到"]
    assert page.steps["run:t2"]["end"], "something still turns"


async def test_an_assistant_that_speaks_by_itself_answers_no_message(house: House) -> None:
    house.desk.said("t1", "E1002", "", Reply("还有五分钟", parts=(Part("fx", "还有五分钟"),)))
    shown = await drawn(house.cards, "E2001", ROOM.id, house.desk.turns["t1"], shared=True)
    assert [(step["type"], step["parentId"]) for step in shown.steps] == [
        ("run", None),
        ("assistant_message", "run:t1"),
    ]
    house.desk.said("t2", "E1002", "")
    assert not (await drawn(house.cards, "E2001", ROOM.id, house.desk.turns["t2"], shared=True)).steps


@pytest.mark.parametrize(("shared", "ago", "steps"), [(True, 1, 1), (True, 900, 3), (False, 1, 3)])
async def test_an_answer_that_may_still_come_is_not_called_missing(
    house: House, shared: bool, ago: float, steps: int
) -> None:
    house.desk.said("t1", "E1002", "在吗", ago=ago)
    shown = await drawn(house.cards, "E1002", ROOM.id, house.desk.turns["t1"], shared=shared)
    assert len(shown.steps) == steps


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")) | st.just("\n"), max_size=80
    )
)
def test_what_a_colleague_types_is_no_markup(text: str) -> None:
    html = MarkdownIt("commonmark").render(as_typed(text))
    tags = {one.tag for one in ElementTree.fromstring(f"<a>{html}</a>").iter()}
    assert tags <= {"a", "p", "br"}
    words = "".join(ElementTree.fromstring(f"<a>{html}</a>").itertext())
    assert unescape(words).split() == text.split()


def test_markdown_of_a_colleague_is_shown_as_typed() -> None:
    html = MarkdownIt("commonmark").render(as_typed("# 不是*标题*\n![x](http://a/b.png)\n\n    1. <b>"))
    assert "<h1>" not in html and "<img" not in html and "<em>" not in html
    assert html.count("<br />") == 3


@pytest.mark.parametrize(
    ("name", "wanted"), [("王芳", "王芳"), ("欧阳晓丽", "晓丽"), ("Anna Maria Bell", "AB"), ("Li", "L"), ("", "")]
)
def test_initials(name: str, wanted: str) -> None:
    assert initials(name) == wanted


def test_a_face_holds_no_markup_of_a_name() -> None:
    svg = drawn_face(face_of(Person("E1", "<b> &x", "r", "p")))
    assert svg is not None
    ElementTree.fromstring(svg)
    assert drawn_face("外汇交易助手 · 规则") is None
