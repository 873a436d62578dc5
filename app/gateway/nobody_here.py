"""An honest answer where nobody here is meant: who there is, and what they do."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.assistant import Assistant
from app.core.texts import Texts, language
from app.team.router import Routing


def nobody_here(routing: Routing, assistants: Mapping[str, Assistant], texts: Texts) -> str:
    """For people: names that nobody bears, whom they resemble, and everybody there is."""
    zh = language() == "zh"
    listed = "\n".join(
        texts(
            "available_one",
            alias=one.aliases[0] if zh else one.name,
            title=one.title if zh else one.title_en,
            brief=one.brief if zh else one.brief_en,
        )
        for one in assistants.values()
    )
    if not routing.unknown:
        return texts("nobody", available=listed)
    said = texts("unknown_name", names="、".join(routing.unknown), available=listed)
    if routing.suggestions:
        meant = " ".join(f"@{assistants[name].aliases[0]}" for name in routing.suggestions)
        said = f"{texts('did_you_mean', names=meant)}\n\n{said}"
    return said
