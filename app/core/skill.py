"""A skill: one typed function that does one thing for an assistant.

    say = Texts(Path(__file__).parent / "texts")

    @skill("office.find_person", texts=say)
    async def find_person(ctx: Context, who: Annotated[str, Slot("person", ask="ask_who")]) -> Result | Ask:
        '''Find a colleague by name, pinyin, staff number, phone or place.'''

The manifest (description, JSON schema, questions for what is missing) is made from the signature.
A skill that changes something outside says `confirm=…`: its function then returns a `Proposal` with the
exact arguments, and the function given to `@find_person.on_confirmed` runs once people have said yes.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo

from app.core.errors import Retry
from app.core.happening import Happening
from app.core.ports import Database, Files, Gaps, Imports, Knowledge, SharedRooms, Shelf
from app.core.texts import Texts
from app.core.turn import Attachment, Chart, Citation, Money, Person

SlotKind = Literal[
    "utterance",  # the whole message, for skills with a grammar of their own; later messages are added as lines
    "text",  # free text: what remains of the message
    "choice",  # one of `choices`, found by its synonyms
    "person",
    "organisation",
    "money",
    "currency",
    "date",
    "time",
    "tenor",
    "percent",
    "number",
    "file",  # the name of an attachment of the room; the latest one when none is named
]

Confirm = Literal["none", "one", "four_eyes"]


@dataclass(frozen=True, slots=True)
class Slot:
    """How a parameter is found in what a person says, and how it is asked for.

    Every slot reaches the skill as the text that was said (or the canonical choice): the skill reads it.
    """

    kind: SlotKind
    ask: str = ""
    """Catalogue key of the question for it; parameters with a default are not asked for."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Canonical value -> what people say for it, Chinese and English."""


async def _to_nobody(text: str) -> None:
    """Where nobody listens."""


