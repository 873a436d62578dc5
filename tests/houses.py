"""Houses with a content of their own, and a home whose index is built already."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

SHIPPED = Path(__file__).parents[1]


def content_in(folder: Path) -> Path:
    """A copy of the shipped content that a test may change."""
    for name in ("assistants", "knowledge", "config"):
        shutil.copytree(SHIPPED / name, folder / name)
    shutil.copy(SHIPPED / "chainlit.md", folder)
    return folder


def with_model_limits(content: Path, **limits: Any) -> Path:
    """Other limits for the model in `content`, e.g. `first_token_timeout_s=0.5`."""
    path = content / "config" / "models.yaml"
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    values["default"].update(limits)
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return content


def copied_index(home: Path, new: Path) -> Path:
    """A new home with the knowledge index of `home`: the house opens without reading every document again."""
    new.mkdir(parents=True)
    shutil.copy(home / "knowledge.db", new)
    return new
