"""Papers that show a real need, where somebody says that they are there: 合同和发票都有."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skills.fx.dealing.sentences import clauses_of

_NOT_THERE = re.compile(
    r"没|缺|未|不|差|[补催等]|还要|需要|尽快|吗|呢|[?？]|哪|什么|(?<![a-z])(?:no|not|without|missing|need|pending)(?![a-z])",
    re.IGNORECASE,
)


def papers_in(sentence: str, papers: Sequence[str]) -> tuple[str, ...]:
    """Those of `papers` that a sentence names as being there."""
    found: list[str] = []
    for clause in clauses_of(sentence):
        if not _NOT_THERE.search(clause):
            found += [paper for paper in papers if paper in clause and paper not in found]
    return tuple(found)
