"""`deskmate ask`: the walk of a message from the command line. The operator acts for the person given by `--as`."""

from __future__ import annotations

import asyncio
import mimetypes
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from app.commands.batch import run_batch, run_once, say
from app.core.errors import BadInput
from app.core.file_names import name_on_disk
from app.core.operator import operator
from app.core.settings import Settings
from app.core.turn import Attachment, Reply, Turn
from app.main import Deskmate, opened
from app.rooms import BANK_TIME, now

FIELDS = frozenset({"text", "as", "room", "files"})


async def ask(
    settings: Settings, *, text: str | None, jsonl: bool, person: str, room: str | None, today: date | None
) -> int:
    """Answer one text, or every line of standard input. Lines of one room are one conversation."""
    async with opened(settings, clock=_clock(today)) as house:
        own_room = f"cli-{secrets.token_hex(6)}"

        async def answer(line: Mapping[str, Any]) -> Mapping[str, Any]:
            return await _answer(house, line, person=person, room=room or own_room)

        if jsonl:
            return await run_batch(answer, fields=FIELDS, required="text")
        return await run_once(answer, {"text": text or ""}, lambda answered: str(answered["reply"]))


async def _answer(house: Deskmate, line: Mapping[str, Any], *, person: str, room: str) -> dict[str, Any]:
    who, where = str(line.get("as") or person), str(line.get("room") or room)
    files = line.get("files") or []
    if not isinstance(files, list) or not all(isinstance(path, str) for path in files):
        raise BadInput("BAD_LINE", say("files_no_list"))
    attachments = [await _attached(house, who, where, path) for path in files]
    reply = await house.gateway.handle(
        Turn(
            id=secrets.token_hex(12),
            room=where,
            person=who,
            text=line["text"],
            channel="cli",
            at=now(),
            attachments=tuple(attachments),
            operator=operator(),
        )
    )
    return {**as_line(reply), "files": [await _exported(house, where, file) for file in reply.files]}


async def _exported(house: Deskmate, room: str, file: Attachment) -> str:
    """Where the operator finds a plain copy of a file that was made for him; only his account can read it."""
    folder = house.settings.home / "exports" / name_on_disk(room)
    content = await house.gateway.desk.content(file)

    def write() -> str:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / name_on_disk(file.name, before=f"{file.id[:8]}-")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as copy:
            copy.write(content)
        return str(path)

    return await asyncio.to_thread(write)


async def _attached(house: Deskmate, person: str, room: str, path: str) -> Attachment:
    try:
        content = await asyncio.to_thread(Path(path).read_bytes)
    except OSError:
        raise BadInput("NO_FILE", say("no_such_file", name=Path(path).name)) from None
    mime = mimetypes.guess_type(path)[0] or "application/octet-stream"
    name = Path(path).name
    return await house.gateway.desk.upload(person, room, name, content, mime, joining=True, operator=operator())


def as_line(reply: Reply) -> dict[str, Any]:
    """A reply as the contract's output line."""
    line: dict[str, Any] = {
        "reply": reply.text,
        "speakers": list(reply.speakers),
        "mode": reply.mode,
        "citations": [asdict(citation) for citation in reply.citations],
        "actions": [
            {
                "id": action.id,
                "skill": action.skill,
                "arguments": dict(action.arguments),
                "digest": action.digest,
                "state": action.state,
                "approvals": [{"by": one.by, "at": one.at.isoformat()} for one in action.approvals],
                "expires_at": action.expires_at.isoformat(),
            }
            for action in reply.actions
        ],
        "files": [file.name for file in reply.files],
        "refused": reply.refused,
        "trace_id": reply.trace_id,
    }
    if reply.error:
        line["error"] = {"code": reply.error.code, "message": reply.error.message}
    return line


def _clock(today: date | None) -> Any:
    """The bank's time; with `--today` its date is that day."""
    if today is None:
        return now

    def shifted() -> datetime:
        return datetime.combine(today, now().timetz() if today == now().date() else time(9, 30), BANK_TIME)

    return shifted
