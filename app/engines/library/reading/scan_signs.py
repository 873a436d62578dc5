"""What OCR does not see in Chinese print: signs of full width, and the blank behind a clause's or heading's number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.engines.library.reading.layout.page import Piece
from app.engines.library.reading.layout.pieces import rows_of

_FULL_WIDTH = str.maketrans(",:;!?().", "，：；！？（）。")
_AFTER_HAN = re.compile(r"(?<=[\u4e00-\u9fff）”》])(?:[,:;!?)]|\.(?=[\u4e00-\u9fff]|$))|\((?=[\u4e00-\u9fff])")
_CLAUSE = re.compile(
    r"(第[一二三四五六七八九十百千零〇两\d]{1,8}条(?:之[一二三四五六七八九十])?)"
    r"(?=[\u4e00-\u9fff“《])(?!规定|所|的|第|至|到|、|和|及|或|与|款|中|以|已|有关|同时)"
)
"""At the beginning of a line, and no reference to a clause: `第五条规定的…`."""
_HEADING = re.compile(
    r"(\d{1,2}(?:\.\d{1,2}){1,3})(?=[\u4e00-\u9fff])(?!.*[。；，：])(?![年月日元万亿个天]|分(?![行支类析级工]))"
)
_LONGEST_HEADING = 25
_ENDED = re.compile(r"[。：；！？]$|^$|^第[一二三四五六七八九十百\d]{1,4}[编章节]")


def chinese_signs(text: str) -> str:
    """`,` and `:` behind a Han character in full width: print has nothing else there, the two look alike."""
    return _AFTER_HAN.sub(lambda found: found.group().translate(_FULL_WIDTH), text)


def with_blanks(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces with the blank that print has behind `第三条` and `3.1` where a clause or a heading begins."""
    if not pieces:
        return
    border = sorted(piece.left for piece in pieces)[len(pieces) // 10]
    before = ""
    for row in rows_of(pieces):
        for piece in row:
            begins = piece.left - border > 1.2 * piece.size or _ENDED.search(before)
            clause = _CLAUSE.match(piece.text) if begins else None
            heading = _HEADING.match(piece.text) if len(piece.text) <= _LONGEST_HEADING else None
            number = clause or heading
            yield replace(piece, text=f"{number.group(1)} {piece.text[number.end() :]}") if number else piece
            before = piece.text
