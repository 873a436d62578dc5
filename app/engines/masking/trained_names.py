"""Names and English addresses where rules end: a small linear-chain tagger over tokens, the rules among what it sees.

The weights are fitted by `python -m bench.train_names`; `names.md` says from what. Without them nothing is recognised
at all: a file that is missing or damaged is an error, never silence.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import add
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from app.core.assistant import ContentError
from app.engines.masking.addresses import Addresses
from app.engines.masking.english_persons import EnglishPersons, word_lists
from app.engines.masking.finding import Finding, View
from app.engines.masking.organizations import Organizations
from app.engines.masking.persons import Persons
from app.engines.masking.persons import word_lists as persons_lists
from app.engines.masking.tokens import EDGE, LISTED_BITS, NEAR, SIZE, Integers, Text, Vocabulary

WEIGHTS = Path(__file__).parent / "names.npz"
TAGS = ("O", "B-PERSON", "I-PERSON", "B-ADDRESS", "I-ADDRESS")
FORMAT = 1
_MOST_KEPT = 40_000  # tokens whose weights are kept ready
_SURE, _SURE_IN_LETTERS = 0.85, 0.5  # a rule's finding of this score stands, whatever the tagger says
_MARGIN, _CHANCE = 3.0, 0.5  # a token this far behind "nothing" is not looked at again; begins no run
_SCORE = 0.8
_MOST_NEW = 5_000  # tokens of one text
_EAGER, _EAGER_IN_CHAT, _EAGER_IN_LETTERS, _EAGER_FOR_ADDRESS = 1.5, 1.0, 0.5, 1.0
"""What is added to a beginning: it is better to mask too much than too little. Where people chat, words that only look
like names are many, and the weights were fitted to be eager there already."""
_COMMON = -14.0  # logarithm of a word's probability from which on it needs a rule to be a name

_TAIL = re.compile(
    " (?:(?:al|el|ul)-|(?:bin|ibn|bint|van|von|de|del|di|da|du|der|den|ter|la) ){1,2}"
    r"[^\W\d_㐀-鿿a-z][^\W\d_㐀-鿿]+"
)
_NO_ADDRESS = frozenset(
    {"account", "card", "passport", "phone", "mobile", "fax", "ssn", "number", "iban", "invoice", "order"}
)

Floats = NDArray[np.float32]


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


def vocabulary(classes: Mapping[str, str], names: Integers) -> Vocabulary:
    """What is known of single tokens, for fitting and for use."""
    lists = word_lists()
    words = {"g": lists.given, "p": lists.pinyin_surnames, "t": lists.titles, "n": lists.not_names}
    return Vocabulary(classes, words, names)


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
        self._known = vocabulary(self._weights.classes, self._weights.names)
        self._into: list[list[float]] = self._weights.moves.T.tolist()
        self._rules = Rules()
        self._ready = _Ready(self._weights, self._known)

    def find(self, view: View) -> list[Finding]:
        """What the tagger reads, and what the rules are sure of."""
        text, found = self._rules.read(view, self._known)
        sure = [one for one in found if one.type != "PERSON" or one.score >= _needed(view.text[one.start])]
        return [*sure, *(_with_tail(view.plain, one) for one in self.tagged(text) if _is_proper(view.text, one, found))]

    def tagged(self, text: Text) -> list[Finding]:
        """What the tagger reads, in order."""
        if not text.tokens:
            return []
        if self._ready.full:
            self._ready = _Ready(self._weights, self._known)
        scores = self._ready.scores(text)
        eager = _EAGER_IN_CHAT if text.is_chat else _EAGER
        scores[:, 1] += [eager if "㐀" <= token[0] <= "鿿" else _EAGER_IN_LETTERS for token in text.tokens]
        scores[:, 3] += _EAGER_FOR_ADDRESS
        gain = scores[:, 1:].max(axis=1) - scores[:, 0]
        return [
            Finding(type, text.starts[first + start], text.ends[first + end - 1], _SCORE)
            for first, last in _runs(gain)
            for type, start, end in self._read(scores[first:last])
            if _is_worded(type, text.tokens[first + start : first + end])
        ]

    def _read(self, scores: Floats) -> Iterator[tuple[str, int, int]]:
        """The best tags of a run; those of addresses are left out where none can be."""
        if (scores[:, 3] > scores[:, 0] - _MARGIN).any():
            return _best(scores.tolist(), self._into)
        return _best(scores[:, :3].tolist(), [row[:3] for row in self._into[:3]])


class _Ready:
    """The weights of tokens that were seen before, added up for each place around a token."""

    def __init__(self, weights: Weights, known: Vocabulary) -> None:
        self._table, self._known = weights.table, known
        self._rows: dict[str, int] = {}
        self._near = np.zeros((_MOST_KEPT, len(NEAR), len(TAGS)), np.float32)
        self._lock = Lock()
        self._row(EDGE)

    @property
    def full(self) -> bool:
        """No room is left for the tokens of another text."""
        return len(self._rows) > len(self._near) - _MOST_NEW

    def scores(self, text: Text) -> Floats:
        """Tokens x tags."""
        count, rows = len(text.tokens), self._rows
        numbers = [rows[token] if token in rows else self._row(token) for token in text.tokens]
        padded = np.zeros(count + 2 * NEAR[-1], np.intp)
        padded[NEAR[-1] : -NEAR[-1]] = numbers
        slots = text.slots()
        scores: Floats = self._table.take(slots, axis=0).sum(axis=0)
        for place in range(len(NEAR)):
            scores += self._near[padded[place : place + count], place]
        return scores

    def _row(self, token: str) -> int:
        with self._lock:
            if (row := self._rows.get(token)) is None:
                row = len(self._rows)
                for place, seen in enumerate(self._known.seen(token)):
                    self._near[row, place] = self._table[list(seen)].sum(axis=0)
                self._rows[token] = row
            return row


def _needed(first: str) -> float:
    """The score from which on a rule's name that begins so stands."""
    return _SURE if "㐀" <= first <= "鿿" else _SURE_IN_LETTERS


