"""Names and English addresses where rules end: a small linear-chain tagger over tokens, the rules among what it sees.

The weights are fitted by `python -m bench.train_names`; `names.md` says from what. Without them nothing is recognised
at all: a file that is missing or damaged is an error, never silence.
"""

from __future__ import annotations

import json
import math
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import add
from pathlib import Path

import numpy as np

from app.core.assistant import ContentError
from app.engines.masking.addresses import Addresses
from app.engines.masking.english_persons import EnglishPersons, word_lists
from app.engines.masking.finding import Finding, View
from app.engines.masking.organizations import Organizations
from app.engines.masking.person_words import word_lists as persons_lists
from app.engines.masking.persons import Persons
from app.engines.masking.tokens import LISTED_BITS, SIZE, Floats, Integers, Text, Vocabulary

WEIGHTS = Path(__file__).parent / "names.npz"
TAGS = ("O", "B-PERSON", "I-PERSON", "B-ADDRESS", "I-ADDRESS")
FORMAT = 1
_MOST_KEPT = 40_000  # tokens, and words, of which the numbers are kept ready
_SURE, _SURE_IN_LETTERS = 0.85, 0.5  # a rule's finding of this score stands, whatever the tagger says
_MARGIN = 3.0  # a token this far behind "nothing" is not looked at again
_CARE = 1e-3  # for what is lost in adding up
_SCORE = 0.8
_EAGER, _EAGER_IN_CHAT, _EAGER_IN_LETTERS, _EAGER_FOR_ADDRESS = 1.25, 1.0, 0.25, 1.5
"""What is added to a beginning: it is better to mask too much than too little. Where people chat, words that only look
like names are many, and the weights were fitted to be eager there already."""
_COMMON = -14.0  # logarithm of a word's probability from which on it needs a rule to be a name

_TAIL = re.compile(
    " (?:(?:al|el|ul)-|(?:bin|ibn|bint|van|von|de|del|di|da|du|der|den|ter|la) ){1,2}"
    r"[^\W\d_㐀-鿿a-z][^\W\d_㐀-鿿]+"
)
_NEXT_WORD = re.compile("(?:生日|[时后前项率类日])$")
_SHORTEST_BEFORE_WORD = 2  # characters
_SMALL_WORD = re.compile("[a-z]+")
_PARTIES = 60  # characters in which four parties are introduced
_NO_ADDRESS = frozenset(
    {"account", "card", "passport", "phone", "mobile", "fax", "ssn", "number", "iban", "invoice", "order"}
)


@dataclass(frozen=True)
class Weights:
    """What was fitted. Raises nothing; `read_weights` checks."""

    table: Floats
    """`SIZE` places x tags."""
    moves: Floats
    """From tag x to tag; what is not allowed is far below zero."""
    classes: Mapping[str, str]
    names: Integers


def read_weights(path: Path | None = None) -> Weights:
    """The weights in `path`, or those shipped. Raises `ContentError`: missing, damaged, of another version."""
    path = path or WEIGHTS
    try:
        with np.load(path, allow_pickle=False) as file:
            table, moves, names = file["table"], file["moves"], file["names"]
            about = json.loads(bytes(file["about"]).decode("utf-8"))
    except FileNotFoundError:
        raise ContentError(path, 1, "the weights for names are missing") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        raise ContentError(path, 1, "the weights for names are damaged") from None
    shapes = (table.shape, moves.shape, names.shape)
    right = ((SIZE, len(TAGS)), (len(TAGS), len(TAGS)), (1 << (LISTED_BITS - 6),))
    if shapes != right or about.get("format") != FORMAT or not np.isfinite(table).all():
        raise ContentError(path, 1, "the weights for names are of another version")
    return Weights(table.astype(np.float32), moves.astype(np.float32), about["classes"], names)


def vocabulary(classes: Mapping[str, str], names: Integers, table: Floats) -> Vocabulary:
    """What is known of single tokens, for fitting and for use."""
    lists = word_lists()
    words = {"g": lists.given, "p": lists.pinyin_surnames, "t": lists.titles, "n": lists.not_names}
    return Vocabulary(classes, words, names, table)


class Rules:
    """The rules for names, addresses and firms, as the tagger sees them."""

    def __init__(self) -> None:
        self._persons, self._others = Persons(), (EnglishPersons(), Addresses(), Organizations())

    def read(self, view: View, known: Vocabulary) -> tuple[Text, list[Finding]]:
        """The text in tokens, and the rules' findings in it."""
        reading = self._persons.read(view)
        found = [*reading.findings, *(one for rules in self._others for one in rules.find(view))]
        return Text(view.plain, reading, found, known), found

    def suspects(self, view: View, odds: float) -> bool:
        """True where something could be a Chinese name, by more than these odds (their logarithm)."""
        reading = self._persons.read(view)
        return bool(reading.findings) or any(one.odds > odds for one in reading.doubtful)


