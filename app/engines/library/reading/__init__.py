"""Reads a document into text and blocks: one file here for each format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import PurePath

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Document, Reading
from app.engines.library.reading import markdown, pdf, picture, plain_text, slides, table_text, web_page, word, workbook
from app.engines.library.reading.mail import MailReader
from app.engines.library.reading.pages import Pages, unwatched

Reader = Callable[[bytes, Texts, Pages], Reading]

_OF_FILES: Mapping[str, Reader] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": plain_text.read,
    ".docx": word.read,
    **dict.fromkeys((".xlsx", ".xlsm"), workbook.read),
    ".pptx": slides.read,
    **dict.fromkeys((".html", ".htm", ".xhtml"), web_page.read),
    **dict.fromkeys((".csv", ".tsv"), table_text.read),
    ".pdf": pdf.read,
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"), picture.read),
}
READERS: Mapping[str, Reader] = {**_OF_FILES, ".eml": MailReader(_OF_FILES).read}
"""Ending of a file's name -> who reads it."""
LARGEST = 20 * 2**20
"""Bytes of a file; a book of a thousand pages has two million."""
LARGEST_OF: Mapping[str, int] = {".pdf": 150 * 2**20, ".tif": 150 * 2**20, ".tiff": 150 * 2**20}
"""Where scans come: three hundred pages at 300 dpi have some hundred megabytes."""


def largest(name: str) -> int:
    """Bytes that a file of this name may have."""
    return LARGEST_OF.get(PurePath(name).suffix.lower(), LARGEST)


def read_document(name: str, content: bytes, say: Texts, pages: Pages = unwatched) -> Document:
    """The document in `content`. Raises `BadInput` for a format that is not known, an empty, binary or broken file."""
    read = READERS.get(PurePath(name).suffix.lower())
    if read is None:
        raise BadInput("DOCUMENT_FORMAT", say("document_unknown"))
    if len(content) > largest(name):
        raise BadInput("DOCUMENT_TOO_LARGE", say("document_too_large", limit=largest(name) // 2**20))
    found = read(content, say, pages)
    if not found.blocks:
        raise BadInput("DOCUMENT_EMPTY", say("document_empty"))
    heading = next((found.text[one.start : one.end] for one in found.blocks if one.kind == "heading"), "")
    return Document(
        found.text,
        found.blocks,
        title=str(found.about.get("title") or heading or PurePath(name).stem),
        number=str(found.about.get("number") or ""),
        dated=_iso(found.about.get("valid_from") or found.about.get("issued")),
        until=_iso(found.about.get("valid_until")),
        owner=str(found.about.get("owner") or ""),
        supersedes=str(found.about.get("supersedes") or ""),
    )


def _iso(value: object) -> str:
    return value.isoformat()[:10] if isinstance(value, date) else str(value or "")
