"""A value as people see it who may not see all of it."""

from __future__ import annotations

_SHOWN = 4
"""Figures left standing at the end of a number, as on a payment slip."""
_STAR = "*"


def shortened(type: str, value: str) -> str:
    """Enough to tell two values apart for somebody who knows them, too little to use them.

    A number keeps its last four characters, a name its first; anything else is starred as a whole.
    """
    if type == "PERSON":
        return value[:1] + _STAR * max(len(value) - 1, 1)
    if sum(char.isdigit() for char in value) >= 2 * _SHOWN:
        return _STAR * _SHOWN + value[-_SHOWN:]
    return _STAR * _SHOWN
