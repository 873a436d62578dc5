"""Batch commands of skill domains: `deskmate fx parse`, `deskmate fx screen`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.commands.batch import run_batch, run_once
from app.core.command import Command, CommandOptions


async def run_domain(command: Command, options: CommandOptions, *, text: str | None, jsonl: bool) -> int:
    """Run a domain's command over one text, or over every line of standard input."""

    async def answer(line: Mapping[str, Any]) -> Mapping[str, Any]:
        return command.run(line[command.field], options)

    if jsonl:
        return await run_batch(answer, fields=frozenset({command.field}), required=command.field)
    return await run_once(
        answer, {command.field: text or ""}, lambda answered: json.dumps(answered, ensure_ascii=False, indent=2)
    )
