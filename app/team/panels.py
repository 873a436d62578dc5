"""What a shared room is about, as it stands: shown beside the talk by the skill that an assistant names for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.assistant import Assistant
from app.core.errors import AssistantError, Retry
from app.core.model_talk import ToolCall
from app.core.ports import Privacy
from app.core.skill import Result
from app.team.runner import Runner
from app.team.work import Work


@dataclass(frozen=True, slots=True)
class Panel:
    """One assistant's view of the room's matter, for one viewer."""

    assistant: str
    data: Mapping[str, Any]
    """JSON; `kind` names the page's element that draws it."""


class Panels:
    """Runs the panel skills of a room's assistants by the rights of who looks."""

    def __init__(self, runner: Runner, privacy: Privacy, assistants: Mapping[str, Assistant]) -> None:
        self._runner = runner
        self._privacy = privacy
        self._assistants = assistants

    async def of(self, work: Work) -> tuple[Panel, ...]:
        """The panels that have something to show; one that the viewer may not see is left out."""
        found = []
        for name in work.room.assistants:
            assistant = self._assistants.get(name)
            if assistant is None or not assistant.panel:
                continue
            try:
                ran = await self._runner.run(work, assistant, ToolCall(f"panel-{name}", assistant.panel, {}))
            except (AssistantError, Retry):
                continue
            if isinstance(ran.outcome, Result) and ran.outcome.data:
                data = await self._privacy.shown_value(work.room.id, dict(ran.outcome.data), work.person)
                found.append(Panel(name, data))
        return tuple(found)