def _is_proper(text: str, one: Finding, found: list[Finding]) -> bool:
    """No part of an address; no common word nor the name of a thing (巴塞尔协议), unless a rule sees a person."""
    if one.type != "PERSON":
        return True
    rules = {rule.type for rule in found if rule.start < one.end and one.start < rule.end}
    if rules & {"PERSON", "ADDRESS"}:
        return "ADDRESS" not in rules
    lists = persons_lists()
    if lists.words.get(text[one.start : one.end], _COMMON) > _COMMON:
        return False
    return not ("㐀" <= text[one.end - 1] <= "鿿" and lists.other_names.match(text, one.end))


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


def _runs(gain: Floats) -> Iterator[tuple[int, int]]:
    """Neighbouring tokens that could be tagged, as (first, behind the last): with one that should be among them."""
    first = last = -1
    worth = False
    for place in np.flatnonzero(gain > -_MARGIN).tolist():
        if place != last:
            if worth:
                yield first, last
            first, worth = place, False
        last = place + 1
        worth = worth or gain[place] > -_CHANCE
    if worth:
        yield first, last


def _best(scores: list[list[float]], into: list[list[float]]) -> Iterator[tuple[str, int, int]]:
    """Viterbi: the best tags of a run that stands between tokens without any; as type, first, behind the last.

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
    arrivals = list(map(add, best, into[0]))
    tag = arrivals.index(max(arrivals))
    path = [tag]
    for before in reversed(came):
        tag = before[tag]
        path.append(tag)
    path.reverse()
    start = -1
    for place, tag in enumerate([*path, 0]):
        if start >= 0 and not TAGS[tag].startswith("I"):
            yield TAGS[path[start]][2:], start, place
            start = -1
        if TAGS[tag].startswith("B"):
            start = place
