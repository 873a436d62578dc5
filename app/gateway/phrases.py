"""Phrases that may not be said, found in a sentence while it grows; and whether the sentence itself denies them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import regex
from pydantic import BaseModel, ConfigDict, Field

from app.gateway.one_script import in_one_script

_GAP = r"[\s_*·\-.\u200b-\u200f\u2060\ufeff]{0,2}"
_CLAUSE = regex.compile(r"[，,；;：:]")
_BREAK = regex.compile(r"[，,；;。！!？?\n]")
_LONGEST = 24  # characters of a pair's second word, gaps included
_AHEAD = 3  # characters of a harmless word before the phrase in it
_DENIED_WITHIN = 20  # characters between a denial and what it denies, in English twice as many
_CLOSING = "”’」』）)】\"' \t\n"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pair(_Strict):
    """A word of `first`, and within so many characters of the same clause one of `second`."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    within: int = Field(ge=0, le=40)


class PhraseRule(_Strict):
    """What is reported as `code`."""

    code: str
    phrases: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()


class Denials(_Strict):
    """How a sentence shows that it does not mean the phrase in it; see `config/review_output.yaml`."""

    harmless: tuple[str, ...]
    denials: tuple[str, ...]
    no_denials: tuple[str, ...]
    bans: tuple[str, ...]
    turns: tuple[str, ...]
    condemned: tuple[str, ...]
    uncondemned: tuple[str, ...]
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase in a sentence; `start` and `end` are character offsets."""

    code: str
    start: int
    end: int


class Phrases:
    """The compiled rules. `always` are codes that no denial makes right."""

    def __init__(self, rules: Sequence[PhraseRule], denials: Denials, always: Iterable[str] = ()) -> None:
        self._always = frozenset(always)
        self._codes = [rule.code for rule in rules]
        self._pattern = regex.compile("|".join(f"(?P<rule{at}>{_any(rule.phrases)})" for at, rule in enumerate(rules)))
        self._pairs = [
            (_letters(pair.first), rule.code, regex.compile(_any(pair.first)), regex.compile(_any(pair.second)), pair)
            for rule in rules
            for pair in rule.pairs
        ]
        self._letters = _letters(phrase for rule in rules for phrase in rule.phrases)
        self._firsts = re.compile(_firsts(rules))
        self._harmless = regex.compile(_any(denials.harmless))
        self._denial = regex.compile(_words(denials.denials))
        self._no_denial = regex.compile(_words(denials.no_denials))
        self._ban = regex.compile(f"(?<!{_words(denials.uncondemned)}){_words(denials.bans)}")
        self._turn = regex.compile(_words(denials.turns))
        self._condemned = regex.compile(f"(?<!{_words(denials.uncondemned)}){_words(denials.condemned)}")
        self._asked = tuple(in_one_script(word) for word in denials.asked)

    def watch(self) -> PhraseWatch:
        """A watch over one sentence."""
        return PhraseWatch(self)

    def next(self, plain: str, start: int, *, ended: bool) -> Candidate | None:
        """The next phrase from `start` on; without a code where the rest of `plain` may only become one."""
        for first in self._firsts.finditer(plain, start):
            at = first.start()
            if found := self._at(plain, at, ended=ended):
                harmless = self._within_harmless(plain, at, ended=ended)
                if harmless is None:
                    return Candidate("", at, len(plain))
                if not harmless:
                    return found
        return None

    def _within_harmless(self, plain: str, at: int, *, ended: bool) -> bool | None:
        """True where a harmless word stands over `at`; None where the rest of `plain` may only become one."""
        growing = False
        for start in range(max(0, at - _AHEAD), at + 1):
            word = self._harmless.match(plain, start, partial=not ended)
            if word and word.end() > at:
                if not word.partial:
                    return True
                growing = True
        return None if growing else False

    def _at(self, plain: str, at: int, *, ended: bool) -> Candidate | None:
        """The phrase that begins at `at`, or what may become one."""
        letter = plain[at]
        found = self._pattern.match(plain, at, partial=not ended) if letter in self._letters else None
        if found and not found.partial:
            return Candidate(self._codes[int(str(found.lastgroup).removeprefix("rule"))], at, found.end())
        growing = bool(found)
        for letters, code, first, second, pair in self._pairs:
            begun = first.match(plain, at, partial=not ended) if letter in letters else None
            if not begun:
                continue
            if begun.partial:
                growing = True
                continue
            clause = _BREAK.search(plain, begun.end())
            end = clause.start() if clause else len(plain)
            for follows in second.finditer(plain, begun.end(), end):
                if follows.start() - begun.end() > pair.within:
                    break
                harmless = self._within_harmless(plain, follows.start(), ended=ended)
                if harmless is None:
                    return Candidate("", at, len(plain))
                if not harmless and not self._denies(plain[begun.end() : follows.start()]):
                    return Candidate(code, at, follows.end())
            growing = growing or not (ended or clause or end - begun.end() > pair.within + _LONGEST)
        return Candidate("", at, len(plain)) if growing else None

    def denied_before(self, plain: str, one: Candidate) -> bool:
        """True where what stands before the phrase denies it: nothing has to be waited for."""
        if one.code in self._always:
            return False
        before = plain[: one.start]
        turns = [turn.end() for turn in self._turn.finditer(before)]
        before = before[turns[-1] :] if turns else before
        if self._ban.search(self._no_denial.sub("·", before)):
            return True
        clause = _CLAUSE.split(before)[-1]
        return self._denies(clause[-_DENIED_WITHIN * (2 if clause.isascii() else 1) :])

    def denied_behind(self, plain: str, one: Candidate) -> bool:
        """True where the rest of the sentence condemns the phrase, or the sentence only asks."""
        if one.code in self._always:
            return False
        behind = plain[one.end :]
        return bool(self._condemned.search(behind)) or self._asks(plain)

    def _denies(self, stretch: str) -> bool:
        return bool(self._denial.search(self._no_denial.sub("·", stretch)))

    def _asks(self, plain: str) -> bool:
        end = plain.rstrip(_CLOSING)
        return end.endswith(("?", "吗", "么")) or any(word in plain for word in self._asked if len(word) > 1)


class PhraseWatch:
    """Reads one sentence as it grows."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._at = 0
        self._tail: int | None = None
        self.found: list[Candidate] = []
        """Phrases that nothing before them denies."""

    def read(self, plain: str, *, ended: bool) -> None:
        """`plain` is the sentence so far, in one script (`in_one_script`)."""
        self._tail = None
        while found := self._phrases.next(plain, self._at, ended=ended):
            self._at = found.start
            if not found.code:
                self._tail = found.start
                return
            if not self._phrases.denied_before(plain, found):
                self.found.append(found)
            self._at += 1
        self._at = len(plain)

    @property
    def held_from(self) -> int | None:
        """From where the sentence has to wait; None where it need not."""
        return self.found[0].start if self.found else self._tail

    def meant(self, plain: str) -> list[Candidate]:
        """Once the sentence has ended: the phrases that it means."""
        # Seen whole, a longer phrase may begin where a shorter one was found.
        whole = (self._phrases.next(plain, one.start, ended=True) for one in self.found)
        return [one for one in whole if one and not self._phrases.denied_behind(plain, one)]


