"""A deal's number as people write it."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?<![A-Za-z0-9])FX[\s-]?(\d{8})[\s-]?(\d{4,6})(?!\d)", re.IGNORECASE)


def deal_number_in(text: str) -> str:
    """`FX20261123-0001` out of a sentence; empty where there is none."""
    found = _NUMBER.search(text)
    return f"FX{found[1]}-{found[2]}" if found else ""
