"""Files that are to be indexed: folders are walked, links never followed, nothing but ordinary files read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.reading import READERS, largest

NOT_DOCUMENTS = frozenset({"set.yaml"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file and what it is called within its set: its path below the folder that was given."""

    path: Path
    name: str


def walked(given: Path) -> Iterator[SourceFile]:
    """The files below a folder, or the file itself; in one order always. Hidden files are left out."""
    if not given.is_dir():
        yield SourceFile(given, given.name)
        return
    for folder, below, files in os.walk(given, followlinks=False):
        below[:] = sorted(name for name in below if not _hidden(name))
        linked = [name for name in below if (Path(folder) / name).is_symlink()]
        for name in sorted([*files, *linked]):
            if not _hidden(name) and name not in NOT_DOCUMENTS:
                path = Path(folder) / name
                yield SourceFile(path, path.relative_to(given).as_posix())


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
            if file.path.suffix.lower() not in READERS:
                raise BadInput("DOCUMENT_FORMAT", say("document_unknown"))
            limit = largest(file.path.name)
            if about.st_size > limit:
                raise BadInput("DOCUMENT_TOO_LARGE", say("document_too_large", limit=limit // 2**20))
            return opened.read(limit + 1)
    except FileNotFoundError:
        raise BadInput("DOCUMENT_MISSING", say("document_missing")) from None
    except IsADirectoryError:
        raise BadInput("DOCUMENT_NOT_A_FILE", say("document_not_a_file")) from None
    except OSError:
        raise BadInput("DOCUMENT_UNREADABLE", say("document_unreadable")) from None


def is_source_name(name: str) -> bool:
    """True for a plain relative path: nothing that climbs, nothing that a terminal or a URL would read as a command."""
    path = PurePosixPath(name)
    plain = name.isprintable() and "\\" not in name and not name.startswith("/")
    return plain and 0 < len(name) <= 400 and name == str(path) and ".." not in path.parts


def _hidden(name: str) -> bool:
    return name.startswith((".", "~$"))
