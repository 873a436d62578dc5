"""Which model answers which task: `config/models.yaml` and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import ContentError, checked_content, read_yaml
from app.core.settings import Settings

LOCAL = "local"
"""The name by which a task asks for the local model."""
KEY_VARIABLE = "DESKMATE_MODEL_KEY"


class Choice(BaseModel):
    """One model and how it is asked. Times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str | None = None
    """A litellm model name, e.g. `openai/qwen3-32b`; None or `local` = the local model."""
    base_url: str | None = None
    key_variable: str | None = None
    temperature: float = Field(0.2, ge=0, le=2)
    max_tokens: int = Field(2000, gt=0)
    first_token_timeout_s: float = Field(10, gt=0)
    idle_timeout_s: float = Field(10, gt=0)
    total_timeout_s: float = Field(60, gt=0)
    max_tool_rounds: int = Field(4, ge=0)
    breaker_failures: int = Field(3, ge=1)
    breaker_pause_s: float = Field(30, ge=0)

    @property
    def is_local(self) -> bool:
        return self.model in (None, LOCAL)

    @property
    def label(self) -> str:
        """The name for people: without the provider."""
        return (self.model or LOCAL).split("/", 1)[-1]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    default: dict[str, Any] = {}
    tasks: dict[str, dict[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Choices:
    """Task -> choice; a task that nobody wrote down has the default."""

    default: Choice
    tasks: Mapping[str, Choice]
    keys: Mapping[str, str] = field(repr=False)
    """Environment variable -> key."""

    def of(self, task: str) -> Choice:
        return self.tasks.get(task, self.default)

    def key_of(self, choice: Choice) -> str | None:
        """The key for `choice`'s endpoint. None: litellm looks for the provider's own variable (`OPENAI_API_KEY` …)."""
        return self.keys.get(choice.key_variable or "")

    @property
    def models(self) -> frozenset[str]:
        """The litellm models that some task wants; empty when the local model does everything."""
        wanted = (self.default, *self.tasks.values())
        return frozenset(choice.model for choice in wanted if choice.model and not choice.is_local)


def read_choices(path: Path, settings: Settings, environment: Mapping[str, str] = os.environ) -> Choices:
    """The choices in `path`, with what the environment overrides. Raises `ContentError` with file and line."""
    default, tasks = read_file(path, _overrides(settings))
    keys = {KEY_VARIABLE: settings.model_key} if settings.model_key else {}
    for choice in (default, *tasks.values()):
        variable = choice.key_variable
        if choice.is_local or not variable or variable == KEY_VARIABLE:
            continue
        if not environment.get(variable):
            raise ContentError(path, 1, f"key_variable: environment variable {variable} is not set")
        keys[variable] = environment[variable]
    return Choices(default, tasks, keys)


def read_file(path: Path, overrides: Mapping[str, Any] | None = None) -> tuple[Choice, dict[str, Choice]]:
    """The default and the tasks that `path` names. Raises `ContentError` with file and line."""
    file = checked_content(_File, path, read_yaml(path) or {})
    default = checked_content(Choice, path, {**file.default, **(overrides or {})})
    tasks = {
        name: checked_content(Choice, path, {**_inherited(default, own), **own}) for name, own in file.tasks.items()
    }
    return default, tasks


def _overrides(settings: Settings) -> dict[str, Any]:
    given = {
        "model": settings.model,
        "base_url": settings.model_base_url,
        "key_variable": KEY_VARIABLE if settings.model_key else None,
    }
    return {name: value for name, value in given.items() if value}


def _inherited(default: Choice, own: Mapping[str, Any]) -> dict[str, Any]:
    """What a task takes from `default`; never an address or a key for a model of its own."""
    values = default.model_dump()
    if own.get("model"):
        values |= {"base_url": None, "key_variable": None}
    return values
