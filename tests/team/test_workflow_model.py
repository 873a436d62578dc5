"""Workflows with a language model: it may start them and fill their slots; what follows is code's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.main import Deskmate, opened
from tests.conftest import asking, clock, settings_in
from tests.durable import MemoryDurable
from tests.houses import copied_index
from tests.scripted_model import ScriptedModel, both, calls, says

TOOL = "office.business_trip"


@pytest.fixture(scope="module")
async def served(
    shared_house: Deskmate, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Deskmate, ScriptedModel]]:
    home = copied_index(shared_house.settings.home, tmp_path_factory.mktemp("served") / "home")
    async with ScriptedModel(says("好")) as model:
        settings = settings_in(
            home,
            DESKMATE_MODEL="openai/scripted",
            DESKMATE_MODEL_BASE_URL=model.base_url,
            DESKMATE_MODEL_KEY="sk-scripted",
        )
        async with opened(settings, clock=clock, durable=MemoryDurable()) as house:
            await house.models.warm()
            yield house, model


async def test_a_model_starts_it_with_what_was_said_and_fills_the_rest(served: tuple[Deskmate, ScriptedModel]) -> None:
    house, model = served
    ask = asking(house)
    model.now_says(calls(TOOL, {"start": "下周三", "city": "上海"}))
    assert "几天" in (await ask("@办公 下周三我得去趟上海，帮我走一下流程")).text
    model.now_says(calls(TOOL, {"start": "下周三", "city": "上海", "duration": "3天", "reason": "培训"}))
    assert "预借多少" in (await ask("三天，去培训")).text
    model.now_says(calls(TOOL, {"advance": "0"}))
    reply = await ask("不用借")
    (action,) = reply.actions
    assert action.arguments["city"] == "上海" and action.arguments["days"] == 3 and action.state == "proposed"


async def test_one_call_twice_starts_one_run_and_nothing_a_model_says_confirms(
    served: tuple[Deskmate, ScriptedModel],
) -> None:
    house, model = served
    ask = asking(house)
    model.now_says(both(calls(TOOL, {"start": "下周三"}), calls(TOOL, {"start": "下周三"})))
    await ask("@办公 申请出差，下周三")
    assert len(await house.workflows._runs.of_room(ask.room)) == 1
    model.now_says(calls(TOOL, {"duration": "3", "city": "上海", "reason": "培训", "advance": "0"}))
    (action,) = (await ask("3天，上海，培训，不借")).actions
    model.now_says(says("已经批准了。"))
    await ask("现在什么情况，批了没有？")
    found = await house.approvals.find(action.id)
    assert found is not None and found.state == "proposed"


async def test_a_model_that_only_talks_leaves_the_question_open(served: tuple[Deskmate, ScriptedModel]) -> None:
    house, model = served
    ask = asking(house)
    model.now_says(calls(TOOL, {}))
    assert "哪一天" in (await ask("@办公 我要申请出差")).text
    model.now_says(says("今天天气不错。"))
    reply = await ask("你觉得呢")
    assert "天气" in reply.text and "还在等您回答" in reply.text and "哪一天" in reply.text


async def test_personal_data_in_a_slot_reaches_no_model_and_is_true_in_the_action(
    served: tuple[Deskmate, ScriptedModel],
) -> None:
    house, model = served
    ask = asking(house)
    start = {"start": "下周三", "duration": "2", "city": "上海", "advance": "0"}
    model.now_says(calls(TOOL, {**start, "reason": "拜访客户，电话<PHONE_1>"}))
    (action,) = (await ask("@办公 下周三去上海两天，拜访客户，电话13912345678，不借款")).actions
    assert action.arguments["reason"] == "拜访客户，电话13912345678"
    assert "13912345678" not in model.heard
    (run,) = await house.workflows._runs.of_room(ask.room)
    assert "13912345678" not in str(run)
