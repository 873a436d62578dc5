"""What `deskmate check` says of workflows: where they lead, and whether what they name is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from app.core.assistant import Assistant, ContentError, line_at
from app.core.skill import Skill
from app.core.workflow import Workflow, line_of_step, load_workflows
from app.core.workflow_graph import check_workflow
from app.core.workflow_step import CallStep, ConfirmStep, SkillStep, Step


def check_workflows(assistant: Assistant, skills: Mapping[str, Skill]) -> Iterator[ContentError]:
    """Every fault of an assistant's workflows, each with file and line."""
    try:
        workflows = load_workflows(assistant.folder)
    except ContentError as unreadable:
        yield unreadable
        return
    for workflow in workflows.values():
        if workflow.tool in skills:
            yield ContentError(workflow.path, 1, f"{workflow.tool!r} is the name of a skill")
        yield from check_workflow(workflow)
        for step in workflow.every.values():
            yield from _named(workflow, step, workflows, assistant, skills)
        yield from _calls_itself(workflow, workflows)
    path = assistant.folder / "examples.yaml"
    for place, example in enumerate(assistant.examples):
        if example.workflow is not None and example.workflow not in workflows:
            problem = f"there is no workflow {example.workflow!r}"
            yield ContentError(path, line_at(path, (place, "workflow")), problem)


def _named(
    workflow: Workflow,
    step: Step,
    workflows: Mapping[str, Workflow],
    assistant: Assistant,
    skills: Mapping[str, Skill],
) -> Iterator[ContentError]:
    """Skills and workflows that a step names, and what it gives them."""
    at = (workflow.path, line_of_step(workflow.path, step.id))
    if isinstance(step, SkillStep):
        yield from _skill(at, step.skill, step.given, assistant, skills)
        confirmed = step.skill in skills and skills[step.skill].confirm != "none"
        if confirmed and not isinstance(step, ConfirmStep):
            yield ContentError(*at, f"{step.skill!r} changes something: it needs a confirm step")
        if not confirmed and step.skill in skills and isinstance(step, ConfirmStep):
            yield ContentError(*at, f"{step.skill!r} proposes nothing: it needs a skill step")
    if step.undo is not None:
        yield from _skill(at, step.undo.skill, step.undo.given, assistant, skills)
        if not isinstance(step, ConfirmStep):
            yield ContentError(*at, "only what a confirm step did has to be taken back")
    if isinstance(step, CallStep):
        other = workflows.get(step.call)
        if other is None:
            yield ContentError(*at, f"there is no workflow {step.call!r}")
        for name in step.given if other is not None else ():
            if other is not None and name not in other.slots:
                yield ContentError(*at, f"{step.call!r} has no slot {name!r}")


def _skill(
    at: tuple[Path, int],
    name: str,
    given: Mapping[str, object],
    assistant: Assistant,
    skills: Mapping[str, Skill],
) -> Iterator[ContentError]:
    path, line = at
    if name not in skills:
        yield ContentError(path, line, f"there is no skill {name!r}")
        return
    problems = []
    if name not in (*assistant.skills, *assistant.workflow_skills):
        problems.append(f"{name!r} is not its skill (assistant.yaml: skills or workflow_skills)")
    problems += [f"{name!r} has no parameter {one!r}" for one in given if one not in skills[name].slots]
    problems += [f"{name!r} needs {one!r}" for one in skills[name].required if one not in given]
    for problem in problems:
        yield ContentError(path, line, problem)


def _calls_itself(workflow: Workflow, workflows: Mapping[str, Workflow]) -> Iterator[ContentError]:
    """A workflow that, called by those it calls, would never end."""
    seen, waiting = set[str](), [workflow.name]
    while waiting:
        for step in workflows[waiting.pop()].every.values():
            if isinstance(step, CallStep) and step.call in workflows and step.call not in seen:
                seen.add(step.call)
                waiting.append(step.call)
    if workflow.name in seen:
        yield ContentError(workflow.path, 1, f"{workflow.name!r} calls itself")
