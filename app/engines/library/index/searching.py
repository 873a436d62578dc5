"""The best parts of some shelves for a question: FTS5 finds candidates by their rarest words, each is then compared."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from app.engines.library.comparing.close_calls import contested, settled
from app.engines.library.comparing.compared import Compared, compared
from app.engines.library.comparing.questions import Named
from app.engines.library.comparing.relevance import Question, Scale
from app.engines.library.index import lexical_sql as sql
from app.engines.library.index.companies import Filings
from app.engines.library.index.found import Found
from app.engines.library.wording.words import name_of

CANDIDATES = 60
"""Per shelf: so many of BM25's best are looked at."""
COMPARED = 3
"""One in so many of all that are looked at is compared with the question; comparing one in two found no more."""
WEIGHT_OF_TITLES = 0.4
"""BM25 weight of a word that stands in the titles above a passage; 1.0 in the passage itself."""
LOOKED_AT = 3_000
"""Entries of a shelf's index that one question may touch: its rarest words come first, the frequent ones only rank."""

DEPTH_OF_ACCOUNT, LOOKED_AT_FOR_ACCOUNT, PARTS_OF_DOCUMENT = 400, 40_000, 5
"""The same for a long account; a document counts by the sum of so many passages (tried: 1, 2, 3, 5)."""
WEIGHT_OF_NAME = 4.0
"""In the rank: of the share of the question that stands in its document's name and in few others'."""
WEIGHT_OF_NAMED_CLAUSE, WEIGHT_OF_NAMED_DOCUMENT = 20.0, 3.0
"""In the rank: the clause that a question names comes first, before all that only speaks of the matter."""
WEIGHT_OF_COMPANY = 4.0
"""In the rank: of a filing or report of the company that the question names, where the rest of it stands there too."""
ANSWERING = 0.15
"""Share of the rest from which on it does."""
WEIGHT_OF_HEADING = 2.5
"""In the rank: of the title right above a passage, where the question names it: the balance sheet itself."""
MOST_CLAUSES = 200
"""So many documents' 第一条 are compared."""

Row = tuple[str, ...]
Settle = Callable[[Scale, Sequence[float], Sequence[Compared]], Sequence[int]]


class Counts:
    """How many parts of a shelf have a term. Kept until the shelf grows; a few parts more or less change no ranking."""

    def __init__(self) -> None:
        self._shelves: dict[str, tuple[int, int, dict[str, int]]] = {}

    def of(self, connection: sqlite3.Connection, shelf: str, terms: Iterable[str]) -> tuple[int, dict[str, int]]:
        """The shelf's size in parts, and these terms' counts."""
        last = int(connection.execute(sql.of_set(sql.LAST, shelf)).fetchone()[0] or 0)
        known = self._shelves.get(shelf)
        if known is None or known[0] != last:
            size = int(connection.execute(sql.of_set(sql.SIZE, shelf)).fetchone()[0])
            known = self._shelves[shelf] = (last, size, {})
        _, size, counts = known
        statement = sql.of_set(sql.COUNT, shelf)
        for term in terms:
            if not counts.get(term):  # numbers of rows come again: a term that was nowhere may be somewhere now
                row = connection.execute(statement, (term,)).fetchone()
                counts[term] = int(row[0]) if row else 0
        return size, {term: counts[term] for term in terms}


