"""A workflow as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html), with where a run stands marked."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.run import Run
from app.core.workflow import Workflow
from app.core.workflow_graph import behind, workflow_end
from app.core.workflow_step import (
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
)

_SHAPES = {
    "ask": ("[/", "/]"),
    "check": ("{", "}"),
    "choose": ("{", "}"),
    "confirm": ("[[", "]]"),
    "wait": ("([", "])"),
    "notify": (">", "]"),
    "parallel": ("{{", "}}"),
    "call": ("[(", ")]"),
}
_STYLES = (
    "classDef present fill:#fde68a,stroke:#b45309,stroke-width:3px",
    "classDef walked fill:#e5e7eb,stroke:#6b7280",
)


def drawn(workflow: Workflow, run: Run | None = None) -> str:
    """The flowchart's text; with `run`, its present steps and those it has been through are marked."""
    lines = ["flowchart TD", *(f"  {line}" for line in _lines(workflow))]
    if run is not None:
        present = {one.step for one in run.tokens}
        walked = [id for id in dict.fromkeys(run.path) if id in workflow.every and id not in present]
        lines += [f"  {style}" for style in _STYLES]
        lines += [
            f"  class {','.join(ids)} {name}" for name, ids in (("present", sorted(present)), ("walked", walked)) if ids
        ]
    return "\n".join(lines)


def _lines(workflow: Workflow) -> Iterator[str]:
    yield f"start((●)) --> {workflow.steps[0].id}"
    for id, step in workflow.every.items():
        open_, close = _SHAPES.get(step.kind, ("[", "]"))
        yield f'{id}{open_}"{_title(step)}"{close}'
    ends = set()
    for step in workflow.every.values():
        for target, label, dotted in _ways(workflow, step):
            shown = target if target in workflow.every else f"{target}_"
            ends |= {target} - set(workflow.every)
            arrow = "-.->" if dotted else "-->"
            yield f"{step.id} {arrow}{_label(label)} {shown}"
    for target in sorted(ends):
        yield f"{target}_(({'◎' if target == END else '✕'}))"


def _ways(workflow: Workflow, step: Step) -> Iterator[tuple[str, str, bool]]:
    """Target, what stands on the arrow, and whether it is a way that should not be needed."""
    around = workflow.branch_of[step.id].rpartition("/")[0]
    goes_on = behind(workflow, step)
    goes_on = workflow_end(workflow, around) if around and goes_on == around else goes_on
    if isinstance(step, ParallelStep):
        yield from ((branch[0].id, "", False) for branch in step.parallel)
    elif isinstance(step, ChooseStep):
        yield from ((one.then, one.when, False) for one in step.choose)
        if all(one.when for one in step.choose):
            yield goes_on, "", False
    else:
        yield goes_on, step.check if isinstance(step, CheckStep) else "", False
    if isinstance(step, CheckStep | SkillStep | CallStep):
        yield step.otherwise or STOP, "否 no" if isinstance(step, CheckStep) else "未成 failed", True
    if step.within:
        yield step.late or STOP, f"> {step.within}", True


def _label(text: str) -> str:
    return f'|"{_plain(text)}"|' if text else ""


def _title(step: Step) -> str:
    told = str(step.title) or step.id
    if isinstance(step, AskStep):
        what = ", ".join(step.ask)
    elif isinstance(step, ConfirmStep | SkillStep):
        what = step.skill
    elif isinstance(step, WaitStep):
        what = ", ".join((*step.wait.on, *(one for one in (step.wait.until,) if one)))
    else:
        what = step.call if isinstance(step, CallStep) else ""
    return _plain(told) + (f"<br/>{_plain(what)}" if what else "")


def _plain(text: str) -> str:
    """Without what has a meaning in Mermaid."""
    return "".join({'"': "'", "|": "/", "\n": " ", "<": "‹", ">": "›"}.get(one, one) for one in text)
