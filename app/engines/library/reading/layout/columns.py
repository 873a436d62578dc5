"""The order in which a page is read: what runs across the page, then its columns, each from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.engines.library.reading.layout.page import Piece

_FEWEST = 5
"""Lines on each side: fewer are a letterhead or a signature, not columns."""
_PROSE = 0.5
"""Share of a column's characters that stand in lines of nearly its width. In a table's columns they do not."""
_FULL = 0.62
_DEEPEST = 3
_LETTER = re.compile(r"[^\W\d_]")


def regions(pieces: Sequence[Piece], depth: int = 0) -> list[list[Piece]]:
    """The pieces, column by column, in reading order. Within a region they are read row by row."""
    if depth == _DEEPEST or len(pieces) < 2 * _FEWEST:
        return [list(pieces)] if pieces else []
    best = max(_bands(pieces), key=lambda band: band[0], default=None)
    if best is None:
        return [list(pieces)]
    _, gutter, top, bottom = best
    right = [one for one in pieces if top <= one.middle <= bottom and one.right > gutter]
    # What stands left of nothing is still above the columns: the short last line of a paragraph across the page.
    top = min(one.top for one in right)
    left = [one for one in pieces if top <= one.middle <= bottom and one.right <= gutter]
    above = [one for one in pieces if one.middle < top]
    below = [one for one in pieces if one.middle > bottom]
    return [
        *regions(above, depth),
        *regions(left, depth + 1),
        *regions(right, depth + 1),
        *regions(below, depth),
    ]


def _bands(pieces: Sequence[Piece]) -> Iterator[tuple[float, float, float, float]]:
    """Where the page falls into two columns: how much stands there, x of the gutter, top and bottom."""
    least, most = min(one.left for one in pieces), max(one.right for one in pieces)
    wide = most - least
    edges = sorted({round(one.left) for one in pieces if least + 0.2 * wide < one.left < least + 0.8 * wide})
    for edge in edges:
        gutter = edge - 2.0
        crossing = sorted(one.middle for one in pieces if one.left < gutter < one.right)
        tops = [min(one.top for one in pieces) - 1, *crossing, max(one.bottom for one in pieces) + 1]
        for top, bottom in pairwise(tops):
            within = [one for one in pieces if top < one.middle < bottom]
            left = [one for one in within if one.right <= gutter]
            right = [one for one in within if one.left >= gutter]
            if _prose(left) and _prose(right):
                yield (
                    float(sum(len(one.text) for one in within)),
                    gutter,
                    min(one.middle for one in within),
                    max(one.middle for one in within),
                )


def _prose(column: Sequence[Piece]) -> bool:
    """True for running text: most of it stands in lines that fill the column."""
    if len(column) < _FEWEST:
        return False
    wide = max(one.right for one in column) - min(one.left for one in column)
    if wide < 12 * max(one.size for one in column):
        return False
    full = [one for one in column if one.right - one.left >= _FULL * wide and len(_LETTER.findall(one.text)) >= 8]
    letters = sum(len(one.text) for one in column)
    return len(full) >= _FEWEST - 1 and sum(len(one.text) for one in full) >= _PROSE * letters
