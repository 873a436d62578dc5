"""A text as the trained layer reads it: tokens, and numbers that stand for what is seen at each.

A Han character is a token, a word in letters, a row of figures, a mark, and the end of a line. What is seen at a token
(itself, its neighbours, pairs of them, what the rules say) is hashed into one table of weights ("feature hashing",
Weinberger et al. 2009), with the same code when the weights are fitted and when they are used.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate, compress
from threading import Lock
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from app.engines.masking.finding import Finding
from app.engines.masking.lexicon import LONGEST
from app.engines.masking.persons import Reading

BITS = 17
SIZE = 1 << BITS
NEAR = (-2, -1, 0, 1, 2)
"""Places around a token at which single tokens are seen."""

EDGE = "\x02"
"""Stands for what is before the first token and behind the last."""

COMMON = "\x03"
"""Begins the rows of the list of names that are ordinary English words instead."""

_TOKEN = re.compile(r"[㐀-鿿]|[^\W\d_㐀-鿿]+(?:['’\-](?![sS]\b)[^\W\d_㐀-鿿]+)*|[0-9]+|[^ \r\t]|[ \r\t]+")
_BLANKS = " \r\t"
_FIRST_KEPT = 8192  # tokens for which there is room at first
_LONG = 24  # letters of a word that are looked at
_CHAT = re.compile(r"//@|\[[㐀-鿿]{1,4}\]|哈哈|嘻嘻|呵呵|嘿嘿|[泪汗]|转发|微博|[~～]|。。|！！|@|#[^#]{2,20}#")
_HANDLE = re.compile(r"@[^\s@:：,，/]{1,12}")
_TYPES = {"PERSON": 1, "ADDRESS": 2, "ORGANIZATION": 3}

Integers = NDArray[np.uint64]
Floats = NDArray[np.float32]


class Vocabulary:
    """What is known of single tokens, each kept under a number: what it is, and what the weights say of it."""

    def __init__(
        self, classes: Mapping[str, str], lists: Mapping[str, frozenset[str]], names: Integers, table: Floats
    ) -> None:
        """`table`: the weights, places x tags."""
        self._classes = classes
        self._lists = tuple(lists.items())
        self._table = table
        self._rows: dict[str, int] = {}
        self.words = _Codes()
        self._codes = np.zeros((_FIRST_KEPT, 2), np.uint64)
        self._chinese = np.zeros(_FIRST_KEPT, np.bool_)
        self._near = np.zeros((_FIRST_KEPT, len(NEAR), table.shape[1]), np.float32)
        self._lock = Lock()
        self.names = names
        self._row(EDGE)

    @property
    def count(self) -> int:
        """How many tokens and words are kept."""
        return max(len(self._rows), len(self.words))

    def rows(self, tokens: Sequence[str]) -> NDArray[np.intp]:
        """Their numbers."""
        known = self._rows
        try:
            return np.array(list(map(known.__getitem__, tokens)), np.intp)
        except KeyError:
            return np.array([self._row(token) for token in tokens], np.intp)

    def chinese(self, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        """For each: is it a Chinese character?"""
        return self._chinese.take(rows)

    def codes(self, rows: NDArray[np.intp]) -> Integers:
        """2 x tokens: numbers for the token itself and for its kind."""
        return self._codes.take(rows, axis=0).T

    def near(self, rows: NDArray[np.intp]) -> Floats:
        """Tokens x tags: what the weights say of single tokens at and around each."""
        count = len(rows)
        padded = np.zeros(count + 2 * NEAR[-1], np.intp)
        padded[NEAR[-1] : -NEAR[-1]] = rows
        padded *= len(NEAR)
        around = np.empty((len(NEAR), count), np.intp)
        for step in range(len(NEAR)):
            np.add(padded[step : step + count], step, out=around[step])
        near = self._near
        scores: Floats = near.reshape(-1, near.shape[2]).take(around, axis=0).sum(axis=0)
        return scores

    def _row(self, token: str) -> int:
        with self._lock:
            row = self._rows.get(token)
            if row is None:
                row = len(self._rows)
                if row == len(self._codes):
                    self._codes = np.concatenate([self._codes, np.zeros_like(self._codes)])
                    self._chinese = np.concatenate([self._chinese, np.zeros_like(self._chinese)])
                    self._near = np.concatenate([self._near, np.zeros_like(self._near)])
                self._chinese[row] = "㐀" <= token <= "鿿"
                self._codes[row] = _code(token), _code(self.kind(token))
                for place, seen in enumerate(self.seen(token)):
                    self._near[row, place] = self._table[list(seen)].sum(axis=0)
                self._rows[token] = row
            return row

    def kind(self, token: str) -> str:
        """One word for all tokens that behave alike."""
        first = token[0]
        if "㐀" <= first <= "鿿":
            return self._classes.get(first, "han")
        if first.isalpha():
            word = token.lower()
            lists = [name for name, words in self._lists if word in words]
            return "/".join([_shape(token), *lists, *("c" for _ in range(self._is_common(word)))])
        return f"9{min(len(token), 6)}" if first.isdigit() else first

    def _is_common(self, word: str) -> bool:
        """An ordinary English word."""
        taken = _pair(np.array([_code(COMMON)], np.uint64), np.array([_code(word)], np.uint64))
        return bool(is_listed(self.names, taken)[0])

    def seen(self, token: str) -> list[tuple[int, ...]]:
        """For each place of `NEAR`: where the weights of this token lie that stands there."""
        word, kind = token.lower()[:_LONG], self.kind(token)
        near = [f"w={word}", f"k={kind}"]
        own = list(near)
        if word[0].isalpha() and not "㐀" <= word[0] <= "鿿":
            marked = f"^{word}$"
            near.append(f"s={word[-3:]}")
            own += [f"p={word[:length]}" for length in (1, 2, 3, 4)]
            own += [f"s={word[-length:]}" for length in (1, 2, 3, 4)]
            own += [f"t={marked[place : place + 3]}" for place in range(len(marked) - 2)]
            own.append(f"l={min(len(word), 12)}")
        return [tuple(_place(f"{offset}{one}") for one in (own if offset == 0 else near)) for offset in NEAR]


class _Codes(dict[str, int]):
    """A number for each word."""

    def __missing__(self, word: str) -> int:
        code = self[word] = _code(word)
        return code


class Text:
    """The tokens of one text, and where the weights lie of what is seen around each."""

    def __init__(self, plain: str, reading: Reading, rules: Sequence[Finding], vocabulary: Vocabulary) -> None:
        pieces = _TOKEN.findall(reading.text)
        places = list(accumulate(map(len, pieces), initial=0))
        kept = [piece[0] not in _BLANKS for piece in pieces]
        self.tokens, self.starts = list(compress(pieces, kept)), list(compress(places, kept))
        self.rows = vocabulary.rows(self.tokens)
        self.chinese = vocabulary.chinese(self.rows)
        """For each token: is it a Chinese character?"""
        self.vocabulary = vocabulary
        self._plain, self._reading, self._rules = plain, reading, rules
        self.is_chat = _CHAT.search(plain) is not None
        """Written as people chat on the net: handles, laughter, little pictures."""

    def end(self, place: int) -> int:
        """Behind the last character of a token."""
        return self.starts[place] + len(self.tokens[place])

    def slots(self) -> NDArray[np.intp]:
        """Slots x tokens: where the weights lie of pairs and triples of tokens, of words and of what the rules say."""
        count = len(self.tokens)
        around = np.zeros((2, count + 4), np.uint64)
        around[:, 2:-2] = self.vocabulary.codes(self.rows)
        atoms = np.zeros((_ATOMS, count), np.uint64)
        for offset in range(len(NEAR)):
            atoms[offset : 2 * len(NEAR) : len(NEAR)] = around[:, offset : offset + count]
        self._mark_words(atoms)
        self._mark_ruled(atoms)
        same = around[0, 2:-3] == around[0, 3:-2]
        atoms[_AGAIN, 1:] += same * np.uint64(64)
        atoms[_AGAIN, :-1] += same * np.uint64(128)
        self._mark_listed(around[0], atoms[_LISTED])
        atoms[_CHATTING] = 2 if self.is_chat else 1
        atoms[_RULE_BEFORE, 1:], atoms[_RULE_AFTER, :-1] = atoms[_RULE, :-1], atoms[_RULE, 1:]
        pairs = _pair(atoms.take(_LEFT, axis=0), atoms.take(_RIGHT, axis=0))
        threes = _pair(pairs[[1, 5]], atoms[[3, 8]])
        seen = np.concatenate([pairs, threes, atoms[_WORD:]])
        seen += _SALT
        seen *= _FACTOR
        seen >>= _SHIFT
        return seen.astype(np.intp)

    def _mark_listed(self, words: Integers, listed: Integers) -> None:
        """Length of the longest listed name that covers a token, and the token's place in it."""
        count = len(listed)
        rows = np.zeros((LONGEST_LISTED - 1, len(words)), np.uint64)
        taken = words
        for length in range(2, LONGEST_LISTED + 1):
            taken = _pair(taken[:-1], words[length - 1 :])
            rows[length - 2, : len(taken)] = taken
        lengths, firsts = np.nonzero(is_listed(self.vocabulary.names, rows))
        for length, first in zip((lengths + 2).tolist(), firsts.tolist(), strict=True):
            if first + length <= len(words):
                for place in range(max(0, 2 - first), min(length, count + 2 - first)):
                    listed[first + place - 2] = length * 8 + place + 1

    def _mark_ruled(self, atoms: Integers) -> None:
        """For each token: what the rules say of it, and whether it stands in somebody's handle."""
        rules: dict[int, int] = {}
        for one in self._rules:
            self._mark(rules, one.start, one.end, _TYPES[one.type] * 32 + int(one.score * 10))
        for doubt in self._reading.doubtful:
            self._mark(rules, doubt.start, doubt.end, 256 + int(-doubt.odds))
        if rules:
            atoms[_RULE, list(rules)] = list(rules.values())
        if "@" in self._plain:
            handles: dict[int, int] = {}
            for handle in _HANDLE.finditer(self._plain):
                self._mark(handles, handle.start() + 1, handle.end(), 1)
            if handles:
                atoms[_AGAIN, list(handles)] = list(handles.values())

    def _mark(self, marks: dict[int, int], start: int, end: int, code: int) -> None:
        number = 0
        for place in range(bisect_left(self.starts, start), bisect_left(self.starts, end)):
            if place not in marks:
                marks[place] = code * 4 + min(number, 2) + 1
                number += 1

    def _mark_words(self, atoms: Integers) -> None:
        """For each character: its word with the place in it, the words beside that, its length with the place."""
        words = self._reading.words
        if not words:
            return
        text = self._reading.text
        codes = map(self.vocabulary.words.__getitem__, [text[start:end] for start, end in words])
        own: list[int] = []
        left: list[int] = []
        right: list[int] = []
        cut: list[int] = []
        before, last, length = 1, -1, 0
        for (start, end), code in zip(words, codes, strict=True):
            if start != last:
                right += [1] * length
                before = 1
            else:
                right += [code] * length
            length, last = end - start, end
            own += range(code * 8, code * 8 + length)
            left += [before] * length
            cut += _CUTS[length]
            before = code
        right += [1] * length
        atoms[_WORD : _WORD + 3, self.chinese] = np.array((own, left, right), np.uint64)
        atoms[_CUT, self.chinese] = cut


