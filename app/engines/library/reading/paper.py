"""What is known of a document of pages besides its text: number and date, title, which scans could not be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app.core.texts import Texts
from app.engines.library.document import Reading
from app.engines.library.reading.layout.page import Sheet
from app.engines.library.reading.layout.pieces import rows_of, spaced
from app.engines.library.reading.official import about_of, title_among

POOR = 0.75
"""Mean certainty of a page's characters: below, about one in ten is wrong. Printed pages have 0.95 and more."""
_MOST_NAMED = 20
_FIRST = 10
"""Blocks among which the title is: a letterhead, a number and a date may stand over it."""
_LONGEST_TITLE = 60
_LARGER = 1.15
"""Times the size in which most of the first page is written: that of a title."""
_SAME_SIZE = 0.97
_MOST_LINES = 5
_LONGEST_LARGE = 120
_LETTERS = re.compile(r"[^\W\d_]{2}")


def with_about(reading: Reading, sheets: Sequence[Sheet], say: Texts, title: str = "") -> Reading:
    """The reading with what it says of itself. `title` is the file's own, where that is one.

    `left_out` has a sentence for the pages whose picture gave no text, and one for those that are unclear.
    """
    texts = [reading.text[block.start : block.end] for block in reading.blocks]
    about: dict[str, Any] = about_of(texts)
    lines = [text for text in texts[:_FIRST] if len(text) <= _LONGEST_TITLE and not text.endswith("。")]
    if named := title or title_among(lines) or largest_lines(sheets):
        about["title"] = named
    scanned = [sheet for sheet in sheets if sheet.scanned]
    unread = [sheet.number for sheet in scanned if not sheet.pieces]
    unclear = [sheet.number for sheet in scanned if sheet.pieces and sheet.certainty < POOR]
    told = [
        say(key, pages=_named(pages)) for key, pages in (("scan_unread", unread), ("scan_unclear", unclear)) if pages
    ]
    if told:
        about["left_out"] = tuple(told)
    return replace(reading, about=about)


def largest_lines(sheets: Sequence[Sheet]) -> str:
    """What is written largest on the first page, as one text; empty where nothing stands out, or too much does.

    A scan's sizes are measured, not known: none is its largest for sure.
    """
    first = sheets[0] if sheets else None
    if first is None or first.scanned:
        return ""
    sizes: Counter[float] = Counter()
    for piece in first.pieces:
        sizes[piece.size] += len(piece.text)
    lettered = [piece for piece in first.pieces if _LETTERS.search(piece.text)]
    largest = max((piece.size for piece in lettered), default=0.0)
    if not sizes or largest < _LARGER * sizes.most_common(1)[0][0]:
        return ""
    lines = [piece for row in rows_of(lettered) for piece in row if piece.size >= _SAME_SIZE * largest]
    title = ""
    for line in lines:
        title += spaced(title, line.text) + line.text
    return title if len(lines) <= _MOST_LINES and len(title) <= _LONGEST_LARGE else ""


def _named(pages: Sequence[int]) -> str:
    return ", ".join(map(str, pages[:_MOST_NAMED])) + (" …" if len(pages) > _MOST_NAMED else "")
