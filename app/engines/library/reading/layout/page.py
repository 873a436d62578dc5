"""What a page holds, whoever read it (pdfium or OCR): words, pieces of lines, ruled lines.

Lengths are points (1/72 inch; of a picture: pixels) from the top left corner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol


class Boxed(Protocol):
    """Something with a place on the page."""

    @property
    def left(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def right(self) -> float: ...
    @property
    def bottom(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Word:
    """Characters that were written together, without blanks."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    """Of the font."""
    bold: bool = False
    blanks: int = 0
    """White space before it that the file itself holds."""
    parted: bool = False
    """Space before it, written or shown."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one line without a gap: a line, a line of a column, or (a line of) a table's cell."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool = False

    @property
    def middle(self) -> float:
        """Its height on the page."""
        return (self.top + self.bottom) / 2

    def scaled(self, by: float) -> Piece:
        """The same piece on a page `by` times as large."""
        return replace(
            self,
            left=self.left * by,
            top=self.top * by,
            right=self.right * by,
            bottom=self.bottom * by,
            size=self.size * by,
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line that was drawn, horizontal or vertical."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def upright(self) -> bool:
        return self.bottom - self.top > self.right - self.left

    def scaled(self, by: float) -> Rule:
        """The same line on a page `by` times as large."""
        return Rule(self.left * by, self.top * by, self.right * by, self.bottom * by)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was written."""

    number: int
    """From 1."""
    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...] = ()
    pictured: float = 0.0
    """Share of the page, 0 to 1, that the largest picture covers."""
    drawn: int = 0
    """Shapes on it: text can be drawn too."""
    turn: int = 0
    """Degrees, clockwise, by which it was turned to be read: most of it is written sideways."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as it is laid out."""

    number: int
    width: float
    height: float
    pieces: tuple[Piece, ...]
    rules: tuple[Rule, ...] = ()
    scanned: bool = False
    certainty: float = 1.0
    """Of what was read from a picture, 0 to 1."""

    def with_pieces(self, pieces: Iterable[Piece]) -> Sheet:
        return replace(self, pieces=tuple(pieces))


def overlap(one: Boxed, other: Boxed) -> float:
    """Share of the lower box's height that the two have in common."""
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    lower = min(one.bottom - one.top, other.bottom - other.top)
    return max(0.0, common / lower) if lower > 0 else 0.0