# Rows of what is put together: the words at five places, their kinds, then these.
_WORD, _RULE, _AGAIN, _CUT, _LISTED, _CHATTING, _RULE_BEFORE, _RULE_AFTER = 10, 13, 14, 15, 16, 17, 18, 19
_ATOMS = 20
_LEFT = np.array(
    [0, 1, 2, 3, 5, 6, 7, 8, 1, 6, 2, 7, _LISTED, _LISTED, _RULE, _RULE, _CHATTING, _CHATTING, _CHATTING, _CHATTING]
)
_RIGHT = np.array([1, 2, 3, 4, 6, 7, 8, 9, 7, 2, 8, 3, 7, _CUT, _WORD, 7, 7, _RULE, _CUT, _LISTED])

# For a word of so many characters: its length with the place of each.
_CUTS = [[place * 8 + length + 1 for place in range(length)] for length in range(LONGEST + 1)]

LONGEST_LISTED = 5
LISTED_BITS = 22


def list_of(names: Sequence[Sequence[str]]) -> Integers:
    """A set of names (each its tokens) as bits of a table, where few others are found by chance (1 in 50)."""
    table = np.zeros(1 << (LISTED_BITS - 6), np.uint64)
    for name in names:
        taken = np.array([_code(name[0])], np.uint64)
        for token in name[1:]:
            taken = _pair(taken, np.array([_code(token)], np.uint64))
        place = _listed_place(taken)
        table[place >> np.uint64(6)] |= np.uint64(1) << (place & np.uint64(63))
    return table


def is_listed(table: Integers, taken: Integers) -> NDArray[np.bool_]:
    """For each hashed row of tokens: is it in the set?"""
    place = _listed_place(taken)
    bits: Integers = (table[place >> np.uint64(6)] >> (place & np.uint64(63))) & np.uint64(1)
    return bits.astype(np.bool_)


def _listed_place(taken: Integers) -> Integers:
    return (taken * _FACTOR) >> np.uint64(64 - LISTED_BITS)


_STEP = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(64 - BITS)
_FACTOR = np.uint64(0xBF58476D1CE4E5B9)


_SALT = (np.arange(1, len(_LEFT) + 2 + _ATOMS - _WORD + 1, dtype=np.uint64) * _STEP)[:, None]


def _pair(one: Integers, other: Integers) -> Integers:
    return (one * np.uint64(0x100000001B3)) ^ (other + (one >> np.uint64(7)))


def _place(feature: str) -> int:
    return crc32(feature.encode()) & (SIZE - 1)


def _code(token: str) -> int:
    return crc32(token.lower().encode()) + 2


def _shape(word: str) -> str:
    if word.isupper():
        return "A" if len(word) == 1 else "AA"
    if word[0].isupper():
        return "Aa" if word[1:].islower() else "AaA"
    return "a"
