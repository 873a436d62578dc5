"""What the documents in force say twice, or differently: nearly the same passages, and figures that contradict.

Precision comes first, since every finding costs its owners time: passages repeat each other where most of their words
are the same; figures contradict where the words around them are the same and so is the unit.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from app.core.ports import Likeness
from app.core.turn import Citation
from app.engines.library.wording.words import asked, normal

ALIKE = 0.8
"""Share of common shingles (Jaccard) from which two passages are called the same."""
SHORTEST = 60
"""Signs; shorter passages repeat each other by nature: who explains a rule, from when it counts."""
MOST = 200
"""Findings of one kind: more are a matter of the set, not of single passages."""
_SHINGLE = 5
_BANDS, _ROWS = 20, 5
"""Of MinHash (Broder 1997): two passages that share 0.8 are compared with probability 0.9996."""
_CROWD = 12
"""Passages that share a band; more are forms, and not compared with each other."""

_UNIT = (
    "个?工作日|个?自然日|个?交易日|个?基点|bp|个?百分点|个?月|个?小时|分钟|万元|亿元|千元|元|万美元|亿美元|美元|"
    "%|‰|倍|天|日|周|年|人|次|份|级|页|公里|平方米|级|笔|户|档|点"
)
_FIGURE = re.compile(rf"(?<![\d.第〔\[-])(\d+(?:\.\d+)?)\s*({_UNIT})(?![a-z])")
_SENTENCE = re.compile(r"[^。；;！？!?\n]+")
_NUMBER_IN_NAME = re.compile(
    r"第\d+[条章节款项季]|\d{4}\s*年(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*日)?|〔\d+〕\d*号?|\d{1,2}\s*月\s*\d{1,2}\s*日"
)
_CONDITION = re.compile(r"(?:以上|以下|以内|之内)?[(（]?含?[)）]?的")
"""After a figure: it says whom a rule is for, and another rule may well draw another line."""
_OBSERVED = re.compile(r"上升|下降|上涨|下跌|增长|回落|回升|提高|降低|同比|环比|比年初|增速|收窄|扩大")
"""What was seen at some time, which is no rule."""
_BOUNDS = (
    ("max", re.compile(r"不超过|不得超过|不高于|最高|最多|最长|以内|以下|上限|之内|至多|不晚于|最迟")),
    ("min", re.compile(r"不低于|不少于|至少|最低|最少|最短|以上|超过|下限|满|高于|大于|多于")),
)
_HERE = Path(__file__).parent
_NO_SUBJECT = frozenset((_HERE / "figure_words.txt").read_text(encoding="utf-8").split())
"""Words that say how a figure bounds, not what it is of."""
_OF_TITLES = frozenset((_HERE / "title_words.txt").read_text(encoding="utf-8").split())
"""Words of titles that say what kind of document it is, not what it is about."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One passage in force."""

    source: str
    locator: str
    version: str
    title: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure with the words around it."""

    piece: Piece
    sentence: str
    subject: frozenset[str]
    value: float
    unit: str
    bound: str
    said: str


def likenesses(pieces: Iterable[Piece], url: Callable[[str, str, str], str]) -> list[Likeness]:
    """Between different documents: contradicting figures first, then passages that are nearly the same."""
    listed = list(pieces)
    return [*_contradictions(listed, url), *_repetitions(listed, url)]


# --- nearly the same words ---


def _repetitions(pieces: Sequence[Piece], url: Callable[[str, str, str], str]) -> Iterator[Likeness]:
    shingles: list[frozenset[int]] = []
    long: list[Piece] = []
    for piece in pieces:
        plain = re.sub(r"\W+", "", normal(piece.text))
        if len(plain) >= SHORTEST:
            long.append(piece)
            shingles.append(frozenset(zlib.crc32(plain[at : at + _SHINGLE].encode()) for at in range(len(plain) - 4)))
    found = []
    for one, other in _candidates(shingles):
        if long[one].source != long[other].source:
            share = len(shingles[one] & shingles[other]) / len(shingles[one] | shingles[other])
            if share >= ALIKE:
                found.append((share, one, other))
    for share, one, other in sorted(found, key=lambda each: (-each[0], each[1], each[2]))[:MOST]:
        first, second = (_cited(long[place], long[place].text, url) for place in (one, other))
        yield Likeness("same", first, second, f"{share:.2f}")


def _candidates(shingles: Sequence[frozenset[int]]) -> set[tuple[int, int]]:
    """Pairs that share a band of their MinHash signatures."""
    made = np.random.default_rng(4)
    prime = (1 << 61) - 1
    factors = made.integers(1, 1 << 31, size=(_BANDS * _ROWS, 1), dtype=np.uint64)
    shifts = made.integers(0, 1 << 31, size=(_BANDS * _ROWS, 1), dtype=np.uint64)
    bands: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for number, those in enumerate(shingles):
        values = np.fromiter(those, dtype=np.uint64, count=len(those))
        signature = ((factors * values + shifts) % prime).min(axis=1).reshape(_BANDS, _ROWS)
        for band in range(_BANDS):
            bands[band, signature[band].tobytes()].append(number)
    return {pair for alike in bands.values() if 1 < len(alike) <= _CROWD for pair in combinations(alike, 2)}


# --- the same matter, another figure ---


def _contradictions(pieces: Sequence[Piece], url: Callable[[str, str, str], str]) -> Iterator[Likeness]:
    told: dict[tuple[frozenset[str], str], list[_Figure]] = defaultdict(list)
    for piece in pieces:
        for figure in _figures(piece):
            told[figure.subject, figure.unit].append(figure)
    given = 0
    seen: set[tuple[str, str, str, str]] = set()
    for figures in told.values():
        for one, other in combinations(figures, 2):
            places = (one.piece.source, one.piece.locator, other.piece.source, other.piece.locator)
            if given < MOST and places not in seen and _contradict(one, other, figures):
                seen.add(places)
                given += 1
                about = " ".join(sorted(one.subject, key=one.sentence.find))
                first, second = (_cited(each.piece, each.sentence, url) for each in (one, other))
                yield Likeness("figures", first, second, about, (one.said, other.said))


def _contradict(one: _Figure, other: _Figure, figures: Sequence[_Figure]) -> bool:
    if one.piece.source == other.piece.source or one.value == other.value:
        return False
    if one.bound != other.bound and one.bound and other.bound:
        return False
    # Where a document itself gives several figures for these words, the words do not tell them apart.
    for each in (one, other):
        values = {figure.value for figure in figures if figure.piece.source == each.piece.source}
        if len(values) > 1:
            return False
    return len(one.subject) > 2 or bool(_matter(one.piece) & _matter(other.piece))


def _matter(piece: Piece) -> set[str]:
    """What the document is about, by the words of its title."""
    return {word for word in asked(piece.title) if len(word) > 1} - _OF_TITLES


def _figures(piece: Piece) -> Iterator[_Figure]:
    for line in piece.text.split("\n"):
        if not line.lstrip().startswith("|"):
            for sentence in _SENTENCE.finditer(line):
                yield from _in_sentence(piece, sentence.group().strip())
    yield from _in_tables(piece)


def _in_sentence(piece: Piece, sentence: str) -> Iterator[_Figure]:
    """The figures of a sentence, each with the words from the figure before it to the next comma."""
    plain = _NUMBER_IN_NAME.sub(" ", normal(sentence))
    after = 0
    for found in _FIGURE.finditer(plain):
        tail = re.match(r"[^,，、:：\d]*", plain[found.end() :])
        around = f"{plain[after : found.start()]} {tail.group() if tail else ''}"
        after = found.end()
        if _CONDITION.match(plain, found.end()) or _OBSERVED.search(around):
            continue
        if figure := _figure(piece, sentence, around, found):
            yield figure


def _in_tables(piece: Piece) -> Iterator[_Figure]:
    """The cells of a table that are a figure, each with the words of its row's first cell and of its column."""
    head: list[str] = []
    for line in piece.text.split("\n"):
        if not line.lstrip().startswith("|"):
            head = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not head:
            head = cells
            continue
        for column, cell in list(zip(head, cells, strict=False))[1:]:
            found = _FIGURE.fullmatch(normal(cell))
            if found and (figure := _figure(piece, line.strip(), f"{cells[0]} {column}", found)):
                yield figure


def _figure(piece: Piece, sentence: str, around: str, found: re.Match[str]) -> _Figure | None:
    subject = frozenset(word for word in asked(around) if word not in _NO_SUBJECT)
    if len(subject) < 2 or sum(map(len, subject)) < 5:
        return None
    bound = next((name for name, said in _BOUNDS if said.search(around)), "")
    unit = found.group(2).removeprefix("个")
    return _Figure(piece, sentence, subject, float(found.group(1)), unit, bound, found.group().replace(" ", ""))


def _cited(piece: Piece, quote: str, url: Callable[[str, str, str], str]) -> Citation:
    return Citation(piece.source, piece.locator, quote, url(piece.source, piece.locator, piece.version))
