"""A reply's other parts as JSON, for the sealed column. Its text stands beside it, masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from app.core.model_talk import Pending
from app.core.turn import Action, Approval, Attachment, Chart, Citation, ErrorNote, Part, Reply


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """Everything but the joined text."""
    return {
        "speakers": list(reply.speakers),
        "mode": reply.mode,
        "parts": [asdict(part) for part in reply.parts],
        "citations": [asdict(citation) for citation in reply.citations],
        "actions": [action.id for action in reply.actions],
        "files": [asdict(file) for file in reply.files],
        "charts": [{"title": chart.title, "figure": dict(chart.figure)} for chart in reply.charts],
        "refused": reply.refused,
        "error": asdict(reply.error) if reply.error else None,
        "trace_id": reply.trace_id,
        "pending": {name: asdict(pending) for name, pending in reply.pending.items()},
        "rests_on": list(reply.rests_on),
    }


def reply_from_json(text: str, turn_id: str, kept: Mapping[str, Any], actions: Mapping[str, Action]) -> Reply:
    """The reply again; `actions` gives each action in its present state."""
    return Reply(
        text=text,
        turn_id=turn_id,
        speakers=tuple(kept["speakers"]),
        mode=kept["mode"],
        parts=tuple(_part(part) for part in kept["parts"]),
        citations=tuple(Citation(**citation) for citation in kept["citations"]),
        actions=tuple(actions[id] for id in kept["actions"] if id in actions),
        files=tuple(attachment_from_json(file) for file in kept["files"]),
        charts=tuple(Chart(**chart) for chart in kept["charts"]),
        refused=kept["refused"],
        error=ErrorNote(**kept["error"]) if kept["error"] else None,
        trace_id=kept["trace_id"],
        pending={name: Pending(**pending) for name, pending in kept["pending"].items()},
        rests_on=tuple(kept.get("rests_on", ())),
    )


def _part(kept: Mapping[str, Any]) -> Part:
    citations = tuple(Citation(**citation) for citation in kept["citations"])
    return Part(kept["speaker"], kept["text"], kept["mode"], kept["model"], citations)


def approvals_to_json(approvals: tuple[Approval, ...]) -> list[dict[str, str]]:
    """`[{"by", "at"}]`, as in the contract; and on whose behalf, where it was somebody's."""
    behalf = [{"on_behalf_of": one.on_behalf_of} if one.on_behalf_of else {} for one in approvals]
    return [{"by": one.by, "at": one.at.isoformat(), **more} for one, more in zip(approvals, behalf, strict=True)]


def approvals_from_json(kept: list[dict[str, str]]) -> tuple[Approval, ...]:
    """The approvals again."""
    return tuple(Approval(one["by"], datetime.fromisoformat(one["at"]), one.get("on_behalf_of", "")) for one in kept)


def attachment_from_json(kept: Mapping[str, Any]) -> Attachment:
    """The attachment again; the first version kept a path beside it."""
    return Attachment(**{name: value for name, value in kept.items() if name != "path"})
