"""What is told of pages that OCR could not read, or not well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.core.texts import Texts
from app.engines.library.document import Reading
from app.engines.library.reading.layout.page import Sheet

POOR = 0.75
"""Mean certainty of a page's characters: below, about one in ten is wrong. Printed pages have 0.95 and more."""
_MOST_NAMED = 20


def with_unsure(reading: Reading, sheets: Sequence[Sheet], say: Texts) -> Reading:
    """The reading with a sentence for the pages whose picture gave no text, and one for those that are unclear."""
    scanned = [sheet for sheet in sheets if sheet.scanned]
    unread = [sheet.number for sheet in scanned if not sheet.pieces]
    unclear = [sheet.number for sheet in scanned if sheet.pieces and sheet.certainty < POOR]
    told = [
        say(key, pages=_named(pages)) for key, pages in (("scan_unread", unread), ("scan_unclear", unclear)) if pages
    ]
    return replace(reading, about={**reading.about, "left_out": tuple(told)}) if told else reading


def _named(pages: Sequence[int]) -> str:
    return ", ".join(map(str, pages[:_MOST_NAMED])) + (" …" if len(pages) > _MOST_NAMED else "")
