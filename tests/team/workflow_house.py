"""A house whose office assistant has workflows of the test's, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

from app.core.run import Run
from app.core.settings import Settings
from app.main import Deskmate, opened
from tests.conftest import asking, settings_in
from tests.conftest import clock as at_ten
from tests.durable import MemoryDurable
from tests.houses import content_in, copied_index, fixture_skills

SKILLS = "[tasks.do, tasks.undo, tasks.look, office.request_trip, office.cancel_trip]"


class Clock:
    """The bank's time, as the test says."""

    def __init__(self) -> None:
        self.now = at_ten()

    def __call__(self) -> datetime:
        return self.now


class WorkflowHouse:
    """A house, its durable work and its clock."""

    def __init__(self, house: Deskmate, durable: MemoryDurable, clock: Clock) -> None:
        self.house = house
        self.durable = durable
        self.clock = clock

    def asking(self, person: str = "E1001") -> Any:
        """A talk in a room of its own."""
        return asking(self.house, person=person)

    async def passes(self, **time: float) -> None:
        """Time passes, and what is due runs."""
        self.clock.now += timedelta(**time)
        await self.durable.pass_until(self.clock.now)

    async def decide(self, action: Any, *, yes: bool = True, person: str = "E1001") -> None:
        """A button, and whatever follows from it."""
        await self.house.gateway.decide(person, action.id, yes=yes, digest=action.digest, channel="test")
        await self.durable.settled()

    async def told(self, ask: Any, person: str = "E1001") -> list[str]:
        """What an assistant said of its own accord in that room."""
        await self.durable.settled()
        talk = await self.house.gateway.desk.talk(person, ask.room)
        return [one.reply.text for one in talk if not one.text and one.reply is not None]

    async def runs(self, person: str = "E1001") -> Sequence[Run]:
        """The person's runs, those that are over first."""
        return await self.house.workflows._runs.of_person(person, over=50)

    async def run_in(self, ask: Any, person: str = "E1001") -> Run:
        """The only run of a room."""
        (found,) = [one for one in await self.runs(person) if one.room == ask.room]
        return found


def settings_with(home: Path, folder: Path, workflows: dict[str, str], shared: Path) -> Settings:
    """Settings of a house with these workflows; each is started by `开始<name>`."""
    content = content_in(folder / "content")
    office = content / "assistants" / "office"
    declared = (office / "assistant.yaml").read_text(encoding="utf-8")
    old = "workflow_skills: [office.request_trip, office.cancel_trip]"
    assert old in declared
    (office / "assistant.yaml").write_text(declared.replace(old, f"workflow_skills: {SKILLS}"), encoding="utf-8")
    for name, text in workflows.items():
        (office / "workflows" / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
    with (office / "examples.yaml").open("a", encoding="utf-8") as examples:
        for name in workflows:
            examples.write(f"\n- {{text: 启动测试流程{name}, workflow: {name}}}")
    with (content / "config" / "permissions.csv").open("a", encoding="utf-8") as rights:
        rights.write("\np, staff, *, office, tasks.*, allow\n")
    return settings_in(copied_index(shared, home), DESKMATE_CONTENT=str(content))


@asynccontextmanager
async def opened_with(settings: Settings, clock: Clock | None = None) -> AsyncIterator[WorkflowHouse]:
    """That house, open."""
    durable, clock = MemoryDurable(), clock or Clock()
    with fixture_skills():
        async with opened(settings, clock=clock, durable=durable) as house:
            yield WorkflowHouse(house, durable, clock)
