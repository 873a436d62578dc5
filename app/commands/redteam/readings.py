"""What a text can be read as by one who takes the trouble: a capable model decodes what it is sent, and so does whoever
reads its reply. Apart from the review's own unwrapping on purpose: what one overlooks the other may see.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote

_BASE64 = re.compile(r"[A-Za-z0-9+/]{10,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){8,}")
_BITS = re.compile(r"(?:[01]{8}\s?){4,}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_MORSE = re.compile(r"[.\-]{1,5}(?:[ /]+[.\-]{1,5}){5,}")
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_LOOKALIKE = str.maketrans("аеорсухіІкмтАВЕКМНОРСТХ", "aeopcyxiIkmtABEKMHOPCTX")
_MORSE_ALPHABET = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
)
_LETTERS = dict(zip(_MORSE_ALPHABET.split(), "abcdefghijklmnopqrstuvwxyz", strict=True))
_DEPTH = 2  # codes within codes


def squeezed(text: str) -> str:
    """`text` by its letters and digits alone: no case, no width, no spaces or signs between them."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def readings(text: str, depth: int = _DEPTH) -> Iterator[str]:
    """`text` itself, then what it says where it is decoded, turned round or put together."""
    plain = _visible(text)
    yield plain
    yield plain.translate(_LEET).translate(_LOOKALIKE)
    yield plain[::-1]
    yield "".join(line.strip()[:1] for line in plain.splitlines())
    yield codecs.encode(plain, "rot13")
    for decode in (_base64, _hex, _bits, _escaped, _morse, html.unescape, unquote):
        decoded = decode(plain)
        if decoded and decoded != plain:
            yield decoded
            if depth > 1:
                yield from readings(decoded, depth - 1)


def _visible(text: str) -> str:
    """NFKC, with tag characters as the ASCII they stand for and without what has no width."""
    shown = "".join(chr(ord(one) - 0xE0000) if 0xE0020 <= ord(one) <= 0xE007E else one for one in text)
    return "".join(one for one in unicodedata.normalize("NFKC", shown) if unicodedata.category(one) != "Cf")


def _replaced(pattern: re.Pattern[str], decode: Callable[[str], bytes]) -> Callable[[str], str]:
    def one(found: re.Match[str]) -> str:
        try:
            return f" {decode(found[0]).decode()} "
        except (UnicodeDecodeError, ValueError, binascii.Error):
            return found[0]

    return lambda text: pattern.sub(one, text)


_base64 = _replaced(_BASE64, lambda found: base64.b64decode(found + "=" * (-len(found) % 4), validate=True))
_hex = _replaced(_HEX, lambda found: bytes.fromhex(re.sub(r"[\s:]", "", found)))
_bits = _replaced(_BITS, lambda found: bytes(int(one, 2) for one in re.findall("[01]{8}", found)))


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _morse(text: str) -> str:
    return _MORSE.sub(
        lambda found: "".join(_LETTERS.get(one, " " if one == "/" else "") for one in found[0].split(" ")), text
    )
