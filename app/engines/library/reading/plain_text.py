"""Plain text: each line is a block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.texts import Texts
from app.engines.library.document import Block, Reading, lines_of, plain_heading_level
from app.engines.library.reading.decoding import decoded
from app.engines.library.reading.official import about_of, title_among
from app.engines.library.reading.pages import Pages

_FIRST = 3
"""Lines among which a title is looked for."""
_TITLE_LENGTH = 50
_SENTENCE = re.compile(r"[。；;！!？?，,：:]$")


def read(content: bytes, say: Texts, pages: Pages) -> Reading:
    """Raises `BadInput` for what is no text."""
    text = decoded(content, say)
    lines = [bare for _, line in lines_of(text) if (bare := line.strip())]
    short = [line for line in lines[:_FIRST] if len(line) <= _TITLE_LENGTH and not _SENTENCE.search(line)]
    return Reading(text, tuple(_blocks(text, title_among(short))), about_of(lines))


def _blocks(text: str, title: str) -> Iterator[Block]:
    for at, line in lines_of(text):
        bare = line.strip()
        if bare:
            start = at + line.index(bare)
            level = 1 if bare == title else plain_heading_level(bare)
            yield Block("heading" if level else "paragraph", start, start + len(bare), level)
