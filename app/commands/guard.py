"""`deskmate mask`, `unmask`, `review`: what protects people's data, one text or a batch. No model is loaded."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from app.commands.batch import Answer, run_batch, run_once
from app.commands.noted import operator_entry
from app.core.settings import Settings
from app.rooms import build_audit, build_database, build_privacy, build_review

if TYPE_CHECKING:
    from app.engines.privacy import PresidioPrivacy


async def mask(settings: Settings, *, text: str | None, jsonl: bool, room: str | None) -> int:
    """Mask. With a room, its placeholders are those of its vault; without, they live as long as the process."""
    async with _privacies(settings, "mask") as privacy_of:

        async def answer(line: Mapping[str, Any]) -> Mapping[str, Any]:
            where = str(line.get("room") or room or "")
            masking = await (await privacy_of(where)).mask(where or _no_room(), line["text"])
            return {"masked": masking.masked.text, "entities": [asdict(entity) for entity in masking.entities]}

        return await _run(answer, text, jsonl, {"text", "lang", "room"}, "masked")


async def unmask(settings: Settings, *, text: str | None, jsonl: bool, room: str) -> int:
    """Restore exactly what `mask` in the same room replaced. That an operator did so is in the audit before."""
    async with _privacies(settings, "unmask") as privacy_of:

        async def answer(line: Mapping[str, Any]) -> Mapping[str, Any]:
            where = str(line.get("room") or room)
            return {"text": await (await privacy_of(where)).unmask(where, line["text"])}

        return await _run(answer, text, jsonl, {"text", "room"}, "text")


async def review(settings: Settings, *, text: str | None, jsonl: bool, direction: Literal["input", "output"]) -> int:
    """Say what the review says of a text."""
    privacy = build_privacy(settings, None)
    rules = build_review(settings, privacy)

    async def answer(line: Mapping[str, Any]) -> Mapping[str, Any]:
        if direction == "output":
            verdict = rules.of_output(line["text"])
        else:
            verdict = rules.of_input((await privacy.mask(_no_room(), line["text"])).masked)
        return {"verdict": verdict.verdict, "reasons": list(verdict.reasons), "score": verdict.score}

    return await _run(answer, text, jsonl, {"text"}, "verdict")


def _no_room() -> str:
    """A room of its own for a line that names none: what one line says does not mask the next."""
    return secrets.token_hex(6)


@asynccontextmanager
async def _privacies(settings: Settings, what: str) -> AsyncIterator[Callable[[str], Awaitable[PresidioPrivacy]]]:
    """Masking by room; without one the vault lives as long as the process.

    The database is opened by the first line that names a room. Each room's first use is in the audit, as `what`.
    """
    database = None
    made: dict[bool, PresidioPrivacy] = {}
    noted: set[str] = set()

    async def privacy_of(room: str) -> PresidioPrivacy:
        nonlocal database
        in_room = bool(room)
        if in_room not in made:
            if in_room:
                database = build_database(settings)
                await database.open()
            made[in_room] = build_privacy(settings, database if in_room else None)
        if database is not None and in_room and room not in noted:
            await build_audit(settings, database).append(operator_entry(what, "allow", room=room))
            noted.add(room)
        return made[in_room]

    try:
        yield privacy_of
    finally:
        if database is not None:
            await database.close()


async def _run(answer: Answer, text: str | None, jsonl: bool, fields: set[str], shown: str) -> int:
    if jsonl:
        return await run_batch(answer, fields=frozenset(fields), required="text")
    return await run_once(answer, {"text": text or ""}, lambda answered: str(answered[shown]))
