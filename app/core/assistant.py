"""An assistant is a folder: `assistant.yaml`, `prompt.md`, `examples.yaml`, `templates/`, `workflows/`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.errors import AssistantError
from app.core.texts import YAML_LOADER

Model = TypeVar("Model", bound=BaseModel)


class ContentError(AssistantError):
    """A content file is wrong; the message names file and line."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__("CONTENT", f"{path}:{line}: {problem}")
        self.path, self.line, self.problem = path, line, problem


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Example(_Strict):
    """One thing people say to an assistant, and what it means."""

    text: str
    """A sentence, or a hassil template: `查[一下]{who}的(电话|手机)`."""
    skill: str | None = None
    """The skill it calls; None means: answer from knowledge."""
    workflow: str | None = None
    """Instead of a skill: the workflow of the assistant's own that it starts."""
    starter: bool = False
    """Offered as a starter on the empty chat."""


class Assistant(_Strict):
    """A digital employee. Immutable; made only by `load_assistant`."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Canonical name, the folder's name."""
    number: str
    """Staff number of the digital employee, e.g. `D0003`."""
    title: str
    title_en: str
    post: str
    level: Literal["L1", "L2", "L3", "L4", "L5"]
    brief: str
    """One line on what it does, for the mention menu."""
    brief_en: str
    face: str
    """One emoji or character shown as its picture."""
    aliases: tuple[str, ...]
    """Other names after an `@`, Chinese and English."""
    skills: tuple[str, ...] = ()
    workflow_skills: tuple[str, ...] = ()
    """Skills that only steps of its workflows run: no model is offered them."""
    listens: str = ""
    """The skill with which it hears what people say to each other in a shared room; it has one parameter, `text`."""
    panel: str = ""
    """The skill, without parameters, whose data are shown beside a shared room: what it is about, as it stands."""
    knowledge: tuple[str, ...] = ()
    """Names of knowledge sets it may read."""
    topics: tuple[str, ...] = ()
    """Words of its field: they weigh in routing."""
    prompt: str
    examples: tuple[Example, ...]
    folder: Path

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it answers to."""
        return (self.name, self.title, *self.aliases)


def load_assistant(folder: Path) -> Assistant:
    """Read an assistant's folder. Raises `ContentError` with file and line; unknown keys are refused."""
    path = folder / "assistant.yaml"
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise ContentError(path, 1, "a mapping is expected")
    examples_path = folder / "examples.yaml"
    examples = read_yaml(examples_path) if examples_path.exists() else []
    if not isinstance(examples, list):
        raise ContentError(examples_path, 1, "a list of examples is expected")
    prompt_path = folder / "prompt.md"
    try:
        prompt = prompt_path.read_text(encoding="utf-8") if prompt_path.exists() else ""
    except UnicodeDecodeError:
        raise ContentError(prompt_path, 1, "not UTF-8") from None
    checked = tuple(_example(folder, examples_path, example, index) for index, example in enumerate(examples))
    given = {"name": folder.name, **values, "prompt": prompt, "examples": checked, "folder": folder}
    assistant = _checked(Assistant, path, given)
    if assistant.name != folder.name:
        raise ContentError(path, _line_of(path, "name"), f"name must be the folder's name {folder.name!r}")
    return assistant


def _example(folder: Path, path: Path, given: Any, index: int) -> Example:
    """One example. A workflow that it starts is called like a skill of the assistant's own domain."""
    example = _checked(Example, path, given, (index,))
    if example.workflow is None:
        return example
    if example.skill is not None:
        raise ContentError(path, line_at(path, (index, "workflow")), "a skill or a workflow, not both")
    return example.model_copy(update={"skill": f"{folder.name}.{example.workflow}"})


def load_assistants(folder: Path) -> dict[str, Assistant]:
    """Every assistant below `assistants/`, by name. Two with one name or alias are refused."""
    folders = [child for child in sorted(folder.iterdir()) if (child / "assistant.yaml").exists()]
    found = {child.name: load_assistant(child) for child in folders}
    owner: dict[str, str] = {}
    for assistant in found.values():
        for name in assistant.names:
            other = owner.setdefault(name.casefold(), assistant.name)
            if other != assistant.name:
                path = assistant.folder / "assistant.yaml"
                raise ContentError(path, _line_of(path, name), f"{name!r} also names assistant {other!r}")
    return found


def read_yaml(path: Path) -> Any:
    """The YAML in `path`; a syntax error is a `ContentError` with its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(path, 1, "file is missing") from None
    except UnicodeDecodeError:
        raise ContentError(path, 1, "not UTF-8") from None
    try:
        return yaml.load(text, Loader=YAML_LOADER)  # noqa: S506 - it is a safe one
    except yaml.MarkedYAMLError as error:
        # Where something is missing at the end, the C loader names the line behind the last one.
        line = min(error.problem_mark.line, len(text.splitlines()) - 1) + 1 if error.problem_mark else 1
        raise ContentError(path, line, error.problem or "not YAML") from None


def checked_content(
    model: type[Model], path: Path, values: Any, index: int | None = None, *, place: Sequence[str | int] = ()
) -> Model:
    """`values` read from `path` as `model`; a misfit is a `ContentError` with its line.

    `index`: where `values` stands in the list that `path` is; `place`: the keys and positions that lead to it.
    """
    return _checked(model, path, values, place if index is None else (index,))


def _checked(model: type[Model], path: Path, values: Any, outer: Sequence[str | int] = ()) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        # A misspelt key leaves its right name missing: the misspelt one is what helps.
        problem = next((one for one in problems if one["type"] == "extra_forbidden"), problems[0])
        where = ".".join(str(part) for part in problem["loc"])
        raise ContentError(path, line_at(path, (*outer, *problem["loc"])), f"{where}: {problem['msg']}") from None


def line_at(path: Path, place: Sequence[str | int]) -> int:
    """The line of the value at `place` (keys and list positions) in a YAML file; of what is around where it is missing.

    A key that does not stand where it was looked for is looked for as a word.
    """
    if not path.exists():
        return 1
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=YAML_LOADER)
    except yaml.YAMLError:  # the head of a document is YAML, the rest is not
        node = None
    line = 0
    for part in place:
        if isinstance(node, yaml.MappingNode):
            key, node = next(((key, value) for key, value in node.value if key.value == str(part)), (None, None))
            line = key.start_mark.line + 1 if key is not None else line
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line or _line_of(path, str(place[0]) if place else "")


def _line_of(path: Path, key: str) -> int:
    """The first line on which `key` stands; 1 when it does not."""
    if not path.exists():
        return 1
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if key and key in line.split("#")[0]:
            return number
    return 1
