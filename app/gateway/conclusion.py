"""What a turn ends in: the masked reply, and the entries that tell the audit what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from app.core.assistant import Assistant
from app.core.errors import Refused
from app.core.turn import ErrorNote, Reply
from app.gateway.voice import Voice, joined
from app.team.work import Work


def concluded(work: Work, voice: Voice, assistants: Mapping[str, Assistant], *, refused: bool = False) -> Reply:
    """The masked reply of `work`, whose words `voice` has; what is left to tell the audit is noted."""
    parts = voice.parts()
    titles = {name: assistant.title for name, assistant in assistants.items()}
    text, citations = joined(parts, titles)
    if voice.hits:
        work.note("output", "replaced", detail={"reasons": list(voice.hits)})
    if voice.doubts:
        work.note("unverified", "marked", detail={"reasons": list(voice.doubts)})
    speakers = tuple(part.speaker for part in parts if part.speaker)
    failure = work.failure
    mode: Literal["local", "model"] = "model" if any(part.mode == "model" for part in parts) else "local"
    if isinstance(failure, Refused) and not any(entry.what == "refused" for entry in work.entries):
        work.note("refused", failure.code)
    detail = {"assistants": list(speakers), "mode": mode, "channel": work.turn.channel}
    work.note("turn", "refuse" if refused else "failed" if failure else "answer", detail=detail)
    return Reply(
        text=text,
        parts=parts,
        speakers=speakers,
        mode=mode,
        citations=citations,
        actions=tuple({action.id: action for action in work.actions}.values()),
        files=tuple(work.files),
        charts=tuple(work.charts),
        refused=refused,
        error=ErrorNote(failure.code, failure.message) if failure else None,
        pending=dict(work.pending),
        rests_on=tuple(sorted({*work.rests_on, *(f"{one.assistant}/{one.skill}" for one in work.actions)})),
    )
