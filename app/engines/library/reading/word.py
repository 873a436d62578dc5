"""Paragraphs and tables of a DOCX file in order. Only this file of the engines knows python-docx."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Block, Kind, Reading, plain_heading_level
from app.engines.library.reading.pages import Pages

LARGEST_UNPACKED = 200 * 2**20
"""Bytes of a file when unpacked: more is a zip bomb."""

_HEADING_STYLE = re.compile(r"(?:Heading|标题)\s*(\d)", re.IGNORECASE)
_STRUCK_OUT_OR_REPEATED = ("del", "moveFrom", "Fallback")


@dataclass(frozen=True, slots=True)
class WordItem:
    """One paragraph or table. A table's cells are verbatim; the lines between them are ours (Markdown)."""

    text: str
    table: bool = False
    level: int = 0
    """1 to 9 for a paragraph in a heading's style."""


def read(content: bytes, say: Texts, pages: Pages) -> Reading:
    """The items of the file as one text with an empty line between. Raises `BadInput` for a damaged file or a bomb."""
    return _joined(word_items(content, say))


def word_items(content: bytes, say: Texts) -> list[WordItem]:
    """What stands in the file, without empty paragraphs. Raises `BadInput` for a damaged file and for a zip bomb."""
    from docx import Document as open_document

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise BadInput("DOCUMENT_TOO_LARGE", say("document_too_large", limit=LARGEST_UNPACKED // 2**20))
        items = [_item(item) for item in open_document(io.BytesIO(content)).iter_inner_content()]
    except BadInput:
        raise
    except Exception:  # a damaged archive or XML surfaces as any of a dozen types
        raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None
    return [item for item in items if item.text]


def _joined(items: Iterable[WordItem]) -> Reading:
    """The items of a Word file as one text with an empty line between."""
    pieces: list[str] = []
    blocks: list[Block] = []
    at = 0
    for item in items:
        level = item.level or (0 if item.table else plain_heading_level(item.text))
        kind: Kind = "table" if item.table else "heading" if level else "paragraph"
        blocks.append(Block(kind, at, at + len(item.text), level))
        pieces.append(item.text)
        at += len(item.text) + 2
    return Reading("\n\n".join(pieces), tuple(blocks))


def _item(item: Any) -> WordItem:
    if hasattr(item, "rows"):
        return WordItem(_table(item), table=True)
    style = str(item.style.name if item.style is not None else "")
    found = _HEADING_STYLE.match(style)
    level = int(found.group(1)) if found else 1 if style in ("Title", "标题") else 0
    return WordItem(_written(item._p).strip(), level=level)


def _written(element: Any) -> str:
    """All text of a paragraph with its insertions and links, without what is struck out or repeated for old readers."""
    name = element.tag.rpartition("}")[2]
    if name in _STRUCK_OUT_OR_REPEATED:
        return ""
    if name == "t":
        return str(element.text or "")
    if name in ("tab", "br", "cr"):
        return "\t" if name == "tab" else "\n"
    return "".join(_written(child) for child in element if isinstance(child.tag, str))


def _table(table: Any) -> str:
    """The table in Markdown; a merged cell stands once."""
    rows = []
    for row in table.rows:
        cells: list[Any] = []
        for cell in row.cells:
            if not cells or cells[-1]._tc is not cell._tc:
                cells.append(cell)
        rows.append("| " + " | ".join(" ".join(cell.text.split()) for cell in cells) + " |")
    if not re.search(r"[^|\s]", "".join(rows)):
        return ""
    rule = "|" + " --- |" * (rows[0].count("|") - 1)
    return "\n".join([rows[0], rule, *rows[1:]])