def _firsts(rules: Iterable[PhraseRule]) -> str:
    """What a phrase may begin with, as a pattern: most of a text needs no closer look."""
    words = [word for rule in rules for pair in rule.pairs for word in pair.first]
    firsts = _letters([*words, *(phrase for rule in rules for phrase in rule.phrases)])
    latin = "".join(sorted(filter(str.isascii, firsts)))
    others = "".join(sorted(firsts.difference(latin)))
    return f"[{others or chr(0)}]|(?<![a-z])[{latin or chr(0)}]"


def _letters(words: Iterable[str]) -> frozenset[str]:
    return frozenset(in_one_script(word)[0] for word in words)


def _any(phrases: Iterable[str]) -> str:
    """Any of `phrases`, the longest first; never where there are none."""
    return f"(?:{'|'.join(_spelt(one) for one in sorted(phrases, key=len, reverse=True)) or '(?!)'})"


def _spelt(phrase: str) -> str:
    """A phrase as a pattern: gaps between Chinese characters do not matter, a Latin word starts where a word starts."""
    plain = in_one_script(phrase)
    if plain.isascii():
        return r"(?<![a-z])" + re.escape(plain).replace(r"\ ", r"\s+")
    return _GAP.join(re.escape(letter) for letter in plain)


def _words(words: Iterable[str]) -> str:
    plain = sorted(map(in_one_script, words), key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, plain)) or '(?!)'})"
