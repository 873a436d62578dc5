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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from app.core.expressions import Uncomputable, holes_of, names_in
from app.core.skill import SlotKind
from app.core.texts import language

END = "end"
"""Instead of a step: the procedure is done."""
STOP = "stop"
"""Instead of a step: the procedure is over without having been done; what was done is taken back."""
StepKind = Literal["ask", "skill", "check", "choose", "confirm", "wait", "notify", "parallel", "call"]
KINDS: tuple[StepKind, ...] = get_args(StepKind)
BUILT_IN = frozenset({"today", "now", "person", "about", "event"})
"""Values that every expression may use. `event` is what the last wait was ended by."""
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_WITHIN = re.compile(r"(\d{1,5})([smhd])")
_NAME = r"^[a-z][a-z0-9_]*$"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Wording(_Strict):
    """A text for people, Chinese first."""

    zh: str
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"zh": value} if isinstance(value, str) else value

    def __str__(self) -> str:
        return self.en if language() == "en" and self.en else self.zh


class WorkflowSlot(_Strict):
    """Something that the procedure has to know."""

    kind: SlotKind = "text"
    ask: Wording = Wording(zh="")
    title: Wording = Wording(zh="")
    """What people call it: shown where the procedure tells where it stands."""
    choices: Mapping[str, tuple[str, ...]] = {}
    optional: bool = False
    """It is taken where it is said, and not asked for."""


class Undo(_Strict):
    """How what a step did is taken back."""

    skill: str
    given: Mapping[str, Any] = Field(default={}, alias="with")


class Step(_Strict):
    """What every step has."""

    kind: ClassVar[StepKind]

    id: str = Field(pattern=_NAME)
    title: Wording = Wording(zh="")
    """What people call it."""
    then: str = ""
    """Where it goes on; the next step of the list where nothing is said."""
    within: str = ""
    """Its deadline: `30s`, `15m`, `4h`, `3d` after it has begun."""
    late: str = ""
    """Where it goes on behind its deadline; `stop` where nothing is said."""
    undo: Undo | None = None

    @field_validator("within")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value and not _WITHIN.fullmatch(value):
            raise ValueError("a time like 30s, 15m, 4h or 3d is expected")
        return value

    @property
    def lasts(self) -> timedelta | None:
        """How long it may take; None: as long as it likes."""
        found = _WITHIN.fullmatch(self.within)
        return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None

    @property
    def targets(self) -> tuple[str, ...]:
        """Where it names that it goes on, besides the next step."""
        return tuple(one for one in (self.then, self.late) if one)

    @property
    def expressions(self) -> tuple[str, ...]:
        """Every expression of the step's own."""
        return ()

    @property
    def uses(self) -> frozenset[str]:
        """Slots and results that it rests on, its way back left out."""
        return frozenset(name for one in self.expressions for name in names_in(one)) - BUILT_IN


class AskStep(Step):
    """Ask for slots that are not known yet."""

    kind: ClassVar[StepKind] = "ask"
    ask: tuple[str, ...] = Field(min_length=1)
    of: str = ""
    """Whom: an expression that gives a staff number; who started the procedure where nothing is said."""

    @property
    def expressions(self) -> tuple[str, ...]:
        """Whom."""
        return (self.of,) if self.of else ()


class SkillStep(Step):
    """Run a skill that changes nothing outside; its data are the step's result."""

    kind: ClassVar[StepKind] = "skill"
    skill: str
    given: Mapping[str, Any] = Field(default={}, alias="with")
    quiet: bool = False
    """What it renders is not said."""
    otherwise: str = ""
    """Where it goes on when the skill could not be done; `stop` where nothing is said."""

    @property
    def targets(self) -> tuple[str, ...]:
        """With where it goes on when it fails."""
        return (*super().targets, *((self.otherwise,) if self.otherwise else ()))

    @property
    def expressions(self) -> tuple[str, ...]:
        """What the skill is given."""
        return _holes(self.given.values())


class ConfirmStep(SkillStep):
    """Propose an action, and wait for people: whose yes it needs, `config/approvals.yaml` says by skill and value."""

    kind: ClassVar[StepKind] = "confirm"
    skill: str = Field(alias="confirm")


class CheckStep(Step):
    """Go on only where a condition holds."""

    kind: ClassVar[StepKind] = "check"
    check: str
    says: Wording = Wording(zh="")
    """Said where it does not hold."""
    forget: tuple[str, ...] = ()
    """Slots that are not known any more where it does not hold: an `ask` step asks for them again."""
    otherwise: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """With where it goes on when it does not hold."""
        return (*super().targets, *((self.otherwise,) if self.otherwise else ()))

    @property
    def expressions(self) -> tuple[str, ...]:
        """The condition, and what is in its words."""
        return (self.check, *_holes((self.says.zh, self.says.en)))


