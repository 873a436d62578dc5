"""Where a workflow can go, and what is wrong with it: steps nobody reaches, values nobody gave, endless loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from app.core.assistant import ContentError, line_at
from app.core.expressions import Uncomputable, names_in
from app.core.workflow import Starts, Workflow, line_of_step
from app.core.workflow_step import (
    BUILT_IN,
    END,
    STOP,
    AskStep,
    CallStep,
    CheckStep,
    ChooseStep,
    ConfirmStep,
    ParallelStep,
    SkillStep,
    Step,
    WaitStep,
    names_of,
)


def ways(workflow: Workflow) -> Mapping[str, frozenset[str]]:
    """Step -> the steps, `end` and `stop` that may come next. Branches end where their `parallel` goes on."""
    return {id: frozenset(_ways(workflow, step)) for id, step in workflow.every.items()}


def behind(workflow: Workflow, step: Step) -> str:
    """Where `step` goes on when it went well: a step, or `end`; the `parallel` around it where its branch is over."""
    return step.then or workflow.following[step.id] or workflow.branch_of[step.id].rpartition("/")[0] or END


def _ways(workflow: Workflow, step: Step) -> Iterator[str]:
    if isinstance(step, ParallelStep):
        yield from (branch[0].id for branch in step.parallel)
    if isinstance(step, ChooseStep):
        yield from (one.then for one in step.choose)
        if any(not one.when for one in step.choose):
            return
    goes_on = behind(workflow, step)
    # A branch that is over waits for its siblings: what comes then is the way of the `parallel`.
    around = workflow.branch_of[step.id].rpartition("/")[0]
    yield workflow_end(workflow, around) if around and goes_on == around else goes_on
    if isinstance(step, CheckStep | SkillStep | CallStep):
        yield step.otherwise or STOP
    if step.within:
        yield step.late or STOP


def workflow_end(workflow: Workflow, parallel: str) -> str:
    """Where it goes on when all branches of a `parallel` are over."""
    goes_on = behind(workflow, workflow.every[parallel])
    around = workflow.branch_of[parallel].rpartition("/")[0]
    return workflow_end(workflow, around) if around and goes_on == around else goes_on


def check_workflow(workflow: Workflow) -> Iterator[ContentError]:
    """What is wrong with where it goes, each with file and line."""
    broken = list(_targets(workflow))
    yield from broken
    if broken:
        return
    edges = ways(workflow)
    reached = _reached(edges, workflow.steps[0].id)
    for id in workflow.every:
        if id not in reached:
            yield _problem(workflow, id, f"no way leads to the step {id!r}")
    yield from _loops(workflow, edges, reached)
    yield from _values(workflow, edges, reached)


def _targets(workflow: Workflow) -> Iterator[ContentError]:
    for id, step in workflow.every.items():
        for target in step.targets:
            if target in (END, STOP) and not workflow.branch_of[id]:
                continue
            if target == STOP:
                continue
            if workflow.branch_of.get(target) != workflow.branch_of[id]:
                here = "in this branch" if workflow.branch_of[id] else "of this workflow"
                yield _problem(workflow, id, f"there is no step {target!r} {here}")
        if step.late and not step.within:
            yield _problem(workflow, id, "late needs within: a deadline")
        if step.within and not isinstance(step, AskStep | ConfirmStep | WaitStep | ParallelStep | CallStep):
            yield _problem(workflow, id, f"a {step.kind} step waits for nothing: it has no deadline")
        if isinstance(step, AskStep):
            for name in step.ask:
                if name not in workflow.slots:
                    yield _problem(workflow, id, f"there is no slot {name!r}")
                elif not workflow.slots[name].ask.zh:
                    yield _problem(workflow, id, f"the slot {name!r} has no question (ask)")
        for name in step.forget if isinstance(step, CheckStep) else ():
            if name not in workflow.slots:
                yield _problem(workflow, id, f"there is no slot {name!r}")
        if isinstance(step, ChooseStep) and any(not one.when for one in step.choose[:-1]):
            yield _problem(workflow, id, "only the last choice may have no condition")
    if workflow.starts is not None:
        yield from _start(workflow, workflow.starts)


def _start(workflow: Workflow, starts: Starts) -> Iterator[ContentError]:
    at = (workflow.path, line_at(workflow.path, ("starts",)))
    if not starts.on:
        yield ContentError(*at, "starts: on: the name of a happening is needed")
    for name in starts.given:
        if name not in workflow.slots:
            yield ContentError(*at, f"starts: there is no slot {name!r}")
    try:
        used = names_of(starts.given.values()) | (names_in(starts.when) if starts.when else frozenset())
    except Uncomputable as error:
        yield ContentError(*at, f"starts: {error}")
        return
    for name in sorted(used - {"event", "about"}):
        yield ContentError(*at, f"starts: {name!r} is not known yet, only event and about are")


def _loops(workflow: Workflow, edges: Mapping[str, frozenset[str]], reached: frozenset[str]) -> Iterator[ContentError]:
    """Loops that nothing leads out of, and such as run by themselves, with nobody to stop them."""
    told: set[str] = set()
    for id in workflow.every:
        if id not in reached or id in told:
            continue
        onward = _reached(edges, id)
        if not onward & {END, STOP}:
            told |= onward
            yield _problem(workflow, id, f"nothing leads out of the loop around {id!r}")
            continue
        restless = {one: edges[one] for one in edges if not _waits(workflow.every[one])}
        if id in restless and id in _reached(restless, *(edges[id] & set(restless))):
            told |= _reached(restless, id)
            yield _problem(workflow, id, f"the loop around {id!r} never waits for anybody")


def _waits(step: Step) -> bool:
    return isinstance(step, AskStep | ConfirmStep | WaitStep | CallStep)


def _values(workflow: Workflow, edges: Mapping[str, frozenset[str]], reached: frozenset[str]) -> Iterator[ContentError]:
    """Names that are nothing, and slots or results that some way to the step has not given."""
    results = {id for id, step in workflow.every.items() if isinstance(step, SkillStep | WaitStep | CallStep)}
    known = _given(workflow, edges)
    for id, step in workflow.every.items():
        undo = workflow.every[id].undo
        for name in sorted(step.uses):
            if name not in workflow.slots and name not in results:
                yield _problem(workflow, id, f"{name!r} is neither a slot nor the result of a step")
            elif id in reached and name not in known[id] and not _optional(workflow, name):
                yield _problem(workflow, id, f"a way leads to {id!r} on which nothing has given {name!r}")
        if undo is not None:
            for name in sorted(undo_uses(step) - set(workflow.slots) - results):
                yield _problem(workflow, id, f"{name!r} is neither a slot nor the result of a step")


def undo_uses(step: Step) -> frozenset[str]:
    """Slots and results that its way back rests on."""
    return names_of(step.undo.given.values()) - BUILT_IN if step.undo else frozenset()


def _optional(workflow: Workflow, name: str) -> bool:
    return name in workflow.slots and workflow.slots[name].optional


def _given(workflow: Workflow, edges: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """Step -> what every way to it has given, by the usual narrowing until nothing changes.

    A branch of a `parallel` gives what it gives to what comes behind all of them.
    """
    everything = frozenset((*workflow.slots, *workflow.every))
    first = frozenset(workflow.starts.given) if workflow.starts else frozenset()
    known = {id: everything for id in workflow.every}
    known[workflow.steps[0].id] = first
    changed = True
    while changed:
        changed = False
        for id in workflow.every:
            after = known[id] | _gives(workflow, workflow.every[id])
            for target in edges[id]:
                step = workflow.every[id]
                inside = isinstance(step, ParallelStep) and workflow.branch_of.get(target, "").startswith(f"{id}/")
                left = workflow.branch_of.get(target) != workflow.branch_of[id] and not inside
                if target not in known or left:
                    continue  # what a branch gives comes out by the way of its `parallel`
                # What is late, stopped or has failed has given nothing of its own.
                well = not inside and (target == behind(workflow, step) or isinstance(step, ChooseStep))
                narrowed = known[target] & (after if well else known[id])
                if narrowed != known[target]:
                    known[target], changed = narrowed, True
    return known


def _gives(workflow: Workflow, step: Step) -> frozenset[str]:
    if isinstance(step, AskStep):
        return frozenset(step.ask)
    if isinstance(step, ParallelStep):
        inner = (one for branch in step.parallel for one in branch)
        return frozenset(name for one in inner for name in _gives(workflow, one))
    return frozenset((step.id,))


def _reached(edges: Mapping[str, frozenset[str]], *starts: str) -> frozenset[str]:
    found, waiting = set(starts), list(starts)
    while waiting:
        for target in edges.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return frozenset(found)


def _problem(workflow: Workflow, step: str, problem: str) -> ContentError:
    path: Path = workflow.path
    return ContentError(path, line_of_step(path, step), problem)
