"""The bytes of every version that was ever indexed: what is quoted today can be opened in ten years.

Bytes lie under `<home>/originals/<first two digits>/<SHA-256>`, each content once; which document they are a version
of stands in `names.db` beside them. They are the bank's own texts and lie as plainly as the shipped ones do, readable
by the server's account only. Bytes come first, then the name, then the index: what a crash leaves is a file without a
name, never a name without its file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.core.errors import BadInput, Unavailable
from app.core.ports import Original
from app.core.texts import Texts
from app.engines.sqlite_wal import use_wal

VERSION = 12
"""Digits of a content's SHA-256 that name a version."""

_TABLE = """
CREATE TABLE IF NOT EXISTS originals (
  number INTEGER PRIMARY KEY, source TEXT NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL,
  shelf TEXT NOT NULL, shipped INTEGER NOT NULL, gone TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (source, version)
)
"""
_ADD = (
    "INSERT INTO originals (source, version, digest, size, shelf, shipped, gone, at) VALUES (?, ?, ?, ?, ?, ?, '', ?)"
)
_AGAIN = "UPDATE originals SET number = (SELECT max(number) + 1 FROM originals), shelf = ?, shipped = ?, gone = ''"
_LISTED = "SELECT source, version, digest, size, shelf, shipped, gone FROM originals"
_HERE = " WHERE source = ? AND version = ?"


@dataclass(frozen=True, slots=True)
class KeptOriginal:
    """One version of a document, as it came in."""

    source: str
    version: str
    digest: str
    """SHA-256 of the bytes, whole."""
    size: int
    shelf: str
    """Where it was laid when it came in."""
    shipped: bool
    """Whether it lies in the content folder, or lay there."""
    gone: str
    """The day on which its file was found removed, ISO; empty while it is there."""

    @property
    def set(self) -> str:
        """The set it belongs to."""
        return self.source.split("/", 1)[0]


class Originals:
    """Everything blocks: call it in a thread. Several threads and processes may share the folder."""

    def __init__(self, folder: Path, say: Texts) -> None:
        self._folder = folder
        self._say = say
        self._lock = threading.Lock()
        self._connected: sqlite3.Connection | None = None

    def keep(self, source: str, content: bytes, *, shelf: str, shipped: bool = False) -> KeptOriginal:
        """Keep a version whole or not at all; what is kept already becomes the latest of its document again.

        Raises `Unavailable` when the disk is full, `BadInput` where other bytes have this version's name.
        """
        digest = hashlib.sha256(content).hexdigest()
        version = digest[:VERSION]
        try:
            self._write(digest, content)
        except OSError as error:
            code = "STORAGE_FULL" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else "STORAGE"
            raise Unavailable(code, self._say("index_unavailable")) from None
        with self._names(write=True) as names:
            row = names.execute(_LISTED + _HERE, (source, version)).fetchone()
            if row is None:
                at = datetime.now(UTC).isoformat(timespec="seconds")
                names.execute(_ADD, (source, version, digest, len(content), shelf, shipped, at))
            elif row[2] != digest:
                raise BadInput("DOCUMENT_VERSION", self._say("document_version"))
            else:
                names.execute(_AGAIN + _HERE, (shelf, shipped, source, version))
        return KeptOriginal(source, version, digest, len(content), shelf, shipped, "")

    def gone(self, source: str, day: str) -> None:
        """Note that the document's file is no longer there: it is not indexed anew, but can still be opened."""
        with self._names(write=True) as names:
            names.execute("UPDATE originals SET gone = ? WHERE source = ? AND gone = ''", (day, source))

    def listed(self, name: str | None = None) -> list[KeptOriginal]:
        """Every version of a set, or of all sets: those of a document in the order in which they came."""
        with self._names() as names:
            rows = names.execute(f"{_LISTED} ORDER BY number").fetchall()
        kept = [_kept(row) for row in rows]
        return [one for one in kept if name in (None, one.set)]

    def find(self, source: str, version: str = "") -> KeptOriginal | None:
        """That version; the latest where none is named."""
        with self._names() as names:
            wanted = f"{_LISTED} WHERE source = ? AND version LIKE ? ORDER BY number DESC"
            row = names.execute(wanted, (source, f"{version}%" if version.isalnum() or not version else "")).fetchone()
        return _kept(row) if row else None

    def total(self) -> int:
        """Bytes of all of them together."""
        with self._names() as names:
            distinct = "SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT digest, size FROM originals)"
            return int(names.execute(distinct).fetchone()[0])

    def read(self, kept: KeptOriginal) -> Original:
        """Its bytes. Raises `Unavailable` when they are gone, or are not those that came in."""
        try:
            content = self.path(kept.digest).read_bytes()
        except OSError:
            raise Unavailable("ORIGINAL_GONE", self._say("original_gone")) from None
        if hashlib.sha256(content).hexdigest() != kept.digest:
            raise Unavailable("ORIGINAL_CHANGED", self._say("original_changed"))
        return Original(kept.source.rsplit("/", 1)[-1], content)

    def strays(self, older: float) -> list[Path]:
        """Files without a name that have lain there for so many seconds: what a crash left behind."""
        known = {one.digest for one in self.listed()}
        files = self._folder.glob("[0-9a-f][0-9a-f]/*")
        return sorted(one for one in files if one.name not in known and one.stat().st_mtime < time.time() - older)

    def drop(self, digest: str) -> None:
        """Remove bytes that are not what their name says, or nobody's."""
        self.path(digest).unlink(missing_ok=True)

    def path(self, digest: str) -> Path:
        """Where bytes of that SHA-256 lie."""
        return self._folder / digest[:2] / digest

    def _write(self, digest: str, content: bytes) -> None:
        path = self.path(digest)
        if path.exists() and path.stat().st_size == len(content):
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{digest}.{secrets.token_hex(4)}.part")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    @contextmanager
    def _names(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """The names, for one transaction; who only reads waits for nobody."""
        with self._lock:
            try:
                connection = self._connected or self._connect()
                try:
                    connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    connection.rollback()
                    raise
            except sqlite3.Error as error:
                full = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
                raise Unavailable("STORAGE_FULL" if full else "STORAGE", self._say("index_unavailable")) from None
            except OSError:
                raise Unavailable("STORAGE", self._say("index_unavailable")) from None

    def _connect(self) -> sqlite3.Connection:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(
            self._folder / "names.db", timeout=15, isolation_level=None, check_same_thread=False
        )
        use_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(_TABLE)
        self._connected = connection
        return connection


def _kept(row: tuple[Any, ...]) -> KeptOriginal:
    source, version, digest, size, shelf, shipped, gone = row
    return KeptOriginal(source, version, digest, size, shelf, bool(shipped), gone)
