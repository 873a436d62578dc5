"""A turn as it streams to the page."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.browser_cards import Cards, Place, displayed
from app.channels.browser_talk import LiveTalk, _Bubble
from app.core.ports import Delta, Progress
from app.core.turn import Part, Reply

PLACE = Place("E1002", "room-1", "turn-1")


class Page:
    """What a browser would show: messages by id, in the order of their coming."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.texts: dict[str, str] = {}

    async def emit(self, event: str, data: Any) -> None:
        self.events.append(event)
        await asyncio.sleep(0)
        if event in ("new_message", "stream_start"):
            self.texts[data["id"]] = data["name"] if data["type"] == "tool" else data["output"]
        elif event == "stream_token":
            self.texts[data["id"]] += data["token"]
        elif event == "delete_message":
            self.texts.pop(data["id"], None)

    @property
    def answers(self) -> list[str]:
        return [text for id, text in self.texts.items() if id.startswith("reply:")]


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def talk(page: Page) -> LiveTalk:
    assistants = {name: SimpleNamespace(title=name.upper()) for name in ("fx", "credit")}
    return LiveTalk(Cards(SimpleNamespace(assistants=assistants)), PLACE, page.emit)  # type: ignore[arg-type]


def said(*parts: Part) -> Reply:
    return Reply("", parts=parts)


async def test_a_quick_answer_is_one_message_and_nothing_else(talk: LiveTalk, page: Page) -> None:
    await talk.open()
    for piece in ("即期", "两个工作日", "交割。"):
        await talk.hear(Delta("fx", piece, "local"))
    await talk.close(said(Part("fx", "即期两个工作日交割。")), "")
    assert page.events == ["new_message", "new_message"]  # the bracket of the turn, and the answer
    assert page.answers == ["即期两个工作日交割。"]


async def test_a_slow_answer_grows(talk: LiveTalk, page: Page) -> None:
    await talk.open()
    for piece in ("一", "二", "三"):
        await talk.hear(Delta("fx", piece, "model", "m"))
        await asyncio.sleep(0.03)
    assert page.answers == ["一二三"]
    assert page.events[:3] == ["new_message", "stream_start", "stream_token"]
    await talk.close(said(Part("fx", "一二三。")), "")
    assert page.answers == ["一二三。"]


async def test_each_speaker_has_a_bubble(talk: LiveTalk, page: Page) -> None:
    await talk.open()
    await talk.hear(Delta("fx", "甲", "local"))
    await asyncio.sleep(0.03)
    await talk.hear(Delta("credit", "乙", "local"))
    await talk.hear(Delta("fx", "丙", "local"))
    await asyncio.sleep(0.03)
    assert page.answers == ["甲丙", "乙"]
    await talk.close(said(Part("fx", "甲丙"), Part("credit", "乙"), Part("", "以上。")), "")
    assert page.answers == ["甲丙", "乙", "以上。"]


async def test_what_review_took_back_disappears(talk: LiveTalk, page: Page) -> None:
    await talk.open()
    await talk.hear(Delta("fx", "甲", "model", "m"))
    await talk.hear(Delta("credit", "乙", "model", "m"))
    await asyncio.sleep(0.03)
    await talk.close(Reply("这个问题不能回答。"), "")
    assert page.answers == ["这个问题不能回答。"]


async def test_progress_passes(talk: LiveTalk, page: Page) -> None:
    await talk.open()
    await talk.hear(Progress("正在查找"))
    await talk.hear(Progress("正在写"))
    assert page.texts[f"progress:{PLACE.turn_id}"] == "正在写"
    await talk.hear(Delta("fx", "好了", "local"))
    await asyncio.sleep(0.03)
    assert f"progress:{PLACE.turn_id}" not in page.texts


async def test_stop_keeps_what_was_said(talk: LiveTalk, page: Page) -> None:
    await talk.open()
    await talk.hear(Delta("fx", "说到一半", "model", "m"))
    await talk.stopped()
    assert page.answers == ["说到一半"]


async def test_stop_before_a_word_is_not_silence(talk: LiveTalk, page: Page) -> None:
    await talk.open()
    await talk.hear(Progress("正在查找"))
    await talk.stopped()
    assert page.answers == ["已停止。"]


async def test_what_comes_while_the_page_is_written_to_is_not_lost(talk: LiveTalk, page: Page) -> None:
    await talk.open()
    for _ in range(200):
        await talk.hear(Delta("fx", "字", "model", "m"))
        await asyncio.sleep(0.0007)
    await asyncio.sleep(0.05)
    assert page.answers == ["字" * 200]
    assert page.events.count("stream_token") < 40  # pieces that come together are sent together


@given(st.lists(st.text(alphabet=":~/aZ甲 ", min_size=1, max_size=4), max_size=8))
def test_pieces_add_up_to_the_whole(pieces: list[str]) -> None:
    """However the text is cut, what streams is what the final message shows."""
    bubble, shown = _Bubble(0, "fx", "local", ""), ""
    for piece in pieces:
        bubble.text += piece
        shown += displayed(bubble.text[bubble.sent : bubble.ready])
        bubble.sent = bubble.ready
    assert shown + displayed(bubble.text[bubble.sent :]) == displayed(bubble.text)
