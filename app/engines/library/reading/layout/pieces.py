"""Words joined to pieces of lines: a wide gap or a ruled line between two words is the border of a cell or a column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from app.engines.library.reading.layout.page import Page, Piece, Rule, Sheet, Word, overlap

_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_BULLET = re.compile(
    r"(?:[•·●○◦▪■□◆◇▶►➢✓–—*]|[(（]?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4}|[一二三四五六七八九十]{1,3})[)）.、．])$"
)
_CLAUSE = re.compile(r"第[一二三四五六七八九十百千零〇两\d]{1,8}[条條](?:之[一二三四五六七八九十])?")
_CURRENCY = re.compile(r"[$€£¥￥]$|(?:US|HK|NT|A|C)\$$")
_CLOSING = re.compile(r"[)%）％]+$")
GAP = 1.0
"""Heights of the letters: wider is no blank between two words."""
_WRITTEN_GAP = 3.2
"""The same where the file itself holds the blanks: `第一章　　总则`."""


def laid_out(page: Page) -> Sheet:
    """The page with its words joined to pieces."""
    upright = [rule for rule in page.rules if rule.upright]
    pieces = labelled(_joined(page.words, upright))
    return Sheet(page.number, page.width, page.height, tuple(pieces), page.rules)


def is_bullet(text: str) -> bool:
    """True for what stands before an item of a list: `•`, `(a)`, `1.`, `（三）`."""
    return bool(_BULLET.match(text))


def rows_of(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces side by side, from top to bottom; each row from left to right."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: one.middle):
        # A row's first piece stands for it: superscripts would lead from row to row.
        if rows and overlap(rows[-1][0], piece) >= 0.5:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda one: one.left) for row in rows]


def spaced(before: str, after: str) -> str:
    """What stands between two pieces of one text on different lines: a blank, but none next to a Han character."""
    if not before or not after:
        return ""
    return "" if _HAN.match(before[-1]) or _HAN.match(after[0]) else " "


def _joined(words: Sequence[Word], upright: Sequence[Rule]) -> list[Piece]:
    """First in the order written, then what turns out to stand side by side."""
    runs: list[list[Word]] = []
    for word in words:
        if runs and _continues(runs[-1][-1], word, upright):
            runs[-1].append(word)
        else:
            runs.append([word])
    pieces = [_piece(run) for run in runs]
    found: list[Piece] = []
    for row in rows_of(pieces):
        joined = [row[0]]
        for piece in row[1:]:
            before = joined[-1]
            gap, tall = piece.left - before.right, max(before.size, piece.size)
            if -0.6 * tall < gap <= 0.6 * GAP * tall and not _crossed(before.right, piece, upright):
                parted = gap > 0.15 * tall
                blank = " " if parted and (spaced(before.text, piece.text) or _CLAUSE.fullmatch(before.text)) else ""
                joined[-1] = _both(before, piece, blank)
            else:
                joined.append(piece)
        found += joined
    return found


def _continues(before: Word, word: Word, upright: Sequence[Rule]) -> bool:
    if overlap(before, word) < 0.5:
        return False
    gap, tall = word.left - before.right, max(before.size, word.size, 1.0)
    widest = GAP
    if word.blanks > 1 or (word.blanks and (_HAN.match(before.text[-1]) or _HAN.match(word.text[0]))):
        widest = _WRITTEN_GAP
    return -0.6 * tall < gap <= widest * tall and not _crossed(before.right, word, upright)


def _crossed(right: float, word: Word | Piece, upright: Sequence[Rule]) -> bool:
    """True where a ruled line runs between the two."""
    middle = (word.top + word.bottom) / 2
    return any(rule.top <= middle <= rule.bottom and right - 1 < rule.left < word.left + 1 for rule in upright)


def _piece(run: Sequence[Word]) -> Piece:
    text = run[0].text
    for before, word in pairwise(run):
        # Behind the number at its beginning a blank of any width is what makes it a clause.
        blank = " " if word.parted and _CLAUSE.fullmatch(text) else _between(before, word)
        text += blank + word.text
    letters = sum(len(word.text) for word in run)
    return Piece(
        text,
        min(word.left for word in run),
        min(word.top for word in run),
        max(word.right for word in run),
        max(word.bottom for word in run),
        max(run, key=lambda word: len(word.text)).size,
        sum(len(word.text) for word in run if word.bold) * 2 > letters,
    )


def _between(before: Word, word: Word) -> str:
    """The blank between two words of a line. Between Han characters only what the file itself holds and shows."""
    gap, tall = word.left - before.right, max(before.size, word.size, 1.0)
    if _HAN.match(before.text[-1]) and _HAN.match(word.text[0]):
        return " " if word.blanks and gap > 0.4 * tall else ""
    return " " if word.parted or gap > 0.12 * tall else ""


def _both(one: Piece, other: Piece, blank: str) -> Piece:
    longer = max(one, other, key=lambda piece: len(piece.text))
    return Piece(
        one.text + blank + other.text,
        one.left,
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
        longer.size,
        longer.bold,
    )


def labelled(pieces: Iterable[Piece]) -> list[Piece]:
    """Bullets joined to their item, signs of a currency to their amount, `%` and `)` to the number before them."""
    found: list[Piece] = []
    for row in rows_of(pieces):
        joined: list[Piece] = []
        for piece in row:
            before = joined[-1] if joined else None
            if before and _CLOSING.match(piece.text):
                joined[-1] = _both(before, piece, "" if piece.text.startswith((")", "）")) else " ")
            elif before and (
                (_CURRENCY.search(before.text) and len(before.text) < 4)
                or (is_bullet(before.text) and piece.left - before.right < 4 * piece.size and len(joined) == 1)
            ):
                joined[-1] = _both(before, piece, " ")
            else:
                joined.append(piece)
        found += joined
    return found
