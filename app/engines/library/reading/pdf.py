"""PDF: pages with text are laid out, pages without are read by OCR."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Reading
from app.engines.library.reading.layout.assembling import reading_of
from app.engines.library.reading.layout.page import Page, Sheet
from app.engines.library.reading.layout.pieces import laid_out
from app.engines.library.reading.pages import Pages
from app.engines.library.reading.paper import with_about

if TYPE_CHECKING:
    from app.engines.library.reading.pdfium import Pdf

MOST_SCANS = 600
"""Pages that have to be recognised: at one to two seconds each, twenty minutes."""
SCAN_DPI = 200

_FEW = 120
"""Characters beside a picture of the whole page: a stamp or a line of the copier, the text is in the picture."""
_WHOLE_PAGE = 0.5
_DRAWN_TEXT = 200
_STRANGE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ufffe\uffff\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LATIN_1 = re.compile(r"[\u00a1-\u00ff]")
_WORDS = re.compile(r"[^\W\d_]{2}")
_DRAFT_TITLE = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|pdf|wps|indd|tmp|html?|rtf|txt|md)$"
    r"|^(?:Microsoft|untitled|无标题|未命名|文档\d*$|PowerPoint)"
    r"|^[\w.-]*_[\w.-]*$|^[!-~]*\d{5}[!-~]*$",
    re.IGNORECASE,
)
"""What programs put there: the name of a file, of themselves, a number."""


def read(content: bytes, say: Texts, pages: Pages) -> Reading:
    """Headings, paragraphs and tables, each with its page. Raises `BadInput`: see `Pdf`, and for too many scans."""
    from app.engines.library.reading.pdfium import Pdf

    with Pdf(content, say) as pdf:
        sheets = []
        scans = 0
        for number in range(1, len(pdf) + 1):
            pages(number, len(pdf))
            page = pdf.page(number)
            if needs_eyes(page):
                scans += 1
                if scans > MOST_SCANS:
                    raise BadInput("DOCUMENT_TOO_LONG", say("document_too_many_scans", limit=MOST_SCANS))
                sheets.append(scanned_sheet(pdf, page))
            else:
                sheets.append(laid_out(page))
        title = pdf.title()
    useful = _WORDS.search(title) and not _DRAFT_TITLE.search(title) and not is_garbled(title)
    return with_about(reading_of(sheets), sheets, say, title if useful else "")


def needs_eyes(page: Page) -> bool:
    """True for a page whose text is not there to be copied: a scan, drawn letters, a font that hides its characters."""
    text = "".join(word.text for word in page.words)
    if not text:
        return page.pictured > 0.02 or page.drawn > _DRAWN_TEXT
    return (page.pictured >= _WHOLE_PAGE and len(text) < _FEW) or is_garbled(text)


def is_garbled(text: str) -> bool:
    """True for text in characters that nobody writes: private ones, controls, Chinese read as Western Europe's."""
    strange = len(_STRANGE.findall(text))
    accented = len(_LATIN_1.findall(text))
    return strange * 8 > len(text) or accented * 3 > len(text)


def scanned_sheet(pdf: Pdf, page: Page) -> Sheet:
    """The page as OCR reads it; as it was where OCR finds no more than the file itself holds."""
    from app.engines.library.reading import ocr

    sheet = ocr.sheet_of(pdf.image(page.number, SCAN_DPI), page.number, page.width, page.height)
    return sheet if sheet.pieces or not page.words else laid_out(page)
