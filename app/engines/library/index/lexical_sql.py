"""The statements of the lexical index. A set's name is part of its tables' names: only a harmless one is let in."""

from __future__ import annotations

import re
import sqlite3

LAYOUT = 6
"""Of the tables. An older file is made anew: all in it comes from documents that are still there."""

_SET_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_SHELF_NAME = re.compile(rf"{_SET_NAME.pattern}(?:__[a-z0-9]+)*")
_LONGEST_NAME = 40

DOCUMENTS = """
CREATE TABLE IF NOT EXISTS documents (
  source TEXT NOT NULL, version TEXT NOT NULL, shelf TEXT NOT NULL, digest TEXT NOT NULL,
  title TEXT NOT NULL, number TEXT NOT NULL, owner TEXT NOT NULL, supersedes TEXT NOT NULL,
  dated TEXT NOT NULL, until TEXT NOT NULL, state TEXT NOT NULL, superseded_by TEXT NOT NULL,
  company TEXT NOT NULL,
  PRIMARY KEY (source, version)
)
"""

MAKE = (
    "CREATE TABLE IF NOT EXISTS passages_{name} (id INTEGER PRIMARY KEY,"
    " source TEXT NOT NULL, version TEXT NOT NULL, locator TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS places_{name} ON passages_{name} (source, version, locator)",
    "CREATE TABLE IF NOT EXISTS parts_{name} (id INTEGER PRIMARY KEY,"
    " passage INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,"
    " mark TEXT NOT NULL, plain TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS parts_of_{name} ON parts_{name} (passage)",
    "CREATE INDEX IF NOT EXISTS marks_{name} ON parts_{name} (mark)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS words_{name}"
    " USING fts5 (titles, body, tokenize = \"unicode61 remove_diacritics 0 tokenchars '~.%'\")",
    "CREATE VIRTUAL TABLE IF NOT EXISTS counts_{name} USING fts5vocab ('words_{name}', 'row')",
)
DROP = tuple(f"DROP TABLE IF EXISTS {kind}_{{name}}" for kind in ("counts", "words", "parts", "passages"))

ADD_DOCUMENT = "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ADD_PASSAGE = "INSERT INTO passages_{name} (source, version, locator, heading, text) VALUES (?, ?, ?, ?, ?)"
ADD_PART = "INSERT INTO parts_{name} (passage, start, stop, mark, plain) VALUES (?, ?, ?, ?, ?)"
ADD_WORDS = "INSERT INTO words_{name} (rowid, titles, body) VALUES (?, ?, ?)"
OLD = "__old"
"""How the shelf ends that holds what no longer counts in a set."""
DRAFT = "__draft"
"""How the shelf ends that holds what nobody put in force: no search reads it."""
COMPANIES = "SELECT source, version, company FROM documents WHERE shelf = ?"
VERSIONS = "SELECT shelf, version FROM documents WHERE source = ?"
DIGESTS = "SELECT source, digest FROM documents WHERE shelf IN (?, ?) ORDER BY length(shelf) DESC, dated"
KEPT = (
    "SELECT source, version, shelf, title, number, owner, supersedes, dated, until, state, superseded_by FROM documents"
)
KEPT_OF = f"{KEPT} WHERE source = ?"
PLACED = "UPDATE documents SET shelf = ?, dated = ?, until = ?, state = ?, superseded_by = ?"
PLACED += " WHERE source = ? AND version = ?"
WHOLE_PASSAGES = "SELECT id, locator, heading, text FROM passages_{name} WHERE source = ? AND version = ? ORDER BY id"
WHOLE_PARTS = (
    "SELECT t.start, t.stop, t.mark, t.plain, w.titles, w.body"
    " FROM parts_{name} t JOIN words_{name} w ON w.rowid = t.id WHERE t.passage = ? ORDER BY t.id"
)
TAKE_OUT = (
    "DELETE FROM words_{name} WHERE rowid IN"
    " (SELECT t.id FROM parts_{name} t JOIN passages_{name} p ON p.id = t.passage"
    " WHERE p.source = ? AND p.version = ?)",
    "DELETE FROM parts_{name} WHERE passage IN (SELECT id FROM passages_{name} WHERE source = ? AND version = ?)",
    "DELETE FROM passages_{name} WHERE source = ? AND version = ?",
)
REMOVE = (*TAKE_OUT, "DELETE FROM documents WHERE source = ? AND version = ?")

