"""The steps of a workflow, by kind. All frozen; `core/workflow.py` reads them from a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from app.core.expressions import holes_of, names_in
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
NAME = r"^[a-z][a-z0-9_]*$"


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Wording(Strict):
    """A text for people, Chinese first."""

    zh: str
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"zh": value} if isinstance(value, str) else value

    def __str__(self) -> str:
        return self.en if language() == "en" and self.en else self.zh


class WorkflowSlot(Strict):
    """Something that the procedure has to know."""

    kind: SlotKind = "text"
    ask: Wording = Wording(zh="")
    title: Wording = Wording(zh="")
    """What people call it: shown where the procedure tells where it stands."""
    choices: Mapping[str, tuple[str, ...]] = {}
    optional: bool = False
    """It is taken where it is said, and not asked for."""


class Undo(Strict):
    """How what a step did is taken back."""

    skill: str
    given: Mapping[str, Any] = Field(default={}, alias="with")


class Step(Strict):
    """What every step has."""

    kind: ClassVar[StepKind]

    id: str = Field(pattern=NAME)
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
        return holes_in(self.given.values())


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
        return (self.check, *holes_in((self.says.zh, self.says.en)))


class Choice(Strict):
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


class Heard(Strict):
    """What names happenings."""

    on: tuple[str, ...] = ()
    """Names of happenings (`fx.agreed`), or one."""

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, value: Any) -> Any:
        """YAML 1.1 takes a plain `on` for true."""
        if not isinstance(value, Mapping):
            return value
        meant = {"on" if key is True else key: one for key, one in value.items()}
        return {**meant, "on": (meant["on"],)} if isinstance(meant.get("on"), str) else meant


class Waiting(Heard):
    """What a wait waits for: the first of these that comes."""

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
        return holes_in((self.notify.zh, self.notify.en))


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
        return holes_in(self.given.values())


STEPS: Mapping[str, type[Step]] = {
    one.kind: one
    for one in (
        AskStep, SkillStep, CheckStep, ChooseStep, ConfirmStep, WaitStep, NotifyStep, ParallelStep, CallStep
    )
}  # fmt: skip
"""Kind -> the step of that kind."""


def names_of(templates: Iterable[Any]) -> frozenset[str]:
    """The values that texts with `{…}` in them rest on."""
    return frozenset(name for hole in holes_in(templates) for name in names_in(hole))


def holes_in(templates: Iterable[Any]) -> tuple[str, ...]:
    """The expressions in texts; what is no text has none."""
    found = tuple(hole for one in templates if isinstance(one, str) for hole in holes_of(one))
    for hole in found:
        names_in(hole)
    return found
