"""A message as sentences and clauses, each with its mark at the end."""

from __future__ import annotations

import re

from skills.fx.parse import LONGEST, readable

_ENDS = re.compile(r"(?<=[。；;!！?？\n])|(?<=[a-z]\.)(?=\s+[A-Za-z])")
_CLAUSE_ENDS = re.compile(r"(?<!\d[,，、])(?<=[,，、])|(?<=\d[,，、])(?!\d{3}(?!\d))")
"""A comma; not one within a number."""


def sentences_of(text: str) -> list[str]:
    """The sentences of a message, in one way of writing."""
    return [part.strip() for part in _ENDS.split(readable(text[:LONGEST])) if part.strip()]


def clauses_of(sentence: str) -> list[str]:
    """The clauses of a sentence; together they are the sentence."""
    return _CLAUSE_ENDS.split(sentence)
