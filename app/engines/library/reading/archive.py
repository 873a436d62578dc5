"""ZIP files, looked at before anything in them is unpacked. Each member of a plain one is a document of its own."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.reading.decoding import likeliest

LARGEST_UNPACKED = 200 * 2**20
"""Bytes of everything inside. Scans and slides with photographs reach a hundred million."""
MOST_MEMBERS = 5_000
STRONGEST_COMPRESSION = 200
"""Unpacked to packed: text and sheets reach 30, a bomb 1,000."""
_SMALL = 2**20
"""Bytes; below this no ratio is suspicious."""

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_UNICODE_PATH = 0x7075
"""The extra field of Info-ZIP that carries a name in UTF-8 (APPNOTE 4.6.9)."""
_NOT_MEANT = re.compile(r"(?:^|/)(?:__MACOSX/|\.(?!\.?/)|~\$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
"""What systems leave in an archive, and hidden files."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive."""

    name: str
    """Its path in the archive, in whatever encoding the archive had it; only `read` says whether it may be used."""
    read: Callable[[], bytes]
    """Its bytes. Raises `BadInput`: a path that climbs, a link, encrypted, damaged, an archive in the archive."""


def members(content: bytes, say: Texts) -> Iterator[Member]:
    """The files of a ZIP in their order, each refused for itself; folders and what systems leave behind are left out.

    Raises `BadInput` for the whole: no ZIP, cut off, a bomb, too many files.
    """
    archive = looked_at(content, say)  # left open: members are read later, or never
    for entry in archive.infolist():
        name = _name(entry)
        if not entry.is_dir() and not _NOT_MEANT.search(name):
            yield Member(name, partial(_read, archive, entry, name, say))


def looked_at(content: bytes, say: Texts) -> zipfile.ZipFile:
    """The archive, opened and within its limits: unpacking never gives more than it declares."""
    if not content:
        raise BadInput("DOCUMENT_EMPTY", say("document_empty"))
    if not content.startswith(b"PK"):
        raise BadInput("DOCUMENT_MISNAMED", say("document_not_a_zip"))
    if b"PK\x05\x06" not in content[-66_000:]:
        raise BadInput("DOCUMENT_BROKEN", say("document_cut_off"))
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except Exception:  # struct, Unicode and zlib errors besides the archive's own
        raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None
    if len(entries) > MOST_MEMBERS:
        raise BadInput("ARCHIVE_TOO_MANY", say("archive_too_many", count=len(entries), limit=MOST_MEMBERS))
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED or any(map(_is_bomb, entries)):
        raise BadInput("ARCHIVE_BOMB", say("archive_bomb", limit=LARGEST_UNPACKED // 2**20))
    return archive


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > _SMALL and entry.file_size > STRONGEST_COMPRESSION * max(entry.compress_size, 1)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, say: Texts) -> bytes:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ":" in name or not name.isprintable():
        raise BadInput("DOCUMENT_NAME", say("archive_name"))
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BadInput("DOCUMENT_LINK", say("document_link"))
    if entry.flag_bits & _ENCRYPTED:
        raise BadInput("DOCUMENT_ENCRYPTED", say("document_encrypted"))
    if path.suffix.lower() == ".zip":
        raise BadInput("ARCHIVE_NESTED", say("archive_nested"))
    try:
        return archive.read(entry)
    except Exception:  # a wrong checksum, zlib, a compression nobody knows
        raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None


def _name(entry: zipfile.ZipInfo) -> str:
    """The member's path with `/`. Without the mark for UTF-8 it is in what the packer's system had, often GBK."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename.replace("\\", "/")
    # The standard library has read the bytes as code page 437, which has a character for each.
    raw = entry.orig_filename.encode("cp437", "replace")
    name = _unicode_path(entry.extra) or raw.decode(likeliest(raw, "utf-8", "gb18030", "big5hkscs"), "replace")
    return name.split("\0", 1)[0].replace("\\", "/")


def _unicode_path(extra: bytes) -> str:
    """The name in UTF-8 among the extra fields; empty where there is none."""
    while len(extra) >= 4:
        tag, size = struct.unpack("<HH", extra[:4])
        if tag == _UNICODE_PATH and size > 5:
            return extra[9 : 4 + size].decode("utf-8", "replace")
        extra = extra[4 + size :]
    return ""
