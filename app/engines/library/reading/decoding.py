"""Bytes as text, whichever encoding a Chinese bank's programs wrote."""

from __future__ import annotations

import codecs

from app.core.errors import BadInput
from app.core.texts import Texts

_COMMON = frozenset(
    "的一是不了在有人和为我中大国上个年以要于行会发时到这他银业资金款客户规定条第、，。；：（）《》這個們為與對時來說國會發經應於業資銀規條並"
)
"""Frequent characters of both scripts: the decoding that shows more of them is right."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the next one
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF32_BE, "utf-32"),
)
_SAMPLE = 20_000
_HZ = b"~{"
"""Opens Chinese in HZ (RFC 1843), which has no byte above 127."""


def decoded(content: bytes, say: Texts, declared: str = "") -> str:
    """UTF-8 or UTF-16 where the bytes say so; else what was `declared` if it fits; else the most usual text.

    Lines end in `\\n`. Raises `BadInput` for a picture or a program.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _text_or_refused(content.decode(encoding, errors="replace"), say)
    for encoding in _candidates(content, declared):
        try:
            return _text_or_refused(content.decode(encoding), say)
        except (UnicodeDecodeError, LookupError):
            continue
    # Nothing fits to the last byte: a file cut off within a character, or one with a few bytes of something else.
    encoding = likeliest(content, "utf-8", "gb18030", "big5hkscs")
    text = content.decode(encoding, errors="replace")
    if text.count("\ufffd") * 200 > len(text) + 400:
        raise BadInput("DOCUMENT_BINARY", say("document_binary"))
    return _text_or_refused(text, say)


def likeliest(content: bytes, *encodings: str) -> str:
    """The encoding that shows more of the usual characters."""

    def usual(encoding: str) -> int:
        text = content[:_SAMPLE].decode(encoding, errors="replace")
        return sum(char in _COMMON for char in text) - 5 * text.count("\ufffd")

    return max(encodings, key=usual)


def _candidates(content: bytes, declared: str) -> list[str]:
    """Encodings to try, the likeliest first."""
    if b"\0" in content:
        return [likeliest(content, "utf-16-le", "utf-16-be")]
    if _HZ in content[:_SAMPLE] and content.isascii():
        return ["hz", "utf-8"]
    # A page that declares gb2312 is written in its superset; one that declares what does not fit is not believed.
    wider = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(declared.lower(), declared)
    return ["utf-8", *([wider] if wider else []), likeliest(content, "gb18030", "big5hkscs")]


def _text_or_refused(text: str, say: Texts) -> str:
    """Bytes of a picture or program decode too: they show by control characters, or by what no encoding has."""
    sample = text[:_SAMPLE]
    strange = sum(
        (char < " " and char not in "\t\n\r\f\x1a") or char == "\ufffd" or "\ue000" <= char <= "\uf8ff"
        for char in sample
    )
    if strange * 50 > len(sample):
        raise BadInput("DOCUMENT_BINARY", say("document_binary"))
    return text.replace("\r\n", "\n").replace("\r", "\n")
