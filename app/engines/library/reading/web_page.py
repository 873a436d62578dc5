"""HTML as a reader of the page sees it: headings, paragraphs, lists and tables. Nothing on it is run or fetched.

What is hidden is left out: it is where a page gives orders to programs that people never see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Reading, begins_clause
from app.engines.library.reading.decoding import decoded
from app.engines.library.reading.pages import Pages
from app.engines.library.reading.web_hiding import Hiding
from app.engines.library.reading.written import TooWide, Written, padded

_DECLARED = re.compile(rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MARKUP = re.compile(
    rb"<\s*(?:!doctype|html|head|body|div|p|table|h[1-6]|span|meta|title|br|ul|ol|a|section|article|\?xml)\b", re.I
)

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_IN_LINE = frozenset(
    (
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "img",
    )
)
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_MOST_SPANNED = 200
_DEEPEST = 150
"""Elements within elements that are told apart; what is deeper is read as words."""


def read(content: bytes, say: Texts, pages: Pages) -> Reading:
    """Blocks in the order of the page. Raises `BadInput` for what is no text, or no page at all."""
    if content and not _MARKUP.search(content[:65_536].replace(b"\0", b"")):
        raise BadInput("DOCUMENT_MISNAMED", say("document_misnamed"))
    declared = _DECLARED.search(content[:4096])
    text = decoded(content, say, declared[1].decode("ascii", "replace") if declared else "")
    return page_reading(text, say)


def page_reading(text: str, say: Texts) -> Reading:
    """The page in `text`; also the body of a mail. Raises `TooWide` where it is too deep."""
    from lxml import etree, html

    text = _XML_DECLARATION.sub("", text.replace("\0", ""))
    if not text.strip():
        return Reading("", ())
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return Reading("", ())
    if any("depth" in error.message for error in parser.error_log):
        raise TooWide("more than two thousand elements within each other: the parser drops what is deeper")
    title = " ".join("".join(tree.xpath("string(//head/title)")).split())
    page = _Page(Hiding(tree))
    page.walk(tree.find("body") if tree.find("body") is not None else tree)
    page.close()
    return page.written.reading({"title": title} if title else {})


@dataclass(slots=True)
class _Page:
    """The page, while it is walked."""

    hiding: Hiding
    written: Written = field(default_factory=Written)
    line: list[str] = field(default_factory=list)
    """Pieces of the paragraph that is being written."""

    def walk(self, element: Any, depth: int = 0) -> None:
        """Writes what is in the element, in blocks."""
        if self.hiding.hides(element):
            return
        tag = element.tag
        if tag in _HEADINGS:
            self.close()
            self.written.heading(self.inside(element), _HEADINGS[tag])
        elif tag in _LISTS:
            self.close()
            self.written.block("paragraph", "\n".join(self.items(element)))
        elif tag == "table" and not self._is_layout(element):
            self.close()
            self._table(element)
        elif tag == "pre":
            self.close()
            self.written.block("paragraph", element.text_content().strip("\n"))
        elif tag == "br":
            self.line.append("\n")
        elif tag == "dl":
            self.close()
            self.written.block("paragraph", "\n".join(self._terms(element)))
        elif depth > _DEEPEST:
            self.line.extend(self._pieces(element))
        else:
            self._walk_into(element, depth)

    def _walk_into(self, element: Any, depth: int) -> None:
        apart = element.tag not in _IN_LINE
        if apart:
            self.close()
        self.line.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str):
                self.walk(child, depth + 1)
            self.line.append(child.tail or "")
        if apart:
            self.close()

    def close(self) -> None:
        """Ends the paragraph."""
        text = _lines("".join(self.line))
        self.line.clear()
        if text:
            self.written.paragraph(text)

    def inside(self, element: Any) -> str:
        """All that is to be seen in the element, in one line."""
        return " ".join("".join(self._pieces(element)).split())

    def _pieces(self, element: Any, without: frozenset[str] = frozenset()) -> Iterator[str]:
        """The words in the element, however deep: pages that never close a tag go thousands of levels down."""
        waiting: list[Any] = [element]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                yield one
            elif one is element or (isinstance(one.tag, str) and one.tag not in without):
                if self.hiding.hides(one):
                    continue
                edge = "" if one.tag in _IN_LINE else "\n"
                waiting.append(edge)
                for child in reversed(one):
                    waiting += [child.tail or "", child]
                yield edge + (one.text or "")

    def items(self, element: Any, depth: int = 0) -> Iterator[str]:
        """A list's items with the numbers that the page shows; lists within it are moved in."""
        number = _number(element.get("start"), 1)
        for child in element:
            if not isinstance(child.tag, str) or self.hiding.hides(child):
                continue
            if child.tag in _LISTS and depth <= _DEEPEST:
                yield from self.items(child, depth + 1)
                continue
            own = " ".join("".join(self._pieces(child, without=_LISTS)).split())
            number = _number(child.get("value"), number)
            # A clause carries its own number.
            mark = f"{number}. " if element.tag == "ol" else "- "
            if own:
                yield "  " * min(depth, 8) + ("" if begins_clause(own) else mark) + own
            number += 1
            for below in child.iterchildren(*_LISTS):
                if depth > _DEEPEST:
                    yield self.inside(below)
                elif not self.hiding.hides(below):
                    yield from self.items(below, depth + 1)

    def _terms(self, element: Any) -> Iterator[str]:
        """`term：meaning`, as one line each."""
        term = ""
        for child in element.iter("dt", "dd"):
            text = self.inside(child)
            if child.tag == "dt":
                term = text
            elif text:
                yield f"{term}：{text}" if term else text
                term = ""

    def _is_layout(self, table: Any) -> bool:
        """A table that holds tables, headings or a single column is there for the looks."""
        if next(table.iterdescendants("table", *_HEADINGS), None) is not None:
            return True
        return all(len(row.xpath("./td|./th")) < 2 for row in table.iter("tr"))

    def _table(self, table: Any) -> None:
        caption = table.find("caption")
        titled = self.inside(caption) if caption is not None else ""
        if titled:
            self.written.block("paragraph", titled)
        rows, header = self._rows(table)
        self.written.table(rows, header, above=(titled,) if titled else ())

    def _rows(self, table: Any) -> tuple[list[list[str]], int]:
        """The cells, those over several columns or rows filled in above, and how many rows name the columns."""
        rows: list[list[str]] = []
        going_down: dict[int, tuple[int, str]] = {}  # column -> rows that a cell above still covers, its text
        header = 0
        for row in table.iter("tr"):
            if self.hiding.hides(row):
                continue
            cells = [cell for cell in row if cell.tag in ("td", "th") and not self.hiding.hides(cell)]
            heads = bool(cells) and (row.getparent().tag == "thead" or all(cell.tag == "th" for cell in cells))
            line: list[str] = []
            for cell in cells:
                _fill(line, going_down)
                text = self.inside(cell)
                across = min(_number(cell.get("colspan"), 1), _MOST_SPANNED)
                down = min(_number(cell.get("rowspan"), 1), _MOST_SPANNED)
                for at in range(max(1, across)):
                    # A header names each column below it; an amount over two columns is said once.
                    shown = text if at == 0 or heads else ""
                    if down > 1:
                        going_down[len(line)] = (down - 1, shown)
                    line.append(shown)
            _fill(line, going_down)
            if any(line):
                rows.append(line)
                header += heads and header == len(rows) - 1
        rows = padded(rows)
        if not header and len(rows) > 1:
            header = 1
        return rows, header if header < len(rows) else 0


def _fill(line: list[str], going_down: dict[int, tuple[int, str]]) -> None:
    """Cells from above that stand in the columns which come next."""
    while (above := going_down.get(len(line))) is not None:
        left, text = above
        if left > 1:
            going_down[len(line)] = (left - 1, text)
        else:
            del going_down[len(line)]
        line.append(text)


def _lines(text: str) -> str:
    """Blanks and line ends of the source are one blank; `<br>` is a line's end."""
    return "\n".join(line for piece in text.split("\n") if (line := _BLANKS.sub(" ", piece).strip()))


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,6}", text.strip()) else otherwise
