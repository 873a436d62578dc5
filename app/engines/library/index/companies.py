"""Whose filing or report a document is: the company's name, its short name and its stock symbol, as it prints them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import chain, pairwise

from app.engines.library.comparing.relevance import Question
from app.engines.library.index import lexical_sql as sql
from app.engines.library.wording.words import normal, terms, words

_FIRST = 8_000
"""Characters of a document: its cover and what follows."""
_HAN = r"[㐀-鿿（）()A-Za-z0-9·]"
_FORM = r"(?:股份有限公司|有限责任公司|有限公司)"
_REGISTRANT = "(Exact name of registrant"
"""Under the name on the cover of the SEC's forms 10-K, 10-Q, 8-K."""
_LETTERS = re.compile(r"[^\W\d_]{2}")
_EXCHANGE = r"(?:NYSE(?: American)?|N[Aa][Ss][Dd][Aa][Qq]|ASX|HKEX|SEHK|LSE|TSX|SSE|SZSE)"
_LISTED = re.compile(rf"\({_EXCHANGE} ?: ?([A-Z0-9.]{{1,6}})\b")
"""Press releases: `Ulta Beauty, Inc. (NASDAQ: ULTA)`."""
_CAPITALIZED = re.compile(r"(?:(?<![\w.&'’-])(?:[A-Z][\w.&'’-]*,?|&|and|of) )+$")
_LONGEST_NAME = 80
_SYMBOL = re.compile(
    r"(?:[Vv]alue[^\n|]{0,40}?|[Ss]tock|[Ss]hares?)"
    r"(?:[ |)]+([A-Z]{1,5})[ |]+(?:The )?(?:New York Stock|Nasdaq|NASDAQ|NYSE)|\)? ?\| ?([A-Z]{2,5}) ?\|)"
)
_LABELLED = re.compile(
    r"(?:(?:公司|企业|发行人|借款人|客户|申请人)(?:的?法定)?(?:中文)?名称|借款人|发行人|申请人)"
    rf"[ |]*[：:|][ |]*({_HAN}{{2,30}}?{_FORM})"
)
_SHORT = re.compile(r"(?:股票|证券|公司)(?:中文)?简称[ |]*[：:|][ |]*([*A-Z]{0,3}[㐀-鿿A-Za-z0-9]{2,10})")
_CODE = re.compile(r"(?:股票|证券)代码[ |]*[：:|][ |]*(\d{5,6})(?!\d)")
_TITLED = re.compile(rf"({_HAN}{{2,30}}?{_FORM})")

_LEGAL = re.compile(
    r"^the |[,.]|\(.*?\)|(?: (?:inc|corp|corporation|co|company|companies|ltd|limited|llc|plc|l\.?p|n\.?v|s\.?a|ag|se"
    rf"|group|&|and))+\.?$|{_FORM}$"
)
_NO_LETTER = re.compile(r"[\W_]+")
_SHORTEST = 2


def company_of(title: str, text: str) -> tuple[str, ...]:
    """Names of the company whose document this is, as it prints them; none for most documents.

    From the cover of a filing, a press release's first sentence, labels (`公司名称：`, `股票代码：`), or the title.
    """
    head = text[:_FIRST]
    names: list[str] = []
    lines = [bare for line in head.split("\n") if _LETTERS.search(bare := line.strip("| \t"))]
    names += [above for above, line in pairwise(lines) if line.startswith(_REGISTRANT)][:1]
    if listed := _LISTED.search(head):
        before = _CAPITALIZED.search(head[max(0, listed.start() - _LONGEST_NAME) : listed.start()])
        names += [before[0] if before else "", listed[1]]
    if titled := _TITLED.match(title):
        names.append(titled[1])
    for kind in (_SYMBOL, _LABELLED, _SHORT, _CODE):
        if found := kind.search(head):
            names.append(next(filter(None, found.groups())))
    return tuple(dict.fromkeys(bare for name in names if 0 < len(bare := name.strip(" ,")) <= _LONGEST_NAME))


