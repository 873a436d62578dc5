"""`deskmate search`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.commands.batch import run_batch, run_once, say
from app.core.settings import Settings
from app.rooms import build_assistants, build_identity, build_knowledge, build_rights


async def search(
    settings: Settings, *, text: str | None, jsonl: bool, set_name: str | None, person: str | None, limit: int
) -> int:
    """Find passages. With `--as`, only in what that person may read through some assistant."""
    knowledge = build_knowledge(settings)
    await knowledge.open()
    if person is not None:
        identity = build_identity(settings)
        who, rights = identity.person(person), build_rights(settings, identity.people)
        readable = [
            name
            for assistant in build_assistants(settings).values()
            for name in assistant.knowledge
            if rights.may(who, assistant.name, f"knowledge:{name}")
        ]
        knowledge = knowledge.narrowed(readable)  # type: ignore[assignment]

    async def answer(line: Mapping[str, Any]) -> Mapping[str, Any]:
        hits = await knowledge.search(line["text"], sets=[set_name] if set_name else None, limit=limit)
        return {
            "hits": [
                {"source": hit.source, "locator": hit.locator, "text": hit.text, "score": round(hit.score, 4)}
                for hit in hits
            ]
        }

    if jsonl:
        return await run_batch(answer, fields=frozenset({"text"}), required="text")
    return await run_once(answer, {"text": text or ""}, _shown)


def _shown(answered: Mapping[str, Any]) -> str:
    lines = [f"{hit['score']:.2f}  {hit['source']} {hit['locator']}\n      {hit['text']}" for hit in answered["hits"]]
    return "\n".join(lines) or say("no_match")