class Names:
    """Recognises names of people in any script, and addresses; firms as their rules find them."""

    types = ("PERSON", "ADDRESS", "ORGANIZATION")

    def __init__(self, weights: Weights | None = None) -> None:
        """Raises `ContentError` when no weights are given and the shipped ones cannot be read."""
        self._weights = weights or read_weights()
        self._into: list[list[float]] = self._weights.moves.T.tolist()
        moves = self._weights.moves - self._weights.moves[0, 0]
        self._bonus = max(0.0, float(moves[1:, 1:].max()))
        self._toll = -float(moves[0, 1:].max() + moves[1:, 0].max())
        self._rules = Rules()
        self._known = self._nothing_known()

    def _nothing_known(self) -> Vocabulary:
        return vocabulary(self._weights.classes, self._weights.names, self._weights.table)

    def find(self, view: View) -> list[Finding]:
        """What the tagger reads, and what the rules are sure of."""
        if self._known.count > _MOST_KEPT:
            self._known = self._nothing_known()
        text, found = self._rules.read(view, self._known)
        sure = [one for one in found if one.type != "PERSON" or one.score >= _needed(view.text[one.start])]
        ruled: dict[str, set[int]] = {type: set() for type in self.types}
        for one in found:
            ruled[one.type].update(range(one.start, one.end))
        read = (_without_next_word(view.text, one, ruled["PERSON"]) for one in self.tagged(text))
        return [*sure, *(_with_tail(view.plain, one) for one in read if _is_proper(view.text, one, ruled))]

    def tagged(self, text: Text) -> list[Finding]:
        """What the tagger reads, in order."""
        if not text.tokens:
            return []
        scores = text.vocabulary.near(text.rows)
        scores += self._weights.table.take(text.slots(), axis=0).sum(axis=0)
        scores[:, 1] += np.where(text.chinese, _EAGER_IN_CHAT if text.is_chat else _EAGER, _EAGER_IN_LETTERS)
        scores[:, 3] += _EAGER_FOR_ADDRESS
        return [
            Finding(type, text.starts[start], text.end(end - 1), _SCORE)
            for type, start, end in self._read(scores)
            if _is_worded(type, text.tokens[start:end])
        ]

    def _read(self, scores: Floats) -> Iterator[tuple[str, int, int]]:
        """The best tags of each run; those of addresses are left out where none can be."""
        nothing = scores[:, 0]
        gain, begun = scores[:, 1:].max(axis=1) - nothing, np.maximum(scores[:, 1], scores[:, 3]) - nothing
        addressed = scores[:, 3] > nothing - _MARGIN
        for first, last in _runs(gain, begun, self._bonus, self._toll):
            run: list[list[float]] = scores[first:last].tolist()
            viterbi = _best if addressed[first:last].any() else _best_names
            for type, start, end in _stretches(viterbi(run, self._into)):
                yield type, first + start, first + end


def _needed(first: str) -> float:
    """The score from which on a rule's name that begins so stands."""
    return _SURE if "㐀" <= first <= "鿿" else _SURE_IN_LETTERS


def _is_proper(text: str, one: Finding, ruled: Mapping[str, set[int]]) -> bool:
    """No part of an address, nobody in particular; no common word nor the name of a thing (巴塞尔协议), unless a rule
    sees a person.

    `ruled`: the places at which rules see persons and addresses.
    """
    if one.type != "PERSON":
        return True
    places = range(one.start, one.end)
    if not ruled["ADDRESS"].isdisjoint(places) or _is_anonymous(text, one) or _is_party(text, one.start):
        return False
    if not ruled["PERSON"].isdisjoint(places):
        return True
    lists, value = persons_lists(), text[one.start : one.end]
    if lists.words.get(value, _COMMON) > _COMMON or _is_small(text, value):
        return False
    return not ("㐀" <= text[one.end - 1] <= "鿿" and lists.other_names.match(text, one.end))


def _is_anonymous(text: str, one: Finding) -> bool:
    """A surname with 某 for the rest: 张某, 李某某, 王某人, 欧阳某. Somebody made that name unknown already."""
    surname = 2 if text[one.start : one.start + 2] in persons_lists().surnames else 1
    return text.startswith("某", one.start + surname) and one.end - one.start <= surname + 2


def _is_small(text: str, value: str) -> bool:
    """Words in small letters of which none is known as a name, by somebody who does write capitals: top-up, abroad."""
    if not (value.isascii() and value.islower() and any(map(str.isupper, text))):
        return False
    return word_lists().names.isdisjoint(_SMALL_WORD.findall(value))


def _is_party(text: str, start: int) -> bool:
    """The fourth of 甲, 乙, 丙 and 丁."""
    return text[start] == "丁" and "丙" in text[max(0, start - _PARTIES) : start]


