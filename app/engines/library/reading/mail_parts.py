"""A mail taken apart: heads, text, attachments, whatever encoding the sender's program used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import collapse_rfc2231_value, parsedate_to_datetime

from app.core.texts import Texts, well_formed
from app.engines.library.reading.decoding import decoded, likeliest

_LONGEST_HEAD = 4_000
_LOGO = 12_000
"""Bytes: a smaller picture within the text is a signature's."""
_UNFIT = re.compile(r"[\\/\x00-\x1f\x7f-\x9f\u2028-\u202e]+")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file, or a mail, that came with a mail."""

    name: str
    content: bytes
    mail: Message | None = None


@dataclass(slots=True)
class MailParts:
    """What a mail is made of."""

    plain: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    """HTML."""
    attached: list[Attached] = field(default_factory=list)


class _Readable(Compat32):
    """Heads as characters: bytes that no rule of mail allows are GBK or Big5, mostly."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """The head's value, not yet decoded by RFC 2047."""
        return _raw(value)


def mail_of(content: bytes) -> Message:
    """The mail in these bytes; whatever they are, there is one in them."""
    return message_from_bytes(content, policy=_Readable())


def parts_of(mail: Message, say: Texts) -> MailParts:
    """Texts and attachments in the order of the mail. Raises `BadInput` for a text that is none."""
    parts = MailParts()
    for part in _leaves(mail):
        name = _file_name(part)
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = part.get_payload()
            inner = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(inner, Message):
                parts.attached.append(Attached(name or f"{head(inner, 'Subject')[:60] or 'mail'}.eml", b"", inner))
            continue
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        if name or part.get_content_disposition() == "attachment":
            inline = part.get("Content-ID") and kind.startswith("image/") and len(content) < _LOGO
            if not inline:
                parts.attached.append(Attached(name or kind.replace("/", "."), content))
        elif kind in ("text/plain", "text/html") and content:
            text = decoded(content, say, str(part.get_content_charset() or ""))
            (parts.plain if kind == "text/plain" else parts.pages).append(text)
    return parts


def head(mail: Message, name: str) -> str:
    """A head in one line, decoded; empty where the mail has none."""
    return " ".join(_decoded_words(str(mail.get(name) or "")[: 5 * _LONGEST_HEAD]).split())[:_LONGEST_HEAD]


def sent(mail: Message) -> datetime | None:
    """When the mail says that it was sent."""
    try:
        return parsedate_to_datetime(head(mail, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _leaves(mail: Message) -> Iterator[Message]:
    payload = mail.get_payload()
    if mail.is_multipart() and mail.get_content_type() != "message/rfc822" and isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from _leaves(part)
    else:
        yield mail


def _file_name(part: Message) -> str:
    for key, header in (("filename", "content-disposition"), ("name", "content-type")):
        value = part.get_param(key, header=header)
        if value:
            name = _decoded_words(well_formed(str(collapse_rfc2231_value(value))))
            return _UNFIT.sub("_", " ".join(name.split())).strip(" ._")[:120]
    return ""


def _raw(text: str) -> str:
    """A head as the parser hands it over, where bytes above 127 are lone surrogates."""
    try:
        raw = text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return well_formed(text)
    return raw.decode(likeliest(raw, "utf-8", "gb18030", "big5hkscs"), "replace")


def _decoded_words(text: str) -> str:
    """`=?gbk?B?…?=` as what it means (RFC 2047)."""
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(piece if isinstance(piece, str) else _piece(piece, charset) for piece, charset in pieces)


def _piece(piece: bytes, charset: str | None) -> str:
    wider = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(str(charset).lower(), charset)
    if not wider:
        return piece.decode("raw-unicode-escape" if piece.isascii() else "utf-8", "replace")
    try:
        return piece.decode(wider)
    except (LookupError, UnicodeDecodeError):
        return piece.decode(likeliest(piece, "utf-8", "gb18030", "big5hkscs"), "replace")
