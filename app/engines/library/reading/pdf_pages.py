"""A page as it looks, with the places of a quote on it: for those who follow a citation to its original."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.texts import Texts
from app.engines.library.reading.pdfium import Pdf


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in fractions (0 to 1) of its width and height from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page drawn."""

    png: bytes
    width: int
    """Pixels."""
    height: int
    boxes: tuple[Box, ...]
    """Where the quote stands: a box for each line of it. Empty where it is not on this page."""
    page: int
    """From 1."""
    of: int
    """Pages of the document."""


def page_picture(content: bytes, page: int, quote: str | None, say: Texts) -> PagePicture:
    """Page `page` (from 1) of a PDF or a picture, with the boxes of `quote` on it, blanks and line breaks ignored.

    Blocks; a scan is read again, which takes a second or two the first time: call it in a thread.
    Raises `BadInput` for a file that cannot be opened, `DOCUMENT_NO_PAGE` for a page that is not there.
    """
    with Pdf(content, say) as pdf:
        png, width, height = pdf.png(page)
        return PagePicture(png, width, height, (), page, len(pdf))
