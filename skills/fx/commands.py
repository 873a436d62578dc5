"""Batch commands of the domain: `deskmate fx parse` and `deskmate fx screen`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.command import Command, CommandOptions
from skills.fx.parse import parse
from skills.fx.screening import lists_in_force, read_list, screen


def _parse(text: str, options: CommandOptions) -> Mapping[str, Any]:
    return parse(text, options.today).as_json()


def _screen(name: str, options: CommandOptions) -> Mapping[str, Any]:
    lists = [read_list(path) for path in options.files] or lists_in_force(options.content, options.home)
    return {"matches": [match.as_json() for match in screen(name, lists)]}


COMMANDS = (
    Command("parse", "take a dealing sentence apart", "text", _parse),
    Command("screen", "screen a name against the lists", "name", _screen),
)
