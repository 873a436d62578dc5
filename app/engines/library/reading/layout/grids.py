"""Tables between ruled lines: every piece goes into the cell that the lines draw around it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.engines.library.reading.layout.page import Piece, Rule

_NEAR = 3.0
"""Points: closer lines are one line."""
_ALONG = 0.34
_MOST_RULES = 8_000
_MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Grid:
    """Ruled lines that make rows and columns."""

    across: tuple[float, ...]
    """x of the upright lines."""
    down: tuple[float, ...]
    """y of the level lines."""
    rules: tuple[Rule, ...]

    def holds(self, piece: Piece) -> bool:
        middle = (piece.left + piece.right) / 2
        return self.across[0] <= middle <= self.across[-1] and self.down[0] <= piece.middle <= self.down[-1]

    def rows(self, pieces: Sequence[Piece]) -> list[list[list[Piece]]]:
        """Rows of cells of pieces; a merged cell's text stands in its first cell, the others are empty."""
        wide, tall = len(self.across) - 1, len(self.down) - 1
        first = self._merged(wide, tall)
        cells: list[list[list[Piece]]] = [[[] for _ in range(wide)] for _ in range(tall)]
        for piece in pieces:
            column = min(wide - 1, max(0, bisect_right(self.across, (piece.left + piece.right) / 2) - 1))
            row = min(tall - 1, max(0, bisect_right(self.down, piece.middle) - 1))
            own = first[row * wide + column]
            cells[own // wide][own % wide].append(piece)
        return cells

    def _merged(self, wide: int, tall: int) -> list[int]:
        """For each cell (counted along the rows) the first cell of those that no line parts from it."""
        first = list(range(wide * tall))

        def root(cell: int) -> int:
            while first[cell] != cell:
                cell = first[cell]
            return cell

        upright = [rule for rule in self.rules if rule.upright]
        level = [rule for rule in self.rules if not rule.upright]
        for row in range(tall):
            y = (self.down[row] + self.down[row + 1]) / 2
            for column in range(wide):
                x = (self.across[column] + self.across[column + 1]) / 2
                cell = row * wide + column
                if column + 1 < wide and not any(
                    abs(rule.left - self.across[column + 1]) < _NEAR and rule.top <= y <= rule.bottom
                    for rule in upright
                ):
                    _union(first, root(cell), root(cell + 1))
                if row + 1 < tall and not any(
                    abs(rule.top - self.down[row + 1]) < _NEAR and rule.left <= x <= rule.right for rule in level
                ):
                    _union(first, root(cell), root(cell + wide))
        return [root(cell) for cell in range(wide * tall)]


def grids_of(rules: Sequence[Rule]) -> Iterator[Grid]:
    """Groups of lines that touch and make at least two rows and two columns; the outer sides may be open."""
    if len(rules) > _MOST_RULES:
        return
    for group in _touching(rules):
        upright = [rule for rule in group if rule.upright]
        level = [rule for rule in group if not rule.upright]
        if not upright or not level:
            continue
        down = _places(rule.top for rule in level)
        tall = down[-1] - down[0]
        sides = (min(rule.left for rule in level), max(rule.right for rule in level))
        within = _places(
            rule.left
            for rule in upright
            # A line between two columns runs along (nearly) all of their rows.
            if sum(min(other.bottom, down[-1]) - max(other.top, down[0]) for other in upright if _same(rule, other))
            >= _ALONG * tall
        )
        across = _places((*within, *sides))
        if within and min(len(across), len(down)) >= 3 and (len(across) - 1) * (len(down) - 1) <= _MOST_CELLS:
            yield Grid(across, down, tuple(group))


def _same(rule: Rule, other: Rule) -> bool:
    return abs(rule.left - other.left) < _NEAR


def _union(first: list[int], one: int, other: int) -> None:
    first[max(one, other)] = min(one, other)


def _places(values: Iterable[float]) -> tuple[float, ...]:
    """The values in order, those near each other once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return tuple(found)


def _touching(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Lines grouped with those that they meet; groups are found by sweeping downwards."""
    groups: list[tuple[list[Rule], list[float]]] = []
    for rule in sorted(rules, key=lambda one: one.top):
        box = [rule.left - _NEAR, rule.top - _NEAR, rule.right + _NEAR, rule.bottom + _NEAR]
        members = [rule]
        apart = []
        for group, around in groups:
            if around[0] <= box[2] and box[0] <= around[2] and around[1] <= box[3] and box[1] <= around[3]:
                members = group + members
                box = [
                    min(box[0], around[0]),
                    min(box[1], around[1]),
                    max(box[2], around[2]),
                    max(box[3], around[3]),
                ]
            else:
                apart.append((group, around))
        groups = [*apart, (members, box)]
    return [group for group, _ in groups]
