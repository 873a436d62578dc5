"""A model as judge of messages, where it is configured: through the whole house, good, wrong and dead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from app.main import Deskmate, opened
from tests.conftest import asking, clock, settings_in
from tests.houses import content_in, copied_index
from tests.scripted_model import Answer, ScriptedModel, empty, fails, says

SAID = "@办公 客户李明的手机13800138000，年假有多少天"


@pytest.fixture
async def judged(shared_house: Deskmate, tmp_path: Path) -> AsyncIterator[tuple[Deskmate, ScriptedModel]]:
    """A house that asks its model about every message."""
    content = content_in(tmp_path / "content")
    path = content / "config" / "review_input.yaml"
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))
    rules["judge"] = {"enabled": True, "task": "review", "seconds": 5, "from_score": 0.0, "on_failure": "allow"}
    path.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
    home = copied_index(shared_house.settings.home, tmp_path / "home")
    async with ScriptedModel(says("allow")) as model:
        settings = settings_in(
            home,
            DESKMATE_CONTENT=str(content),
            DESKMATE_MODEL="openai/scripted",
            DESKMATE_MODEL_BASE_URL=model.base_url,
            DESKMATE_MODEL_KEY="sk-scripted",
        )
        async with opened(settings, clock=clock) as house:
            await house.models.warm()
            yield house, model


async def test_what_the_judge_calls_an_attack_is_refused(judged: tuple[Deskmate, ScriptedModel]) -> None:
    house, model = judged
    model.script = [says("att", "ack")]
    ask = asking(house)
    reply = await ask(SAID)
    assert reply.refused
    assert len(model.requests) == 1
    assert "13800138000" not in model.heard
    reasons = [entry.detail for entry in [one async for one in house.audit.chain()] if entry.what == "refused"]
    assert {"reasons": ["attack", "by_judge"]} in reasons


@pytest.mark.parametrize("first", [says("allow"), says("嗯，这条消息嘛……"), empty(), fails(500)])
async def test_whatever_else_it_says_the_message_is_answered(
    judged: tuple[Deskmate, ScriptedModel], first: Answer
) -> None:
    house, model = judged
    model.now_says(first, says("五天。"))
    reply = await asking(house)(SAID)
    assert not reply.refused
    assert reply.text
