"""PDF files through pdfium: pages as words with their places, and as pictures. Only this file knows pypdfium2.

Scripts are not run (this pdfium has no engine for them), attached files and forms' actions are not opened.
"""

from __future__ import annotations

import ctypes
import io
import math
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import pypdfium2
import pypdfium2.raw as raw
from PIL import Image

from app.core.errors import BadInput
from app.core.texts import Texts, well_formed
from app.engines.library.reading.layout.page import Page, Rule, Word

MOST_PAGES = 3_000
"""A year's ledger or a prospectus has a thousand or two; three thousand are read in under a minute."""
MOST_CHARACTERS = 200_000
"""On one page. A full newspaper page has 30,000."""
MOST_PIXELS = 9_000_000
"""Of a page that is drawn: A4 at 300 dpi. A poster is drawn coarser."""
MOST_PICTURED = 200_000_000
"""Of a picture within a page: A1 at 300 dpi has seventy million. More is a bomb."""
DRAWN_DPI = 144
"""Of a page that people look at."""

_PDFIUM = threading.RLock()
"""pdfium is not made for threads: one call at a time."""
_HYPHENS = frozenset("\x02\xad\ufffe")
_FORMS = re.compile("[\ufb00-\ufb06\u2e80-\u2fdf\uf900-\ufaff]")
"""Ligatures and double code points of Han characters: nobody types them, so no search would find them."""
_BOLD = re.compile(rb"bold|black|heavy|semibold|simhei|heiti", re.IGNORECASE)
_MOST_SHAPES = 20_000
_THIN = 2.5
"""Points: a thinner box is a line."""


