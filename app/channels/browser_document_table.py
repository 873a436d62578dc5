"""A table of a document as HTML, with the letters and numbers of its sheet around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

Span = tuple[int, int]
"""First character, and the one behind the last."""

_RULE = re.compile(r"\|(?:\s*:?-{3,}:?\s*\|)+")
_BAR = re.compile(r"(?<!\\)\|")
_FIGURE = re.compile(r"[-+−(（]?[¥$€￥]?\s*\d[\d,.\s]*[)）]?\s*(?:%|‰|元|万元|亿元|万|亿|BP|bp)?")
_NEGATIVE = re.compile(r"[-−]\s*[\d¥$€￥]|[(（]\s*[\d,.]+\s*[)）]")
_SHEET_AREA = re.compile(r"^(.+)!([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?(?=\s|$)")
_ROWS = re.compile(r"(?:^|\s)rows? (\d+)(?:–(\d+))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Area:
    """Where a table stands on its sheet; columns and rows from 1. `sheet` is empty where there is one only."""

    sheet: str
    left: int
    top: int
    right: int
    """0: not known."""
    bottom: int


def area_of(locator: str) -> Area | None:
    """The cells that a locator names: `Sheet1!A1:F20`, `rows 2–40`; None for other places."""
    if found := _SHEET_AREA.match(locator):
        sheet, left, top, right, bottom = found.groups()
        return Area(sheet, _number(left), int(top), _number(right or left), int(bottom or top))
    if found := _ROWS.search(locator):
        return Area("", 1, int(found[1]), 0, int(found[2] or found[1]))
    return None


def is_row(line: str) -> bool:
    """True for a table's line in our texts: `| a | b |`."""
    return len(line) > 1 and line.startswith("|") and line.endswith("|")


def table_html(
    text: str, start: int, end: int, header: str, locator: str, quote: Span | None, anchor: Callable[[], str]
) -> str:
    """The lines of `text` from `start` to `end`; `header` stands above them where they have none of their own.

    `anchor` gives the attributes of the next thing that is marked: of the first one it is where the page opens.
    """
    lines = list(_lines(text, start, end))
    ruled = next((at for at, (_, line) in enumerate(lines) if _RULE.fullmatch(line.strip())), -1)
    rows = [_cells(line, at) for number, (at, line) in enumerate(lines) if number != ruled]
    heads = ruled if ruled > 0 else 0
    width = max((len(row) for row in rows), default=0)
    area = area_of(locator)
    columns = range(area.left, area.left + width) if area and area.right in (0, area.left + width - 1) else None
    numbers = range(area.top, area.top + len(rows)) if area and area.bottom - area.top + 1 == len(rows) else None
    whole = quote is not None and quote[0] <= start and end <= quote[1] and len(rows) > 1
    marked = None if whole else quote

    top = _letters(columns, numbers is not None) if columns else ""
    if header and not heads:
        top += _row([(cell, -1) for cell, _ in _cells(header, 0)], width, "th", "" if numbers else None, None, anchor)
    for at, row in enumerate(rows[:heads]):
        top += _row(row, width, "th", _label(numbers, at), marked, anchor)
    body = "".join(
        _row(row, width, "td", _label(numbers, heads + at), marked, anchor) for at, row in enumerate(rows[heads:])
    )
    kinds = " ".join(["grid"] * bool(columns or numbers) + ["quoted"] * whole)
    opened = anchor() if whole else ""
    return (
        f'<div class="table" tabindex="0"><table class="{kinds}"{opened}>'
        f"<thead>{top}</thead><tbody>{body}</tbody></table></div>"
    )


def _lines(text: str, start: int, end: int) -> Sequence[tuple[int, str]]:
    found, at = [], start
    for line in text[start:end].split("\n"):
        found.append((at, line))
        at += len(line) + 1
    return found


def _cells(line: str, at: int) -> list[tuple[str, int]]:
    """Text and offset of each cell."""
    bars = [bar.start() for bar in _BAR.finditer(line)]
    found = []
    for left, right in pairwise(bars):
        inner = line[left + 1 : right]
        found.append((inner.strip(), at + left + 1 + len(inner) - len(inner.lstrip())))
    return found


def _row(
    cells: Sequence[tuple[str, int]],
    width: int,
    tag: str,
    label: str | None,
    quote: Span | None,
    anchor: Callable[[], str],
) -> str:
    """`label` is the row's number; None where rows have none."""
    said = "" if label is None else f'<th class="row" scope="row">{label}</th>'
    for text, at in [*cells, *[("", -1)] * (width - len(cells))]:
        hit = quote is not None and at >= 0 and bool(text) and quote[0] < at + len(text) and at < quote[1]
        kinds = ["figure"] * bool(_FIGURE.fullmatch(text)) + ["negative"] * bool(_NEGATIVE.match(text)) * (tag == "td")
        kinds += ["quoted"] * hit
        attributes = f' class="{" ".join(kinds)}"' if kinds else ""
        shown = escape(text.replace("\\|", "|"))
        said += f"<{tag}{attributes}>{f'<mark{anchor()}>{shown}</mark>' if hit else shown}</{tag}>"
    return f"<tr>{said}</tr>"


def _letters(columns: range, numbered: bool) -> str:
    corner = "<th></th>" if numbered else ""
    letters = "".join(f'<th scope="col">{_letter(one)}</th>' for one in columns)
    return f'<tr class="letters">{corner}{letters}</tr>'


def _label(numbers: range | None, at: int) -> str | None:
    return None if numbers is None else str(numbers[at])


def _number(letters: str) -> int:
    number = 0
    for one in letters:
        number = number * 26 + ord(one) - 64
    return number


def _letter(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
