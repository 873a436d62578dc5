"""A message as sentences, each with its mark at the end."""

from __future__ import annotations

import re

from skills.fx.parse import LONGEST, readable

_ENDS = re.compile(r"(?<=[。；;!！?？\n])|(?<=[a-z]\.)(?=\s+[A-Za-z])")


def sentences_of(text: str) -> list[str]:
    """The sentences of a message, in one way of writing."""
    return [part.strip() for part in _ENDS.split(readable(text[:LONGEST])) if part.strip()]
