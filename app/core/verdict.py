"""What a review says of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

VerdictKind = Literal["allow", "refuse", "redline"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refuse` and `redline` replace the text by `answer`."""

    verdict: VerdictKind
    reasons: tuple[str, ...] = ()
    """Codes of the rules that were hit, for the audit."""
    score: float = 0.0
    """How sure, 0 to 1."""
    answer: str = ""
    """What is said instead, where the verdict is not `allow`."""
