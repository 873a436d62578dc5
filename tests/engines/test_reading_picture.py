"""Pictures: read offline by OCR, upright whichever way they lie, refused where they are none or too large."""

from __future__ import annotations

import io
import re
import socket
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.reading import READERS, largest, ocr, picture
from app.engines.library.reading.pages import unwatched
from app.engines.library.reading.pdf_pages import page_picture

ROOT = Path(__file__).resolve().parents[2]
SAY = Texts(ROOT / "app" / "engines" / "library" / "texts")
LINES = (
    "The branch keeps the seal in a safe",
    "Two people open it together",
    "Every use is written into the register",
    "The register is kept for ten years",
)


def drawn(lines: tuple[str, ...] = LINES, size: tuple[int, int] = (1000, 700)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((80, 80 + 70 * number), line, fill="black", font_size=38)
    return image


def saved(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    kept = io.BytesIO()
    image.save(kept, form, **options)
    return kept.getvalue()


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def read(content: bytes) -> str:
    return words(picture.read(content, SAY, unwatched).text)


def refused(content: bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        picture.read(content, SAY, unwatched)
    return caught.value


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP", "BMP"])
def test_every_kind_of_picture_is_read(form: str) -> None:
    assert read(saved(drawn(), form)) == " ".join(LINES)


def test_reading_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: Any, **__: Any) -> None:
        raise AssertionError("a network was asked for")

    ocr.engine.cache_clear()
    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    assert LINES[0] in read(saved(drawn()))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_on_its_side_or_its_head_is_turned(turn: int) -> None:
    assert read(saved(drawn().rotate(turn, expand=True))) == " ".join(LINES)


@pytest.mark.parametrize("slip", [-4.0, 2.5])
def test_a_page_that_slipped_is_straightened(slip: float) -> None:
    assert read(saved(drawn().rotate(slip, fillcolor="white"))) == " ".join(LINES)


def test_the_cameras_note_of_its_position_is_heeded() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read(saved(drawn().rotate(90, expand=True), "JPEG", exif=exif, quality=95)) == " ".join(LINES)


def test_letters_on_a_transparent_ground_are_read() -> None:
    image = drawn().convert("RGBA")
    image.putdata([(0, 0, 0, 255 - red) for red, _, _, _ in image.getdata()])
    assert read(saved(image)) == " ".join(LINES)


def test_a_tiff_of_two_pages_has_two_places_and_tells_both() -> None:
    second = drawn(("Annex to the register of seals",))
    told: list[tuple[int, int]] = []
    first = drawn((*LINES, "and then it is burnt."))
    content = saved(first, "TIFF", save_all=True, append_images=[second])
    found = picture.read(content, SAY, lambda page, of: told.append((page, of)))
    assert {block.place for block in found.blocks} == {"p.1", "p.2"}
    assert told == [(1, 2), (2, 2)]
    assert page_picture(content, 2, "register of seals", SAY).boxes


def test_a_single_picture_has_no_page_in_its_places() -> None:
    assert {block.place for block in picture.read(saved(drawn()), SAY, unwatched).blocks} == {""}


def test_a_table_between_lines_is_a_table() -> None:
    image = Image.new("RGB", (1200, 800), "white")
    draw = ImageDraw.Draw(image)
    rows = (("Branch", "Deposits", "Loans"), ("East", "1,200.00", "900.50"), ("West", "800.00", "700.25"))
    for number in range(4):
        draw.line((100, 100 + 80 * number, 1000, 100 + 80 * number), fill="black", width=3)
        draw.line((100 + 300 * number, 100, 100 + 300 * number, 340), fill="black", width=3)
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            draw.text((120 + 300 * across, 118 + 80 * down), cell, fill="black", font_size=38)
    found = picture.read(saved(image), SAY, unwatched)
    (table,) = (found.text[one.start : one.end] for one in found.blocks if one.kind == "table")
    assert table.splitlines()[0] == "| Branch | Deposits | Loans |" and "| East | 1,200.00 | 900.50 |" in table


def test_a_blank_picture_has_no_text() -> None:
    assert picture.read(saved(Image.new("RGB", (600, 400), "white")), SAY, unwatched).blocks == ()


def test_a_tiny_picture_has_no_text() -> None:
    assert picture.read(saved(Image.new("RGB", (1, 1))), SAY, unwatched).blocks == ()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 no picture", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(30)])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    assert refused(content).code in ("DOCUMENT_EMPTY", "DOCUMENT_BROKEN")


def test_a_picture_cut_off_is_refused() -> None:
    content = saved(drawn())
    assert refused(content[: len(content) // 2]).code == "DOCUMENT_BROKEN"


def png_of(wide: int, tall: int) -> bytes:
    """A PNG that claims a size and unpacks to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", wide, tall, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(20_000, 10_000), (60_000, 60_000)])
def test_a_bomb_is_refused_before_it_unpacks(size: tuple[int, int]) -> None:
    error = refused(png_of(*size))
    assert error.code == "DOCUMENT_TOO_LARGE" and str(picture.MOST_PIXELS // 10_000) in error.message


def test_pictures_and_pdf_can_be_imported() -> None:
    assert {".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff"} <= set(READERS)
    assert largest("scan.PDF") > largest("notes.md")
