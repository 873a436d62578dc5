"""`deskmate lists`: the lists that names are screened against, imported by the operator and kept by version."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from app.commands.batch import say
from app.commands.noted import note, operator_entry
from app.core.errors import AssistantError
from app.core.settings import Settings
from app.rooms import build_watch_lists, now


async def import_list(
    settings: Settings,
    *,
    files: Sequence[Path],
    name: str,
    source: str = "",
    day: date | None = None,
    smaller: bool = False,
    jsonl: bool = False,
) -> int:
    """Put the list of `files` in force. Where they cannot be read the list before stays, and the audit has the try."""
    detail = {"list": name[:40], "files": len(files)}
    await note(settings, operator_entry("list.imported", "begun", detail=detail))
    try:
        made = build_watch_lists(settings).bring(name, files, now(), source=source, day=day, smaller=smaller)
    except AssistantError as error:
        await note(settings, operator_entry("list.imported", "failed", detail={**detail, "code": error.code}))
        raise
    await note(settings, operator_entry("list.imported", "done", detail=made.as_json()))
    key = "list_unchanged" if made.unchanged else "list_imported"
    print(json.dumps(made.as_json(), ensure_ascii=False) if jsonl else say(key, **made.as_json()))
    return 0


def show(settings: Settings, *, jsonl: bool = False) -> int:
    """Print each imported list with its source, date and version."""
    kept = build_watch_lists(settings).in_force()
    for one in kept:
        print(json.dumps(one, ensure_ascii=False) if jsonl else say("list_line", **one))
    if not kept and not jsonl:
        print(say("list_none"))
    return 0
