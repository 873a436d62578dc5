"""What happens to each type of personal data, for whom: `config/masking.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from app.engines.masking.finding import TYPES

Treatment = Literal["allow", "mask", "block"]
_STRICTNESS: tuple[Treatment, ...] = ("allow", "mask", "block")


def _known(types: Mapping[str, object]) -> None:
    if unknown := [type for type in types if type not in TYPES]:
        raise ValueError(f"unknown type {unknown[0]}")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelRule(_Strict):
    """What the models whose name fits `match` may see; a type that is not named is treated as in the records."""

    match: str
    """A model's litellm name, with `*` for any part of it."""
    types: dict[str, Treatment]

    @field_validator("types")
    @classmethod
    def _of_known_types(cls, types: dict[str, Treatment]) -> dict[str, Treatment]:
        _known(types)
        return types


class Policy(_Strict):
    """The treatment of every type, and where it differs."""

    types: dict[str, Treatment]
    """In records, and wherever nothing else is said."""
    models: tuple[ModelRule, ...] = ()
    """The first that fits a model counts."""
    assistants: dict[str, dict[str, Treatment]] = {}
    """By canonical name."""
    hidden_from: dict[str, tuple[str, ...]] = {}
    """By role: types that people of this role see shortened."""

    @field_validator("types")
    @classmethod
    def _complete(cls, types: dict[str, Treatment]) -> dict[str, Treatment]:
        _known(types)
        if missing := [type for type in TYPES if type not in types]:
            raise ValueError(f"type {missing[0]} is missing")
        return types

    @field_validator("assistants")
    @classmethod
    def _of_known_types(cls, assistants: dict[str, dict[str, Treatment]]) -> dict[str, dict[str, Treatment]]:
        for types in assistants.values():
            _known(types)
        return assistants

    @field_validator("hidden_from")
    @classmethod
    def _hides_known_types(cls, roles: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for types in roles.values():
            _known(dict.fromkeys(types))
        return roles

    def masks(self, type: str) -> bool:
        """True where findings of this type are replaced before anything is kept."""
        return self.types[type] != "allow"

    def blocks(self, type: str) -> bool:
        """True where a message that holds this type is not taken at all."""
        return self.types[type] == "block"

    def refuses(self, assistant: str, type: str) -> bool:
        """True where this assistant does not take messages with this type."""
        return self.assistants.get(assistant, {}).get(type) == "block"

    def sight(self, assistant: str, model: str) -> Mapping[str, Treatment]:
        """The treatment of each type where `model` answers for `assistant`.

        Only a rule about the model shows it more than the records keep; a rule about the assistant can but tighten.
        """
        of_model = next((rule.types for rule in self.models if fnmatchcase(model, rule.match)), {})
        of_assistant = self.assistants.get(assistant, {})
        return {
            type: kept if kept == "block" else _stricter(of_model.get(type, kept), of_assistant.get(type, "allow"))
            for type, kept in self.types.items()
        }

    def hides(self, role: str, type: str) -> bool:
        """True where people of this role see values of this type shortened."""
        return type in self.hidden_from.get(role, ())


def _stricter(one: Treatment, other: Treatment) -> Treatment:
    return max(one, other, key=_STRICTNESS.index)


def read_policy(path: Path) -> Policy:
    """The policy in `path`. Raises `ContentError` with file and line."""
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise ContentError(path, 1, "a mapping is expected")
    return checked_content(Policy, path, values)


def check_names(path: Path, assistants: Path) -> None:
    """Raises `ContentError` with file and line for a rule about an assistant that is not there."""
    for name in read_policy(path).assistants:
        if not (assistants / name).is_dir():
            raise ContentError(path, line_at(path, ("assistants", name)), f"there is no assistant {name!r}")
