"""Passages and the words they are found by, in one SQLite file: a table and an FTS5 index of its own for each set."""

from __future__ import annotations

import hashlib
import queue
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from app.core.errors import Unavailable
from app.core.texts import Texts
from app.engines.library.comparing.close_calls import settled
from app.engines.library.comparing.likeness import Piece
from app.engines.library.comparing.questions import named_in
from app.engines.library.comparing.relevance import question_of
from app.engines.library.document import Document
from app.engines.library.index import lexical_sql as sql
from app.engines.library.index.companies import Companies, company_of
from app.engines.library.index.found import Found
from app.engines.library.index.searching import CANDIDATES, Counts, Settle, documents_for, search
from app.engines.library.passages import Passage
from app.engines.library.wording.synonyms import NONE, Synonyms
from app.engines.library.wording.words import name_of, normal, terms_of
from app.engines.sqlite_wal import use_wal


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a version of a document stands: `version` names its bytes, `digest` how it was read besides."""

    source: str
    version: str
    digest: str
    state: str = "in_force"
    until: str = ""
    """Where it is empty, what the document itself says."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A version as the index has it; dates are ISO, empty where open."""

    source: str
    version: str
    shelf: str
    title: str
    number: str
    owner: str
    supersedes: str
    dated: str
    until: str
    state: str
    superseded_by: str


