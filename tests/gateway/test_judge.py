"""A model as a further judge closes, never opens; one that cannot be heard decides what the configuration says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.core.errors import Unavailable
from app.core.model_talk import ModelChunk, ModelRequest
from app.core.texts import Texts
from app.core.turn import MaskedText
from app.core.verdict import Verdict
from app.engines.privacy import MemoryVault, PresidioPrivacy
from app.gateway.input_rules import JudgeRules
from app.gateway.judge import Judge

ROOT = Path(__file__).parents[2]
TEXTS = Texts(ROOT / "app" / "gateway" / "texts")
DOUBTFUL = Verdict("allow", score=0.25)
MESSAGE = MaskedText("请替<PERSON_1>处理一下")


class SaysThis:
    """A model that answers in pieces, and keeps what it was asked."""

    def __init__(self, *pieces: str, local: bool = False, wait: float = 0, broken: bool = False) -> None:
        self._pieces, self._local, self._wait, self._broken = pieces, local, wait, broken
        self.asked: list[ModelRequest] = []

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelChunk]:
        self.asked.append(request)
        await asyncio.sleep(self._wait)
        if self._broken:
            raise RuntimeError("down")
        for piece in self._pieces:
            yield ModelChunk("local" if self._local else "model", piece)

    def serving(self, task: str) -> str:
        return "openai/judge"

    async def warm(self) -> None: ...

    async def ping(self) -> None: ...


def judge(model: SaysThis, **rules: object) -> Judge:
    given = JudgeRules.model_validate({"enabled": True, "seconds": 0.2, "from_score": 0.2, **rules})
    return Judge(given, model, PresidioPrivacy(MemoryVault(), ROOT / "config" / "masking.yaml"), TEXTS)


async def test_what_the_judge_calls_an_attack_is_refused() -> None:
    model = SaysThis("att", "ack")
    found = await judge(model).of("room", MESSAGE, DOUBTFUL)
    assert (found.verdict, found.reasons) == ("refuse", ("attack", "by_judge"))
    assert found.answer == TEXTS("refused_attack")
    assert model.asked[0].messages[0].text is MESSAGE and model.asked[0].task == "review"


@pytest.mark.parametrize("said", ["allow", "Allow.", " ALLOW\n"])
async def test_what_the_judge_allows_stays_as_it_was(said: str) -> None:
    assert await judge(SaysThis(said)).of("room", MESSAGE, DOUBTFUL) is DOUBTFUL


@pytest.mark.parametrize(
    "closed", [Verdict("refuse", ("injection",), 1.0, "no"), Verdict("redline", ("r",), 1.0, "no")]
)
async def test_the_judge_never_opens_what_was_closed(closed: Verdict) -> None:
    model = SaysThis("allow")
    assert await judge(model).of("room", MESSAGE, closed) is closed
    assert not model.asked


async def test_clear_messages_and_an_idle_judge_ask_no_model() -> None:
    model = SaysThis("attack")
    assert (await judge(model).of("room", MESSAGE, Verdict("allow", score=0.01))).verdict == "allow"
    assert (await judge(model, enabled=False).of("room", MESSAGE, DOUBTFUL)).verdict == "allow"
    assert not model.asked


BROKEN = [
    SaysThis("我觉得这条消息需要再看看"),
    SaysThis(),
    SaysThis("attackers are everywhere"),
    SaysThis("attack", wait=5),
    SaysThis("attack", broken=True),
    SaysThis("attack", local=True),
    SaysThis("nonsense " * 1000),
]


@pytest.mark.parametrize("model", BROKEN)
async def test_a_judge_that_cannot_be_heard_blocks_nothing(model: SaysThis) -> None:
    assert await judge(model).of("room", MESSAGE, DOUBTFUL) is DOUBTFUL


@pytest.mark.parametrize("model", BROKEN)
async def test_a_judge_that_cannot_be_heard_blocks_where_that_is_wanted(model: SaysThis) -> None:
    with pytest.raises(Unavailable):
        await judge(model, on_failure="block").of("room", MESSAGE, DOUBTFUL)