@dataclass(frozen=True, slots=True)
class Context:
    """All that a skill may touch, already narrowed to the rights of this turn."""

    person: Person
    room: str
    turn_id: str
    assistant: str
    now: datetime
    """Time-zone aware; the bank's time zone."""
    people: tuple[Person, ...]
    attachments: tuple[Attachment, ...]
    """Files of this turn first, then the room's earlier ones, latest first."""
    knowledge: Knowledge
    """Only the sets that this person and this assistant may read."""
    shelf: Shelf
    """The life of the documents in these sets."""
    gaps: Gaps
    imports: Imports
    """Documents on their way in; the rights to a set are this turn's to check."""
    rooms: SharedRooms
    """Rooms of several people, as this person may change them."""
    files: Files
    database: Database
    content: Path
    """The folder with `assistants/`, `knowledge/`, `config/`."""
    home: Path
    """The state folder, for what an operator brought in there (watch lists). What people say never goes there."""
    idempotency_key: str = ""
    """Set while a confirmed action runs: the same key never has two effects."""
    approved_by: tuple[str, ...] = ()
    """Set while a confirmed action runs: staff numbers of those who said yes."""
    tell: Callable[[str], Awaitable[None]] = _to_nobody
    """Say what is happening, for anything longer than two seconds; shown while the turn runs, and kept nowhere."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a skill did. `text` is its rendering: people read it as it stands."""

    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    """The same for programs and models; JSON only."""
    citations: tuple[Citation, ...] = ()
    files: tuple[Attachment, ...] = ()
    charts: tuple[Chart, ...] = ()
    happened: tuple[Happening, ...] = ()
    """What workflows are to know of."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question back to the person: `parameter` is missing or unclear."""

    question: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be done, exactly. Becomes an `Action` that waits for people."""

    summary: str
    """One sentence with the true values."""
    arguments: Mapping[str, Any]
    """Exact arguments of the confirmed function; JSON only."""
    amount: Money | None = None
    """What it is worth, for the limits of `config/approvals.yaml`; a limited skill that does not say is the highest."""


Outcome = Result | Ask | Proposal
SkillFunction = Callable[..., Awaitable[Outcome]]
ConfirmedFunction = Callable[..., Awaitable[Result]]


@dataclass(frozen=True)
class Skill:
    """A function with its manifest."""

    name: str
    """`domain.verb`; also the permission it needs."""
    doc: str
    function: SkillFunction
    texts: Texts
    confirm: Confirm
    material: bool
    """True: its result is material for the model to answer from. False: its rendering is the answer, word for word."""
    executors: list[ConfirmedFunction] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What people call it, in the current language; its name where the catalogue has no `skill_<verb>`."""
        key = f"skill_{self.name.partition('.')[2]}"
        return self.texts(key) if key in self.texts.keys("zh") else self.name

    def on_confirmed(self, function: ConfirmedFunction) -> ConfirmedFunction:
        """Register what runs, once, after people have confirmed the proposal."""
        if self.confirm == "none" or self.executors:
            raise TypeError(f"{self.name}: on_confirmed needs confirm='one' or 'four_eyes', once")
        self.executors.append(function)
        return function

    @cached_property
    def slots(self) -> dict[str, Slot]:
        """Parameter -> slot, in the order of the signature."""
        found: dict[str, Slot] = {}
        for name, hint in self._hints.items():
            slots = [extra for extra in get_args(hint)[1:] if isinstance(extra, Slot)]
            if get_origin(hint) is not Annotated or len(slots) != 1:
                raise TypeError(f"{self.name}: parameter {name} needs Annotated[type, Slot(…)]")
            found[name] = slots[0]
        return found

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Parameters without a default: these are asked for."""
        parameters = inspect.signature(self.function).parameters
        return tuple(name for name in self.slots if parameters[name].default is inspect.Parameter.empty)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments, for a model."""
        schema = self._arguments_model.model_json_schema()
        for name, slot in self.slots.items():
            field_schema = schema.get("properties", {}).get(name, {})
            field_schema.pop("title", None)
            field_schema["description"] = slot.kind
            if slot.choices:
                field_schema["enum"] = list(slot.choices)
        schema.pop("title", None)
        schema.setdefault("properties", {})
        return schema

    def question(self, parameter: str) -> str:
        """The plain question for a missing parameter, in the current language."""
        return self.texts(self.slots[parameter].ask)

    def validated(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """`arguments` with the types of the signature. Raises `Retry` with what does not fit, without the values."""
        try:
            checked = self._arguments_model.model_validate(dict(arguments))
        except ValidationError as error:
            found = error.errors(include_input=False)
            problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
            raise Retry(f"{self.name}: {problems}") from None
        values = {name: getattr(checked, name) for name in self.slots if name in checked.model_fields_set}
        for name, value in values.items():
            choices = self.slots[name].choices
            if choices and value is not None and value not in choices:
                raise Retry(f"{self.name}: {name}: one of {', '.join(choices)}")
        return values

    @cached_property
    def _hints(self) -> dict[str, Any]:
        hints = get_type_hints(self.function, include_extras=True)
        parameters = list(inspect.signature(self.function).parameters)
        return {name: hints[name] for name in parameters[1:]}

    @cached_property
    def _arguments_model(self) -> type[BaseModel]:
        parameters = inspect.signature(self.function).parameters
        fields: dict[str, tuple[Any, FieldInfo | Any]] = {}
        for name in self.slots:
            default = parameters[name].default
            fields[name] = (self._hints[name], ... if default is inspect.Parameter.empty else default)
        return cast(
            type[BaseModel],
            create_model(self.name.replace(".", "_"), __config__=ConfigDict(extra="forbid"), **fields),  # type: ignore[call-overload]
        )


def skill(
    name: str, *, texts: Texts, confirm: Confirm = "none", material: bool = False
) -> Callable[[SkillFunction], Skill]:
    """Make a typed async function a `Skill`. Its docstring is what models read."""

    def make(function: SkillFunction) -> Skill:
        doc = inspect.getdoc(function)
        if not doc:
            raise TypeError(f"{name}: a skill needs a docstring")
        return Skill(name, doc, function, texts, confirm, material)

    return make
