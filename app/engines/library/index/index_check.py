"""Whether the tables of the index hang together: every document has its passages, every passage its words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from app.engines.library.index.lexical_sql import of_set, sets_of

_ORPHANS = (
    # passages whose document is not there, or lies on another shelf
    "SELECT p.source, p.version FROM passages_{name} p LEFT JOIN documents d"
    " ON d.source = p.source AND d.version = p.version AND d.shelf = ? WHERE d.source IS NULL",
    # passages without a part, and parts without their words
    "SELECT p.source, p.version FROM passages_{name} p LEFT JOIN parts_{name} t ON t.passage = p.id"
    " WHERE t.id IS NULL AND ? != ''",
    "SELECT p.source, p.version FROM parts_{name} t JOIN passages_{name} p ON p.id = t.passage"
    " LEFT JOIN words_{name} w ON w.rowid = t.id WHERE w.rowid IS NULL AND ? != ''",
    # documents without a single passage
    "SELECT d.source, d.version FROM documents d LEFT JOIN passages_{name} p"
    " ON p.source = d.source AND p.version = d.version WHERE d.shelf = ? AND p.id IS NULL",
)
_SCRAP = (
    "DELETE FROM passages_{name} WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.source = passages_{name}.source"
    " AND d.version = passages_{name}.version AND d.shelf = '{name}')",
    "DELETE FROM parts_{name} WHERE passage NOT IN (SELECT id FROM passages_{name})",
    "DELETE FROM words_{name} WHERE rowid NOT IN (SELECT id FROM parts_{name})",
)
_LOST = (
    "SELECT count(*) FROM parts_{name} WHERE passage NOT IN (SELECT id FROM passages_{name})",
    "SELECT count(*) FROM words_{name} WHERE rowid NOT IN (SELECT id FROM parts_{name})",
)


def broken_file(path: Path) -> bool:
    """Whether SQLite itself finds the file damaged, or no database."""
    if not path.exists():
        return False
    try:
        with closing(_opened(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except sqlite3.DatabaseError:
        return True


def torn(path: Path) -> Iterator[tuple[str, str]]:
    """Source and version of documents whose rows do not belong together; an empty source for rows of nobody."""
    with closing(_opened(path)) as connection:
        for shelf in sets_of(connection):
            for statement in _ORPHANS:
                for source, version in connection.execute(of_set(statement, shelf), (shelf,)):
                    yield str(source), str(version)
            for statement in _LOST:
                if connection.execute(of_set(statement, shelf)).fetchone()[0]:
                    yield "", shelf


def scrap(path: Path) -> None:
    """Remove the rows that belong to nobody: no document misses them."""
    with closing(sqlite3.connect(path, timeout=15, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for shelf in sets_of(connection):
            for statement in _SCRAP:
                connection.execute(of_set(statement, shelf))
        connection.execute("COMMIT")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=15)
