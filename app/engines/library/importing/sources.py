"""Files that are to be indexed: folders are walked, links never followed, nothing but ordinary files read.

A ZIP is its members: `rules.zip/a.md` is `a.md` of `rules.zip`.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.reading import largest, reader_of
from app.engines.library.reading.archive import members
from app.engines.library.reading.decoding import likeliest

NOT_DOCUMENTS = frozenset({"set.yaml"})
ARCHIVE = ".zip"
LARGEST_ARCHIVE = 100 * 2**20
"""Bytes of a ZIP as it lies on the disk; what is in it has limits of its own."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file and what it is called within its set: its path below the folder that was given."""

    path: Path
    name: str
    """In characters, whatever the file system wrote: a name in GBK is one too."""


@dataclass(frozen=True, slots=True)
class Item:
    """A document to be imported: from a folder, an archive or an upload."""

    shown: str
    """What it is called to people."""
    name: str
    """Within its set."""
    size: int
    """Bytes, as far as is known before it is read."""
    read: Callable[[], bytes]
    """Its bytes. Raises `BadInput`."""
    path: Path | None = None
    """Where it lies, if it is a file of its own."""

    @property
    def is_archive(self) -> bool:
        """Whether it is opened, and its members are the documents."""
        return PurePosixPath(self.name).suffix.lower() == ARCHIVE


def walked(given: Path) -> Iterator[SourceFile]:
    """The files below a folder, or the file itself; in one order always. Hidden files are left out."""
    if not given.is_dir():
        yield SourceFile(given, readable(given.name))
        return
    for folder, below, files in os.walk(given, followlinks=False):
        below[:] = sorted(name for name in below if not _hidden(name))
        linked = [name for name in below if (Path(folder) / name).is_symlink()]
        for name in sorted([*files, *linked]):
            if not _hidden(name) and name not in NOT_DOCUMENTS:
                path = Path(folder) / name
                yield SourceFile(path, readable(path.relative_to(given).as_posix()))


def items_of(given: Path, say: Texts) -> Iterator[Item]:
    """The documents and archives at a path."""
    for file in walked(given):
        try:
            size = file.path.lstat().st_size
        except OSError:  # reading it will say why
            size = 0
        yield Item(readable(str(file.path)), file.name, size, lambda file=file: read_source(file, say), file.path)  # type: ignore[misc]


def items_in(archive: Item, say: Texts) -> list[Item]:
    """An archive's documents. Raises `BadInput` where it is none, or a bomb."""
    found = list(members(archive.read(), say))
    size = archive.size // max(1, len(found))
    return [
        Item(f"{archive.shown}/{one.name}", f"{archive.name}/{one.name}", size, _checked(one.name, one.read, say))
        for one in found
    ]


def uploaded(name: str, content: bytes, say: Texts) -> Item:
    """A file that was sent."""
    return Item(name, name, len(content), _checked(name, lambda: content, say))


def read_source(file: SourceFile, say: Texts) -> bytes:
    """The file's bytes. Raises `BadInput`: a link, no ordinary file, missing, unreadable, too large, unknown format."""
    try:
        if file.path.is_symlink():
            raise BadInput("DOCUMENT_LINK", say("document_link"))
        # Not blocking: opening a pipe would wait for its other end.
        handle = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as opened:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise BadInput("DOCUMENT_NOT_A_FILE", say("document_not_a_file"))
            most = check_size(file.name, about.st_size, say)
            return opened.read(most + 1)
    except FileNotFoundError:
        raise BadInput("DOCUMENT_MISSING", say("document_missing")) from None
    except IsADirectoryError:
        raise BadInput("DOCUMENT_NOT_A_FILE", say("document_not_a_file")) from None
    except (OSError, ValueError):  # ValueError: a NUL in the name
        raise BadInput("DOCUMENT_UNREADABLE", say("document_unreadable")) from None


def check_size(name: str, size: int, say: Texts) -> int:
    """How many bytes such a file may have. Raises `BadInput` for more, and for a format that nobody reads."""
    if PurePosixPath(name).suffix.lower() == ARCHIVE:
        most = LARGEST_ARCHIVE
    else:
        reader_of(name, say)
        most = largest(name)
    if size > most:
        raise BadInput("DOCUMENT_TOO_LARGE", say("document_too_large", limit=most // 2**20))
    return most


def is_source_name(name: str) -> bool:
    """True for a plain relative path: nothing that climbs, nothing that a terminal or a URL would read as a command."""
    path = PurePosixPath(name)
    plain = name.isprintable() and "\\" not in name and not name.startswith("/")
    return plain and 0 < len(name) <= 400 and name == str(path) and ".." not in path.parts


def readable(name: str) -> str:
    """A name from the file system in characters: old Chinese systems wrote GBK or Big5."""
    raw = os.fsencode(name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode(likeliest(raw, "gb18030", "big5hkscs"), "replace")
    return unicodedata.normalize("NFC", text)


def _checked(name: str, read: Callable[[], bytes], say: Texts) -> Callable[[], bytes]:
    def checked() -> bytes:
        check_size(name, 0, say)
        content = read()
        check_size(name, len(content), say)
        return content

    return checked


def _hidden(name: str) -> bool:
    return name.startswith((".", "~$"))
