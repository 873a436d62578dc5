"""Numbers of people: identity cards, telephones, bank cards, accounts, social security numbers.

One scan finds every run of figures, with the blanks and dashes that people put between them. Neighbouring groups of a
run are then judged together: `6222 0200 … 13800138000` is a card and a telephone, whatever stands between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engines.masking import checksums
from app.engines.masking.finding import Finding, View

_RUN = re.compile(
    r"(?<![0-9_])(?<![0-9][.:/,])\(?\+?\(?[0-9](?:[ \-().]{0,2}[0-9])*(?:[ -]?[Xx](?![A-Za-z0-9]))?"
    r"(?![A-Za-z0-9_])(?![.:/,][0-9])"
)
_GROUP = re.compile(r"[0-9]+[Xx]?|[Xx]")
_LONGEST_GROUPS = 20
_SHORTEST, _LONGEST = 7, 30  # figures

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_CHINESE_MOBILE = re.compile(r"(?:\+|00)?86(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"0(?:10|2[0-57-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
_NORTH_AMERICAN = re.compile(r"\+?1?([2-9][0-9]{2})([2-9][0-9]{2})([0-9]{4})")


class Numbers:
    """Recognises numbers by length, grouping, ranges and check digits."""

    types = ("CN_ID_CARD", "PHONE", "BANK_CARD", "ACCOUNT", "US_SSN")

    def find(self, view: View) -> list[Finding]:
        """Every reading of every run of figures; the best one is chosen later, when context has been weighed."""
        found = []
        for run in _RUN.finditer(view.plain):
            for start, end in _stretches(view.plain, run.start(), run.end()):
                written = view.plain[start:end]
                found += [Finding(type, start, end, score) for type, score in _readings(written)]
        return found


def _stretches(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Every row of neighbouring groups that is long enough to be somebody's number."""
    groups = [(group.start(), group.end()) for group in _GROUP.finditer(plain, start, end)][: _LONGEST_GROUPS * 4]
    for first in range(len(groups)):
        figures = 0
        for last in range(first, min(len(groups), first + _LONGEST_GROUPS)):
            figures += groups[last][1] - groups[last][0]
            if figures > _LONGEST:
                break
            if figures >= _SHORTEST:
                yield _with_prefix(plain, start, groups[first][0]), groups[last][1]


def _with_prefix(plain: str, run_start: int, start: int) -> int:
    """The stretch's start with the `+` or `(` before it."""
    while start > run_start and plain[start - 1] in "+(":
        start -= 1
    return start


def _readings(written: str) -> Iterator[tuple[str, float]]:
    """What `written` can be, with the score of its form."""
    digits = re.sub(r"[^0-9Xx+]", "", written)
    number = digits.lstrip("+")
    sizes = [len(group) for group in _GROUP.findall(written)]
    plainly = len(sizes) == 1
    if number[-1] in "Xx":
        if len(number) == 18:
            yield from _identity(number)
        return
    if len(number) in (15, 18) and not digits.startswith("+"):
        yield from _identity(number)
    yield from _telephone(digits, written, sizes)
    if 13 <= len(number) <= 19 and not digits.startswith("+"):
        yield from _card(number, sizes)
    if len(number) >= 8 and not digits.startswith("+") and (plainly or min(sizes[:-1]) >= 3):
        yield "ACCOUNT", 0.15
    if len(number) == 9 and checksums.social_security(number) and (plainly or sizes == [3, 2, 4]):
        yield "US_SSN", 0.15 if plainly else 0.6


def _identity(number: str) -> Iterator[tuple[str, float]]:
    if checksums.id_card(number):
        yield "CN_ID_CARD", 0.95
    elif checksums.id_card_form(number):
        yield "CN_ID_CARD", 0.4 if len(number) == 18 else 0.3
    elif len(number) == 18:
        yield "CN_ID_CARD", 0.15


def _telephone(digits: str, written: str, sizes: list[int]) -> Iterator[tuple[str, float]]:
    ordered = "".join(written.split())
    if _MOBILE.fullmatch(digits):
        yield (
            "PHONE",
            0.7 if _evenly(sizes) or sizes in ([3, 4, 4], [3, 8], [7, 4], [4, 3, 4], [3, 3, 5], [4, 4, 3]) else 0.3,
        )
    elif _CHINESE_MOBILE.fullmatch(digits):
        yield "PHONE", 0.85
    elif _LANDLINE.fullmatch(digits):
        yield "PHONE", 0.3 if len(sizes) == 1 else 0.6
    elif _INTERNATIONAL.fullmatch(digits):
        yield "PHONE", 0.7
    elif (parts := _NORTH_AMERICAN.fullmatch(digits)) and len(parts[0].lstrip("+")) >= 10:
        yield "PHONE", 0.2 if len(sizes) == 1 else 0.55 if sizes[-3:] == [3, 3, 4] else 0.25
    elif 7 <= len(digits) <= 15 and not ordered.startswith("("):
        yield "PHONE", 0.1
    elif 7 <= len(digits) <= 15:
        yield "PHONE", 0.3


def _card(number: str, sizes: list[int]) -> Iterator[tuple[str, float]]:
    known, right = checksums.card_range(number), checksums.luhn(number)
    usual = _evenly(sizes) or _fours(sizes) or sizes in ([4, 6, 5], [4, 6, 4], [6, 13], [6, 10], [6, 9])
    if known and right:
        yield "BANK_CARD", 0.75 if usual else 0.45
    elif known or right:
        yield "BANK_CARD", 0.25 if usual else 0.1
    elif len(number) >= 15:
        yield "BANK_CARD", 0.12


def _evenly(sizes: list[int]) -> bool:
    """Written in one piece, or figure by figure."""
    return len(sizes) == 1 or max(sizes) == 1


def _fours(sizes: list[int]) -> bool:
    return set(sizes[:-1]) == {4} and sizes[-1] <= 4
