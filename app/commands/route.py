"""`deskmate route`: which assistants a text is for. No model is loaded."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from app.commands.batch import run_batch, run_once, say
from app.core.settings import Settings
from app.rooms import build_assistants, build_identity, build_knowledge, build_privacy, build_rights, build_router


async def route(settings: Settings, *, text: str | None, jsonl: bool, person: str | None) -> int:
    """Route one text, or every line of standard input."""
    identity = build_identity(settings)
    who = None if person is None else identity.person(person)
    router = build_router(build_assistants(settings), build_rights(settings, identity.people))
    privacy = build_privacy(settings, None)
    knowledge = build_knowledge(settings)
    await knowledge.open()

    async def answer(line: Mapping[str, Any]) -> Mapping[str, Any]:
        # The walk routes masked text, so this does too.
        room = secrets.token_hex(6)
        masked = (await privacy.mask(room, line["text"])).masked
        routing = await router.settled(router.route(masked.text, person=who), knowledge)
        return {
            "assistants": list(routing.assistants),
            "mentions": list(routing.mentions),
            "unknown": [await privacy.unmask(room, name) for name in routing.unknown],
            "confidence": round(routing.confidence, 4),
            "reason": routing.reason,
        }

    if jsonl:
        return await run_batch(answer, fields=frozenset({"text"}), required="text")
    return await run_once(
        answer, {"text": text or ""}, lambda answered: ", ".join(answered["assistants"]) or say("nobody")
    )
