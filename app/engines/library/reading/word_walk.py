"""A word processor's document, walked in the order in which it is read: paragraphs and tables, with notes and boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.engines.library.reading.sheet_tables import Area, header_rows
from app.engines.library.reading.word_numbers import Numbers, W
from app.engines.library.reading.word_styles import Style, is_on, outline_level, value_of
from app.engines.library.reading.written import one_line, padded

_STRUCK_OUT_OR_REPEATED = frozenset(("del", "moveFrom", "Fallback", "rt", "rPr", "pPr", "instrText", "delText"))
_CONTAINERS = frozenset(("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "AlternateContent", "Choice"))
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NO_GAP_AFTER = frozenset("）)、．】］》」")
_DEEPEST = 60
_UNSEEN_SIZE = 4
"""Half points: nobody reads letters of two points."""


@dataclass(frozen=True, slots=True)
class WordParagraph:
    """A paragraph with its generated number."""

    text: str
    level: int = 0
    """1 to 9 of a heading by its style."""
    mark: str = ""
    """The generated number or bullet that `text` begins with."""
    centred: bool = False


@dataclass(frozen=True, slots=True)
class WordTable:
    """A table; cells merged sideways stand once, those merged downwards in each row, headers over each column."""

    rows: tuple[tuple[str, ...], ...]
    header: int


@dataclass(slots=True)
class WordWalk:
    """Walks one document; it counts the lists and the notes on its way."""

    styles: Mapping[str, Style]
    numbers: Numbers
    notes: Mapping[tuple[str, str], Any]
    """(`footnote` or `endnote`, identifier) -> the note's element."""
    _marked: dict[tuple[str, str], str] = field(default_factory=dict)
    _pending: list[Any] = field(default_factory=list)
    """Notes and boxes of the paragraph or table that is being read; they follow it."""

    def items(self, parent: Any, depth: int = 0) -> Iterator[WordParagraph | WordTable]:
        """Paragraphs and tables below an element, in order."""
        for element in parent:
            name = _name(element)
            if name == "p":
                yield from self._paragraph(element)
                yield from self._following(depth)
            elif name == "tbl":
                yield from self._table(element, depth)
                yield from self._following(depth)
            elif name in _CONTAINERS and depth < _DEEPEST and not _is_contents(element):
                yield from self.items(element, depth + 1)

    def _following(self, depth: int) -> Iterator[WordParagraph | WordTable]:
        """Notes and boxes, after the paragraph that they belong to."""
        pending, self._pending = self._pending, []
        for kind, content in pending:
            if depth >= _DEEPEST:
                return
            if kind:
                texts = [one.text for one in self.items(content, depth + 1) if isinstance(one, WordParagraph)]
                yield WordParagraph(f"{kind} {' '.join(texts)}")
            else:
                yield from self.items(content, depth + 1)

    def _paragraph(self, element: Any) -> Iterator[WordParagraph]:
        properties = element.find(f"{W}pPr")
        style = self.styles.get(value_of(element, "pPr", "pStyle"), self.styles[""])
        if style.contents:
            return
        text = "" if style.hidden else self._written(element).strip()
        if not text:
            return
        level, mark = style.level, ""
        if properties is not None:
            level = outline_level(value_of(properties, "outlineLvl")) or level
        number = value_of(element, "pPr", "numPr", "numId") or style.number
        if number and number != "0":
            own = value_of(element, "pPr", "numPr", "ilvl")
            named = value_of(element, "pPr", "pStyle")
            at = int(own) if own.isdigit() else style.depth
            mark = self.numbers.mark(number, self.numbers.level_of_style(number, named) if at is None else at)
        if mark:
            text = f"{mark}{'' if mark[-1] in _NO_GAP_AFTER else ' '}{text}"
        centred = value_of(element, "pPr", "jc") == "center"
        yield WordParagraph(text, level, mark, centred)

    def _written(self, element: Any) -> str:
        """The element's text as it stands: insertions and links in, what is struck out, hidden or repeated not."""
        name = _name(element)
        if name in _STRUCK_OUT_OR_REPEATED:
            return ""
        if name == "r" and self._is_hidden(element):
            return ""
        if name == "t":
            return str(element.text or "")
        if name in _SIGNS:
            return _SIGNS[name]
        if name in ("footnoteReference", "endnoteReference"):
            return self._note(name.removesuffix("Reference"), str(element.get(f"{W}id")))
        if name == "txbxContent":
            self._pending.append(("", element))
            return ""
        if name == "AlternateContent":
            # The same drawing twice, for new and old programs.
            chosen = next((child for child in element if _name(child) == "Choice"), None)
            return "".join(map(self._written, chosen if chosen is not None else ()))
        return "".join(map(self._written, element))

    def _is_hidden(self, run: Any) -> bool:
        properties = run.find(f"{W}rPr")
        if properties is None:
            return False
        size = value_of(properties, "sz")
        if is_on(properties.find(f"{W}vanish")) or (size.isdigit() and int(size) <= _UNSEEN_SIZE):
            return True
        return self.styles.get(value_of(properties, "rStyle"), Style()).hidden

    def _note(self, kind: str, identifier: str) -> str:
        """`〔注1〕` where the text refers to a note; the note itself follows the paragraph."""
        key = (kind, identifier)
        note = self.notes.get(key)
        if note is None:
            return ""
        if key not in self._marked:
            same = sum(one[0] == kind for one in self._marked)
            self._marked[key] = f"〔{'注' if kind == 'footnote' else '尾注'}{same + 1}〕"
            self._pending.append((self._marked[key], note))
        return self._marked[key]

    def _table(self, table: Any, depth: int) -> Iterator[WordParagraph | WordTable]:
        rows: list[list[str]] = []
        heads: list[bool] = []
        merged: list[Area] = []
        above: dict[int, str] = {}  # column -> text of the cell there that goes on downwards
        for row in _rows_in(table):
            line: list[str] = []
            for cell in _cells_in(row):
                column = len(line)
                goes_on = cell.find(f"{W}tcPr/{W}vMerge")
                text = self._cell(cell, depth)
                if goes_on is None:
                    above.pop(column, None)
                elif goes_on.get(f"{W}val") == "restart":
                    above[column] = text
                else:
                    text = above.get(column, text)
                    merged.append((column + 1, len(rows), column + 1, len(rows) + 1))
                span = value_of(cell, "tcPr", "gridSpan")
                wide = min(int(span), 200) if span.isdigit() and int(span) > 1 else 1
                if wide > 1:
                    merged.append((column + 1, len(rows) + 1, column + wide, len(rows) + 1))
                line.extend([text, *[""] * (wide - 1)])
            if any(line):
                rows.append(line)
                heads.append(is_on(row.find(f"{W}trPr/{W}tblHeader")))
        yield from _as_items(rows, heads, merged)

    def _cell(self, cell: Any, depth: int) -> str:
        if depth >= _DEEPEST:
            return ""
        outside, self._pending = self._pending, []
        inside = []
        for one in self.items(cell, depth + 1):
            inside.append(one.text if isinstance(one, WordParagraph) else " ".join(" ".join(row) for row in one.rows))
        self._pending = outside
        return one_line(" ".join(inside))


