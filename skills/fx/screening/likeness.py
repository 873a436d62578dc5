"""How alike two names are, and why.

Words are paired off, each with the one it is most like; a pair counts by what its words say (`Index.weight`). Order is
free. A word may be an initial, may stand joined with its neighbour, may be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from skills.fx.screening import chinese
from skills.fx.screening.names import Name, Word
from skills.fx.screening.sounds import skeleton
from skills.fx.screening.words import LIGHT

Reason = Literal["same", "order", "spelling", "script", "pinyin", "initials", "part", "joined", "form"]

_ALIKE = 0.68
"""Words less alike than this are two words."""
_INITIAL, _INITIAL_WEIGHT = 0.75, 0.4
_SOUND, _SHORT_SOUND, _SOUND_NEEDS = 0.6, 0.5, 0.42
"""Share of a difference in spelling that is overlooked where words of three consonants, or of two, sound alike; and
what their spellings must have in common all the same."""
_EXACT = 0.86
"""Of a word read from Chinese characters: one slip in seven letters."""
_BARE, _CONSONANTS = 0.6, 0.9
"""Likeness in consonants from which words without vowels are one word; and what names are worth that were compared so:
less than letter by letter."""
_JOINED = 0.75
_WHOLE, _WHOLE_COUNTS = 0.9, 0.97
_HOMOPHONE = 0.85
_PERSONS = 0.9
"""Of two people's names in characters that differ in one that is read otherwise: another given name, another person."""
_COMMON = 0.25
"""What towns and trades count of a Chinese company's name."""
_PART = 0.86
"""Of a name that is wholly held by a longer one, with two telling words or more."""
_LONELY = 0.3
_TELLING, _ENOUGH = 0.45, 1.2
"""Weight from which a word tells who it is, and of the words that have to be in the longer name: more than two of the
most frequent names of all."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """0 to 1, and what had to be overlooked for it."""

    score: float
    why: tuple[Reason, ...] = ()


def likeness(left: Name, right: Name, weight: Callable[[Word], float]) -> Likeness:
    """How alike two names are; the same either way round."""
    if left.han and right.han:
        return _characters(left.han, right.han)
    a, b = _merged(left.words, right.words), _merged(right.words, left.words)
    pairs = _paired(a, b)
    weights_a, weights_b = _weights(a, weight), _weights(b, weight)
    got = sum((weights_a[i] + weights_b[j]) * alike for i, j, alike in pairs)
    score = got / (sum(weights_a) + sum(weights_b))
    if score < 1 and not any(len(a[i].text) > 1 and len(b[j].text) > 1 for i, j, _ in pairs):
        score *= 0.5  # initials alone are nobody
    lonely = 1 in (sum(each > _LONELY for each in all_of) for all_of in (weights_a, weights_b))
    if lonely and len(pairs) < max(len(a), len(b)):
        score *= max((*weights_a, *weights_b))  # one word, and not a rare one
    score = max(score, _held(a, b, pairs, weights_a, weights_b), _whole(left.words, right.words))
    if (left.script == "arabic") != (right.script == "arabic"):
        score *= _CONSONANTS
    if score < _ALIKE:
        return Likeness(score)
    left_out = _left_out(weights_a, [i for i, _, _ in pairs]) or _left_out(weights_b, [j for _, j, _ in pairs])
    why = _why(left, right, a, b, pairs, left_out)
    return Likeness(score, why)


@lru_cache(maxsize=200_000)
def word_likeness(left: Word, right: Word) -> float:
    """How alike two words are, 0 where they are two words. An initial is less than the word it stands for."""
    if left.text == right.text:
        return 1.0
    if left.bare or right.bare:
        alike = _bare_likeness(left, right)
        return alike if alike >= _BARE else 0.0
    shorter = min(len(left.text), len(right.text))
    if not (left.text.isalpha() and right.text.isalpha()):
        return 0.0
    if shorter == 1:
        initial = left if len(left.text) == 1 else right
        return _INITIAL if left.text[0] == right.text[0] and not initial.exact else 0.0
    alike = OSA.normalized_similarity(left.text, right.text)
    if left.exact or right.exact:
        return alike if alike >= _EXACT else 0.0
    both_pinyin = chinese.is_pinyin(left.text) and chinese.is_pinyin(right.text)
    if left.sound == right.sound and len(left.sound) > 1 and alike >= _SOUND_NEEDS and not both_pinyin:
        alike += (1 - alike) * (_SOUND if len(left.sound) > 2 else _SHORT_SOUND)
    return alike if alike >= _ALIKE else 0.0


def _bare_likeness(left: Word, right: Word) -> float:
    if left.bare and right.bare:
        alike = OSA.normalized_similarity(left.text, right.text)
        return alike if alike >= _ALIKE else 0.0
    if left.sound == right.sound:
        return 0.96 if len(left.sound) > 1 else 0.9
    sounds = ((skeleton(one.text, apart=True), one.sound) if not one.bare else (one.sound,) for one in (left, right))
    return max(OSA.normalized_similarity(*both) for both in product(*sounds))


def _weights(words: Sequence[Word], weight: Callable[[Word], float]) -> list[float]:
    weights = [_INITIAL_WEIGHT * weight(one) if len(one.text) == 1 and not one.bare else weight(one) for one in words]
    if sum(each > LIGHT for each in weights) < 2:  # beside one word only, a light one counts
        weights = [_LONELY if each == LIGHT else each for each in weights]
    return weights


def _merged(words: Sequence[Word], other: Sequence[Word]) -> Sequence[Word]:
    """Neighbours that the other name writes as one word, as one word."""
    found: list[Word] = []
    for word in words:
        if found and (joined := _joined(found[-1], word, other)):
            found[-1] = joined
        else:
            found.append(word)
    return found


def _joined(first: Word, second: Word, other: Sequence[Word]) -> Word | None:
    """Both as one word, where a word of the other name is more like that than like one of them."""
    length = len(first.text) + len(second.text)
    for one in other:
        if first.bare or one.bare or -2 < len(one.text) - length < 2:
            joined = Word(first.text + second.text, first.sound + second.sound, first.bare, first.exact)
            alike = _join_likeness(joined, one)
            if alike and alike > max(word_likeness(first, one), word_likeness(second, one)):
                return joined
    return None


def _join_likeness(joined: Word, one: Word) -> float:
    if joined.bare or one.bare:
        return float(len(joined.sound) > 2 and joined.sound == one.sound)
    lengths = len(joined.text), len(one.text)
    if max(lengths) - min(lengths) > 1 or max(lengths) < 5:
        return float(joined.text == one.text)
    alike = OSA.normalized_similarity(joined.text, one.text)
    return alike if alike >= (_EXACT if joined.exact or one.exact else _JOINED) else 0.0


def _paired(a: Sequence[Word], b: Sequence[Word]) -> list[tuple[int, int, float]]:
    """Places in `a` and `b` and how alike, the most alike first taken; of equals the nearest."""
    found = [
        (alike, i, j) for i, one in enumerate(a) for j, other in enumerate(b) if (alike := word_likeness(one, other))
    ]
    found.sort(key=lambda pair: (-pair[0], abs(pair[1] - pair[2])))
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    pairs = []
    for alike, i, j in found:
        if i not in taken_a and j not in taken_b:
            taken_a.add(i)
            taken_b.add(j)
            pairs.append((i, j, alike))
    return pairs


def _held(
    a: Sequence[Word],
    b: Sequence[Word],
    pairs: Sequence[tuple[int, int, float]],
    weights_a: Sequence[float],
    weights_b: Sequence[float],
) -> float:
    """Score of a name all of whose words stand in the other one, which has more of them."""
    telling = [each for i, j, _ in pairs if (each := min(weights_a[i], weights_b[j])) >= _TELLING]
    if len(telling) < 2 or sum(telling) < _ENOUGH:
        return 0.0
    got_a = sum(weights_a[i] * alike for i, _, alike in pairs) / sum(weights_a)
    got_b = sum(weights_b[j] * alike for _, j, alike in pairs) / sum(weights_b)
    return max(got_a, got_b) ** 2 * _PART


def _whole(left: Sequence[Word], right: Sequence[Word]) -> float:
    """Score of the letters alone, wherever words begin: for names run together or taken apart."""
    if any(one.bare for one in (*left[:1], *right[:1])):
        return 0.0
    one, other = ("".join(word.text for word in words) for words in (left, right))
    if abs(len(one) - len(other)) > 2 or min(len(one), len(other)) < 6:
        return 0.0
    exact = any(word.exact for word in (*left[:1], *right[:1]))
    alike = OSA.normalized_similarity(one, other, score_cutoff=1.0 if exact else _WHOLE)
    return alike * _WHOLE_COUNTS


def _characters(left: str, right: str) -> Likeness:
    """Chinese against Chinese. Towns and trades count a quarter; a character in place of one that is read the same
    counts nearly whole."""
    if left == right:
        return Likeness(1.0, ("same",))
    alike = fuzz.ratio(left, right) / 100
    own, other = chinese.telling(left), chinese.telling(right)
    if (own, other) != (left, right):
        alike = alike * _COMMON + fuzz.ratio(own, other) / 100 * (1 - _COMMON)
    if len(left) == len(right) > 1:
        differing = [(one, other) for one, other in zip(left, right, strict=True) if one != other]
        if len(differing) == 1 and left[0] == right[0] and chinese.same_sound(*differing[0]):
            return Likeness(max(alike, _HOMOPHONE), ("spelling",))
    if chinese.is_person(left) and chinese.is_person(right):
        return Likeness(alike * _PERSONS, ("spelling",))
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) > 3 and shorter in longer:
        return Likeness(max(alike, _PART), ("part",))
    return Likeness(alike, ("spelling",))


def _left_out(weights: Sequence[float], paired: Sequence[int]) -> bool:
    """Whether a word that tells something has none beside it."""
    return any(weight > _LONELY for place, weight in enumerate(weights) if place not in paired)


def _why(
    left: Name,
    right: Name,
    a: Sequence[Word],
    b: Sequence[Word],
    pairs: Sequence[tuple[int, int, float]],
    left_out: bool,
) -> tuple[Reason, ...]:
    why: list[Reason] = []
    if left.script != right.script:
        why.append("pinyin" if "han" in (left.script, right.script) else "script")
    if [j for _, j, _ in sorted(pairs)] != sorted(j for _, j, _ in pairs):
        why.append("order")
    initials = [min(len(a[i].text), len(b[j].text)) == 1 for i, j, _ in pairs]
    if any(initial and alike < 1 for initial, (_, _, alike) in zip(initials, pairs, strict=True)):
        why.append("initials")
    spelled_otherwise = any(alike < 1 and not initial for initial, (*_, alike) in zip(initials, pairs, strict=True))
    if spelled_otherwise and "script" not in why:
        why.append("spelling")
    if len(a) < len(left.words) or len(b) < len(right.words):
        why.append("joined")
    if left_out:
        why.append("part")
    if left.form != right.form:
        why.append("form")
    return tuple(why) or ("same",)
