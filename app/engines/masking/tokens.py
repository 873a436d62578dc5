"""A text as the trained layer reads it: tokens, and numbers that stand for what is seen at each.

A Han character is a token, a word in letters, a row of figures, a mark, and the end of a line. What is seen at a token
(itself, its neighbours, pairs of them, what the rules say) is hashed into one table of weights ("feature hashing",
Weinberger et al. 2009), with the same code when the weights are fitted and when they are used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from app.engines.masking.finding import Finding
from app.engines.masking.persons import Reading

BITS = 17
SIZE = 1 << BITS
NEAR = (-2, -1, 0, 1, 2)
"""Places around a token at which single tokens are seen."""

EDGE = "\x02"
"""Stands for what is before the first token and behind the last."""

_TOKEN = re.compile(r"[㐀-鿿]|[^\W\d_㐀-鿿]+(?:['’\-][^\W\d_㐀-鿿]+)*|[0-9]+|[^ \r\t]")
_MOST_CODES = 50_000
_LONG = 24  # letters of a word that are looked at
_CHAT = re.compile(r"//@|\[[㐀-鿿]{1,4}\]|哈哈|嘻嘻|呵呵|嘿嘿|[泪汗]|转发|微博|[~～]|。。|！！|@|#[^#]{2,20}#")
_HANDLE = re.compile(r"@[^\s@:：,，/]{1,12}")
_TYPES = {"PERSON": 1, "ADDRESS": 2, "ORGANIZATION": 3}

Integers = NDArray[np.uint64]


class Vocabulary:
    """What is known of single tokens: classes of characters, and lists of words."""

    def __init__(self, classes: Mapping[str, str], lists: Mapping[str, frozenset[str]], names: Integers) -> None:
        self._classes = classes
        self._lists = tuple(lists.items())
        self._codes: dict[str, tuple[int, int]] = {}
        self._words: dict[str, int] = {}
        self.names = names

    def codes(self, token: str) -> tuple[int, int]:
        """Numbers for the token itself and for its kind."""
        found = self._codes.get(token)
        if found is None:
            if len(self._codes) >= _MOST_CODES:
                self._codes.clear()
            found = self._codes[token] = (_code(token), _code(self.kind(token)))
        return found

    def word(self, word: str) -> int:
        """A number for a word of several characters."""
        found = self._words.get(word)
        if found is None:
            if len(self._words) >= _MOST_CODES:
                self._words.clear()
            found = self._words[word] = _code(word)
        return found

    def kind(self, token: str) -> str:
        """One word for all tokens that behave alike."""
        first = token[0]
        if "㐀" <= first <= "鿿":
            return self._classes.get(first, "han")
        if first.isalpha():
            word = token.lower()
            return "/".join([_shape(token), *(name for name, words in self._lists if word in words)])
        return f"9{min(len(token), 6)}" if first.isdigit() else first

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


class Text:
    """The tokens of one text, and where the weights lie of what is seen around each."""

    def __init__(self, plain: str, reading: Reading, rules: Sequence[Finding], vocabulary: Vocabulary) -> None:
        found = list(_TOKEN.finditer(reading.text))
        self.tokens = [match[0] for match in found]
        self.starts = [match.start() for match in found]
        self.ends = [match.end() for match in found]
        self._vocabulary = vocabulary
        self._plain, self._reading, self._rules = plain, reading, rules
        self.is_chat = _CHAT.search(plain) is not None
        """Written as people chat on the net: handles, laughter, little pictures."""

    def slots(self) -> NDArray[np.intp]:
        """Slots x tokens: where the weights lie of pairs and triples of tokens, of words and of what the rules say."""
        count = len(self.tokens)
        words, kinds = np.zeros(count + 4, np.uint64), np.zeros(count + 4, np.uint64)
        codes = np.array([self._vocabulary.codes(token) for token in self.tokens], np.uint64).reshape(count, 2)
        words[2:-2], kinds[2:-2] = codes[:, 0], codes[:, 1]
        marks, listed = self._marks(count), self._listed(words)
        chat = np.full(count, 2 if self.is_chat else 1, np.uint64)
        rule = np.zeros(count + 2, np.uint64)
        rule[1:-1] = marks[:, 3]

        def at(row: Integers, offset: int) -> Integers:
            return row[2 + offset : 2 + offset + count]

        here, word, cut = at(kinds, 0), marks[:, 0], marks[:, 5]
        left = [*(at(words, offset) for offset in NEAR[:-1]), *(at(kinds, offset) for offset in NEAR[:-1])]
        right = [*(at(words, offset) for offset in NEAR[1:]), *(at(kinds, offset) for offset in NEAR[1:])]
        left += [at(words, -1), at(kinds, -1), at(words, 0), here, listed, listed, marks[:, 3], marks[:, 3]]
        right += [here, at(words, 0), at(kinds, 1), at(words, 1), here, cut, word, here]
        left += [chat, chat, chat, chat]
        right += [here, marks[:, 3], cut, listed]
        pairs = _pair(np.stack(left), np.stack(right))
        threes = _pair(pairs[[1, 5]], np.stack([at(words, 1), at(kinds, 1)]))
        seen = np.vstack([pairs, threes, marks.T, listed, chat, rule[:-2], rule[2:]])
        seen = (seen + np.arange(1, len(seen) + 1, dtype=np.uint64)[:, None] * _STEP) * _FACTOR
        places: NDArray[np.intp] = (seen >> np.uint64(64 - BITS)).astype(np.intp)
        return places

    def _listed(self, words: Integers) -> Integers:
        """Length of the longest listed name that covers a token, and the token's place in it."""
        listed = np.zeros(len(words), np.uint64)
        taken = words
        for length in range(2, LONGEST_LISTED + 1):
            taken = _pair(taken[:-1], words[length - 1 :])
            for first in np.flatnonzero(is_listed(self._vocabulary.names, taken)):
                listed[first : first + length] = [length * 8 + place + 1 for place in range(length)]
        return listed[2:-2]

    def _marks(self, count: int) -> Integers:
        """Word with place in it, the word before, the word after; the rules' findings; handles; repetitions."""
        marks = np.zeros((count, 6), np.uint64)
        at = {start: place for place, start in enumerate(self.starts)}
        if words := self._reading.words:
            self._mark_words(marks, at, words)
        for one in self._rules:
            self._mark(marks, at, 3, one.start, one.end, _TYPES[one.type] * 32 + int(one.score * 10))
        for doubt in self._reading.doubtful:
            self._mark(marks, at, 3, doubt.start, doubt.end, 256 + int(-doubt.odds))
        for handle in _HANDLE.finditer(self._plain):
            self._mark(marks, at, 4, handle.start() + 1, handle.end(), 1)
        for place in range(1, count):
            if self.tokens[place] == self.tokens[place - 1]:
                marks[place, 4] += 64
                marks[place - 1, 4] += 128
        return marks

    def _mark_words(self, marks: Integers, at: Mapping[int, int], words: Sequence[tuple[int, int]]) -> None:
        """For each character: its word with the place in it, the words beside that, its length with the place."""
        text, known = self._reading.text, self._vocabulary.word
        bounds = np.array(words, np.intp)
        lengths = bounds[:, 1] - bounds[:, 0]
        code = np.array([known(text[start:end]) for start, end in words], np.uint64)
        before, after = np.ones_like(code), np.ones_like(code)
        joined = bounds[1:, 0] == bounds[:-1, 1]
        before[1:][joined], after[:-1][joined] = code[:-1][joined], code[1:][joined]
        inside = np.arange(lengths.sum()) - np.repeat(lengths.cumsum() - lengths, lengths)
        place = np.repeat(np.array([at[start] for start, _ in words], np.intp), lengths) + inside
        step = np.minimum(inside, 3).astype(np.uint64)
        short = np.repeat(np.minimum(lengths, 5), lengths).astype(np.uint64)
        marks[place, 0] = np.repeat(code, lengths) * np.uint64(8) + step
        marks[place, 1], marks[place, 2] = np.repeat(before, lengths), np.repeat(after, lengths)
        marks[place, 5] = step * np.uint64(8) + short + np.uint64(1)

    @staticmethod
    def _mark(marks: Integers, at: Mapping[int, int], slot: int, start: int, end: int, code: int) -> None:
        place, number = start, 0
        while place < end:
            if (here := at.get(place)) is not None and marks[here, slot] == 0:
                marks[here, slot] = code * 4 + min(number, 2) + 1
                number += 1
            place += 1


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
_FACTOR = np.uint64(0xBF58476D1CE4E5B9)


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
