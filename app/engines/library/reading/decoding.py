"""Bytes as text, whichever encoding a Chinese bank's programs wrote."""

from __future__ import annotations

import codecs

from app.core.errors import BadInput
from app.core.texts import Texts

_COMMON = frozenset(
    "的一是不了在有人和为我中大国上个年以要于行会发时到这他银业资金款客户规定条第、，。；：（）《》這個們為與對時來說國會發經應於業資銀規條並"
)
"""Frequent characters of both scripts: the decoding that shows more of them is right."""


def decoded(content: bytes, say: Texts) -> str:
    """UTF-8 or UTF-16 where the bytes say so; else GB18030 or Big5, whichever gives the more usual text.

    Lines end in `\n`. Raises `BadInput` for a picture or a program.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _text_or_refused(content.decode(encoding, errors="replace"), say)
    wide = b"\0" in content
    for encoding in (
        (_likeliest(content, "utf-16-le", "utf-16-be"),)
        if wide
        else ("utf-8", _likeliest(content, "gb18030", "big5hkscs"))
    ):
        try:
            return _text_or_refused(content.decode(encoding), say)
        except UnicodeDecodeError:
            continue
    raise BadInput("DOCUMENT_BINARY", say("document_binary"))


def _likeliest(content: bytes, *encodings: str) -> str:
    """The encoding that shows more of the usual characters."""

    def usual(encoding: str) -> int:
        text = content[:20_000].decode(encoding, errors="replace")
        return sum(char in _COMMON for char in text) - 5 * text.count("\ufffd")

    return max(encodings, key=usual)


def _text_or_refused(text: str, say: Texts) -> str:
    """Bytes of a picture or program decode too: they show by control characters, or by what no encoding has."""
    sample = text[:20_000]
    strange = sum(
        (char < " " and char not in "\t\n\r\f\x1a") or char == "\ufffd" or "\ue000" <= char <= "\uf8ff"
        for char in sample
    )
    if strange * 50 > len(sample):
        raise BadInput("DOCUMENT_BINARY", say("document_binary"))
    return text.replace("\r\n", "\n").replace("\r", "\n")
