"""A procedure is a file: `assistants/<name>/workflows/<workflow>.yaml`. Its values, and how they are read.

    title: 出差申请
    slots:
      city: {kind: text, ask: 去哪里出差？}
    steps:
      - {id: details, ask: [city]}
      - {id: near, check: "city != '火星'", says: 去不了。, otherwise: details}
      - {id: approved, confirm: office.request_trip, with: {city: "{city}"}, within: 3d, late: forgotten}
      - {id: told, notify: "已批准。", then: end}
      - {id: forgotten, notify: "三天没有人审批。"}

A step has one key that says its kind. Conditions are expressions, texts have them in braces (`core/expressions.py`):
over the slots, the results of earlier steps by their ids, `today`, `now`, `person`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from app.core.expressions import Uncomputable
from app.core.workflow_step import (
    BUILT_IN,
    END,
    KINDS,
    NAME,
    STEPS,
    STOP,
    Heard,
    ParallelStep,
    Step,
    Strict,
    Wording,
    WorkflowSlot,
    holes_in,
)


class Starts(Heard):
    """What starts it besides a person's words."""

    when: str = Field(default="", alias="if")
    """Expression over `event` and `about`: it starts only where this holds."""
    given: Mapping[str, Any] = Field(default={}, alias="with")
    """Slots from the happening: `{event['…']}`, `{about}`."""


class Workflow(Strict):
    """A procedure of one assistant. Immutable; made only by `load_workflows`."""

    name: str = Field(pattern=NAME)
    """The file's name."""
    assistant: str
    title: Wording
    brief: Wording = Wording(zh="")
    """One sentence for a model: what it is for."""
    slots: Mapping[str, WorkflowSlot] = {}
    starts: Starts | None = None
    steps: tuple[Step, ...] = Field(min_length=1)
    path: Path

    @property
    def tool(self) -> str:
        """What a model calls it, and what rights are about: as a skill of the assistant's own domain."""
        return f"{self.assistant}.{self.name}"

    @cached_property
    def every(self) -> Mapping[str, Step]:
        """Every step by its id, also those within branches."""
        return {step.id: step for _, steps in self.lists() for step in steps}

    @cached_property
    def branch_of(self) -> Mapping[str, str]:
        """Step -> the list it stands in: `` for the main one, `<parallel>/<number>` for a branch."""
        return {step.id: branch for branch, steps in self.lists() for step in steps}

    @cached_property
    def following(self) -> Mapping[str, str]:
        """Step -> the next one of its list; `` behind the last."""
        return {
            step.id: steps[at + 1].id if at + 1 < len(steps) else ""
            for _, steps in self.lists()
            for at, step in enumerate(steps)
        }

    def lists(self) -> Iterator[tuple[str, Sequence[Step]]]:
        """The main list of steps and those of all branches, outer ones first."""
        waiting: list[tuple[str, Sequence[Step]]] = [("", self.steps)]
        while waiting:
            branch, steps = waiting.pop(0)
            yield branch, steps
            for step in steps:
                if isinstance(step, ParallelStep):
                    waiting += [(f"{step.id}/{number}", inner) for number, inner in enumerate(step.parallel)]


def load_workflows(folder: Path) -> dict[str, Workflow]:
    """The workflows of an assistant's folder, by name. Raises `ContentError` with file and line."""
    paths = sorted((folder / "workflows").glob("*.yaml"))
    return {path.stem: load_workflow(path, folder.name) for path in paths}


def load_workflow(path: Path, assistant: str) -> Workflow:
    """Read one workflow. Raises `ContentError` with file and line; unknown keys are refused."""
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise ContentError(path, 1, "a mapping is expected")
    steps = _steps(path, values.get("steps"), ("steps",))
    given = {**values, "name": path.stem, "assistant": assistant, "path": path, "steps": steps}
    workflow = checked_content(Workflow, path, given)
    _check_ids(workflow, path)
    return workflow


def _steps(path: Path, given: Any, place: tuple[str | int, ...]) -> tuple[Step, ...]:
    if not isinstance(given, list) or not given:
        raise ContentError(path, line_at(path, place), "a list of steps is expected")
    return tuple(_step(path, one, (*place, at)) for at, one in enumerate(given))


def _step(path: Path, given: Any, place: tuple[str | int, ...]) -> Step:
    if not isinstance(given, dict):
        raise ContentError(path, line_at(path, place), "a step is a mapping")
    kinds = [kind for kind in KINDS if kind in given]
    if len(kinds) != 1:
        wanted = "one of" if not kinds else f"only one of {', '.join(kinds)}; of"
        raise ContentError(path, line_at(path, place), f"a step has {wanted} {', '.join(KINDS)}")
    (kind,) = kinds
    if kind == "parallel":
        branches = given["parallel"]
        if not isinstance(branches, list) or not branches:
            raise ContentError(path, line_at(path, (*place, kind)), "a list of lists of steps is expected")
        inner = [_steps(path, branch, (*place, kind, at)) for at, branch in enumerate(branches)]
        given = {**given, "parallel": tuple(inner)}
    step = checked_content(STEPS[kind], path, given, place=place)
    try:
        _ = step.uses
        for template in step.undo.given.values() if step.undo else ():
            holes_in([template])
    except Uncomputable as error:
        raise ContentError(path, line_at(path, place), str(error)) from None
    return step


def _check_ids(workflow: Workflow, path: Path) -> None:
    seen: set[str] = set()
    for _, steps in workflow.lists():
        for step in steps:
            at = line_of_step(path, step.id)
            if step.id in seen or step.id in workflow.slots or step.id in BUILT_IN or step.id in (END, STOP):
                raise ContentError(path, at, f"the name {step.id!r} is taken")
            seen.add(step.id)
    for name in workflow.slots:
        if name in BUILT_IN or not re.fullmatch(NAME, name):
            raise ContentError(path, line_at(path, ("slots", name)), f"{name!r} cannot be the name of a slot")


def line_of_step(path: Path, id: str) -> int:
    """The line of a workflow file on which the step has its id."""
    pattern = re.compile(rf"\bid:\s*{re.escape(id)}\b")
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, start=1) if pattern.search(line)]
    return found[-1] if found else 1