def _as_items(
    rows: Sequence[Sequence[str]], heads: Sequence[bool], merged: Sequence[Area]
) -> Iterator[WordParagraph | WordTable]:
    """A table of one column is a frame around paragraphs."""
    width = max(map(len, rows), default=0)
    if width < 2:
        yield from (WordParagraph(row[0]) for row in rows)
        return
    cells = padded(rows)
    named = next((at for at, is_head in enumerate(heads) if not is_head), len(heads))
    header = min(named, len(cells) - 1) or header_rows(cells, merged)
    for left, top, right, _ in merged:
        if top - 1 < header and right > left:
            cells[top - 1][left - 1 : right] = [cells[top - 1][left - 1]] * (right - left + 1)
    yield WordTable(tuple(map(tuple, cells)), header)


def _rows_in(table: Any) -> Iterator[Any]:
    for element in table:
        name = _name(element)
        if name == "tr":
            if element.find(f"{W}trPr/{W}del") is None:
                yield element
        elif name in _CONTAINERS:
            yield from _rows_in(element)


def _cells_in(row: Any) -> Iterator[Any]:
    for element in row:
        name = _name(element)
        if name == "tc":
            yield element
        elif name in _CONTAINERS:
            yield from _cells_in(element)


def _is_contents(element: Any) -> bool:
    """A table of contents says nothing that does not stand elsewhere."""
    return "contents" in value_of(element, "sdtPr", "docPartObj", "docPartGallery").lower()


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""
