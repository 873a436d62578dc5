"""What happens to each type of personal data: `config/masking.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from app.core.assistant import ContentError, checked_content, read_yaml
from app.engines.masking.finding import TYPES

Treatment = Literal["mask", "allow"]


class Policy(BaseModel):
    """The treatment of every type."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    types: dict[str, Treatment]

    @field_validator("types")
    @classmethod
    def _complete(cls, types: dict[str, Treatment]) -> dict[str, Treatment]:
        if unknown := [type for type in types if type not in TYPES]:
            raise ValueError(f"unknown type {unknown[0]}")
        if missing := [type for type in TYPES if type not in types]:
            raise ValueError(f"type {missing[0]} is missing")
        return types

    def masks(self, type: str) -> bool:
        """True where findings of this type are replaced."""
        return self.types[type] == "mask"


def read_policy(path: Path) -> Policy:
    """The policy in `path`. Raises `ContentError` with file and line."""
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise ContentError(path, 1, "a mapping is expected")
    return checked_content(Policy, path, values)
