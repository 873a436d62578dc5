"""An assistant's skills as AutoGen sees them. Every call goes to the runner; what came of it is said at once."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from autogen_core import CancellationToken
from autogen_core.tools import ParametersSchema, TextResultContent, ToolResult, ToolSchema, Workbench

from app.core.assistant import Assistant
from app.core.errors import AssistantError, Retry, SkillFailed, place_of
from app.core.model_talk import Pending, ToolCall
from app.core.skill import Ask, Proposal, Result, Skill
from app.core.texts import Texts
from app.core.turn import Citation, Mode
from app.team.runner import Ran, Runner
from app.team.work import Work
from app.team.workflow import Workflows

_log = logging.getLogger("deskmate.skills")


class SkillBench(Workbench):
    """The skills that one assistant may use in one turn.

    `call_tool` never raises: AutoGen waits for ever for a tool that did.
    """

    component_type = "workbench"

    def __init__(
        self,
        runner: Runner,
        work: Work,
        assistant: Assistant,
        skills: tuple[Skill, ...],
        workflows: Workflows,
        texts: Texts,
    ) -> None:
        self._runner = runner
        self._work = work
        self._assistant = assistant
        self._skills = {skill.name: skill for skill in skills}
        self._workflows = workflows
        self._procedures = {tool.name: tool for tool in workflows.tools(work, assistant)}
        self._texts = texts
        self._numbers = itertools.count(1)
        self._told: list[Ran] = []
        # Several calls in one answer of a model: what they say comes in their order.
        self._one_at_a_time = asyncio.Lock()
        self.mode: Mode = "local"
        """How the call in hand was made; the client sets it."""
        self.model = ""

    async def list_tools(self) -> list[ToolSchema]:
        """What AutoGen checks a call's name against; models read the house's own `ToolSpec`s."""
        return [
            ToolSchema(
                name=skill.name,
                description=skill.doc,
                parameters=ParametersSchema(type="object", properties=skill.schema["properties"]),
            )
            for skill in self._skills.values()
        ] + [
            ToolSchema(
                name=tool.name,
                description=tool.doc,
                parameters=ParametersSchema(type="object", properties=tool.schema["properties"]),
            )
            for tool in self._procedures.values()
        ]

    async def call_tool(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
        call_id: str | None = None,
    ) -> ToolResult:
        """Run the skill and say its answer, question, proposal or error to the person."""
        call = ToolCall(call_id or f"call-{next(self._numbers)}", name, arguments or {})
        running = asyncio.ensure_future(self._called(call))
        if cancellation_token is not None:
            cancellation_token.link_future(running)
        try:
            return await running
        except asyncio.CancelledError:
            if not running.cancelled():
                raise  # the loop is shut down, not this call
            return _result(name, "", is_error=True)
        except Exception as error:
            _log.error("the answer of %s was lost: %s", name, place_of(error))
            self._work.failure = SkillFailed("SKILL_FAILED", self._texts("skill_failed"))
            return _result(name, "")

    async def _called(self, call: ToolCall) -> ToolResult:
        try:
            async with self._one_at_a_time:
                if call.name in self._procedures:
                    return _result(call.name, await self._workflows.called(self._work, self._assistant, call))
                ran = await self._runner.run(self._work, self._assistant, call)
                self._work.read.append(ran.masked.text)
                await self._tell(call, ran)
        except Retry as retry:
            return _result(call.name, await self._masked(retry.hint), is_error=True)
        except AssistantError as error:
            # A skill names what it stumbled over: a file, a customer, a number.
            self._work.failure = self._work.failure or error
            masked = await self._masked(error.message)
            await self._say(masked)
            return _result(call.name, masked)
        return _result(call.name, ran.masked.text)

    async def _tell(self, call: ToolCall, ran: Ran) -> None:
        if any(ran is told for told in self._told):
            return  # a model that repeats its call is no reason to repeat the answer
        self._told.append(ran)
        outcome = ran.outcome
        known = {name: str(value) for name, value in call.arguments.items() if value is not None}
        if isinstance(outcome, Ask):
            self._work.pending[self._assistant.name] = Pending(call.name, known, outcome.parameter)
            await self._say(ran.masked.text)
            return
        if isinstance(outcome, Result) and ran.skill.material:
            return
        self._work.pending[self._assistant.name] = Pending(call.name, known, None)
        if isinstance(outcome, Proposal) and ran.action is not None:
            await self._say(f"{ran.masked.text}\n\n{self._runner.how_to_decide(self._work, ran.action)}")
        elif isinstance(outcome, Result):
            await self._say(ran.masked.text, outcome.citations)

    async def _masked(self, text: str) -> str:
        return (await self._runner.masked(self._work, text)).text

    async def _say(self, masked: str, citations: Sequence[Citation] = ()) -> None:
        await self._work.voice.say(self._assistant.name, masked, self.mode, self.model, rendered=citations)

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def reset(self) -> None:
        """Nothing is kept."""

    async def save_state(self) -> Mapping[str, Any]:
        """Nothing is kept."""
        return {}

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """Nothing is kept."""


def _result(name: str, text: str, *, is_error: bool = False) -> ToolResult:
    return ToolResult(name=name, result=[TextResultContent(content=text)], is_error=is_error)
