"""The masking policy in the whole house: what leaves it, what stays, and what each person is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import text as sql

from app.core.turn import Room
from app.main import Deskmate, opened
from tests.conftest import Listening, asking, clock, settings_in
from tests.houses import content_in, copied_index
from tests.scripted_model import ScriptedModel, calls, says

CARD = "6222020000000000000"
SAID = f"@办公 请给客户李明写一份通知，手机13800138000，卡号{CARD}"


async def audited(house: Deskmate) -> list[tuple[str, str, dict[str, Any]]]:
    """What, decision and detail of every entry."""
    return [(entry.what, entry.decision, dict(entry.detail)) async for entry in house.audit.chain()]


@pytest.fixture
async def built(shared_house: Deskmate, tmp_path: Path) -> AsyncIterator[tuple[Deskmate, ScriptedModel]]:
    """A house whose model is inside the bank: it may see names; a passport keeps everything from it."""
    content = content_in(tmp_path / "content")
    path = content / "config" / "masking.yaml"
    policy = yaml.safe_load(path.read_text(encoding="utf-8"))
    policy["models"] = [{"match": "openai/inside-*", "types": {"PERSON": "allow", "PASSPORT": "block"}}]
    policy["types"]["CN_ID_CARD"] = "block"
    policy["assistants"] = {"research": {"PHONE": "block"}}
    policy["hidden_from"] = {"office_staff": ["BANK_CARD"]}
    path.write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
    home = copied_index(shared_house.settings.home, tmp_path / "home")
    async with ScriptedModel(says("好")) as model:
        settings = settings_in(
            home,
            DESKMATE_CONTENT=str(content),
            DESKMATE_MODEL="openai/inside-32b",
            DESKMATE_MODEL_BASE_URL=model.base_url,
            DESKMATE_MODEL_KEY="sk-scripted",
        )
        async with opened(settings, clock=clock) as house:
            await house.models.warm()
            yield house, model


async def test_a_model_inside_sees_names_and_nothing_of_it_is_kept(built: tuple[Deskmate, ScriptedModel]) -> None:
    house, model = built
    model.script = [says("已为李", "明拟好通知，电", "话<PHONE_1>不变。")]
    listening = Listening()
    reply = await asking(house)(SAID, listener=listening)
    assert "李明" in model.heard
    assert "13800138000" not in model.heard
    assert CARD not in model.heard
    assert "李明" in reply.text
    assert "李明" in listening.text
    rows = await house.records._database.reading(
        lambda connection: connection.execute(sql("SELECT text, reply_text FROM turn")).all()
    )
    assert not any("李明" in (column or "") for row in rows for column in row)
    shown = {"model": "openai/inside-32b", "shown": ["PERSON"]}
    assert ("model", "allow", shown) in await audited(house)


async def test_its_tool_arguments_are_masked_again(built: tuple[Deskmate, ScriptedModel]) -> None:
    house, model = built
    model.script = [calls("office.find_person", {"who": "李明"}), says("没有找到。")]
    await asking(house)("@办公 客户李明的电话是多少")
    run = [detail for what, _, detail in await audited(house) if what == "skill"]
    assert [one["arguments"] for one in run] == [{"who": "<PERSON_1>"}]


async def test_a_talk_with_a_blocked_type_is_answered_inside(built: tuple[Deskmate, ScriptedModel]) -> None:
    house, model = built
    ask = asking(house)
    reply = await ask("@办公 客户护照号E12345678，年假有多少天")
    assert reply.mode == "local"
    assert reply.text
    assert not model.requests
    assert ("model", "block", {"model": "openai/inside-32b"}) in await audited(house)
    await ask("@办公 年假有多少天")
    assert not model.requests, "the talk still holds the passport"


async def test_a_message_with_a_type_that_the_bank_keeps_out_is_refused(
    built: tuple[Deskmate, ScriptedModel],
) -> None:
    house, model = built
    reply = await asking(house)("@办公 客户身份证110101199003074530，帮我写通知")
    assert reply.refused
    assert "身份证号" in reply.text
    assert "110101199003074530" not in reply.text
    assert not model.requests


async def test_an_assistant_refuses_what_it_does_not_take(built: tuple[Deskmate, ScriptedModel]) -> None:
    house, _ = built
    refused = await asking(house)("@研究 客户手机13800138000，写一份提纲")
    assert (refused.refused, "电话号码" in refused.text) == (True, True)
    assert not (await asking(house)("@办公 客户手机13800138000，写一份通知")).refused


async def test_each_member_of_a_room_sees_what_his_role_may(built: tuple[Deskmate, ScriptedModel]) -> None:
    house, model = built
    await house.records.open_room(Room("shared", "共同", ("E1001", "E6001")))
    model.script = [says("卡号是", "<BANK_CARD_1>", "。")]
    listening = Listening()
    own = await asking(house, "shared")(f"@办公 记一下卡号{CARD}")
    other = await asking(house, "shared", "E6001")("@办公 刚才的卡号是多少", listener=listening)
    assert CARD in own.text
    assert (CARD in other.text, "****0000" in other.text) == (False, True)
    assert CARD not in listening.text
    told = await house.gateway.desk.talk("E6001", "shared")
    assert not any(CARD in one.text or CARD in (one.reply.text if one.reply else "") for one in told)
    model.script = [calls("office.find_person", {"who": "<BANK_CARD_1>"}), says("好")]
    third = await asking(house, "shared", "E6001")("@办公 把卡号念给我听")
    assert CARD not in third.text
