"""EML: a mail's heads, its text, and what is attached, each read as the file it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePath

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Reading
from app.engines.library.reading.archive import members
from app.engines.library.reading.mail_parts import Attached, head, mail_of, parts_of, sent
from app.engines.library.reading.pages import Pages, unwatched
from app.engines.library.reading.web_page import page_reading
from app.engines.library.reading.written import Written

Reader = Callable[[bytes, Texts, Pages], Reading]

MOST_ATTACHED = 100
"""Files, with those of the mails and archives within."""
LARGEST_ATTACHED = 100 * 2**20
"""Bytes of them together, unpacked."""
DEEPEST = 3
"""A mail in a mail in a mail."""

_HEADS = ("From", "To", "Cc", "Subject", "Date")
_NAMED_HEAD = re.compile(
    rb"^(?:from|to|subject|date|received|return-path|message-id|mime-version|content-type)[ \t]*:", re.I | re.M
)
_PARAGRAPHS = re.compile(r"\n[ \t\u3000>]*\n\s*")


@dataclass(slots=True)
class _Left:
    """What may still be read of one mail."""

    files: int = MOST_ATTACHED
    size: int = LARGEST_ATTACHED


class MailReader:
    """Reads mails; what is attached is read by `readers`: ending of a file's name -> who reads it."""

    def __init__(self, readers: Mapping[str, Reader]) -> None:
        self._readers = readers

    def read(self, content: bytes, say: Texts, pages: Pages) -> Reading:
        """The place of what is attached begins with its name: `attachment rates.xlsx Sheet1!A1:F20`.

        An attachment that cannot be read is told in `about["left_out"]`. Raises `BadInput` for what is no mail.
        """
        if not content.strip():
            raise BadInput("DOCUMENT_EMPTY", say("document_empty"))
        if not _NAMED_HEAD.search(re.split(rb"\r?\n\r?\n", content.lstrip()[:65_536], maxsplit=1)[0]):
            raise BadInput("DOCUMENT_MISNAMED", say("document_misnamed"))
        mail = mail_of(content)
        written = Written()
        self._read(written, mail, say, pages, "", 1, _Left())
        day = sent(mail)
        about = {"title": head(mail, "Subject"), "issued": day.date().isoformat() if day else ""}
        return written.reading({key: value for key, value in about.items() if value})

    def _read(
        self, written: Written, mail: Message, say: Texts, pages: Pages, place: str, level: int, left: _Left
    ) -> None:
        written.block("heading", head(mail, "Subject"), place, level)
        heads = "\n".join(f"{name}: {value}" for name in _HEADS if (value := head(mail, name)))
        written.block("paragraph", heads, place)
        parts = parts_of(mail, say)
        if any(text.strip() for text in parts.plain):
            for text in parts.plain:
                # Programs break lines where they like; an empty line ends a paragraph.
                for paragraph in _PARAGRAPHS.split(text):
                    written.paragraph(paragraph.strip(), place)
        else:
            for text in parts.pages:
                written.take(page_reading(text, say), place, level)
        for number, one in enumerate(parts.attached, start=1):
            pages(number, len(parts.attached))
            try:
                self._read_attached(written, one, say, f"{place} attachment {one.name}".strip(), level, left)
            except BadInput as error:
                written.left_out.append(say("left_out_attached", name=one.name, reason=error.message))

    def _read_attached(self, written: Written, one: Attached, say: Texts, place: str, level: int, left: _Left) -> None:
        ending = PurePath(one.name).suffix.lower()
        mail = one.mail or (mail_of(one.content) if ending == ".eml" else None)
        if mail is None and ending == ".zip":
            for member in members(one.content, say):
                try:
                    self._take(written, member.name, member.read(), say, f"{place}/{member.name}", level, left)
                except BadInput as error:
                    written.left_out.append(
                        say("left_out_attached", name=f"{one.name}/{member.name}", reason=error.message)
                    )
            return
        if mail is None:
            self._take(written, one.name, one.content, say, place, level, left)
        elif level >= DEEPEST:
            raise BadInput("ATTACHED_TOO_DEEP", say("attached_too_deep", limit=DEEPEST))
        else:
            self._spend(left, len(one.content), say)
            self._read(written, mail, say, unwatched, place, level + 1, left)

    def _take(
        self, written: Written, name: str, content: bytes, say: Texts, place: str, level: int, left: _Left
    ) -> None:
        self._spend(left, len(content), say)
        reader = self._readers.get(PurePath(name).suffix.lower())
        if reader is None:
            raise BadInput("DOCUMENT_FORMAT", say("attached_unknown"))
        reading = reader(content, say, unwatched)
        if not reading.blocks:
            raise BadInput("DOCUMENT_EMPTY", say("document_empty"))
        written.block("heading", name, place, level + 1)
        written.take(reading, place, level + 1)

    def _spend(self, left: _Left, size: int, say: Texts) -> None:
        left.files -= 1
        left.size -= size
        if left.files < 0 or left.size < 0:
            raise BadInput("ATTACHED_TOO_MUCH", say("attached_too_much", limit=MOST_ATTACHED))
