"""Pictures: photographed and scanned pages, a TIFF with several; read by OCR."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Reading
from app.engines.library.reading.layout.assembling import reading_of
from app.engines.library.reading.pages import Pages
from app.engines.library.reading.paper import with_about

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 100_000_000
"""A3 at 600 dpi has seventy million; a picture that claims more is a bomb or a poster."""
MOST_PAGES = 600
LONGEST_SIDE = 3_600
"""Pixels that are kept: A4 at 300 dpi. More is not read better, and slower."""
_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
_PAGE_HEIGHT = 842.0
"""Points of a page that says nothing of its size: A4."""


def read(content: bytes, say: Texts, pages: Pages) -> Reading:
    """Headings, paragraphs and tables of the picture; with `p.2` where it has several pages.

    Raises `BadInput`: no picture, damaged, too large, too many pages.
    """
    from app.engines.library.reading import ocr

    count = picture_pages(content, say)
    sheets = []
    for number, image in enumerate(pictures(content, say), start=1):
        pages(number, count)
        sheets.append(ocr.sheet_of(image, number, _PAGE_HEIGHT * image.width / image.height, _PAGE_HEIGHT))
    return with_about(reading_of(sheets, paged=count > 1), sheets, say)


def picture_pages(content: bytes, say: Texts) -> int:
    """How many pages the picture has. Raises `BadInput` as `read` does."""
    with _guarded(content, say) as image:
        count = int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
    if count > MOST_PAGES:
        raise BadInput("DOCUMENT_TOO_LONG", say("document_too_long", pages=count, limit=MOST_PAGES))
    return count


def pictures(content: bytes, say: Texts) -> Iterator[Image.Image]:
    """The pages one by one, upright as the camera noted, on white, no larger than is read."""
    from PIL import ImageSequence

    with _guarded(content, say) as image:
        frames = ImageSequence.Iterator(image) if image.format == "TIFF" else iter((image,))
        try:
            for frame in frames:
                _check_size(frame, say)
                yield _flat(frame)
        except BadInput:
            raise
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError):
            raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None


def _guarded(content: bytes, say: Texts) -> Image.Image:
    """The picture opened, nothing unpacked yet."""
    from PIL import Image, UnidentifiedImageError

    if not content:
        raise BadInput("DOCUMENT_EMPTY", say("document_empty"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=_FORMATS)
    except Image.DecompressionBombError:
        raise _too_large(say) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise BadInput("DOCUMENT_BROKEN", say("picture_unreadable")) from None
    _check_size(image, say)
    return image


def _check_size(image: Image.Image, say: Texts) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise _too_large(say)


def _too_large(say: Texts) -> BadInput:
    return BadInput("DOCUMENT_TOO_LARGE", say("picture_too_large", limit=MOST_PIXELS // 10_000))


def _flat(frame: Image.Image) -> Image.Image:
    """One page as it is seen: turned upright, what is transparent white, shades of more than 8 bits as 8."""
    from PIL import Image, ImageOps

    if frame.mode.startswith("I;16") or frame.mode in ("I", "F"):
        frame = frame.convert("F").point(lambda value: value / 256).convert("L")
    frame.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(frame)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        ground = Image.new("RGBA", seen.size, "white")
        upright = Image.alpha_composite(ground, seen)
    upright = upright.convert("RGB")
    if max(upright.size) > LONGEST_SIDE:
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return upright
