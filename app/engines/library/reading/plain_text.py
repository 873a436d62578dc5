"""Plain text: each line is a block."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.texts import Texts
from app.engines.library.document import Block, Reading, lines_of, plain_heading_level
from app.engines.library.reading.decoding import decoded
from app.engines.library.reading.pages import Pages


def read(content: bytes, say: Texts, pages: Pages) -> Reading:
    """Raises `BadInput` for what is no text."""
    text = decoded(content, say)
    return Reading(text, tuple(_blocks(text)))


def _blocks(text: str) -> Iterator[Block]:
    for at, line in lines_of(text):
        bare = line.strip()
        if bare:
            start = at + line.index(bare)
            level = plain_heading_level(bare)
            yield Block("heading" if level else "paragraph", start, start + len(bare), level)
