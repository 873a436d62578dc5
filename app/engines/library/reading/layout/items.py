"""One page as paragraphs and tables, in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.engines.library.reading.layout.columns import regions
from app.engines.library.reading.layout.grids import Grid, grids_of
from app.engines.library.reading.layout.page import Piece, Sheet
from app.engines.library.reading.layout.paragraphs import Paragraph, begins_note, paragraphs_of
from app.engines.library.reading.layout.pieces import rows_of, spaced
from app.engines.library.reading.layout.tables import Table, cells_of, is_figure, table_of, tables_in

Item = Paragraph | Table

_SMALLER, _SMALLER_SCANNED = 0.93, 0.82
"""Of the body's letters: footnotes are set smaller."""


def items_of(sheet: Sheet, body: float) -> list[Item]:
    """Paragraphs and tables of a page in reading order, footnotes last. `body` is the usual size of letters."""
    grids = [grid for grid in grids_of(sheet.rules) if _sound(grid, sheet)]
    pieces = [piece for piece in sheet.pieces if not any(grid.holds(piece) for grid in grids)]
    # A grid takes part in the order as one large piece without text.
    large = [_as_piece(grid) for grid in grids]
    stand_in = {id(piece): grid for piece, grid in zip(large, grids, strict=True)}
    items: list[Item] = []
    for region in regions([*pieces, *large]):
        items += _region(region, stand_in, sheet)
    return _notes_last(items, body, sheet)


def _sound(grid: Grid, sheet: Sheet) -> bool:
    """True where the lines part rows and columns: no figures below each other in a cell, no three pieces beside."""
    inside = [piece for piece in sheet.pieces if grid.holds(piece)]
    cells = [rows_of(cell) for row in grid.rows(inside) for cell in row if len(cell) > 1]
    beside = any(len(row) > 2 for cell in cells for row in cell)
    below = any(len(cell) > 1 and all(is_figure(row[0].text) for row in cell) for cell in cells)
    return len(inside) > 1 and not beside and not below


def _as_piece(grid: Grid) -> Piece:
    return Piece("", grid.across[0], grid.down[0], grid.across[-1], grid.down[-1], 1.0)


def _region(region: Sequence[Piece], stand_in: dict[int, Grid], sheet: Sheet) -> Iterator[Item]:
    rows: list[list[Piece]] = []
    right = max(piece.right for piece in region)
    for row in rows_of(region):
        framed = [stand_in[id(piece)] for piece in row if id(piece) in stand_in]
        if framed:
            yield from _plain(rows, right, sheet)
            rows = []
            for grid in framed:
                yield _ruled(grid, sheet)
        written = [piece for piece in row if id(piece) not in stand_in]
        if written and framed:
            rows += rows_of(written)  # the tall grid had drawn in what stands beside it
        elif written:
            rows.append(written)
    yield from _plain(rows, right, sheet)


def _ruled(grid: Grid, sheet: Sheet) -> Table:
    inside = [piece for piece in sheet.pieces if grid.holds(piece)]
    rows = [[_cell(cell) for cell in row] for row in grid.rows(inside)]
    return table_of(rows, sheet.number, grid.across[:-1])


def _cell(pieces: Sequence[Piece]) -> str:
    text = ""
    for row in rows_of(pieces):
        line = " ".join(piece.text for piece in row)
        text += spaced(text, line) + line
    return text


def _plain(rows: Sequence[Sequence[Piece]], right: float, sheet: Sheet) -> Iterator[Item]:
    """Tables without ruled lines, and the paragraphs between them."""
    at = 0
    for begin, end in tables_in(rows):
        yield from paragraphs_of(_lines(rows[at:begin]), sheet.number, right, sheet.scanned)
        yield cells_of(rows[begin:end], sheet.number)
        at = end
    yield from paragraphs_of(_lines(rows[at:]), sheet.number, right, sheet.scanned)


def _lines(rows: Sequence[Sequence[Piece]]) -> list[Piece]:
    """Each row as one line."""
    found = []
    for row in rows:
        first = row[0]
        for piece in row[1:]:
            first = Piece(
                f"{first.text}  {piece.text}",
                first.left,
                min(first.top, piece.top),
                piece.right,
                max(first.bottom, piece.bottom),
                first.size,
                first.bold and piece.bold,
            )
        found.append(first)
    return found


def _notes_last(items: Sequence[Item], body: float, sheet: Sheet) -> list[Item]:
    """Marks small paragraphs at the foot of the page as footnotes, and puts them after the rest."""
    text: list[Item] = []
    notes: list[Item] = []
    for item in items:
        low = isinstance(item, Paragraph) and item.lines[0].top > 0.5 * sheet.height
        if (
            low
            and isinstance(item, Paragraph)
            and item.size < _SMALLER * body
            and (notes or begins_note(item.lines[0].text))
        ):
            item.note = True
            notes.append(item)
        else:
            text.append(item)
    return [*text, *notes]


def _noted(item: Paragraph, body: float, sheet: Sheet) -> bool:
    smaller = _SMALLER_SCANNED if sheet.scanned else _SMALLER
    return item.lines[0].top > 0.5 * sheet.height and item.size < smaller * body