class Choice(_Strict):
    """One way to go on. The last one may have no condition."""

    when: str = Field(default="", alias="if")
    then: str


class ChooseStep(Step):
    """Go on by the first condition that holds; to the next step where none does."""

    kind: ClassVar[StepKind] = "choose"
    choose: tuple[Choice, ...] = Field(min_length=1)

    @property
    def targets(self) -> tuple[str, ...]:
        """With every way."""
        return (*super().targets, *(one.then for one in self.choose))

    @property
    def expressions(self) -> tuple[str, ...]:
        """The conditions."""
        return tuple(one.when for one in self.choose if one.when)


class Waiting(_Strict):
    """What a wait waits for: the first of these that comes."""

    on: tuple[str, ...] = ()
    """Names of happenings (`fx.agreed`)."""
    about: str = ""
    """Expression: what they must concern; what the run is about where nothing is said."""
    until: str = ""
    """Expression: a time."""
    message: bool = False
    """The person's next message in the room; it is answered like any other."""

    @model_validator(mode="after")
    def _something(self) -> Waiting:
        if not (self.on or self.until or self.message):
            raise ValueError("one of on, until, message is needed")
        return self


class WaitStep(Step):
    """Wait: for what happens, for a time, for a message."""

    kind: ClassVar[StepKind] = "wait"
    wait: Waiting

    @property
    def expressions(self) -> tuple[str, ...]:
        """What it must concern, and until when."""
        return tuple(one for one in (self.wait.about, self.wait.until) if one)


class NotifyStep(Step):
    """Say something in the room of the procedure."""

    kind: ClassVar[StepKind] = "notify"
    notify: Wording

    @property
    def expressions(self) -> tuple[str, ...]:
        """What is in its words."""
        return _holes((self.notify.zh, self.notify.en))


class ParallelStep(Step):
    """Branches that are walked side by side; it goes on when all are through."""

    kind: ClassVar[StepKind] = "parallel"
    parallel: tuple[tuple[Step, ...], ...] = Field(min_length=1)


class CallStep(Step):
    """Walk another workflow of the same assistant to its end; its slots are the step's result."""

    kind: ClassVar[StepKind] = "call"
    call: str
    given: Mapping[str, Any] = Field(default={}, alias="with")
    otherwise: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """With where it goes on when the other one was stopped."""
        return (*super().targets, *((self.otherwise,) if self.otherwise else ()))

    @property
    def expressions(self) -> tuple[str, ...]:
        """What the other one is given."""
        return _holes(self.given.values())


_STEPS: Mapping[str, type[Step]] = {
    one.kind: one
    for one in (
        AskStep, SkillStep, CheckStep, ChooseStep, ConfirmStep, WaitStep, NotifyStep, ParallelStep, CallStep
    )
}  # fmt: skip


class Starts(_Strict):
    """What starts it besides a person's words."""

    on: tuple[str, ...] = Field(min_length=1)
    """Names of happenings."""
    given: Mapping[str, Any] = Field(default={}, alias="with")
    """Slots from the happening: `{event['…']}`, `{about}`."""


class Workflow(_Strict):
    """A procedure of one assistant. Immutable; made only by `load_workflows`."""

    name: str = Field(pattern=_NAME)
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
    step = checked_content(_STEPS[kind], path, given, place=place)
    try:
        _ = step.uses
        for template in step.undo.given.values() if step.undo else ():
            _holes([template])
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
        if name in BUILT_IN or not re.fullmatch(_NAME, name):
            raise ContentError(path, line_at(path, ("slots", name)), f"{name!r} cannot be the name of a slot")


def line_of_step(path: Path, id: str) -> int:
    """The line of a workflow file on which the step has its id."""
    pattern = re.compile(rf"\bid:\s*{re.escape(id)}\b")
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, start=1) if pattern.search(line)]
    return found[-1] if found else 1


def names_of(templates: Iterable[Any]) -> frozenset[str]:
    """The values that texts with `{…}` in them rest on."""
    return frozenset(name for hole in _holes(templates) for name in names_in(hole))


def _holes(templates: Iterable[Any]) -> tuple[str, ...]:
    """The expressions in texts; what is no text has none."""
    found = tuple(hole for one in templates if isinstance(one, str) for hole in holes_of(one))
    for hole in found:
        names_in(hole)
    return found
