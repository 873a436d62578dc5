"""Every dialogue in `tests/dialogues/`, in local mode: what people say, and what must come back."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.core.turn import Reply
from app.main import Deskmate
from tests.conftest import asking

FOLDER = Path(__file__).parent / "dialogues"
KEYS = {
    "say", "as", "speakers", "has", "has_not", "cites", "actions", "files", "charts", "refused", "error", "attach",
    "enter",     # what follows is said in the room that this reply leads to
    "then",      # what an assistant says of its own accord afterwards, when it has heard of a decision
    "decide",    # instead of saying: yes or no to the action of the reply before
    "silent",    # nobody answers: people talk to each other
    "operator",  # false: said by the person himself, who must be in the room
}  # fmt: skip


def dialogues() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for dialogue in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.append(pytest.param(dialogue, id=f"{path.stem}: {dialogue['name']}"))
    return found


@pytest.mark.parametrize("dialogue", dialogues())
async def test_dialogue(dialogue: dict[str, Any], shared_house: Deskmate) -> None:
    room = f"dialogue-{secrets.token_hex(6)}"
    ask = asking(shared_house, room, dialogue.get("as", "E1001"))
    reply = Reply("")
    for turn in dialogue["turns"]:
        assert set(turn) <= KEYS, f"unknown keys: {set(turn) - KEYS}"
        person = turn.get("as", dialogue.get("as", "E1001"))
        if "decide" in turn:
            await decided(shared_house, turn, person, room, reply)
            continue
        files = [await attached(shared_house, person, room, name) for name in turn.get("attach", ())]
        operator = "tester" if turn.get("operator", True) else None
        reply = await ask(turn["say"], person=person, files=tuple(files), operator=operator)
        check(turn, reply)
        await told(shared_house, turn, dialogue.get("as", "E1001"), room)
        if turn.get("enter"):
            room = re.findall(r"/thread/(\w+)", reply.text)[0]
            ask = asking(shared_house, room, dialogue.get("as", "E1001"))


async def decided(house: Deskmate, turn: dict[str, Any], person: str, room: str, reply: Reply) -> None:
    """Press the button of the last reply's action."""
    (action,) = reply.actions
    yes = {"yes": True, "no": False}[turn["decide"]]
    await house.gateway.decide(person, action.id, yes=yes, digest=action.digest, channel="test")
    await told(house, turn, action.proposed_by, room)


async def told(house: Deskmate, turn: dict[str, Any], person: str, room: str) -> None:
    """What was said without having been asked stands at the end of the talk."""
    if "then" in turn:
        durable: Any = house.durable
        await durable.settled()
        last = (await house.gateway.desk.talk(person, room))[-1]
        assert last.text == "" and last.reply is not None, last
        for words in turn["then"]:
            assert words in last.reply.text, f"missing {words!r} in {last.reply.text}"


async def attached(house: Deskmate, person: str, room: str, name: str) -> Any:
    from tests.files import make_file

    content = make_file(name)
    return await house.gateway.desk.upload(person, room, name, content, "application/octet-stream", joining=True)


def check(turn: dict[str, Any], reply: Reply) -> None:
    said = f"\n> {turn['say']}\n< {reply.text}"
    if turn.get("silent"):
        assert not reply.text and not reply.error, said
        return
    assert reply.text.strip(), said
    if "speakers" in turn:
        assert list(reply.speakers) == turn["speakers"], said
    for words in turn.get("has", ()):
        assert words in reply.text, f"missing {words!r} in{said}"
    for words in turn.get("has_not", ()):
        assert words not in reply.text, f"unwanted {words!r} in{said}"
    assert len(reply.citations) >= turn.get("cites", 0), said
    if "actions" in turn:
        assert [action.state for action in reply.actions] == turn["actions"], said
    assert len(reply.files) >= turn.get("files", 0), said
    assert len(reply.charts) >= turn.get("charts", 0), said
    assert reply.refused == turn.get("refused", False), said
    assert (reply.error.code if reply.error else None) == turn.get("error"), said
