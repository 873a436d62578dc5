"""The questions that one message puts: each is looked up, and answered, by itself."""

from __future__ import annotations

import re
import unicodedata

_SENTENCE_ENDS = re.compile(r"[?？!！;；\n]|(?<=[㐀-鿿])[。]|(?<=[a-z])\.\s")
_JOINED = re.compile(
    r"[,，、]?\s*(?:另外|此外|还有(?=[^，。]*(?:吗|呢|多少|几|怎|哪|什么|谁|如何|是否))|以及(?=[^，。]*(?:多少|几|怎|哪|什么|谁|如何))|顺便问?|同时(?=[^，。]*(?:多少|几|怎|哪|什么)))[,，]?"
    r"|[,，]\s*(?:and|also)\s+(?=(?:how|what|when|who|where|which|does|do|is|are|can)\b)"
    r"|[,，]"
)
_ASKS = re.compile(
    r"多少|几|怎|哪|什么|谁|如何|是否|能不能|可不可以|要不要|吗|呢|多[久长大高]|何时"
    r"|\b(?:how|what|when|who|where|which|why)\b|^\s*(?:does|did|do|is|are|was|were|can|may|must)\b"
)
_CONDITION = re.compile(r"^\s*(?:if|then|please|otherwise)\b")


def parts_of(query: str) -> list[str]:
    """The questions in a query, one or more: each asks something; what only tells goes with the question behind it."""
    found: list[str] = []
    told = ""
    for sentence in _SENTENCE_ENDS.split(query):
        at = 0
        for joint in [*_JOINED.finditer(sentence), None]:
            piece = sentence[at : joint.start() if joint else len(sentence)]
            at = joint.end() if joint else at
            told = f"{told}，{piece}".strip("， ") if piece.strip() else told
            plain = unicodedata.normalize("NFKC", piece).lower()
            if _ASKS.search(plain) and not _CONDITION.match(plain):
                found.append(told)
                told = ""
    if told and found:
        found[-1] = f"{found[-1]}，{told}"
    return found or [query]
