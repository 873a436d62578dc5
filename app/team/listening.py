"""Assistants in a shared room hear what people say to each other, and speak only where they must."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from app.core.assistant import Assistant
from app.core.errors import AssistantError, Retry
from app.core.model_talk import ToolCall
from app.core.skill import Ask, Proposal, Result
from app.core.turn import MaskedText
from app.team.runner import Runner
from app.team.work import Work

_log = logging.getLogger("deskmate.listening")


class Listening:
    """Hands what is said in a room to the skill with which each of its assistants listens."""

    def __init__(self, runner: Runner, assistants: Mapping[str, Assistant]) -> None:
        self._runner = runner
        self._assistants = assistants

    async def hear(self, work: Work, said: MaskedText) -> None:
        """Have the room's assistants hear `said`; most of the time they say nothing."""
        for name in work.room.assistants:
            assistant = self._assistants.get(name)
            if assistant is not None and assistant.listens:
                await self._heard(work, assistant, said)

    async def _heard(self, work: Work, assistant: Assistant, said: MaskedText) -> None:
        call = ToolCall(f"heard-{assistant.name}", assistant.listens, {"text": said.text})
        try:
            ran = await self._runner.run(work, assistant, call)
        except (AssistantError, Retry) as error:
            # Nobody asked it anything: people who talk to each other are not interrupted by what it cannot do.
            code = error.code if isinstance(error, AssistantError) else "RETRY"
            _log.warning("%s could not listen: %s", assistant.name, code)
            return
        work.read.append(ran.masked.text)
        if isinstance(ran.outcome, Ask):
            await work.voice.say(assistant.name, ran.masked.text, "local", rendered=())
        elif isinstance(ran.outcome, Proposal) and ran.action is not None:
            hint = self._runner.how_to_decide(work, ran.action)
            await work.voice.say(assistant.name, f"{ran.masked.text}\n\n{hint}", "local", rendered=())
        elif isinstance(ran.outcome, Result) and ran.masked.text:
            await work.voice.say(assistant.name, ran.masked.text, "local", rendered=ran.outcome.citations)
