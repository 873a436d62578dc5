"""Tables without ruled lines: rows whose pieces stand under each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.engines.library.reading.layout.page import Piece
from app.engines.library.reading.layout.pieces import is_bullet, spaced

_FIGURE = re.compile(
    r"[(（]?(?:[$€£¥￥]|US\$|HK\$)?\s*[-–—+]?[(（]?\d[\d,.，]*\s*[)）]?\s*(?:[%％‰]|bps|bp)?[)）]?$|[—–-]$|NM$|N/A$"
)
_YEAR = re.compile(r"(?:19|20)\d\d\s*年?$")
_BETWEEN = 3
"""Rows with one piece that may stand between rows with several: a subtitle or two, the first line of a long label."""
_DEEPEST_HEAD = 3


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in rows of the same length."""

    rows: tuple[tuple[str, ...], ...]
    page: int
    columns: tuple[float, ...]
    """Left edges, to tell whether a table goes on."""
    head: int
    """Rows at the top that name the columns; 0 where it begins with figures."""


def table_of(rows: Sequence[Sequence[str]], page: int, columns: Sequence[float]) -> Table:
    """A table of cells, without empty rows and columns."""
    filled = [row for row in rows if any(row)]
    used = [at for at in range(len(columns)) if any(row[at] for row in filled)]
    kept = tuple(tuple(row[at] for at in used) for row in filled)
    return Table(kept, page, tuple(columns[at] for at in used), head_of(kept))


def head_of(rows: Sequence[Sequence[str]]) -> int:
    """How many rows name the columns: those before the first with a label and a figure that is no year."""
    for number, row in enumerate(rows[: _DEEPEST_HEAD + 1]):
        figures = [cell for cell in row[1:] if is_figure(cell) and not _YEAR.match(cell)]
        if figures and row[0]:
            return number
    return 1


def is_figure(cell: str) -> bool:
    """True for an amount, a share, a dash in a column of amounts."""
    return bool(_FIGURE.match(cell))


def tables_in(rows: Sequence[Sequence[Piece]]) -> list[tuple[int, int]]:
    """First and last row (exclusive) of each table among the rows of a region."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(rows):
        if len(rows[at]) < 2:
            at += 1
            continue
        end = _end(rows, at)
        if sum(len(row) > 1 for row in rows[at:end]) >= 2:
            begin = _with_head(rows, found[-1][1] if found else 0, at, end)
            found.append((begin, end))
        at = end
    return found


def cells_of(rows: Sequence[Sequence[Piece]], page: int) -> Table:
    """The table of these rows. A piece across several columns stands in the first of them."""
    columns = _columns(rows)
    lines: list[list[str]] = []
    for row in rows:
        cells = [""] * len(columns)
        for piece in row:
            at = _column(piece, columns)
            cells[at] = f"{cells[at]} {piece.text}" if cells[at] else piece.text
        if lines and _wraps(lines[-1], cells):
            cells[0] = lines[-1][0] + spaced(lines[-1][0], cells[0]) + cells[0]
            lines.pop()
        lines.append(cells)
    return table_of(lines, page, [left for left, _ in columns])


def _end(rows: Sequence[Sequence[Piece]], begin: int) -> int:
    """After the last row of the table that begins here."""
    end = begin + 1
    alone = 0
    widest = max(piece.right for row in rows for piece in row) - min(piece.left for row in rows for piece in row)
    for at in range(begin + 1, len(rows)):
        row = rows[at]
        above = rows[at - 1][0]
        if row[0].top - above.bottom > 3.5 * max(row[0].size, above.size):
            break
        if len(row) > 1:
            end, alone = at + 1, 0
            continue
        alone += 1
        long = row[0].right - row[0].left > 0.8 * widest
        follows = rows[at + 1] if at + 1 < len(rows) else row
        prose = long and (len(follows) == 1 or row[0].text.endswith((".", "。")))
        if alone > _BETWEEN or prose or (is_bullet(row[0].text.split(" ")[0]) and len(row[0].text) > 40):
            break
    return end


def _with_head(rows: Sequence[Sequence[Piece]], after: int, begin: int, end: int) -> int:
    """The rows above that stand over its columns of figures belong to the table too."""
    label = min(row[0].left for row in rows[begin:end])
    figures = min((row[1].left for row in rows[begin:end] if len(row) > 1), default=label)
    while begin > after and begin > 0:
        above, first = rows[begin - 1], rows[begin][0]
        near = first.top - max(piece.bottom for piece in above) < 1.5 * first.size
        if not near or len(above) != 1 or above[0].left < max(figures - 2 * first.size, label + 6 * first.size):
            break
        begin -= 1
    return begin


def _columns(rows: Sequence[Sequence[Piece]]) -> list[tuple[float, float]]:
    """Left and right of the columns, by the rows that have (nearly) all of them: titles run across several."""
    most = sorted(len(row) for row in rows)[int(len(rows) * 0.9)]
    full = [row for row in rows if len(row) >= max(2, round(0.75 * most))]
    found: list[tuple[float, float]] = []
    for left, right in sorted((piece.left, piece.right) for row in full for piece in row):
        if found and left < found[-1][1] - 1:
            found[-1] = (found[-1][0], max(right, found[-1][1]))
        else:
            found.append((left, right))
    return found


def _column(piece: Piece, columns: Sequence[tuple[float, float]]) -> int:
    """The first column that it covers, else the nearest."""

    def apart(column: tuple[float, float]) -> float:
        return max(column[0] - piece.right, piece.left - column[1])

    for at, (left, right) in enumerate(columns):
        common = min(right, piece.right) - max(left, piece.left)
        if common > 0.3 * min(right - left, piece.right - piece.left):
            return at
    return min(range(len(columns)), key=lambda at: apart(columns[at]))


def _wraps(before: Sequence[str], row: Sequence[str]) -> bool:
    """True where a label of the row before goes on in this one: it stood alone and this begins in small letters."""
    return bool(before[0]) and not any(before[1:]) and row[0][:1].islower()
