"""Reads a document into text and blocks: one file here for each format."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import PurePath

from app.core.errors import AssistantError, BadInput, place_of
from app.core.texts import Texts
from app.engines.library.document import Document, Reading
from app.engines.library.reading import markdown, pdf, picture, plain_text, slides, table_text, web_page, word, workbook
from app.engines.library.reading.mail import MailReader
from app.engines.library.reading.pages import Pages, unwatched
from app.engines.library.reading.written import TooWide

Reader = Callable[[bytes, Texts, Pages], Reading]

_log = logging.getLogger(__name__)


def _guarded(read: Reader) -> Reader:
    """The reader, from which nothing comes but a reading, a `BadInput`, and what `pages` raises.

    A file that breaks a parser in a way nobody foresaw is a broken file too.
    """

    def guarded(content: bytes, say: Texts, pages: Pages) -> Reading:
        stopped: list[BaseException] = []

        def told(page: int, of: int) -> None:
            try:
                pages(page, of)
            except BaseException as reason:
                stopped.append(reason)
                raise

        try:
            return read(content, say, told)
        except TooWide:
            raise BadInput("DOCUMENT_TOO_LONG", say("document_part_too_large")) from None
        except (AssistantError, MemoryError):
            raise
        except Exception as error:
            if error in stopped:
                raise
            _log.warning("a file of %d bytes could not be read: %s", len(content), place_of(error))
            raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None

    return guarded


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
_GUARDED = {ending: _guarded(read) for ending, read in _OF_FILES.items()}
READERS: Mapping[str, Reader] = {**_GUARDED, ".eml": _guarded(MailReader(_GUARDED).read)}
"""Ending of a file's name -> who reads it."""
OLD_FORMATS = frozenset((".doc", ".dot", ".wps", ".xls", ".xlt", ".et", ".xlsb", ".ppt", ".pps", ".dps"))
"""Files of programs before 2007: what they look like depends on the program, and their readers are long unkept."""
LARGEST = 20 * 2**20
"""Bytes of a file; a book of a thousand pages has two million."""
LARGEST_OF: Mapping[str, int] = {".pdf": 150 * 2**20, ".tif": 150 * 2**20, ".tiff": 150 * 2**20}
"""Where scans come: three hundred pages at 300 dpi have some hundred megabytes."""


def largest(name: str) -> int:
    """Bytes that a file of this name may have."""
    return LARGEST_OF.get(PurePath(name).suffix.lower(), LARGEST)


def read_document(name: str, content: bytes, say: Texts, pages: Pages = unwatched) -> Document:
    """The document in `content`.

    Raises `BadInput` for a format that is not known, an empty, binary or broken file, and what `pages` raises.
    """
    read = reader_of(name, say)
    if len(content) > largest(name):
        raise BadInput("DOCUMENT_TOO_LARGE", say("document_too_large", limit=largest(name) // 2**20))
    found = read(content, say, pages)
    if not found.blocks:
        raise BadInput("DOCUMENT_EMPTY", say("document_empty"))
    headings = ((found.text[one.start : one.end], one.place) for one in found.blocks if one.kind == "heading")
    # The name of a sheet or the number of a slide is a place, no title.
    heading = next((text for text, place in headings if text != place), "")
    return Document(
        found.text,
        found.blocks,
        title=str(found.about.get("title") or heading or PurePath(name).stem),
        number=str(found.about.get("number") or ""),
        dated=_iso(found.about.get("valid_from") or found.about.get("issued")),
        until=_iso(found.about.get("valid_until")),
        owner=str(found.about.get("owner") or ""),
        supersedes=str(found.about.get("supersedes") or ""),
        audience=_several(found.about.get("audience")),
        places=_several(found.about.get("places")),
        left_out=tuple(found.about.get("left_out") or ()),
    )


def reader_of(name: str, say: Texts) -> Reader:
    """Who reads a file of that name. Raises `BadInput` where nobody does; for an old format it says what to do."""
    ending = PurePath(name).suffix.lower()
    if ending in OLD_FORMATS:
        raise BadInput("DOCUMENT_OLD_FORMAT", say("document_old_format"))
    read = READERS.get(ending)
    if read is None:
        raise BadInput("DOCUMENT_FORMAT", say("document_unknown"))
    return read


def _several(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else (str(value),) if value else ()


def _iso(value: object) -> str:
    return value.isoformat()[:10] if isinstance(value, date) else str(value or "")
