"""Passages and the words they are found by, in one SQLite file: a table and an FTS5 index of its own for each set."""

from __future__ import annotations

import hashlib
import math
import queue
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import Unavailable
from app.core.texts import Texts
from app.engines import lexical_sql as sql
from app.engines.documents import Document
from app.engines.passages import Passage
from app.engines.synonyms import Synonyms
from app.engines.words import asked, normal, pairs, words

CANDIDATES = 30
"""Per set: so many of BM25's best are looked at closely."""
LONGEST_QUERY = 500
"""Characters of a query that are looked at."""
WEIGHT_OF_TITLES = 0.4
"""BM25 weight of a word that stands in the titles above a passage; 1.0 in the passage itself."""
CREDIT_OF_TITLES, CREDIT_OF_SYNONYM, CREDIT_OF_PAIRS = 0.8, 0.9, 0.8
"""What a word counts that stands only in the titles, under another name, or in pieces."""
WEIGHT_OF_LENGTH = 1.0
"""Power of a word's length in its weight."""
WEIGHT_OF_SHARE, WEIGHT_OF_RUN = 3.0, 0.04
"""Of the score and of each character said exactly alike, beside BM25 as a share of the query's weight."""


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a passage that a query found."""

    source: str
    locator: str
    heading: str
    text: str
    title: str
    dated: str
    mark: str
    """Names this text at this place; the vectors know it by that."""
    score: float
    """Share of the query's weight that stands here, 0 to 1."""
    rank: float
    """Higher is better; comparable within one query."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word of a question."""

    word: str
    others: tuple[str, ...]
    """What means the same."""
    weight: float


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for."""

    plain: str
    words: tuple[Wanted, ...]

    @property
    def weight(self) -> float:
        """Of all its words; never 0."""
        return sum(word.weight for word in self.words) or 1.0

    def share(self, body: Container[str], titles: Container[str], text: str, above: str) -> float:
        """How much of the question's weight stands in a passage: in its words, or less in the titles above it."""
        return (
            sum(
                word.weight * max(_credit(word, body, text), CREDIT_OF_TITLES * _credit(word, titles, above))
                for word in self.words
            )
            / self.weight
        )


def _credit(wanted: Wanted, there: Container[str], text: str) -> float:
    """1 for the word itself, less for what means the same or for its pairs: 住宿费用 for 住宿费."""
    if wanted.word in there:
        return 1.0
    if any(other in text for other in wanted.others):
        return CREDIT_OF_SYNONYM
    own = pairs(wanted.word) if len(wanted.word) > 2 else []
    return CREDIT_OF_PAIRS * sum(pair in there for pair in own) / len(own) if own else 0.0


