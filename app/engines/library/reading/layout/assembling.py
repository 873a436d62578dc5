"""Pages as one reading: headings, paragraphs joined over lines, columns and pages, tables with the heads above them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from app.engines.library.document import Reading, begins_clause, plain_heading_level
from app.engines.library.reading.layout.items import Item, items_of
from app.engines.library.reading.layout.page import Piece, Sheet
from app.engines.library.reading.layout.paragraphs import Paragraph, begins_item
from app.engines.library.reading.layout.pieces import spaced
from app.engines.library.reading.layout.repeated import without_repeated
from app.engines.library.reading.layout.tables import Table
from app.engines.library.reading.written import Written, header_line

_LONGEST_CAPTION = 120
_LONGEST_HEADING = 110
_LONGEST_HAN_HEADING = 45
_UNDONE = re.compile(r"[。；;，,：:!！?？]$|[a-z]{3,}\.$")
_IN_BRACKETS = re.compile(r"[(（].*[)）]$")
_HYPHENED = re.compile(r"([A-Za-z]+)-$")
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_LARGER, _LARGER_SCANNED = 1.12, 1.35


def reading_of(sheets: Sequence[Sheet], paged: bool = True) -> Reading:
    """The sheets' text in reading order; with `paged`, each block's `place` is the page on which it begins."""
    sheets = without_repeated(sheets)
    words = _vocabulary(sheets)
    body = {scanned: _body_size(sheet for sheet in sheets if sheet.scanned is scanned) for scanned in (False, True)}
    items = _continued([item for sheet in sheets for item in items_of(sheet, body[sheet.scanned])])
    texts = [_joined(item.lines, words) if isinstance(item, Paragraph) else "" for item in items]
    ranks = _ranks(items, texts, body)
    written = Written()
    before: Item | None = None
    caption, head = "", ""
    above: tuple[str, ...] = ()
    for item, text in zip(items, texts, strict=True):
        place = f"p.{item.page}" if paged else ""
        if isinstance(item, Table):
            if isinstance(before, Table) and _goes_on(before, item):
                written.table(item.rows, 0, place, (*above, head) if head else above)
            else:
                above = (caption,) if caption else ()
                head = header_line(item.rows[: item.head])
                written.table(item.rows, item.head, place, above)
            caption = ""
        else:
            level = _level(item, text, body[item.scanned], ranks)
            written.block("heading" if level else "paragraph", text, place, level)
            caption = text if not level and _captions(text) else ""
        if not (isinstance(item, Paragraph) and item.note):
            before = item
    return written.reading()


def _captions(text: str) -> bool:
    """True for a line over a table that says what is in it: `表3 …`, `单位：万元`, `(in millions)`; no sentence."""
    return len(text) <= _LONGEST_CAPTION and not text.endswith(("。", "：", ".", ":")) and not begins_clause(text)


def _vocabulary(sheets: Iterable[Sheet]) -> Counter[str]:
    """How often each English word stands in the document: it decides whether a hyphen at a line's end is a word's."""
    return Counter(
        word.lower() for sheet in sheets for piece in sheet.pieces for word in _WORD.findall(piece.text) if word
    )


def _body_size(sheets: Iterable[Sheet]) -> float:
    """The size in which most is written."""
    letters: Counter[float] = Counter()
    for sheet in sheets:
        for piece in sheet.pieces:
            letters[round(piece.size * 2) / 2] += len(piece.text)
    return letters.most_common(1)[0][0] if letters else 0.0


def _continued(items: Sequence[Item]) -> list[Item]:
    """Paragraphs that go on in the next column or on the next page, over the footnotes between, joined."""
    found: list[Item] = []
    for item in items:
        last = next((one for one in reversed(found) if not (isinstance(one, Paragraph) and one.note)), None)
        if (
            isinstance(item, Paragraph)
            and isinstance(last, Paragraph)
            and not item.note
            and not last.ended
            and item.page - last.page <= 1
            and not begins_item(item.lines[0].text)
            and not plain_heading_level(item.lines[0].text)
            and item.bold == last.bold
            and _elsewhere(last, item)
            and max(item.size, last.size) < (1.25 if item.scanned else 1.06) * min(item.size, last.size)
        ):
            last.lines += item.lines
            last.right = item.right
        else:
            found.append(item)
    return found


def _elsewhere(last: Paragraph, item: Paragraph) -> bool:
    """True where `item` begins on the next page or higher up in the next column."""
    return item.page > last.page or item.lines[0].top < last.lines[-1].top


def _joined(lines: Iterable[Piece], words: Counter[str]) -> str:
    """Lines as one text: Chinese without, English with a blank, broken words mended."""
    text = ""
    for line in lines:
        cut, follows = _HYPHENED.search(text), re.match(r"[a-z]+", line.text)
        if cut and follows:
            first, second = cut.group(1).lower(), follows.group()
            whole, hyphened = words[first + second], words[f"{first}-{second}"]
            kept = hyphened > whole or (not whole and words[first] > 1 and words[second] > 1)
            text = (text if kept else text[:-1]) + line.text
        else:
            text += spaced(text, line.text) + line.text
    return text.strip()


def _ranks(items: Sequence[Item], texts: Sequence[str], body: dict[bool, float]) -> dict[int, int]:
    """Level of each size of heading, the largest first."""
    sizes = {
        round(item.size)
        for item, text in zip(items, texts, strict=True)
        if isinstance(item, Paragraph) and _titles(item, text) and item.size > _larger(item) * body[item.scanned]
    }
    return {size: min(6, rank) for rank, size in enumerate(sorted(sizes, reverse=True), start=1)}


def _larger(item: Paragraph) -> float:
    return _LARGER_SCANNED if item.scanned else _LARGER


def _titles(item: Paragraph, text: str) -> bool:
    """True for what may be a heading by its words: short, not a sentence, no clause and no item of a list."""
    longest = _LONGEST_HAN_HEADING if _HAN.search(text) else _LONGEST_HEADING
    return (
        len(text) <= longest
        and len(item.lines) <= 3
        and not item.note
        and not _UNDONE.search(text)
        and not _IN_BRACKETS.match(text)
        and not begins_clause(text)
        and bool(_LETTERS.search(text))
    )


def _level(item: Paragraph, text: str, body: float, ranks: dict[int, int]) -> int:
    """1 to 6 for a heading, else 0."""
    plain = plain_heading_level(text)
    if not _titles(item, text):
        return 0
    if plain:
        return plain
    if item.size > _larger(item) * body:
        return ranks[round(item.size)]
    if item.bold and item.size >= 0.95 * body and not begins_item(text):
        return min(6, len(ranks) + 1)
    return 0


def _goes_on(before: Table, table: Table) -> bool:
    """True for a table that continues that of the page before."""
    return (
        table.page == before.page + 1
        and len(table.columns) == len(before.columns)
        and table.rows[:1] != before.rows[:1]
    )
