"""Markdown, with what stands between two `---` at the top."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from app.core.texts import Texts
from app.engines.library.document import Block, Kind, Reading, begins_clause, lines_of
from app.engines.library.reading.decoding import decoded
from app.engines.library.reading.pages import Pages
from app.engines.library.reading.written import row_groups

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_COMMENT = re.compile(r"^(```|~~~).*?^\1|<!--.*?(?:-->|\Z)", re.DOTALL | re.MULTILINE)
"""A comment; a block of code is passed over with all that is in it."""
_RULE = re.compile(r"\|?[\s:|-]+\|?")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")


def read(content: bytes, say: Texts, pages: Pages) -> Reading:
    """Blocks between empty lines, without comments, which no reader of the page sees.

    Raises `BadInput` for what is no text.
    """
    about, text = front_matter(decoded(content, say))
    text = _COMMENT.sub(lambda found: found[0] if found[1] else "", text)
    return Reading(text, tuple(_blocks(text)), about)


def front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """What stands between the two `---` at the top, and the text after it. A rule that is no mapping stays text."""
    found = _FRONT_MATTER.match(text)
    if not found:
        return {}, text
    try:
        about = yaml.safe_load(found.group(1))
    except yaml.YAMLError:
        return {}, text
    return (about, text[found.end() :]) if isinstance(about, dict) else ({}, text)


def _blocks(text: str) -> Iterator[Block]:
    """Blocks between empty lines; a heading, a table and a `第…条` begin a new one without an empty line too."""
    kind: Kind = "paragraph"
    start, end, fenced = -1, -1, False
    for at, line in lines_of(text):
        bare = line.strip()
        heading = None if fenced else _MARKDOWN_HEADING.match(line)
        row = not fenced and bare.startswith("|")
        breaks = heading or (not fenced and (not bare or row != (kind == "table") or begins_clause(bare)))
        if start >= 0 and breaks:
            yield from _block(text, kind, start, end)
            start = -1
        if heading:
            yield Block("heading", at + heading.start(2), at + heading.end(2), level=len(heading.group(1)))
        elif bare:
            if start < 0:
                start, kind = at + line.index(bare[0]), "table" if row else "paragraph"
            end = at + len(line.rstrip())
        if bare.startswith(("```", "~~~")):
            fenced = not fenced
    if start >= 0:
        yield from _block(text, kind, start, end)


def _block(text: str, kind: Kind, start: int, end: int) -> Iterator[Block]:
    """The block; a long table in parts, with its header above those that do not begin with it."""
    lines = [(start + at, line) for at, line in lines_of(text[start:end])] if kind == "table" else []
    headed = len(lines) > 1 and bool(_RULE.fullmatch(lines[1][1].strip()))
    for first, after in row_groups([[line] for _, line in lines], 2 if headed else 0) if lines else ((0, 0),):
        if after - first == len(lines):
            yield Block(kind, start, end)
        else:
            last, line = lines[after - 1]
            above = (lines[0][1].strip(),) if headed and first else ()
            yield Block(kind, lines[first][0], last + len(line.rstrip()), above=above)
