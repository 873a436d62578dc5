"""The AutoGen team of one turn: the chosen assistants, each speaking once, in an order that code decides."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.messages import BaseAgentEvent, BaseChatMessage
from autogen_agentchat.teams import SelectorGroupChat
from autogen_core import CancellationToken

from app.core.assistant import Assistant
from app.core.model_talk import ModelChunk, ModelMessage, ModelRequest, SlotSpec, ToolSpec
from app.core.ports import Models, Privacy
from app.core.skill import Skill
from app.core.texts import Texts, language
from app.core.turn import MaskedText
from app.team.model_client import ModelClient
from app.team.runner import Runner
from app.team.sighted_models import SightedModels
from app.team.skill_bench import SkillBench
from app.team.work import Work
from app.team.workflow import Workflows

_TOOL_ROUNDS = 6
"""How often an assistant may call skills in one turn; the models engine gives up earlier (`config/models.yaml`)."""

# AutoGen writes what was said to its event logger.
for name in ("autogen_core", "autogen_agentchat", "autogen_core.events", "autogen_agentchat.events"):
    logging.getLogger(name).setLevel(logging.CRITICAL)


class GroupChat:
    """Builds a fresh team for each turn: nothing of one turn is left in the next but what the records say."""

    def __init__(self, models: Models, runner: Runner, workflows: Workflows, privacy: Privacy, texts: Texts) -> None:
        self._models = models
        self._runner = runner
        self._workflows = workflows
        self._privacy = privacy
        self._texts = texts

    async def answer(
        self,
        work: Work,
        chosen: Sequence[Assistant],
        asked: Mapping[str, MaskedText],
        history: Sequence[ModelMessage],
    ) -> None:
        """Have each of `chosen` answer its part of the message (`asked`, by name). They speak through `work.voice`."""
        agents = [self._agent(work, assistant, asked[assistant.name], history) for assistant in chosen]
        if len(agents) == 1:
            await _run(agents[0])
        else:
            await _run(self._team(agents))
            names = "、".join(assistant.title if language() == "zh" else assistant.title_en for assistant in chosen)
            await work.voice.say("", self._texts("closing", names=names), "local")

    def _team(self, agents: list[AssistantAgent]) -> SelectorGroupChat:
        order = [agent.name for agent in agents]

        def next_speaker(messages: Sequence[BaseAgentEvent | BaseChatMessage]) -> str | None:
            spoken = {message.source for message in messages}
            return next((name for name in order if name not in spoken), None)

        return SelectorGroupChat(
            list(agents),
            model_client=agents[0]._model_client,  # never asked: code chooses who speaks
            selector_func=next_speaker,
            max_turns=len(agents),
            emit_team_events=False,
        )

    def _agent(
        self, work: Work, assistant: Assistant, asked: MaskedText, history: Sequence[ModelMessage]
    ) -> AssistantAgent:
        skills = self._runner.offered(assistant)
        bench = SkillBench(self._runner, work, assistant, skills, self._workflows, self._texts)

        async def heard(chunk: ModelChunk) -> None:
            bench.mode, bench.model = chunk.mode, chunk.model
            if chunk.pending is not None:
                work.pending[assistant.name] = chunk.pending
            if chunk.text:
                await work.voice.say(assistant.name, chunk.text, chunk.mode, chunk.model)

        client = ModelClient(
            SightedModels(self._models, self._privacy, work),
            self._request(work, assistant, skills, asked, history),
            on_chunk=heard,
            vouch=self._privacy.vouch,
        )
        return AssistantAgent(
            assistant.name,
            model_client=client,
            workbench=bench,
            system_message=None,
            max_tool_iterations=_TOOL_ROUNDS,
            reflect_on_tool_use=False,
            model_client_stream=False,
        )

    def _request(
        self,
        work: Work,
        assistant: Assistant,
        skills: Sequence[Skill],
        asked: MaskedText,
        history: Sequence[ModelMessage],
    ) -> ModelRequest:
        return ModelRequest(
            task="chat",
            assistant=assistant.name,
            system=self._privacy.vouch(assistant.prompt),
            messages=(*history, ModelMessage("user", asked)),
            tools=(*(_spec(skill) for skill in skills), *self._workflows.tools(work, assistant)),
            examples=assistant.examples,
            skills_in_words=assistant.brief if language() == "zh" else assistant.brief_en,
        )


async def _run(runnable: AssistantAgent | SelectorGroupChat) -> None:
    """Run it to its end. The request has the person's words, so AutoGen is given no task.

    Cancelling a team's task waits for the model; only its token stops it at once.
    """
    token = CancellationToken()
    running = asyncio.ensure_future(runnable.run(task=None, cancellation_token=token))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        token.cancel()
        await asyncio.wait([running])
        raise


def _spec(skill: Skill) -> ToolSpec:
    slots = {
        name: SlotSpec(
            kind=slot.kind,
            question=skill.question(name) if name in skill.required else "",
            required=name in skill.required,
            choices=slot.choices,
        )
        for name, slot in skill.slots.items()
    }
    return ToolSpec(skill.name, skill.doc, skill.schema, slots, skill.material)