class Pdf:
    """An open PDF. Pages count from 1; lengths are points (1/72 inch) from the top left corner as the page is shown."""

    def __init__(self, content: bytes, say: Texts) -> None:
        """Raises `BadInput`: no PDF at all, cut off, encrypted, damaged, no page, too many pages."""
        self._say = say
        if b"%PDF-" not in content[:1024]:
            raise BadInput("DOCUMENT_MISNAMED", say("document_not_a_pdf"))
        if b"%%EOF" not in content[-4096:] and b"startxref" not in content[-4096:]:
            raise BadInput("DOCUMENT_BROKEN", say("document_cut_off"))
        try:
            with _PDFIUM:
                self._document = pypdfium2.PdfDocument(content)
                self._count = len(self._document)
        except pypdfium2.PdfiumError as error:
            # pdfium keeps the last error: what was wrong with the file before.
            if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD and b"/Encrypt" in content:
                raise BadInput("DOCUMENT_ENCRYPTED", say("document_encrypted")) from None
            raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None
        if not 0 < self._count <= MOST_PAGES:
            self.close()
            if not self._count:
                raise BadInput("DOCUMENT_EMPTY", say("document_empty"))
            raise BadInput("DOCUMENT_TOO_LONG", say("document_too_long", pages=self._count, limit=MOST_PAGES))

    def __len__(self) -> int:
        return self._count

    def __enter__(self) -> Pdf:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        with _PDFIUM:
            self._document.close()

    def title(self) -> str:
        """What the file calls itself; often empty, or the name of the program's draft."""
        with _PDFIUM:
            return str(self._document.get_metadata_value("Title") or "").strip()

    def page(self, number: int) -> Page:
        """The page's words in the order they were written, its lines and the share of it that pictures cover."""
        with _PDFIUM, self._opened(number) as page:
            turned = _Turned(page)
            words, sideways = self._words(page, turned)
            if sideways:
                turned = _Turned(page, sideways)
                words, _ = self._words(page, turned)
            rules, covered, paths = self._drawn(page, turned)
            return Page(number, turned.width, turned.height, tuple(words), tuple(rules), covered, paths, sideways)

    def image(self, number: int, dpi: int) -> Image.Image:
        """The page drawn, coarser where it is very large."""
        return self._drawing(number, dpi)

    def png(self, number: int, turn: int = 0) -> tuple[bytes, int, int]:
        """The page drawn for people, turned further by `Page.turn`: PNG, width and height in pixels."""
        image = self._drawing(number, DRAWN_DPI, turn)
        kept = io.BytesIO()
        image.convert("RGB").save(kept, "PNG", compress_level=3)
        return kept.getvalue(), image.width, image.height

    def _drawing(self, number: int, dpi: int, turn: int = 0) -> Image.Image:
        with _PDFIUM, self._opened(number) as page:
            width, height = page.get_size()
            scale = min(dpi / 72, math.sqrt(MOST_PIXELS / max(1.0, width * height)))
            # A strip of a metre by a millimetre still has to be a picture.
            scale = min(scale, 12_000 / max(width, height, 1.0))
            scale = max(scale, 1 / max(1.0, min(width, height)))
            drawn: Image.Image = page.render(scale=scale, rotation=turn, may_draw_forms=False).to_pil()
            return drawn

    @contextmanager
    def _opened(self, number: int) -> Iterator[Any]:
        if not 1 <= number <= self._count:
            raise BadInput("DOCUMENT_NO_PAGE", self._say("document_no_page", page=number, pages=self._count))
        try:
            page = self._document[number - 1]
        except pypdfium2.PdfiumError:
            raise BadInput("DOCUMENT_BROKEN", self._say("document_page_broken", page=number)) from None
        try:
            yield page
        finally:
            page.close()

    def _words(self, page: Any, turned: _Turned) -> tuple[list[Word], int]:
        """Characters between white space; a jump on the page ends a word too. With them the degrees by which the page
        must be turned further where most of it is written sideways."""
        text_page = page.get_textpage()
        try:
            count = text_page.count_chars()
            if count > MOST_CHARACTERS:
                raise BadInput("DOCUMENT_TOO_LONG", self._say("document_page_too_long", limit=MOST_CHARACTERS))
            ways: Counter[int] = Counter()
            words = list(_words(text_page.raw, count, turned, ways))
        finally:
            text_page.close()
        most = ways.most_common(1)
        return words, most[0][0] if most and most[0][0] > 0 and most[0][1] * 2 > ways.total() else 0

    def _drawn(self, page: Any, turned: _Turned) -> tuple[list[Rule], float, int]:
        """Ruled lines, the share of the page under its largest picture, the number of shapes."""
        rules: list[Rule] = []
        covered, shapes = 0.0, 0
        for found in page.get_objects(filter=(raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE), max_depth=1):
            shapes += 1
            if shapes > _MOST_SHAPES:
                break
            try:
                left, top, right, bottom = turned.box(*found.get_bounds())
            except pypdfium2.PdfiumError:
                continue
            wide, tall = right - left, bottom - top
            if found.type == raw.FPDF_PAGEOBJ_IMAGE:
                across, down = found.get_px_size()
                if across * down > MOST_PICTURED:
                    limit = MOST_PICTURED // 10_000
                    raise BadInput("DOCUMENT_TOO_LARGE", self._say("picture_too_large", limit=limit))
                covered = max(covered, wide * tall / max(1.0, turned.width * turned.height))
            elif min(wide, tall) < _THIN < max(wide, tall):
                rules.append(Rule(left, top, right, bottom))
            elif min(wide, tall) > 3 * _THIN and wide < 0.98 * turned.width and _outlined(found):
                rules += _edges(left, top, right, bottom)
        return rules, min(1.0, covered), shapes


