"""Many names, prepared once: which of them could be a given one, without a look at each.

Every word contributes its trigrams, the pairs of its consonants and its whole skeleton; rare pieces count more. The
names that share the most with a query (by cosine, and by how much of the query they hold) are its candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from rapidfuzz.distance import OSA

from skills.fx.screening.names import Name, Word
from skills.fx.screening.words import FORM, LIGHT, WORDS

_TRADE, _LEAST, _UNKNOWN = 0.35, 0.45, 0.85
"""A trade's share of its weight; the weight of the most frequent of all other words, where 1 is that of a rare one; the
weight of a word that no list has: often one with a slip."""
_FEW = 4_000
"""Names that weights are reckoned with at least: in a short list no word is frequent."""
_SLIP = 0.79
"""A word so like one of a company's form is that word with a slip."""
_CANDIDATES = 50


class Index:
    """Names by number."""

    def __init__(self, names: Sequence[Name]) -> None:
        self.names = names
        self._pieces: dict[str, int] = {}
        known: dict[Word, tuple[int, ...]] = {}
        rows = [self._row(name, known) for name in names]
        lengths = np.fromiter(map(len, rows), np.int32, len(rows))
        pieces = np.fromiter(chain.from_iterable(rows), np.int32, int(lengths.sum()))
        holders = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
        count = len(self._pieces)
        seen = np.bincount(pieces, minlength=count)
        self._rarity = np.log((len(rows) + 1) / (seen + 0.5)).clip(0.1).astype(np.float32)
        order = np.argsort(pieces, kind="stable")
        self._holders = holders[order]
        self._starts = np.concatenate(([0], np.cumsum(seen))).astype(np.int64)
        squares = np.bincount(holders, weights=self._rarity[pieces] ** 2, minlength=len(rows))
        self._norms = np.sqrt(squares).clip(1e-6).astype(np.float32)
        self._frequency: dict[str, int] = {}
        for name in names:
            for text in {key for word in name.words for key in (word.text, word.sound)}:
                self._frequency[text] = self._frequency.get(text, 0) + 1
        self._most = max(len(names), _FEW)
        self._weights: dict[str, float] = {}

    def weight(self, word: Word) -> float:
        """How much a word says about who it is, 0 to 1."""
        key = word.sound if word.bare else word.text
        kept = self._weights.get(key)
        if kept is None:
            kept = self._weights[key] = self._weighed(key)
        return kept

    def candidates(self, name: Name, limit: int = _CANDIDATES) -> Iterable[int]:
        """Numbers of the names that may be `name`: at most twice `limit`."""
        asked = {text for word in name.words for text in _pieces(word)}.union(_characters(name))
        known = [piece for text in asked if (piece := self._pieces.get(text)) is not None]
        if not known:
            return ()
        shared = np.zeros(len(self.names), np.float32)
        for piece in known:
            rarity = self._rarity[piece]
            shared[self._holders[self._starts[piece] : self._starts[piece + 1]]] += rarity * rarity
        near = np.flatnonzero(shared)
        if len(near) > limit:
            held = shared[near]
            both = (held / self._norms[near], held)
            near = near[np.unique(np.concatenate([np.argpartition(-one, limit)[:limit] for one in both]))]
        return [int(place) for place in near]

    def _weighed(self, text: str) -> float:
        if any(OSA.normalized_similarity(text, form) > _SLIP for form in WORDS.form_words):
            return FORM
        if text in WORDS.light:
            return LIGHT
        seen = self._frequency.get(text, 0)
        rarity = float(np.log(self._most / (1 + seen)) / np.log(self._most))
        weight = max(_LEAST, min(1.0, rarity * 1.25)) if seen else _UNKNOWN
        return weight * _TRADE if text in WORDS.trades else weight

    def _row(self, name: Name, known: dict[Word, tuple[int, ...]]) -> set[int]:
        """Numbers of a name's pieces; those of a word are reckoned once."""
        pieces = self._pieces
        found = {pieces.setdefault(text, len(pieces)) for text in _characters(name)}
        for word in name.words:
            if word not in known:
                known[word] = tuple(pieces.setdefault(text, len(pieces)) for text in _pieces(word))
            found.update(known[word])
        return found


def _characters(name: Name) -> Iterable[str]:
    return (*name.han, *(name.han[place : place + 2] for place in range(len(name.han) - 1)))


def _pieces(word: Word) -> Iterable[str]:
    sound = f"<{word.sound}>"
    yield sound
    yield from ("~" + sound[place : place + 2] for place in range(len(sound) - 1))
    if not word.bare:
        text = f"^{word.text}$"
        yield from (text[place : place + 3] for place in range(len(text) - 2))
        yield "*" + "".join(sorted(word.text))
