"""A look at an Office file (DOCX, XLSX, PPTX) before a parser sees it: what it is, and that nothing in it acts."""

from __future__ import annotations

import re
import zipfile
from typing import Literal

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.reading.archive import looked_at

Program = Literal["word", "xl", "ppt"]

LARGEST_PART = 48 * 2**20
"""Bytes of one XML part; a sheet of a hundred thousand rows, or a book of three thousand pages, has forty million."""
LARGEST_XML = 96 * 2**20
"""Bytes of all XML together: what could be parsed."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
"""[MS-OFFCRYPTO] 2.3: a file with a password is a compound file with a stream of this name."""
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_MAIN = {"word": "word/document.xml", "xl": "xl/workbook.xml", "ppt": "ppt/presentation.xml"}


def check_office_file(content: bytes, program: Program, say: Texts) -> None:
    """Raises `BadInput`: empty, a password, an old format, another kind of file, cut off, a bomb, XML entities."""
    if content.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in content:
            raise BadInput("DOCUMENT_ENCRYPTED", say("document_encrypted"))
        raise BadInput("DOCUMENT_OLD_FORMAT", say("document_old_format"))
    if content and not content.startswith(b"PK"):
        raise BadInput("DOCUMENT_MISNAMED", say("document_misnamed"))
    with looked_at(content, say) as archive:
        names = {entry.filename.replace("\\", "/").lower() for entry in archive.infolist()}
        if _MAIN[program] not in names:
            raise BadInput("DOCUMENT_MISNAMED", say("document_misnamed"))
        _check_parts(archive, say)


def _check_parts(archive: zipfile.ZipFile, say: Texts) -> None:
    """Every part that could be parsed is of moderate size and declares no entities. Pictures are not unpacked."""
    parsed = 0
    for entry in archive.infolist():
        if entry.flag_bits & 1:
            raise BadInput("DOCUMENT_ENCRYPTED", say("document_encrypted"))
        try:
            with archive.open(entry) as part:
                head = part.read(64)
            if not _may_be_xml(head):
                continue
            parsed += entry.file_size
            if entry.file_size > LARGEST_PART or parsed > LARGEST_XML:
                raise BadInput("DOCUMENT_TOO_LARGE", say("document_part_too_large"))
            declared = _DECLARED.search(archive.read(entry).replace(b"\0", b""))
        except BadInput:
            raise
        except Exception:  # a wrong checksum, zlib, a compression nobody knows
            raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None
        if declared:
            raise BadInput("DOCUMENT_ENTITIES", say("document_entities"))


def _may_be_xml(head: bytes) -> bool:
    """XML begins with a bracket, after blanks or a byte order mark at most; no picture and no program does."""
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return not start or start.startswith(b"<")
