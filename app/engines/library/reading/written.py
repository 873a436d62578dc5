"""Headings, paragraphs and tables of a file, written one after the other into one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.engines.library.document import Block, Kind, Reading, plain_heading_level

LONGEST_TABLE = 2400
"""Characters of a table that stays whole; a longer one is cut between rows, with its header `above` each part."""
MOST_ROWS_TOGETHER = 40
LARGEST_AREA = 4_000_000
"""Cells of a table, with the empty ones."""
_LONGEST_HEADER = 1_500
"""Characters: a table of thousands of columns would say more in its headers than in its rows."""


class TooWide(Exception):
    """A table of immense width or height, most of it empty."""


@dataclass(slots=True)
class Written:
    """The text and its blocks, while they grow; an empty line stands between blocks."""

    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Sentences for people: what stands in the file and was not read."""
    at: int = 0

    def heading(self, text: str, level: int, place: str = "") -> None:
        """A heading over what follows; 1 is the highest level."""
        self._add("heading", text, place, level)

    def paragraph(self, text: str, place: str = "", above: tuple[str, ...] = ()) -> None:
        """A paragraph; a short line that reads like a heading (`三、…`) becomes one."""
        level = plain_heading_level(text)
        self._add("heading" if level else "paragraph", text, place, level, above)

    def block(self, kind: Kind, text: str, place: str = "", level: int = 0, above: tuple[str, ...] = ()) -> None:
        """A block as it is."""
        self._add(kind, text, place, level, above)

    def table(self, rows: Sequence[Sequence[str]], header: int, place: str = "", above: tuple[str, ...] = ()) -> None:
        """A table, the first `header` rows of which name the columns, whole or in parts of the same place."""
        for start, stop in row_groups(rows, header):
            self.table_part(rows, header, start, stop, place, above)

    def table_part(
        self,
        rows: Sequence[Sequence[str]],
        header: int,
        start: int,
        stop: int,
        place: str = "",
        above: tuple[str, ...] = (),
    ) -> None:
        """The rows from `start` to before `stop`; the header stands over those that do not begin with it."""
        ruled = markdown_table(rows[start:stop], header if start == 0 else 0)
        if start and header:
            above = (*above, header_line(rows[:header])[:_LONGEST_HEADER])
        self._add("table", ruled, place, 0, above)

    def take(self, reading: Reading, place: str, below: int) -> None:
        """Everything of another reading, at `place`, with its headings `below` levels deeper."""
        for block in reading.blocks:
            text = reading.text[block.start : block.end]
            level = block.level + below if block.level else 0
            self._add(block.kind, text, f"{place} {block.place}".strip(), level, block.above)
        self.left_out.extend(f"{place}：{sentence}" for sentence in reading.about.get("left_out", ()))

    def reading(self, about: Mapping[str, Any] | None = None) -> Reading:
        """What has been written."""
        told = {"left_out": tuple(self.left_out)} if self.left_out else {}
        return Reading("\n\n".join(self.pieces), tuple(self.blocks), {**(about or {}), **told})

    def _add(self, kind: Kind, text: str, place: str, level: int = 0, above: tuple[str, ...] = ()) -> None:
        text = text.strip()
        if text:
            self.blocks.append(Block(kind, self.at, self.at + len(text), level, place, above))
            self.pieces.append(text)
            self.at += len(text) + 2


def markdown_table(rows: Sequence[Sequence[str]], header: int) -> str:
    """Rows in Markdown, cells verbatim but for line breaks; a rule below the header. `rows` are of one width."""
    lines = [f"| {' | '.join(one_line(cell) for cell in row)} |" for row in rows]
    if header and lines:
        lines.insert(header, f"|{' --- |' * len(rows[0])}")
    return "\n".join(lines)


def header_line(rows: Sequence[Sequence[str]]) -> str:
    """The header rows as one, for the parts of a table that stand below: `| 项目 | 2024年 期末 | 2024年 期初 |`."""
    columns = (dict.fromkeys(one_line(cell) for cell in column if cell.strip()) for column in zip(*rows, strict=True))
    return f"| {' | '.join(' '.join(names) for names in columns)} |"


def row_groups(rows: Sequence[Sequence[str]], header: int) -> list[tuple[int, int]]:
    """Where a table is cut, as ranges of rows: whole while it is short, else parts of moderate length."""
    sizes = [sum(map(len, row)) + 3 * len(row) + 2 for row in rows]
    if sum(sizes) <= LONGEST_TABLE and len(rows) <= MOST_ROWS_TOGETHER * 3:
        return [(0, len(rows))]
    groups = []
    start = size = 0
    for at, one in enumerate(sizes):
        if at > max(start, header) and (size + one > LONGEST_TABLE or at - start >= MOST_ROWS_TOGETHER):
            groups.append((start, at))
            start, size = at, 0
        size += one
    return [*groups, (start, len(rows))]


def one_line(cell: str) -> str:
    """A cell's text without its line breaks."""
    return " ".join(cell.split())


def check_area(columns: int, rows: int) -> None:
    """Raises `TooWide` for a table of more cells, empty ones too, than anybody fills."""
    if columns * rows > LARGEST_AREA:
        raise TooWide(f"{columns} columns, {rows} rows")


def padded(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Rows of one width. Raises `TooWide`."""
    width = max(map(len, rows), default=0)
    check_area(width, len(rows))
    return [[*row, *[""] * (width - len(row))] for row in rows]
