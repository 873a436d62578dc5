"""A page as it looks, with the places of a quote on it: for those who follow a citation to its original."""

from __future__ import annotations

import hashlib
import io
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from PIL import Image

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.reading import ocr
from app.engines.library.reading.pdf import SCAN_DPI, needs_eyes
from app.engines.library.reading.pdfium import Pdf
from app.engines.library.reading.picture import picture_pages, pictures
from app.engines.library.reading.quoted import Box, boxes_of

_KEPT = 32
"""Scanned pages whose lines are remembered: those who leaf back and forth do not wait again."""
_LONGEST_SIDE = 1684
"""Pixels of a scan that is shown: A4 at 144 dpi."""

_scans: OrderedDict[tuple[bytes, int], ocr.Scan] = OrderedDict()
_scans_lock = threading.Lock()


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

    A scan is shown as it was read: straightened and upright. With a quote it is read again, which takes a second or
    two the first time. Blocks: call it in a thread.
    Raises `BadInput` for a file that cannot be opened, `DOCUMENT_NO_PAGE` for a page that is not there.
    """
    if b"%PDF-" not in content[:1024]:
        return _of_picture(content, page, quote, say)
    with Pdf(content, say) as pdf:
        words = pdf.page(page)
        if quote and needs_eyes(words):
            return _of_scan(_scan(content, page, lambda: pdf.image(page, SCAN_DPI)), page, len(pdf), quote)
        png, width, height = pdf.png(page, words.turn)
        boxes = boxes_of(quote, words.words, words.width, words.height) if quote else ()
        return PagePicture(png, width, height, boxes, page, len(pdf))


def _of_picture(content: bytes, page: int, quote: str | None, say: Texts) -> PagePicture:
    count = picture_pages(content, say)
    if not 1 <= page <= count:
        raise BadInput("DOCUMENT_NO_PAGE", say("document_no_page", page=page, pages=count))
    scan = _scan(content, page, lambda: next(islice(pictures(content, say), page - 1, None)))
    return _of_scan(scan, page, count, quote)


def _of_scan(scan: ocr.Scan, page: int, of: int, quote: str | None) -> PagePicture:
    boxes = boxes_of(quote, scan.pieces, scan.image.width, scan.image.height) if quote else ()
    kept = io.BytesIO()
    scan.image.save(kept, "PNG", compress_level=3)
    return PagePicture(kept.getvalue(), scan.image.width, scan.image.height, boxes, page, of)


def _scan(content: bytes, page: int, draw: Callable[[], Image.Image]) -> ocr.Scan:
    """The page as OCR reads it, remembered, its picture in the size in which it is shown."""
    key = hashlib.sha256(content).digest(), page
    with _scans_lock:
        if key in _scans:
            _scans.move_to_end(key)
            return _scans[key]
    scan = _shown(ocr.scanned(draw()))
    with _scans_lock:
        _scans[key] = scan
        while len(_scans) > _KEPT:
            _scans.popitem(last=False)
    return scan


def _shown(scan: ocr.Scan) -> ocr.Scan:
    """The same scan, no larger than it is shown."""
    by = min(1.0, _LONGEST_SIDE / max(scan.image.size))
    if by == 1.0:
        return scan
    size = round(scan.image.width * by), round(scan.image.height * by)
    return ocr.Scan(
        scan.image.resize(size, Image.Resampling.LANCZOS),
        tuple(piece.scaled(by) for piece in scan.pieces),
        (),
        scan.certainty,
    )