def _without_next_word(text: str, one: Finding, ruled: set[int]) -> Finding:
    """A name without the small word behind it that ends no name: 李明时, 王芳生日. What a rule sees in it stays."""
    word = _NEXT_WORD.search(text, one.start + _SHORTEST_BEFORE_WORD, one.end) if one.type == "PERSON" else None
    return one if word is None or word.start() in ruled else Finding(one.type, one.start, word.start(), one.score)


def _with_tail(plain: str, one: Finding) -> Finding:
    """A name and the particle with a family name that follows it: Noor al-Rashid."""
    tail = _TAIL.match(plain, one.end) if one.type == "PERSON" else None
    return Finding(one.type, one.start, tail.end(), one.score) if tail else one


def _is_worded(type: str, tokens: list[str]) -> bool:
    """A name has letters; an address has words in Latin letters (Chinese ones are left to their rules) and no label."""
    if type == "PERSON":
        return any(one[0].isalpha() for one in tokens)
    if any(one in ":：@" or "㐀" <= one[0] <= "鿿" or one.lower() in _NO_ADDRESS for one in tokens):
        return False
    return any(len(one) > 1 and one[0].isalpha() for one in tokens)


def _runs(gain: Floats, begun: Floats, bonus: float, toll: float) -> Iterator[tuple[int, int]]:
    """Neighbouring tokens that could be tagged, as (first, behind the last).

    `gain`, `begun`: by how much the best tag, and the best beginning, is better than "nothing". A run is left out that
    cannot win: wherever it is entered, with the beginning there, what the tokens behind gain, and at most `bonus` for
    each move inside, it does not make up for the `toll` of entering and leaving.
    """
    open_ones = np.zeros(len(gain) + 2, np.bool_)
    np.greater(gain, -_MARGIN, out=open_ones[1:-1])
    (edges,) = np.nonzero(open_ones[1:] != open_ones[:-1])
    if edges.size:
        behind = np.zeros(len(gain) + 1, np.float64)
        np.maximum(gain + bonus, 0, out=behind[:-1])
        behind = behind[::-1].cumsum()[::-1]
        entered = np.append(behind[1:] + begun + bonus, 0.0)
        worth = np.maximum.reduceat(entered, edges)[::2] - behind[edges[1::2]] > toll - _CARE
        yield from zip(edges[::2][worth].tolist(), edges[1::2][worth].tolist(), strict=True)


def _best(scores: list[list[float]], into: list[list[float]]) -> list[int]:
    """Viterbi: the best tags of a run that stands between tokens without any.

    `into[b][a]`: the score of the move from tag a to tag b.
    """
    best = [score + move[0] for score, move in zip(scores[0], into, strict=True)]
    came: list[list[int]] = []
    for row in scores[1:]:
        before, ahead = [], []
        for score, move in zip(row, into, strict=True):
            arrivals = list(map(add, best, move))
            top = max(arrivals)
            before.append(arrivals.index(top))
            ahead.append(top + score)
        best = ahead
        came.append(before)
    return _path(came, list(map(add, best, into[0])))


def _best_names(scores: list[list[float]], into: list[list[float]]) -> list[int]:
    """The same with the first three tags alone, of which the third never follows the first."""
    (oo, bo, io), (ob, bb, ib), (_, bi, ii) = (row[:3] for row in into[:3])
    nothing, begun, inside = scores[0][0] + oo, scores[0][1] + ob, -math.inf
    came: list[int] = []  # where each of the three came from, as figures to the base of four
    for row in scores[1:]:
        last_nothing, last_begun, last_inside = nothing, begun, inside
        before = 16
        nothing, begun, inside = last_nothing + oo, last_nothing + ob, last_begun + bi
        if last_begun + bo > nothing:
            nothing, before = last_begun + bo, 17
        if last_inside + io > nothing:
            nothing, before = last_inside + io, 18
        if last_inside + ib > begun and last_inside + ib > last_begun + bb:
            begun, before = last_inside + ib, before + 8
        elif last_begun + bb > begun:
            begun, before = last_begun + bb, before + 4
        if last_inside + ii > inside:
            inside, before = last_inside + ii, before + 16
        nothing, begun, inside = nothing + row[0], begun + row[1], inside + row[2]
        came.append(before)
    return _path([[one & 3, one >> 2 & 3, one >> 4] for one in came], [nothing + oo, begun + bo, inside + io])


def _path(came: list[list[int]], arrivals: list[float]) -> list[int]:
    """The tags that led to the best arrival."""
    tag = arrivals.index(max(arrivals))
    path = [tag]
    for before in reversed(came):
        tag = before[tag]
        path.append(tag)
    path.reverse()
    return path


def _stretches(path: list[int]) -> Iterator[tuple[str, int, int]]:
    """What the tags of a run mark, as type, first, behind the last."""
    if not any(path):
        return
    start = -1
    for place, tag in enumerate([*path, 0]):
        if start >= 0 and not TAGS[tag].startswith("I"):
            yield TAGS[path[start]][2:], start, place
            start = -1
        if TAGS[tag].startswith("B"):
            start = place