@dataclass(frozen=True, slots=True)
class Company:
    """What people write for it."""

    names: frozenset[str]
    """In the normal spelling without the legal form: `american express`, `华星科技`."""
    symbols: frozenset[str]
    """`AXP`, in capitals only: `IT` and `ALL` are symbols, too."""

    def is_in(self, query: str, spaced: str, also: Set[str]) -> bool:
        """`spaced`: the query's normal spelling, spaces around its words; `also`: what its words mean besides."""
        return (
            any(f" {name} " in spaced if name.isascii() else name in spaced for name in self.names)
            or any(re.search(rf"(?<![A-Za-z]){re.escape(symbol)}(?![A-Za-z])", query) for symbol in self.symbols)
            or not self.names.isdisjoint(also)
        )

    def said_in(self, question: Question) -> frozenset[str]:
        """Words of a question that are its name, or a part of it."""
        called = {*self.names, *map(str.lower, self.symbols)}
        pieces = {piece for name in called for piece in ([name, *name.split()] if name.isascii() else words(name))}
        about = question.about.items()
        return frozenset(word for word, others in about if word in pieces or not called.isdisjoint(others))


def company(names: Iterable[str]) -> Company:
    """The company with these printed names."""
    names = list(names)
    symbols = {name for name in names if re.fullmatch(r"[A-Z.]{2,6}", name)}
    plain = {bare_name(name) for name in names if name not in symbols}
    return Company(frozenset(name for name in plain if len(name) >= _SHORTEST), frozenset(symbols))


def bare_name(name: str) -> str:
    """`The Boeing Company`, `BOEING CO.`: `boeing`; `华星科技有限公司`: `华星科技`."""
    plain = normal(name)
    while (shorter := _LEGAL.sub("", plain).strip()) not in (plain, ""):
        plain = shorter
    return _NO_LETTER.sub(" ", plain).strip()


@dataclass(frozen=True, slots=True)
class Filings:
    """The documents of one company on a shelf."""

    titles: frozenset[str]
    """Terms of its name: they stand in the titles of each of their parts."""
    documents: frozenset[tuple[str, str]]
    """Source and version."""
    said: frozenset[str]
    """The words of the question that only name it: of its own documents each is about it anyway."""


class Companies:
    """The companies whose documents lie on a shelf. Kept until the shelf grows."""

    def __init__(self) -> None:
        self._shelves: dict[str, tuple[int, Mapping[str, list[tuple[str, str]]]]] = {}
        self._known: dict[str, Company] = {}

    def of(
        self, connection: sqlite3.Connection, shelves: Iterable[str], query: str, question: Question
    ) -> dict[str, list[Filings]]:
        """Of each shelf: the documents of the companies that a query names, or its words by their other names.

        One whose documents are most of the shelf's tells nothing.
        """
        return {shelf: list(self._named(connection, shelf, query, question)) for shelf in shelves}

    def _named(self, connection: sqlite3.Connection, shelf: str, query: str, question: Question) -> Iterator[Filings]:
        spaced = f" {_NO_LETTER.sub(' ', normal(query))} "
        also = frozenset(chain.from_iterable(question.about.values()))
        last = int(connection.execute(sql.of_set(sql.LAST, shelf)).fetchone()[0] or 0)
        there = self._shelves.get(shelf)
        if there is None or there[0] != last:
            there = self._shelves[shelf] = last, self._read(connection, shelf)
        documents = sum(map(len, there[1].values()))
        for names, whose in there[1].items():
            if names and self._known[names].is_in(query, spaced, also) and 2 * len(whose) <= documents:
                titles = frozenset(terms(names.split("\n")[0]))
                yield Filings(titles, frozenset(whose), self._known[names].said_in(question))

    def _read(self, connection: sqlite3.Connection, shelf: str) -> Mapping[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for source, version, names in connection.execute(sql.COMPANIES, (shelf,)):
            found.setdefault(names, []).append((source, version))
            if names:
                self._known.setdefault(names, company(names.split("\n")))
        return found
