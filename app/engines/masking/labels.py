"""Context: the words near a finding that raise or lower its score."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from app.core.texts import YAML_LOADER
from app.engines.masking.finding import TYPES, Finding, View

_BEFORE = 28  # characters looked at before a finding
_AFTER = 14  # and after it
_DIRECT = 12  # a label this near, with no figure or comma between, speaks of just this number
_LONGEST_AMOUNT, _LONGEST_COUNT = 14, 8  # figures
_RELATED = {
    frozenset(pair)
    for pair in (("BANK_CARD", "ACCOUNT"), ("IBAN", "ACCOUNT"), ("CN_ID_CARD", "PASSPORT"), ("USCC", "CN_ID_CARD"))
}
_WEIGHED = frozenset(TYPES) - {"PERSON", "EMAIL", "ADDRESS", "ORGANIZATION"}
_SAME_DIRECT, _SAME_NEAR, _OTHER, _AGAINST, _AMOUNT = 0.45, 0.25, -0.1, -0.4, -0.7
_CLAUSE_END = re.compile(r"[。；;！？!?]|\.\s")
_BEHIND = re.compile(r"^\(\?<!.\)")
_BETWEEN = re.compile(r"[，,。；;！？!?]|[0-9]{2}")


@dataclass(frozen=True, slots=True)
class _Before:
    """What stands left of a place: the nearest label, and whether it speaks of just what follows."""

    label: str | None
    direct: bool
    inside_code: bool
    """A Latin letter that belongs to no label stands right before."""
    currency: bool


@dataclass(frozen=True, slots=True)
class _After:
    """What stands right of a place."""

    label: str | None
    money: bool
    count: bool


class Context:
    """The neighbourhoods in one text. Each place is looked at once, however many readings begin or end there."""

    def __init__(self, view: View) -> None:
        self._small = view.small
        self._before: dict[int, _Before] = {}
        self._after: dict[int, _After] = {}

    def weighed(self, finding: Finding) -> Finding:
        """`finding` with the score that its neighbourhood gives it; a type that carries its own proof stays."""
        if finding.type not in _WEIGHED:
            return finding
        before, after = self._before.get(finding.start), self._after.get(finding.end)
        if before is None:
            before = self._before[finding.start] = _look_before(self._small, finding.start)
        if after is None:
            after = self._after[finding.end] = _look_after(self._small, finding.end)
        score = finding.score + _left(finding.type, before) + _right(finding.type, after)
        if before.currency or after.money or after.count:
            score += _amount(self._small[finding.start : finding.end], before, after)
        return Finding(finding.type, finding.start, finding.end, min(1.0, max(0.0, score)))


def _look_before(small: str, place: int) -> _Before:
    before = _clause(small[max(0, place - _BEFORE) : place])
    inside_code = bool(before) and before[-1].isascii() and before[-1].isalpha()
    currency = bool(_patterns().currency.search(before))
    labels = deque(_patterns().label.finditer(before), maxlen=1)
    if not labels:
        return _Before(None, False, inside_code, currency)
    last = labels[0]
    between = before[last.end() :]
    direct = len(between) <= _DIRECT and not _BETWEEN.search(between)
    return _Before(last.lastgroup, direct, inside_code and between != "", currency)


def _look_after(small: str, place: int) -> _After:
    after = small[place : place + _AFTER]
    found = _patterns().after.match(after)
    money, count = _patterns().money.match(after), _patterns().count.match(after)
    return _After(found.lastgroup if found else None, bool(money), bool(count))


def _left(type: str, before: _Before) -> float:
    if before.inside_code:
        return _AGAINST
    if before.label == type:
        return _SAME_DIRECT if before.direct else _SAME_NEAR
    if before.label is None or not before.direct or frozenset((type, before.label)) in _RELATED:
        return 0.0
    return _AGAINST if before.label == "AGAINST" else _OTHER


def _right(type: str, after: _After) -> float:
    if after.label == type:
        return _SAME_DIRECT if type == "DATE_OF_BIRTH" else _SAME_NEAR
    return _AGAINST if after.label == "AGAINST" else 0.0


def _amount(figures: str, before: _Before, after: _After) -> float:
    if not figures.isdigit() or len(figures) > _LONGEST_AMOUNT:
        return 0.0
    amount = before.currency or after.money or (after.count and len(figures) <= _LONGEST_COUNT)
    return _AMOUNT if amount else 0.0


def _clause(before: str) -> str:
    """What follows the last end of a sentence."""
    ends = [end.end() for end in _CLAUSE_END.finditer(before)]
    return before[ends[-1] :] if ends else before


class _Patterns:
    """Regular expressions over a text in small letters."""

    def __init__(self) -> None:
        lists = yaml.load((Path(__file__).parent / "labels.yaml").read_text("utf-8"), YAML_LOADER)  # noqa: S506 - it is a safe one
        money, counts, currencies = (lists.pop(name) for name in ("money", "counts", "currencies"))
        suffix = r"(?:\s?(?:号码|号牌|编号|代码|号|码|number|num|no\.?|#))?"
        one = "|".join(f"(?P<{type}>{_alternatives(words)}{suffix})" for type, words in lists.items())
        first = f"(?=[a-z{_beginnings(lists.values())}])"
        self.label = re.compile(f"{first}(?:{one})")
        self.after = re.compile(
            rf"[\s(（\[]{{0,2}}(?:是|为|is|was)?\s?(?:我|你|您|他|她|客户|本人|my|his|her|the)?的?\s?{first}(?:{one})"
        )
        self.money = re.compile(rf"\s?(?:{'|'.join(money)})")
        self.count = re.compile(rf"\s?(?:{'|'.join(counts)})")
        self.currency = re.compile(rf"(?<![a-z])(?:{'|'.join(currencies)})\s?$")


@cache
def _patterns() -> _Patterns:
    return _Patterns()


def _beginnings(lists: Iterable[list[str]]) -> str:
    """The Chinese characters that begin a word: elsewhere none need be tried."""
    words = (_BEHIND.sub("", word) for parts in lists for part in parts for word in part.split("|"))
    return "".join(sorted({word[0] for word in words if not word[0].isascii()}))


def _alternatives(lists: list[str]) -> str:
    """Chinese words as they are, Latin ones standing alone."""
    parts = []
    for words in lists:
        parts.append(rf"(?<![a-z])(?:{words})(?![a-z])" if words.isascii() else f"(?:{words})")
    return f"(?:{'|'.join(parts)})"
