"""One speaker's sentences with their marks: which citations hold, what is said without one, what is doubted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.core.texts import Texts
from app.core.turn import Citation
from app.gateway.claims import Doubt, Passage, doubts, speaks_of
from app.gateway.given import Given
from app.gateway.stream_review import Settled

_MARKS = re.compile(r"(?:[ \t]*\[\d{1,2}\])+")
_NUMBER = re.compile(r"\[(\d{1,2})\]")
_FIGURES: frozenset[Doubt] = frozenset(("number", "unit", "date", "bound"))
NO_PASSAGE, ANOTHER_MATTER, NO_SOURCE = "no_passage", "another_matter", "no_source"
"""Reasons besides what a sentence claims: the mark names no passage, one about something else; no mark, no source."""


@dataclass
class Statements:
    """Implements `stream_review.Source` for the words that a model gives one speaker.

    A mark stays only where its passage says what its part of the sentence says, or speaks of it at least; none is
    ever added. Passages are counted by their first mark that stays.
    """

    given: Given | None
    speaker: str
    citations: list[Citation]
    texts: Texts
    marked: bool = False
    """A mark was made, right or wrong."""
    reasons: list[str] = field(default_factory=list)
    """What was doubted, by kind, for the audit."""
    _last: str = ""

    def quoted(self, sentence: str) -> bool:
        """True where `sentence` stands verbatim in a passage of the bank's documents."""
        return self.given is not None and self.given.quoted(sentence)

    def settled(self, sentence: str) -> Settled:
        """`sentence` with the marks that hold, and what is to stand behind it."""
        parts = list(_parts(sentence))
        if not any(marks for _, marks in parts):
            self._last = sentence
            if self.given is None or self.given.verified(sentence):
                return Settled(sentence)
            self.reasons.append(NO_SOURCE)
            return Settled(sentence, self.texts("figure_unverified"))
        self.marked = True
        said, found = [], list[Doubt]()
        for place, (words, marks) in enumerate(parts):
            rest = parts[place + 1][0] if place + 2 == len(parts) and not parts[place + 1][1] else ""
            claimed = f"{words}{rest}" if re.search(r"\w", words) else self._last
            said.append(words)
            if marks:
                self._last = claimed
                said.append(self._cited(claimed, marks, found))
        self.reasons += found
        mark = "figure_unverified" if set(found) <= _FIGURES else "unverified"
        return Settled("".join(said), self.texts(mark) if found else "")

    def _cited(self, words: str, marks: str, found: list[Doubt]) -> str:
        """The marks of one part of a sentence that stay; adds what is doubted to `found`."""
        passages = self.given.passages(self.speaker) if self.given else ()
        numbers = list(dict.fromkeys(map(int, _NUMBER.findall(marks))))
        named = [passages[number - 1] for number in numbers if 1 <= number <= len(passages)]
        blank = marks[: len(marks) - len(marks.lstrip())]
        if len(named) < len(numbers):
            self.reasons.append(NO_PASSAGE)
        kept = self._holding(words, named, found)
        stay = "".join(f"[{self._count(one)}]" for one in kept)
        if not kept or len(named) < len(numbers):
            stay += self.texts("unverified")
        return blank + stay if stay.startswith("[") else stay

    def _holding(self, words: str, named: Sequence[Citation], found: list[Doubt]) -> list[Citation]:
        """Of the passages named those that bear `words` out; failing that, those that speak of it, with the doubt."""
        assert self.given is not None or not named
        read = [(one, self.given.as_read(one)) for one in named] if self.given else []
        near: list[tuple[Citation, Passage]] = [(one, passage) for one, passage in read if speaks_of(words, passage)]
        if len(near) < len(read):
            self.reasons.append(ANOTHER_MATTER)
        question = self.given.question if self.given else ""
        bear_out = [one for one, passage in near if not doubts(words, [passage], question)]
        if bear_out or not near:
            return bear_out
        found += doubts(words, [passage for _, passage in near], question)
        return [one for one, _ in near]

    def _count(self, cited: Citation) -> int:
        if cited not in self.citations:
            self.citations.append(cited)
        return self.citations.index(cited) + 1


def _parts(sentence: str) -> Iterator[tuple[str, str]]:
    """Words and the marks behind them; the last part may have none."""
    at = 0
    for found in _MARKS.finditer(sentence):
        yield sentence[at : found.start()], found[0]
        at = found.end()
    if at < len(sentence) or not at:
        yield sentence[at:], ""
