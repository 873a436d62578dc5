"""Opens an uploaded workbook without trusting it: what it is, how large it gets, and that nothing in it acts.

All checks come before the parser sees a byte. Limits keep reading below a few seconds and 200 MB.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import openpyxl

from app.core.errors import BadInput
from skills.credit.catalogue import say

LARGEST_FILE = 20 * 2**20  # bytes, as uploaded
LARGEST_CONTENT = 64 * 2**20  # bytes, unpacked
MOST_ENTRIES = 2_000
STRONGEST_COMPRESSION = 200  # unpacked to packed; tables reach 30, bombs 1000
_SMALL = 2**20  # bytes; below this no ratio is suspicious
_LARGEST_TABLE = 6 * 2**20  # bytes of one sheet or of the shared words; a statement with all its notes has 0.2 MB
_LARGEST_PART = 2 * 2**20  # bytes of any other XML: styles, names, relations
_LARGEST_XML = 10 * 2**20  # bytes of all XML together: what is parsed

_TABLES = re.compile(r"sharedstrings|worksheets/")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@contextmanager
def opened(content: bytes, name: str, *, formulas: bool = False) -> Iterator[Any]:
    """The workbook `content` as openpyxl reads it row by row: stored results, or the formulas.

    Raises `BadInput` with a sentence for whatever is no ordinary .xlsx; `name` is what people call the file.
    """
    _check_size(content, name)
    _check(content, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that reading figures does not need
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=not formulas, keep_links=False, keep_vba=False
            )
            try:
                yield book
            finally:
                book.close()
    except BadInput:
        raise
    except Exception:
        # openpyxl and the XML parsers below it break in many ways on files that are not what they say.
        raise BadInput("WORKBOOK_BROKEN", say("file_broken", name=name)) from None


def _check_size(content: bytes, name: str) -> None:
    if not content:
        raise BadInput("FILE_EMPTY", say("file_empty", name=name))
    if len(content) > LARGEST_FILE:
        raise BadInput("FILE_TOO_LARGE", say("file_too_large", name=name, limit=LARGEST_FILE // 2**20))


def _check(content: bytes, name: str) -> None:
    """Raises `BadInput` unless `content` is a zip of moderate size that holds an .xlsx workbook."""
    if not content.startswith(b"PK"):
        key = _kind_of(content)
        raise BadInput("WORKBOOK_ENCRYPTED" if key == "file_encrypted" else "NOT_A_WORKBOOK", say(key, name=name))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_sizes(entries, name)
            _check_kind({entry.filename.replace("\\", "/").lower() for entry in entries}, name)
            _check_parts(archive, entries, name)
    except BadInput:
        raise
    except Exception:
        # A broken archive shows in zipfile, in zlib, or as a compression or encryption nobody knows.
        raise BadInput("WORKBOOK_BROKEN", say("file_broken", name=name)) from None


def _check_sizes(entries: list[zipfile.ZipInfo], name: str) -> None:
    """By the sizes the archive declares: unpacking never gives more than these."""
    bomb = BadInput("WORKBOOK_BOMB", say("file_bomb", name=name, limit=LARGEST_CONTENT // 2**20))
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_CONTENT:
        raise bomb
    for entry in entries:
        if entry.flag_bits & 1:
            raise BadInput("WORKBOOK_ENCRYPTED", say("file_encrypted", name=name))
        if entry.file_size > _SMALL and entry.file_size > STRONGEST_COMPRESSION * max(entry.compress_size, 1):
            raise bomb


def _check_parts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str) -> None:
    """What could be parsed is small and plain. Its name says little about who parses a part: its first bytes count."""
    parsed = 0
    for entry in entries:
        with archive.open(entry) as part:
            head = part.read(64)
        if not _may_be_xml(head):
            continue
        parsed += entry.file_size
        limit = _LARGEST_TABLE if _TABLES.search(entry.filename.lower()) else _LARGEST_PART
        if entry.file_size > limit or parsed > _LARGEST_XML:
            raise BadInput("WORKBOOK_TOO_LARGE", say("sheet_too_large", name=name))
        _check_xml(archive.read(entry), name)


def _may_be_xml(head: bytes) -> bool:
    """XML begins with a bracket, after blanks or a byte order mark at most; no picture and no program does."""
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return not start or start.startswith(b"<")


def _check_kind(names: set[str], name: str) -> None:
    problem: Callable[[str], BadInput] = lambda key: BadInput("NOT_A_WORKBOOK", say(key, name=name))  # noqa: E731
    if "xl/workbook.bin" in names:
        raise problem("file_xlsb")
    if any(one.startswith("word/") for one in names):
        raise problem("file_word")
    if any(one.startswith("ppt/") for one in names):
        raise problem("file_slides")
    if "content.xml" in names and "mimetype" in names:
        raise problem("file_ods")
    if "[content_types].xml" not in names or not any(one.startswith("xl/") for one in names):
        raise problem("file_zip")
    if any(one.startswith("xl/externallinks/") for one in names):
        raise BadInput("WORKBOOK_LINKS", say("file_links", name=name))


def _check_xml(part: bytes, name: str) -> None:
    """No document type, so no entities: neither a spreadsheet program nor an honest person writes one."""
    wide = part[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in part[:4]
    text = part.replace(b"\0", b"") if wide else part
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise BadInput("WORKBOOK_BROKEN", say("file_entities", name=name))


def _kind_of(content: bytes) -> str:
    """Catalogue key of the sentence for what is no zip archive."""
    head = content[:4096]
    if content.startswith(_OLE):
        # [MS-OFFCRYPTO] 2.3: an encrypted .xlsx is a compound file with a stream of this name in UTF-16.
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        return "file_encrypted" if encrypted else "file_xls"
    if content.startswith(b"%PDF"):
        return "file_pdf"
    if content.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")):
        return "file_picture"
    lowered = head.lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if lowered.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta", b"<style")):
        return "file_markup"
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return "file_text" if controls * 50 <= len(head) or head[:2] in (b"\xff\xfe", b"\xfe\xff") else "file_binary"
