"""Writes small PDF files for tests and measurements: text, ruled lines, pictures, passwords.

Chinese stands in the standard font STSong-Light, which needs no embedding to be read; Latin letters are all half as
wide as they are high, so that places can be reckoned. y runs from the top of the page.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

A4 = (595.0, 842.0)
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def width_of(text: str, size: float) -> float:
    """Points that the text takes."""
    return sum(0.5 if char < "\x7f" else 1.0 for char in text) * size


@dataclass
class PdfPage:
    """What is written on a page, in order."""

    width: float = A4[0]
    height: float = A4[1]
    turned: int = 0
    """Degrees by which it is shown turned (`/Rotate`)."""
    operators: list[str] = field(default_factory=list)
    pictures: list[tuple[bytes, int, int]] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float = 10.5, bold: bool = False) -> PdfPage:
        """One line whose letters stand on `y`."""
        for latin, run in groupby(text, key=lambda char: char < "\x7f"):
            part = "".join(run)
            code = part.encode("latin-1").hex() if latin else part.encode("utf-16-be").hex()
            font = ("FB" if bold else "FL") if latin else ("FH" if bold else "FS")
            self.operators.append(f"BT /{font} {size} Tf {x:.2f} {self.height - y:.2f} Td <{code}> Tj ET")
            x += width_of(part, size)
        return self

    def slanted(self, x: float, y: float, text: str, size: float = 40) -> PdfPage:
        """A watermark at 45 degrees."""
        code = text.encode("utf-16-be").hex()
        self.operators.append(
            f"BT /FS {size} Tf 0.7071 0.7071 -0.7071 0.7071 {x:.2f} {self.height - y:.2f} Tm <{code}> Tj ET"
        )
        return self

    def raw(self, operators: str) -> PdfPage:
        self.operators.append(operators)
        return self

    def line(self, x: float, y: float, to_x: float, to_y: float) -> PdfPage:
        self.operators.append(f"{x:.2f} {self.height - y:.2f} m {to_x:.2f} {self.height - to_y:.2f} l S")
        return self

    def table(
        self, x: float, y: float, widths: Sequence[float], rows: Sequence[Sequence[str]], tall: float = 20
    ) -> float:
        """A table between ruled lines; returns the y below it."""
        below, right = y + tall * len(rows), x + sum(widths)
        for number, row in enumerate(rows):
            self.line(x, y + number * tall, right, y + number * tall)
            at = x
            for wide, cell in zip(widths, row, strict=True):
                for part, line in enumerate(cell.split("\n")):
                    self.text(at + 4, y + number * tall + 13 + part * 12, line, 10)
                at += wide
        self.line(x, below, right, below)
        at = x
        for wide in (0.0, *widths):
            at += wide
            self.line(at, y, at, below)
        return below

    def picture(self, pixels: bytes, wide: int, tall: int, box: tuple[float, float, float, float]) -> PdfPage:
        """A picture in grey (one byte a pixel) in the box left, top, right, bottom."""
        left, top, right, bottom = box
        self.pictures.append((pixels, wide, tall))
        self.operators.append(
            f"q {right - left:.2f} 0 0 {bottom - top:.2f} {left:.2f} {self.height - bottom:.2f} cm "
            f"/I{len(self.pictures) - 1} Do Q"
        )
        return self


def pdf_file(pages: Sequence[PdfPage], title: str = "", password: str | None = None, extra: str = "") -> bytes:
    """The pages as a PDF; with `password`, encrypted (RC4, 40 bits) under it as the user's. `extra`: in the catalog."""
    identity = hashlib.md5(b"%d" % len(pages)).digest()
    objects: list[tuple[str, bytes | None]] = []

    def add(body: str, stream: bytes | None = None) -> int:
        objects.append((body, stream))
        return len(objects)

    add(f"<< /Type /Catalog /Pages 2 0 R {extra} >>")
    add("")
    widths = "[" + " ".join(["500"] * 95) + "]"
    fonts = {}
    for name, base in (("FL", "Helvetica"), ("FB", "Helvetica-Bold")):
        fonts[name] = add(
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{base} /Encoding /WinAnsiEncoding "
            f"/FirstChar 32 /LastChar 126 /Widths {widths} >>"
        )
    for name, base in (("FS", "STSong-Light"), ("FH", "STHeiti-Bold")):
        about = add(
            f"<< /Type /FontDescriptor /FontName /{base} /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
            "/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
        )
        below = add(
            f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{base} /FontDescriptor {about} 0 R "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 >>"
        )
        fonts[name] = add(
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{base} /Encoding /UniGB-UCS2-H "
            f"/DescendantFonts [{below} 0 R] >>"
        )
    named = " ".join(f"/{name} {number} 0 R" for name, number in fonts.items())
    kids = []
    for page in pages:
        images = [
            add(
                f"<< /Type /XObject /Subtype /Image /Width {wide} /Height {tall} /ColorSpace /DeviceGray "
                "/BitsPerComponent 8 /Filter /FlateDecode",
                zlib.compress(pixels, 6),
            )
            for pixels, wide, tall in page.pictures
        ]
        seen = " ".join(f"/I{at} {number} 0 R" for at, number in enumerate(images))
        content = add("<< /Filter /FlateDecode", zlib.compress("\n".join(page.operators).encode("latin-1")))
        kids.append(
            add(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}] /Rotate {page.turned} "
                f"/Contents {content} 0 R /Resources << /Font << {named} >> /XObject << {seen} >> >> >>"
            )
        )
    objects[1] = (f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>", None)
    info = add(f"<< /Title <{(chr(0xFEFF) + title).encode('utf-16-be').hex()}> >>") if title and password is None else 0
    key, lock = _locked(password, identity) if password is not None else (b"", "")
    encrypt = add(lock) if lock else 0
    return _written(objects, key, identity, info, encrypt)


def _written(
    objects: Sequence[tuple[str, bytes | None]], key: bytes, identity: bytes, info: int, encrypt: int
) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, (body, stream) in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode()
        if stream is None:
            out += body.encode("latin-1")
        else:
            if key:
                own = hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[: len(key) + 5]
                stream = _rc4(own, stream)
            out += f"{body} /Length {len(stream)} >>\nstream\n".encode("latin-1") + stream + b"\nendstream"
        out += b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    more = (f" /Info {info} 0 R" if info else "") + (f" /Encrypt {encrypt} 0 R" if encrypt else "")
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /ID [<{identity.hex()}> <{identity.hex()}>]{more} >>"
    return bytes(out + f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode())


def _locked(password: str, identity: bytes) -> tuple[bytes, str]:
    """The key and the encryption dictionary: standard handler, revision 2 (PDF 1.4, algorithms 3.2 to 3.4)."""
    rights = -4
    user = (password.encode("latin-1") + _PADDING)[:32]
    owner = _rc4(hashlib.md5(user).digest()[:5], user)
    key = hashlib.md5(user + owner + rights.to_bytes(4, "little", signed=True) + identity).digest()[:5]
    mark = _rc4(key, _PADDING)
    return key, f"<< /Filter /Standard /V 1 /R 2 /Length 40 /O <{owner.hex()}> /U <{mark.hex()}> /P {rights} >>"


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    swap = 0
    for at in range(256):
        swap = (swap + state[at] + key[at % len(key)]) % 256
        state[at], state[swap] = state[swap], state[at]
    one = other = 0
    out = bytearray()
    for byte in data:
        one = (one + 1) % 256
        other = (other + state[one]) % 256
        state[one], state[other] = state[other], state[one]
        out.append(byte ^ state[(state[one] + state[other]) % 256])
    return bytes(out)