class LexicalIndex:
    """Everything blocks: call it in a thread. Several threads and several processes may share the file."""

    def __init__(self, path: Path, say: Texts, synonyms: Synonyms | None = None) -> None:
        self._path = path
        self._synonyms = synonyms or {}
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
        """Source -> digest of the set's documents."""
        with self._connection() as connection:
            rows = connection.execute("SELECT source, digest FROM documents WHERE in_set = ?", (name,))
            return {str(source): str(digest) for source, digest in rows}

    def put(self, name: str, source: str, digest: str, document: Document, passages: Sequence[Passage]) -> None:
        """Add a document, or replace it, in one transaction: readers see the old passages or the new ones."""
        about = f"{document.title} {document.number}"
        rows = [(passage, [_part_row(source, about, passage, part) for part in passage.parts]) for passage in passages]
        with self._connection(write=True) as connection:
            self._make(connection, name)
            _remove(connection, name, source)
            connection.execute(sql.ADD_DOCUMENT, (source, name, digest, document.title, document.dated))
            for passage, parts in rows:
                heading = " › ".join(title for title in passage.headings if title != document.title)
                place = (source, passage.locator, heading, passage.text)
                passage_id = connection.execute(sql.of_set(sql.ADD_PASSAGE, name), place).lastrowid
                for start, stop, mark, titles, body in parts:
                    part = (passage_id, start, stop, mark)
                    part_id = connection.execute(sql.of_set(sql.ADD_PART, name), part).lastrowid
                    connection.execute(sql.of_set(sql.ADD_WORDS, name), (part_id, titles, body))

    def remove(self, name: str, source: str) -> None:
        """Forget a document."""
        with self._connection(write=True) as connection:
            if name in sql.sets_of(connection):
                _remove(connection, name, source)

    def passage(self, name: str, source: str, locator: str) -> Found | None:
        """The whole passage at a place."""
        with self._connection() as connection:
            if name not in sql.sets_of(connection):
                return None
            row = connection.execute(sql.of_set(sql.PASSAGE, name), (source, locator)).fetchone()
        return Found(source, locator, row[0], row[1], row[2], row[3], "", 1.0, 1.0) if row else None

    def search(
        self,
        names: Iterable[str],
        query: str,
        *,
        depth: int = CANDIDATES,
        also: Mapping[str, Sequence[str]] | None = None,
    ) -> list[Found]:
        """The best parts of these sets, best first; `depth` per set. `also`: marks per set besides, near in meaning."""
        query = query[:LONGEST_QUERY]
        about = asked(query, self._synonyms)
        if not about:
            return []
        others = {word: self._synonyms.get(word, ()) for word in about}
        said = " ".join([*about, *(other for alike in others.values() for other in alike)])
        terms = sorted({*words(said), *pairs(_joined(query, about)), *pairs(said)})
        counts = dict.fromkeys([*terms, *about], 0)
        total = 0
        rows: dict[str, tuple[tuple[str, ...], float]] = {}
        with self._connection() as connection:
            for name in names:
                total += int(connection.execute(sql.of_set(sql.SIZE, name)).fetchone()[0])
                for term in counts:
                    counted = connection.execute(sql.of_set(sql.COUNT, name), (term,)).fetchone()
                    counts[term] += int(counted[0]) if counted else 0
                for row, rank in self._best(connection, name, terms, depth):
                    rows[row[6]] = row, rank
                for mark in (also or {}).get(name, ()):
                    near = connection.execute(sql.of_set(sql.PART_OF_MARK, name), (mark,)).fetchone()
                    if near:
                        rows.setdefault(mark, (near, 0.0))
        question = Question(normal(query), tuple(_wanted(word, others[word], counts, total) for word in about))
        found = [_found(row, rank, question) for row, rank in rows.values()]
        return sorted(found, key=lambda one: -one.rank)

    def marks(self, name: str) -> Iterator[tuple[str, str]]:
        """Mark and text of every part of a set, for the vectors."""
        with self._connection() as connection:
            if name in sql.sets_of(connection):
                for row in connection.execute(sql.of_set(sql.PARTS, name)):
                    yield str(row[6]), f"{row[4]}\n{row[2]}\n{row[3]}"

    @staticmethod
    def _best(
        connection: sqlite3.Connection, name: str, terms: Sequence[str], depth: int
    ) -> Iterator[tuple[tuple[str, ...], float]]:
        wanted = " OR ".join('"{}"'.format(term.replace('"', "")) for term in terms)
        best = connection.execute(sql.of_set(sql.BEST, name), (WEIGHT_OF_TITLES, wanted, depth)).fetchall()
        for part, rank in best:
            yield connection.execute(sql.of_set(sql.PART, name), (part,)).fetchone(), rank

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
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            return connection


def _remove(connection: sqlite3.Connection, name: str, source: str) -> None:
    for statement in sql.REMOVE:
        connection.execute(sql.of_set(statement, name), (source,))


def _part_row(source: str, about: str, passage: Passage, part: tuple[int, int]) -> tuple[int, int, str, str, str]:
    start, stop = part
    text = passage.text[start:stop]
    titles = " ".join([about, *passage.headings])
    mark = hashlib.sha256("\0".join([source, passage.locator, titles, text]).encode()).hexdigest()[:24]
    return start, stop, mark, " ".join(words(titles) + pairs(titles)), " ".join(words(text) + pairs(text))


def _joined(query: str, about: Sequence[str]) -> str:
    """The query with only what it is about, neighbours still beside each other."""
    plain, kept = normal(query), ""
    while plain:
        word = next((word for word in about if plain.startswith(word)), "")
        kept += word or " "
        plain = plain[len(word) or 1 :]
    return kept


def _wanted(word: str, others: Sequence[str], counts: Mapping[str, int], total: int) -> Wanted:
    """A word counts by its rarity; one that no document has but under another name, by the rarity of that."""
    count = max([counts[word], *(min(counts.get(part, 0) for part in words(other)) for other in others)])
    return Wanted(word, tuple(others), math.log(1 + (total - count + 0.5) / (count + 0.5)) * _length(word))


def _length(word: str) -> float:
    """A longer word says more; a single character of Han little."""
    return min(len(word), 4) ** WEIGHT_OF_LENGTH if word[0] >= "㐀" else 2**WEIGHT_OF_LENGTH


def _found(row: tuple[str, ...], rank: float, question: Question) -> Found:
    source, locator, heading, text, title, dated, mark, titles, body = row
    plain = normal(text)
    score = question.share({*body.split()}, {*titles.split()}, plain, normal(f"{title} {heading}"))
    run = _longest_run(question.plain, plain)
    placed = rank / question.weight + WEIGHT_OF_SHARE * score + WEIGHT_OF_RUN * run
    return Found(source, locator, heading, text, title, dated, mark, score, placed)


def _longest_run(query: str, text: str) -> int:
    """Length of the longest part of `query` that stands in `text`."""
    longest = 0
    for at in range(len(query)):
        while at + longest < len(query) and query[at : at + longest + 1] in text:
            longest += 1
    return longest
