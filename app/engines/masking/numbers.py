"""Numbers of people: identity cards, telephones, bank cards, accounts, social security numbers.

One scan finds every run of figures, with the blanks and dashes that people put between them. Neighbouring groups of a
run are then judged together: `6222 0200 … 13800138000` is a card and a telephone, whatever stands between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.engines.masking import checksums
from app.engines.masking.finding import Finding, View

_RUN = re.compile(
    # No part of a longer code, a decimal or a fraction; behind a slash only what is as long as a telephone.
    r"(?=[(+0-9])(?<![0-9_])(?<![0-9][.:,])(?:(?<![0-9]/)|(?=(?:[0-9][ -]?){11}))"
    r"\(?\+?\(?[0-9](?:[ \-().]{0,2}[0-9])*(?:[ -]?[Xx](?![A-Za-z0-9]))?"
    r"(?![A-Za-z0-9_])(?![.:,][0-9])(?!/[0-9](?![0-9 \-]{9,}))"
)
_GROUP = re.compile(r"[0-9]+[Xx]?|[Xx]")
_MOST_GROUPS, _MOST_TELEPHONE_GROUPS = 20, 6
_CROWD = 40  # groups in a run from which on those written figure by figure need a form of their own
_SHORTEST, _LONGEST, _LONGEST_TELEPHONE = 7, 30, 15  # figures
_MOBILE_GROUPS = ((3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (3, 3, 5), (4, 4, 3))
_CARD_GROUPS = ((4, 6, 5), (4, 6, 4), (6, 13), (6, 10), (6, 9))

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_CHINESE_MOBILE = re.compile(r"(?:00)?861[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-57-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}")
_NORTH_AMERICAN = re.compile(r"1?[2-9][0-9]{2}[2-9][0-9]{6}")


class _Row(NamedTuple):
    """Neighbouring groups of figures, read as one number."""

    start: int
    end: int
    number: str
    """Figures alone; an X may end them."""
    sizes: tuple[int, ...]
    """Figures in each group."""
    plus: bool
    """`+` stands before it."""
    bracket: bool


class Numbers:
    """Recognises numbers by length, grouping, ranges and check digits."""

    types = ("CN_ID_CARD", "PHONE", "BANK_CARD", "ACCOUNT", "US_SSN")

    def find(self, view: View) -> list[Finding]:
        """Every reading of every run of figures; the best one is chosen later, when context has been weighed."""
        return [
            Finding(type, row.start, row.end, score)
            for run in _RUN.finditer(view.plain)
            if run.end() - run.start() >= _SHORTEST
            for row in _rows(view.plain, run.start(), run.end())
            for type, score in _readings(row)
        ]


def _rows(plain: str, start: int, end: int) -> Iterator[_Row]:
    """Every row of neighbouring groups that is long enough to be somebody's number, and not too long."""
    groups = list(_GROUP.finditer(plain, start, end))
    sizes = tuple(len(group[0]) for group in groups)
    figures = "".join(group[0] for group in groups)
    crowded = len(groups) > _CROWD
    begin_of_first = 0
    for first, group in enumerate(groups):
        begin = group.start()
        while begin > start and plain[begin - 1] in "+(":
            begin -= 1
        prefix = plain[begin : group.start()]
        stop = begin_of_first
        for last in range(first, min(len(groups), first + _MOST_GROUPS)):
            stop += sizes[last]
            if stop - begin_of_first > _LONGEST:
                break
            if stop - begin_of_first < _SHORTEST:
                continue
            number, here = figures[begin_of_first:stop], sizes[first : last + 1]
            if crowded and len(number) < 3 * len(here) and not _is_certain(number):
                continue
            yield _Row(begin, groups[last].end(), number, here, "+" in prefix, "(" in prefix)
        begin_of_first += sizes[first]


def _is_certain(number: str) -> bool:
    """Its form alone tells what it is."""
    length = len(number)
    if length == 11:
        return bool(_MOBILE.fullmatch(number))
    if length == 18 and checksums.id_card(number):
        return True
    return 13 <= length <= 19 and number.isdecimal() and checksums.card_range(number) and checksums.luhn(number)


def _readings(row: _Row) -> Iterator[tuple[str, float]]:
    """What a row can be, with the score of its form."""
    length = len(row.number)
    if row.number[-1] in "Xx":
        if length == 18:
            yield from _identity(row.number)
        return
    if length <= _LONGEST_TELEPHONE:
        yield from _telephone(row)
    if row.plus:
        return
    if length in (15, 18):
        yield from _identity(row.number)
    if 13 <= length <= 19:
        yield from _card(row.number, row.sizes)
    if length >= 8 and (len(row.sizes) == 1 or min(row.sizes[:-1]) >= 3):
        yield "ACCOUNT", 0.15
    if length == 9 and row.sizes in ((9,), (3, 2, 4)) and checksums.social_security(row.number):
        yield "US_SSN", 0.15 if len(row.sizes) == 1 else 0.6


def _identity(number: str) -> Iterator[tuple[str, float]]:
    if checksums.id_card(number):
        yield "CN_ID_CARD", 0.95
    elif checksums.id_card_form(number):
        yield "CN_ID_CARD", 0.4 if len(number) == 18 else 0.3
    elif len(number) == 18:
        yield "CN_ID_CARD", 0.15


def _telephone(row: _Row) -> Iterator[tuple[str, float]]:
    number, sizes = row.number, row.sizes
    if _MOBILE.fullmatch(number) and not row.plus:
        yield "PHONE", 0.7 if _evenly(sizes) or sizes in _MOBILE_GROUPS else 0.3
    elif _CHINESE_MOBILE.fullmatch(number):
        yield "PHONE", 0.85
    elif _LANDLINE.fullmatch(number):
        yield "PHONE", 0.3 if len(sizes) == 1 else 0.6
    elif row.plus and number[0] != "0":
        yield "PHONE", 0.7
    elif _NORTH_AMERICAN.fullmatch(number):
        yield "PHONE", 0.2 if len(sizes) == 1 else 0.55 if sizes[-3:] == (3, 3, 4) else 0.25
    elif row.bracket or len(sizes) <= _MOST_TELEPHONE_GROUPS:
        yield "PHONE", 0.3 if row.bracket else 0.1


def _card(number: str, sizes: tuple[int, ...]) -> Iterator[tuple[str, float]]:
    known, right = checksums.card_range(number), checksums.luhn(number)
    usual = _evenly(sizes) or _fours(sizes) or sizes in _CARD_GROUPS
    if known and right:
        yield "BANK_CARD", 0.75 if usual else 0.45
    elif known or right:
        yield "BANK_CARD", 0.25 if usual else 0.1
    elif len(number) >= 15:
        yield "BANK_CARD", 0.12


def _evenly(sizes: tuple[int, ...]) -> bool:
    """Written in one piece, or figure by figure."""
    return len(sizes) == 1 or max(sizes) == 1


def _fours(sizes: tuple[int, ...]) -> bool:
    return set(sizes[:-1]) == {4} and sizes[-1] <= 4