class _Turned:
    """From a page's own coordinates (upwards, perhaps turned) to points from the top left corner as it is shown."""

    def __init__(self, page: Any, further: int = 0) -> None:
        """`further`: degrees, clockwise, beside those that the page itself is to be turned by."""
        self._left, self._bottom, self._right, self._top = page.get_bbox()
        self._turn = (page.get_rotation() + further) % 360
        self.width, self.height = self._right - self._left, self._top - self._bottom
        if self._turn % 180:
            self.width, self.height = self.height, self.width

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        if self._turn == 90:
            return bottom - self._bottom, left - self._left, top - self._bottom, right - self._left
        if self._turn == 180:
            return self._right - right, bottom - self._bottom, self._right - left, top - self._bottom
        if self._turn == 270:
            return self._top - top, self._right - right, self._top - bottom, self._right - left
        return left - self._left, self._top - top, right - self._left, self._top - bottom

    def way(self, angle: float) -> int:
        """Degrees by which writing at this angle (radians, clockwise) must be turned to be level; -1 for a slant."""
        apart = (math.degrees(angle) + self._turn) % 90
        return round((-math.degrees(angle) - self._turn) / 90) * 90 % 360 if min(apart, 90 - apart) < 6 else -1


def _words(raw_page: Any, count: int, turned: _Turned, ways: Counter[int]) -> Iterator[Word]:
    """The level words; `ways` counts the characters by the turn that would make them level."""
    box, name, flags = raw.FS_RECTF(), ctypes.create_string_buffer(128), ctypes.c_int()
    matrix = raw.FS_MATRIX()
    text: list[str] = []
    left = top = right = bottom = size = 0.0
    bold, blanks, before, way = False, 0, 0, 0
    white = parted = False

    def done() -> Iterator[Word]:
        nonlocal blanks, white
        ways[way] += len(text)
        if text and not way:
            yield Word(_plain("".join(text)), left, top, right, bottom, size, bold, before, parted)
        if text:
            blanks, white = 0, False
        text.clear()

    for at in range(count):
        code = raw.FPDFText_GetUnicode(raw_page, at)
        char = chr(code) if code < 0x110000 else "\ufffd"
        if char.isspace() or not code:
            yield from done()
            white = True
            blanks += code > 0 and not raw.FPDFText_IsGenerated(raw_page, at) and char not in "\r\n"
            continue
        raw.FPDFText_GetLooseCharBox(raw_page, at, ctypes.byref(box))
        this = turned.box(box.left, box.bottom, box.right, box.top)
        tall = this[3] - this[1]
        if text and (
            this[0] - right > 0.35 * tall
            or this[0] < right - 0.6 * tall
            or min(this[3], bottom) - max(this[1], top) < 0.3 * tall
        ):
            yield from done()
        if not text:
            left, top, right, bottom = this
            raw.FPDFText_GetMatrix(raw_page, at, ctypes.byref(matrix))
            size = raw.FPDFText_GetFontSize(raw_page, at) * math.hypot(matrix.c, matrix.d)
            raw.FPDFText_GetFontInfo(raw_page, at, name, 128, ctypes.byref(flags))
            bold = raw.FPDFText_GetFontWeight(raw_page, at) >= 600 or bool(_BOLD.search(name.value))
            way = turned.way(raw.FPDFText_GetCharAngle(raw_page, at))
            before, parted = blanks, white
        else:
            left, top, right, bottom = min(left, this[0]), min(top, this[1]), max(right, this[2]), max(bottom, this[3])
        text.append("-" if char in _HYPHENS else char)
    yield from done()


def _plain(text: str) -> str:
    """Without ligatures, double code points and halves of characters."""
    return well_formed(_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text))


def _outlined(path: Any) -> bool:
    """True for a shape with a line around it; without one it is a coloured ground, which says nothing of cells."""
    filled, outlined = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path.raw, ctypes.byref(filled), ctypes.byref(outlined))
    return bool(outlined.value)


def _edges(left: float, top: float, right: float, bottom: float) -> Iterator[Rule]:
    yield Rule(left, top, right, top)
    yield Rule(left, bottom, right, bottom)
    yield Rule(left, top, left, bottom)
    yield Rule(right, top, right, bottom)
