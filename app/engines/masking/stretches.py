"""Long texts in stretches, and findings put together."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from app.engines.masking.finding import TYPES, Finding

STRETCH = 2000  # characters looked at together
_PIECE = 32  # characters
_MARGIN = 150  # characters seen before and behind, for context and for findings across the edge
_CODES = frozenset(TYPES) - {"PERSON", "ADDRESS", "ORGANIZATION"}
_PAUSE = re.compile(r"[\n。！？!?；;]")


def stretches(text: str) -> Iterator[tuple[int, int]]:
    """Consecutive parts of `text`, cut behind the end of a sentence where there is one, of at most `STRETCH`."""
    start = 0
    while len(text) - start > STRETCH:
        pauses = [pause.end() for pause in _PAUSE.finditer(text, start + STRETCH // 2, start + STRETCH)]
        end = pauses[-1] if pauses else start + STRETCH
        yield start, end
        start = end
    if start < len(text) or not text:
        yield start, len(text)


def found_in_stretches(text: str, find: Callable[[str], Sequence[Finding]]) -> list[Finding]:
    """What `find` finds in all of `text`, in its order and without overlaps: time grows with its length only.

    Each stretch is looked at with a margin on both sides, and answers for the findings that begin in it.
    """
    if len(text) <= STRETCH:
        return _merged(find(text))
    findings: list[Finding] = []
    for start, end in stretches(text):
        first, last = max(0, start - _MARGIN), min(len(text), end + _MARGIN)
        for found in find(text[first:last]):
            if start <= found.start + first < end:
                moved = Finding(found.type, found.start + first, found.end + first, found.score)
                findings.append(moved)
    return _merged(findings)


def without_overlaps(findings: Sequence[Finding], masks: Callable[[str], bool]) -> list[Finding]:
    """The best findings, in the order of the text.

    What is masked goes before what is let stand, but for a person's name inside a firm's. Of two that overlap, the one
    with the higher score gives the type, and both together the stretch: nothing that one of them found comes through.
    A wider reading of a number that was read better is dropped, though: it took a neighbour in.
    """
    firms = _Places(firm for firm in findings if firm.type == "ORGANIZATION" and not masks(firm.type))
    chosen = _Places()
    for one in sorted(findings, key=lambda one: (not masks(one.type), -one.score, one.start - one.end)):
        if one.type == "PERSON" and firms.around(one):
            continue
        place = chosen.first_overlapping(one)
        if place is None:
            chosen.add(one)
        elif masks(one.type) and not (one.type in _CODES and _within(chosen.all[place], one)):
            chosen.grow(place, _joined(chosen.all[place], one))
    return _merged(sorted(chosen.all, key=lambda one: one.start))


class _Places:
    """Findings in the order in which they came, and which of them reach into each short piece of the text."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self.all: list[Finding] = []
        self._reaching: dict[int, list[int]] = {}
        for one in findings:
            self.add(one)

    def add(self, one: Finding) -> None:
        """One more."""
        self.all.append(one)
        self._reach(len(self.all) - 1, one)

    def grow(self, number: int, wider: Finding) -> None:
        """`wider` instead of the finding with this number, which lies in it."""
        self.all[number] = wider
        self._reach(number, wider)

    def first_overlapping(self, one: Finding) -> int | None:
        """The number of the first that overlaps with `one`."""
        first = None
        for piece in range(one.start // _PIECE, (one.end - 1) // _PIECE + 1):
            for number in self._reaching.get(piece, ()):
                if (first is None or number < first) and _overlap(one, self.all[number]):
                    first = number
        return first

    def around(self, one: Finding) -> bool:
        """One of them has all of `one` in it."""
        near = (self.all[number] for number in self._reaching.get(one.start // _PIECE, ()))
        return any(other.start <= one.start and one.end <= other.end for other in near)

    def _reach(self, number: int, one: Finding) -> None:
        for piece in range(one.start // _PIECE, (one.end - 1) // _PIECE + 1):
            self._reaching.setdefault(piece, []).append(number)


def _overlap(one: Finding, other: Finding) -> bool:
    return one.start < other.end and other.start < one.end


def filled_up(certain: Sequence[Finding], more: Sequence[Finding]) -> list[Finding]:
    """`certain`, and of `more` what comes first and overlaps with nothing before; in the order of the text."""
    taken: list[Finding] = sorted(certain, key=lambda one: one.start)
    for one in more:
        place = bisect_left(taken, one.start, key=lambda each: each.start)
        free_left = place == 0 or taken[place - 1].end <= one.start
        free_right = place == len(taken) or one.end <= taken[place].start
        if free_left and free_right:
            taken.insert(place, one)
    return taken


def _within(inner: Finding, outer: Finding) -> bool:
    return inner.type in _CODES and outer.start <= inner.start and inner.end <= outer.end


def _joined(one: Finding, other: Finding) -> Finding:
    """Both stretches, under the better one's type."""
    best = max(one, other, key=lambda each: each.score)
    return Finding(best.type, min(one.start, other.start), max(one.end, other.end), best.score)


def _merged(ordered: Sequence[Finding]) -> list[Finding]:
    """A stretch that grew may reach its neighbour."""
    merged: list[Finding] = []
    for one in ordered:
        if merged and one.start < merged[-1].end:
            merged[-1] = _joined(merged[-1], one)
        else:
            merged.append(one)
    return merged
