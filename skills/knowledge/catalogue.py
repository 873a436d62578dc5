"""What is said about documents, in one place for all skills of this domain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from app.core.ports import Version
from app.core.texts import Texts

say = Texts(Path(__file__).parent / "texts")


def state_in_words(version: Version, today: date) -> str:
    """The state as it is today: what is released may not count yet, or no longer."""
    day = today.isoformat()
    if version.state == "in_force" and version.valid_from > day:
        return say("state_not_yet", since=version.valid_from)
    if version.state == "in_force" and version.valid_until and version.valid_until < day:
        return say("state_superseded" if version.superseded_by else "state_expired")
    return say(f"state_{version.state}")


def number_in_words(version: Version) -> str:
    """`（示银财〔2026〕12号）`; empty where it has none."""
    return f"（{version.number}）" if version.number else ""


def line_of(version: Version, today: date) -> str:
    """One line of a list."""
    return say(
        "document_line",
        title=version.title,
        number=number_in_words(version),
        source=version.source,
        version=version.version,
        state=state_in_words(version, today),
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; what would break a cell is escaped."""
    lines = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [[*head], ["---"] * len(head), *lines])