class LexicalIndex:
    """Everything blocks: call it in a thread. Several threads and several processes may share the file."""

    def __init__(self, path: Path, say: Texts, synonyms: Synonyms = NONE, settle: Settle = settled) -> None:
        self._path = path
        self._synonyms = synonyms
        self._settle = settle
        self._counts = Counts()
        self._companies = Companies()
        self._say = say
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()

    def open(self) -> None:
        """Make the tables. Raises `Unavailable` for a file of a newer version."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection(write=True) as connection:
            layout = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if layout > sql.LAYOUT:
                raise Unavailable("KNOWLEDGE_INDEX_NEWER", self._say("index_newer"))
            if layout < sql.LAYOUT:
                for name in sql.sets_of(connection):
                    for statement in sql.DROP:
                        connection.execute(sql.of_set(statement, name))
                connection.execute("DROP TABLE IF EXISTS documents")
                connection.execute(f"PRAGMA user_version = {sql.LAYOUT}")
            connection.execute(sql.DOCUMENTS)

    def ping(self) -> None:
        """Raises `Unavailable` when the file does not answer."""
        with self._connection() as connection:
            connection.execute("SELECT 1 FROM documents LIMIT 1").fetchone()

    def sets(self) -> list[str]:
        """Names of the sets that have tables."""
        with self._connection() as connection:
            return sql.sets_of(connection)

    def digests(self, name: str) -> dict[str, str]:
        """Source -> digest of the set's documents, of each the version that counts last.

        What something else took the place of is known too: its file is still there, and is not read again.
        """
        with self._connection() as connection:
            rows = connection.execute(sql.DIGESTS, (name, name + sql.OLD)).fetchall()
            return {str(source): str(digest) for source, digest in rows}

    def kept(self, name: str | None = None) -> list[Kept]:
        """Every version that is there, of one set or of all, whatever its shelf."""
        with self._connection() as connection:
            rows = [Kept(*row) for row in connection.execute(sql.KEPT)]
        return [one for one in rows if name in (None, one.source.split("/", 1)[0])]

    def versions(self, source: str) -> list[Kept]:
        """Every version of one document."""
        with self._connection() as connection:
            return [Kept(*row) for row in connection.execute(sql.KEPT_OF, (source,))]

    def text_of(self, kept: Kept) -> list[tuple[str, str, str]]:
        """Locator, titles above and text of each passage of a version, in its order."""
        with self._connection() as connection:
            rows = connection.execute(sql.of_set(sql.WHOLE_PASSAGES, kept.shelf), (kept.source, kept.version))
            return [(locator, heading, text) for _, locator, heading, text in rows]

    def place(self, moves: Sequence[Kept]) -> None:
        """Lay these versions on the shelves they name, with their dates and state; in one transaction."""
        with self._connection(write=True) as connection:
            there = {(row[0], row[1]): str(row[2]) for row in connection.execute(sql.KEPT)}
            for one in moves:
                shelf = there.get((one.source, one.version))
                if shelf is None:
                    continue
                if shelf != one.shelf:
                    self._make(connection, one.shelf)
                    _carry(connection, shelf, one)
                standing = (one.shelf, one.dated, one.until, one.state, one.superseded_by)
                connection.execute(sql.PLACED, (*standing, one.source, one.version))

    def put(
        self,
        name: str,
        standing: Standing,
        document: Document,
        passages: Sequence[Passage],
        today: date | None = None,
    ) -> None:
        """Put a version on a shelf, in one transaction: readers see the old passages or the new ones.

        What counts in a set is one version of a document: the one before goes to the shelf of what no longer counts.
        """
        source, version = standing.source, standing.version
        company = company_of(document.title, document.text)
        about = " ".join([name_of(source, document.title), document.number, *company])
        rows = [(passage, [_part_row(source, about, passage, part) for part in passage.parts]) for passage in passages]
        with self._connection(write=True) as connection:
            self._make(connection, name)
            for shelf, other in connection.execute(sql.VERSIONS, (source,)).fetchall():
                if other == version:
                    _remove(connection, shelf, source, other)
                elif shelf == name and sql.is_set_name(name):
                    self._end(connection, name, source, other, document.dated, today or date.today())
            until = standing.until or document.until
            said = (document.title, document.number, document.owner, document.supersedes)
            about_it = (*said, document.dated, until, standing.state, "", "\n".join(company))
            connection.execute(sql.ADD_DOCUMENT, (source, version, name, standing.digest, *about_it))
            for passage, parts in rows:
                heading = " › ".join(title for title in passage.headings if title != document.title)
                _lay(connection, name, (source, version, passage.locator, heading, passage.text), parts)

    def _end(
        self, connection: sqlite3.Connection, name: str, source: str, version: str, follows: str, today: date
    ) -> None:
        """What `version` of a document says counts until the day before the one that follows it."""
        before = date.fromisoformat(follows) if follows else today
        ends = before - timedelta(days=1)
        row = connection.execute(f"{sql.KEPT} WHERE source = ? AND version = ?", (source, version)).fetchone()
        former = Kept(*row)
        over = replace(former, until=min(former.until or ends.isoformat(), ends.isoformat()), superseded_by=source)
        if ends < today:
            over = replace(over, shelf=name + sql.OLD, state="superseded")
            self._make(connection, over.shelf)
            _carry(connection, name, over)
        standing = (over.shelf, over.dated, over.until, over.state, over.superseded_by)
        connection.execute(sql.PLACED, (*standing, source, version))

    def remove(self, name: str, source: str) -> None:
        """Forget a document, every version of it on this shelf."""
        with self._connection(write=True) as connection:
            for shelf, version in connection.execute(sql.VERSIONS, (source,)).fetchall():
                if shelf == name:
                    _remove(connection, name, source, version)

    def passage(self, name: str, source: str, locator: str, version: str = "") -> Found | None:
        """The whole passage at a place, of the version that begins like this; of the latest where none is named."""
        with self._connection() as connection:
            if name not in sql.sets_of(connection):
                return None
            row = connection.execute(sql.of_set(sql.PASSAGE, name), (source, locator, f"{version}%")).fetchone()
        if row is None:
            return None
        heading, text, title, dated, *standing = row
        return Found(source, locator, heading, text, title, dated, "", 1.0, 1.0, *standing)

    def search(
        self,
        names: Sequence[str],
        query: str,
        *,
        depth: int = CANDIDATES,
        also: Mapping[str, Sequence[str]] | None = None,
        whole: str = "",
    ) -> list[Found]:
        """The best parts of these sets, best first; `depth` per set. `also`: marks per set besides, near in meaning.

        `whole`: what the query is a part of, where it is one: a company named there is meant here.
        """
        question = question_of(query, self._synonyms)
        if not question.about:
            return []
        named = named_in(query)
        with self._connection() as connection:
            companies = self._companies.of(connection, names, whole or query, question)
            return search(connection, self._counts, names, question, depth, also or {}, named, companies, self._settle)

    def counts(self, names: Sequence[str], terms: Sequence[str]) -> tuple[int, dict[str, int]]:
        """How many parts these sets have, and how many of them have each term."""
        total, everywhere = 0, dict.fromkeys(terms, 0)
        with self._connection() as connection:
            there = sql.sets_of(connection)
            for name in names:
                size, here = self._counts.of(connection, name, terms) if name in there else (0, {})
                total += size
                everywhere = {term: count + here.get(term, 0) for term, count in everywhere.items()}
        return total, everywhere

    def documents_for(self, names: Iterable[str], pieces: Sequence[str], limit: int) -> list[list[Found]]:
        """For an account in pieces: the documents that hold most of it, best first, of each its best passages."""
        questions = [one for one in (question_of(piece, self._synonyms) for piece in pieces) if one.about]
        with self._connection() as connection:
            return documents_for(connection, self._counts, names, questions, limit) if questions else []

    def marks(self, name: str) -> Iterator[tuple[str, str]]:
        """Mark and text of every part of a set, for the vectors."""
        with self._connection() as connection:
            if name in sql.sets_of(connection):
                for row in connection.execute(sql.of_set(sql.PARTS, name)):
                    yield str(row[6]), f"{row[4]}\n{row[2]}\n{row[3]}"

    def pieces(self, names: Sequence[str]) -> Iterator[Piece]:
        """Every passage of these sets that is in force."""
        with self._connection() as connection:
            there = sql.sets_of(connection)
            for name in names:
                for row in connection.execute(sql.of_set(sql.IN_FORCE, name)) if name in there else ():
                    yield Piece(*row)

    @staticmethod
    def _make(connection: sqlite3.Connection, name: str) -> None:
        if name not in sql.sets_of(connection):
            for statement in sql.MAKE:
                connection.execute(sql.of_set(statement, name))

    @contextmanager
    def _connection(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection for one piece of work; with `write` it is one transaction. Kept for the next one afterwards."""
        try:
            connection = self._connected()
            try:
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise
            finally:
                self._idle.put(connection)
        except (sqlite3.Error, OSError):
            raise Unavailable("KNOWLEDGE_INDEX", self._say("index_unavailable")) from None

    def _connected(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            connection = sqlite3.connect(self._path, timeout=15, isolation_level=None, check_same_thread=False)
            use_wal(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            return connection


def _remove(connection: sqlite3.Connection, name: str, source: str, version: str) -> None:
    for statement in sql.REMOVE:
        connection.execute(sql.of_set(statement, name), (source, version))


def _carry(connection: sqlite3.Connection, shelf: str, one: Kept) -> None:
    """Take a version's passages from `shelf` to the one it names."""
    whole = (one.source, one.version)
    for id, locator, heading, text in connection.execute(sql.of_set(sql.WHOLE_PASSAGES, shelf), whole).fetchall():
        parts = connection.execute(sql.of_set(sql.WHOLE_PARTS, shelf), (id,)).fetchall()
        _lay(connection, one.shelf, (*whole, locator, heading, text), parts)
    for statement in sql.TAKE_OUT:
        connection.execute(sql.of_set(statement, shelf), whole)


def _lay(
    connection: sqlite3.Connection,
    shelf: str,
    passage: tuple[str, ...],
    parts: Sequence[tuple[int, int, str, str, str, str]],
) -> None:
    """Put one passage with its parts on a shelf."""
    passage_id = connection.execute(sql.of_set(sql.ADD_PASSAGE, shelf), passage).lastrowid
    for start, stop, mark, plain, titles, body in parts:
        part = (passage_id, start, stop, mark, plain)
        part_id = connection.execute(sql.of_set(sql.ADD_PART, shelf), part).lastrowid
        connection.execute(sql.of_set(sql.ADD_WORDS, shelf), (part_id, titles, body))


def _part_row(source: str, about: str, passage: Passage, part: tuple[int, int]) -> tuple[int, int, str, str, str, str]:
    start, stop = part
    text = passage.text[start:stop]
    titles = " ".join([about, *passage.headings])
    mark = hashlib.sha256("\0".join([source, passage.locator, titles, text]).encode()).hexdigest()[:24]
    plain = normal(text)
    return start, stop, mark, plain, _title_terms(normal(titles)), _terms(plain)


def _terms(plain: str) -> str:
    return " ".join(terms_of(plain))


_title_terms = lru_cache(maxsize=64)(_terms)
"""Passages of one section share their titles."""
