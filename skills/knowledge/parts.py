"""The questions within one message: each is looked up and answered by itself."""

from __future__ import annotations

import re

from app.core.follow_ups import completed

MOST = 4
"""Questions that one message may have; what is left over belongs to the last."""
_ENDS = re.compile(r"(?<=[？?])\s*|[；;\n]+|(?<=[。])|(?<=[a-z])\.\s+")
_JOINED = re.compile(
    r"[，,、]?\s*(?:另外|还有|此外|顺便|同时|再问一下|以及)[，,]?\s*|[，,]\s*(?:and|also|as well as)\s+|[，,]\s*",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"多少|多久|多长|多大|几[个天年月次点级人份倍成项]|什么|怎么|怎样|如何|哪[些个里位种类]|谁|吗|是否|能不能|可不可以|要不要|有没有|何时|为什么"
    r"|\b(?:how|what|when|which|who|whom|why|where|whether)\b|^(?:can|may|must|is|are|do|does|should)\b",
    re.IGNORECASE,
)


def parts_of(query: str) -> list[str]:
    """The questions of `query` in their order; `query` itself where it is one.

    What is told before the first question belongs to it; a part that leans on the one before (谁批) is said in full.
    """
    pieces = [
        piece for sentence in _ENDS.split(query) if sentence.strip() for piece in _asking_pieces(sentence.strip())
    ]
    found: list[str] = []
    told = ""
    for piece in pieces:
        own = piece.rstrip("？?。；; ")
        if not _ASKS.search(piece):
            told = f"{told} {own}".strip()
        elif not found:
            found.append(f"{told} {own}".strip())
        else:
            found.append(completed(own, found[-1]) or own)
    if len(found) < 2:
        return [query.strip()]
    return [*found[: MOST - 1], "，".join(found[MOST - 1 :])] if len(found) > MOST else found


def _asking_pieces(sentence: str) -> list[str]:
    """The pieces between commas and 另外, where each of them asks; else the sentence."""
    pieces = [piece.strip() for piece in _JOINED.split(sentence) if piece.strip()]
    return pieces if len(pieces) > 1 and all(map(_ASKS.search, pieces)) else [sentence]
