"""Context: the words near a finding that raise or lower its score."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

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
_BETWEEN = re.compile(r"[，,。；;！？!?]|[0-9]{2}")


def weighed(finding: Finding, view: View) -> Finding:
    """`finding` with the score that its neighbourhood gives it. Types that carry their own proof stay as they are."""
    if finding.type not in _WEIGHED:
        return finding
    plain = view.plain
    before = _clause(plain[max(0, finding.start - _BEFORE) : finding.start])
    after = plain[finding.end : finding.end + _AFTER]
    score = finding.score + _left(finding.type, before) + _right(finding.type, after)
    if _is_amount(plain[finding.start : finding.end], before, after):
        score += _AMOUNT
    return Finding(finding.type, finding.start, finding.end, min(1.0, max(0.0, score)))


def _left(type: str, before: str) -> float:
    labels = list(_patterns().label.finditer(before))
    inside_code = bool(before) and before[-1].isascii() and before[-1].isalpha()
    if not labels:
        return _AGAINST if inside_code else 0.0
    label, between = labels[-1].lastgroup, before[labels[-1].end() :]
    direct = len(between) <= _DIRECT and not _BETWEEN.search(between)
    if inside_code and between:
        return _AGAINST
    if label == type:
        return _SAME_DIRECT if direct else _SAME_NEAR
    if label == "AGAINST":
        return _AGAINST if direct else 0.0
    if label is None or frozenset((type, label)) in _RELATED:
        return 0.0
    return _OTHER if direct else 0.0


def _right(type: str, after: str) -> float:
    found = _patterns().after.match(after)
    if found is None:
        return 0.0
    if found.lastgroup == type:
        return _SAME_NEAR
    return _AGAINST if found.lastgroup == "AGAINST" else 0.0


def _is_amount(figures: str, before: str, after: str) -> bool:
    if not figures.isdigit() or len(figures) > _LONGEST_AMOUNT:
        return False
    if len(figures) <= _LONGEST_COUNT and _patterns().count.match(after):
        return True
    return bool(_patterns().money.match(after) or _patterns().currency.search(before))


def _clause(before: str) -> str:
    """What follows the last end of a sentence."""
    ends = [end.end() for end in _CLAUSE_END.finditer(before)]
    return before[ends[-1] :] if ends else before


class _Patterns:
    def __init__(self) -> None:
        lists = yaml.load((Path(__file__).parent / "labels.yaml").read_text("utf-8"), yaml.CSafeLoader)
        money, counts, currencies = (lists.pop(name) for name in ("money", "counts", "currencies"))
        suffix = r"(?:\s?(?:号码|号牌|编号|代码|号|码|number|num|no\.?|#))?"
        one = "|".join(f"(?P<{type}>{_alternatives(words)}{suffix})" for type, words in lists.items())
        self.label = re.compile(one, re.IGNORECASE)
        self.after = re.compile(
            rf"[\s(（\[]{{0,2}}(?:是|为|is|was)?\s?(?:我|你|您|他|她|客户|本人|my|his|her|the)?的?\s?(?:{one})",
            re.IGNORECASE,
        )
        self.money = re.compile(rf"\s?(?:{'|'.join(money)})", re.IGNORECASE)
        self.count = re.compile(rf"\s?(?:{'|'.join(counts)})")
        self.currency = re.compile(rf"(?<![a-z])(?:{'|'.join(currencies)})\s?$", re.IGNORECASE)


@cache
def _patterns() -> _Patterns:
    return _Patterns()


def _alternatives(lists: list[str]) -> str:
    """Chinese words as they are, Latin ones standing alone."""
    parts = []
    for words in lists:
        parts.append(rf"(?<![a-z])(?:{words})(?![a-z])" if words.isascii() else f"(?:{words})")
    return f"(?:{'|'.join(parts)})"