def search(
    connection: sqlite3.Connection,
    counts: Counts,
    shelves: Iterable[str],
    question: Question,
    depth: int = CANDIDATES,
    also: Mapping[str, Sequence[str]] = MappingProxyType({}),
    named: Named = Named(),  # noqa: B008 - frozen
    companies: Mapping[str, Sequence[Filings]] = MappingProxyType({}),
    settle: Settle = settled,
) -> list[Found]:
    """The best parts, best first; `depth` per shelf are looked at. `also`: marks per shelf besides, near in meaning.

    What `named` says comes first: a clause, a document. `companies`: whose documents per shelf are meant.
    `settle`: the order of the first of a Chinese question, where they rank nearly alike.
    """
    filings = [one for of_shelf in companies.values() for one in of_shelf]
    filed = {whose for one in filings for whose in one.documents}
    of_filings = question.without({word for one in filings for word in one.said}) if filings else question
    total = 0
    everywhere = dict.fromkeys(question.terms | of_filings.terms, 0)
    rows: dict[tuple[object, object], tuple[Row, float]] = {}  # by mark and version: both may say it alike
    for shelf in shelves:
        size, here = counts.of(connection, shelf, everywhere)
        total += size
        for term, count in here.items():
            everywhere[term] += count
        for filing in companies.get(shelf, ()):
            sought = {term: here[term] for term in of_filings.terms}
            for row, bm25 in _candidates(connection, shelf, sought, depth, filing.titles):
                rows[row[6], row[10]] = row, bm25
        for row, bm25 in _candidates(connection, shelf, {term: here[term] for term in question.terms}, depth):
            rows.setdefault((row[6], row[10]), (row, bm25))
        for mark in (*also.get(shelf, ()), *_clauses(connection, shelf, named)):
            for near in connection.execute(sql.of_set(sql.PART_OF_MARK, shelf), (mark,)).fetchall():
                rows.setdefault((near[6], near[10]), (near, 0.0))
    scale = question.scale(everywhere, total)
    others = [one for one in rows.values() if (one[0][0], one[0][10]) not in filed]
    found = [_found(row, bm25, scale, named) for row, bm25 in _closest(scale, others, depth // COMPARED)]
    if filed:
        inside = of_filings.scale(everywhere, total)
        theirs = [one for one in rows.values() if (one[0][0], one[0][10]) in filed]
        for row, bm25 in _closest(inside, theirs, depth // COMPARED):
            one = _found(row, bm25, inside, named)
            found.append(
                replace(
                    one,
                    score=scale.score(_part(row)),
                    rank=one.rank + WEIGHT_OF_COMPANY * min(1.0, one.score / ANSWERING),
                )
            )
    by_name = _by_name(scale, found)
    ranked = [replace(one, rank=one.rank + WEIGHT_OF_NAME * by_name[one.source, one.title]) for one in found]
    ranked.sort(key=lambda one: -one.rank)
    first = ranked[: contested([one.rank for one in ranked]) if question.triples else 0]
    if len(first) > 1:
        order = settle(scale, [one.rank for one in first], [_part(rows[one.mark, one.version][0]) for one in first])
        ranked[: len(first)] = [replace(first[at], rank=one.rank) for at, one in zip(order, first, strict=True)]
    return ranked


def _closest(scale: Scale, rows: list[tuple[Row, float]], most: int) -> list[tuple[Row, float]]:
    """Those worth a comparison: what is near in meaning or named (no BM25), and the best by their terms alone."""
    near = [one for one in rows if not one[1]]
    by_terms = sorted(
        (one for one in rows if one[1]), key=lambda one: -scale.glance(one[1], f" {one[0][7]} {one[0][8]} ")
    )
    return near + by_terms[:most]


def _by_name(scale: Scale, found: Iterable[Found]) -> dict[tuple[str, str], float]:
    """How much of the question is its document's name: a company, a year. What most names have tells nothing."""
    names = {(one.source, one.title): scale.words_in_name(name_of(one.source, one.title)) for one in found}
    having = Counter(word for said in names.values() for word in said)
    telling = {word for word, count in having.items() if 2 * count <= len(names)}
    return {which: sum(map(scale.share_of_word, said & telling)) for which, said in names.items()}


def documents_for(
    connection: sqlite3.Connection, counts: Counts, shelves: Iterable[str], questions: Sequence[Question], limit: int
) -> list[list[Found]]:
    """For an account in pieces: the documents that hold most of it, best first, of each its best passages.

    A document counts by its best passages' BM25 over the pairs of characters (of English: the words) of all pieces
    together. Every passage has the score of the piece that it fits best.
    """
    terms = {term for question in questions for term in question.terms if term[0] == "~" or term.isascii()}
    documents: dict[tuple[str, str], list[tuple[float, str, int]]] = {}
    total = 0
    everywhere: dict[str, int] = {}
    for shelf in shelves:
        size, here = counts.of(connection, shelf, {term for question in questions for term in question.terms})
        total += size
        everywhere = {term: count + everywhere.get(term, 0) for term, count in here.items()}
        of_account = {term: count for term, count in here.items() if term in terms}
        for part, bm25 in _best(sql.BEST, connection, shelf, of_account, DEPTH_OF_ACCOUNT, LOOKED_AT_FOR_ACCOUNT):
            whose = connection.execute(sql.of_set(sql.WHOSE, shelf), (part,)).fetchone()
            documents.setdefault(whose, []).append((bm25, shelf, part))
    scales = [question.scale(everywhere, total) for question in questions]
    ranked = sorted(documents.values(), key=lambda parts: -sum(bm25 for bm25, _, _ in parts[:PARTS_OF_DOCUMENT]))
    return [
        [
            max((_found(row, bm25, scale, Named()) for scale in scales), key=lambda one: one.score)
            for bm25, shelf, part in parts[: 1 + limit // len(ranked)]
            for row in [connection.execute(sql.of_set(sql.PART, shelf), (part,)).fetchone()]
        ]
        for parts in ranked[:limit]
    ]


def _candidates(
    connection: sqlite3.Connection, shelf: str, counts: Mapping[str, int], depth: int, titles: Iterable[str] = ()
) -> Iterator[tuple[Row, float]]:
    for *row, bm25 in _best(sql.BEST_PARTS, connection, shelf, counts, depth, LOOKED_AT, titles):
        yield tuple(row), bm25


def _best(
    statement: str,
    connection: sqlite3.Connection,
    shelf: str,
    counts: Mapping[str, int],
    depth: int,
    budget: int,
    titles: Iterable[str] = (),
) -> list[tuple[Any, ...]]:
    """`titles`: terms that must all stand in the titles."""
    wanted = " OR ".join(map(_quoted, _rarest(counts, budget)))
    if not wanted:
        return []
    if above := " AND ".join(map(_quoted, titles)):
        wanted = f"titles : ({above}) AND ({wanted})"
    return connection.execute(sql.of_set(statement, shelf), (WEIGHT_OF_TITLES, wanted, depth)).fetchall()


def _quoted(term: str) -> str:
    return '"{}"'.format(term.replace('"', ""))


def _clauses(connection: sqlite3.Connection, shelf: str, named: Named) -> list[str]:
    """Marks of the clauses that are named, of the documents that are named or of all."""
    marks: list[str] = []
    for spelled in named.spellings:
        there = connection.execute(sql.of_set(sql.AT_CLAUSE, shelf), (f"*{spelled}*",))
        marks += [mark for locator, title, mark in there if named.is_at(locator) and named.is_of(title)]
    return marks[:MOST_CLAUSES]


def _rarest(counts: Mapping[str, int], budget: int) -> list[str]:
    """The terms that are there, rarest first, until they would touch too much; one at least."""
    chosen: list[str] = []
    touched = 0
    for term in sorted(counts, key=lambda term: (counts[term], term)):
        touched += counts[term]
        if chosen and touched > budget:
            break
        if counts[term]:
            chosen.append(term)
    return chosen


def _part(row: Row) -> Compared:
    _, _, heading, _, title, _, _, titles, body, plain, *_ = row
    return compared(plain, f"{title} {heading}", titles, body)


def _found(row: Row, bm25: float, scale: Scale, named: Named) -> Found:
    source, locator, heading, text, title, dated, mark, _, _, _, *standing = row
    part = _part(row)
    score = scale.score(part)
    rank = scale.rank(bm25, score, part) + WEIGHT_OF_HEADING * scale.share_in_heading(heading)
    if (named.clauses or named.titles) and named.is_of(title):
        rank += WEIGHT_OF_NAMED_CLAUSE if named.is_at(locator) else WEIGHT_OF_NAMED_DOCUMENT if named.titles else 0.0
    return Found(source, locator, heading, text, title, dated, mark, score, rank, *standing)