LAST = "SELECT max(id) FROM parts_{name}"
SIZE = "SELECT count(*) FROM parts_{name}"
COUNT = "SELECT doc FROM counts_{name} WHERE term = ?"
BEST = (
    "SELECT rowid, -bm25(words_{name}, ?, 1.0) AS rank FROM words_{name}"
    " WHERE words_{name} MATCH ? ORDER BY rank DESC, rowid LIMIT ?"
)
_COLUMNS = (
    "SELECT p.source, p.locator, p.heading, substr(p.text, t.start + 1, t.stop - t.start), d.title, d.dated, t.mark,"
    " w.titles, w.body, t.plain, d.version, d.until, d.state, d.owner, d.superseded_by"
)
_JOINED = (
    " JOIN passages_{name} p ON p.id = t.passage JOIN documents d USING (source, version)"
    " JOIN words_{name} w ON w.rowid = t.id"
)
PARTS = f"{_COLUMNS} FROM parts_{{name}} t{_JOINED}"
BEST_PARTS = (
    f"{_COLUMNS}, best.rank FROM ({BEST}) AS best CROSS JOIN parts_{{name}} t ON t.id = best.rowid{_JOINED}"
    " ORDER BY best.rank DESC, t.id"
)
PART = f"{PARTS} WHERE t.id = ?"
PART_OF_MARK = f"{PARTS} WHERE t.mark = ?"
WHOSE = "SELECT p.source, p.version FROM parts_{name} t JOIN passages_{name} p ON p.id = t.passage WHERE t.id = ?"
AT_CLAUSE = (
    "SELECT p.locator, d.title, t.mark FROM passages_{name} p JOIN documents d USING (source, version)"
    " JOIN parts_{name} t ON t.passage = p.id AND t.start = 0 WHERE p.locator GLOB ?"
)
PASSAGE = (
    "SELECT p.heading, p.text, d.title, d.dated, d.version, d.until, d.state, d.owner, d.superseded_by"
    " FROM passages_{name} p JOIN documents d USING (source, version)"
    " WHERE p.source = ? AND p.locator = ? AND p.version LIKE ?"
    " ORDER BY d.dated > date('now', '+8 hours'), d.dated DESC"
)
IN_FORCE = (
    "SELECT p.source, p.locator, p.version, d.title, p.heading, p.text"
    " FROM passages_{name} p JOIN documents d USING (source, version)"
    " WHERE d.state = 'in_force' AND d.dated <= date('now', '+8 hours') ORDER BY p.id"
)
SETS = "SELECT substr(name, 10) FROM sqlite_master WHERE type = 'table' AND name GLOB 'passages_*' ORDER BY 1"


def is_set_name(name: str) -> bool:
    """True for what a set may be called: its tables carry the name. `__` is kept for its shelves."""
    return len(name) <= _LONGEST_NAME and bool(_SET_NAME.fullmatch(name))


def is_shelf_name(name: str) -> bool:
    """True for a set, and for a shelf of one: `credit__old` holds what no longer counts in `credit`."""
    return bool(_SHELF_NAME.fullmatch(name))


def of_set(statement: str, name: str) -> str:
    """`statement` for one shelf's tables."""
    if not is_shelf_name(name):
        raise ValueError(f"not a set's name: {name!r}")
    return statement.replace("{name}", name)


def sets_of(connection: sqlite3.Connection) -> list[str]:
    """Names of the sets that have tables."""
    return [str(row[0]) for row in connection.execute(SETS)]
