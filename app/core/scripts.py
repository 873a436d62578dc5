"""Traditional Chinese characters as simplified ones, one for one: every text keeps its length, every offset its place.

Characters alone are looked at, not words (乾隆 becomes 干隆): for comparing and for looking up, never for showing.
"""

from __future__ import annotations

from pathlib import Path

_LINES = [line for line in (Path(__file__).parent / "simplified.txt").read_text("utf-8").splitlines() if line[0] != "#"]
SIMPLIFIED = str.maketrans(*_LINES)
"""Traditional characters to simplified ones, for `str.translate`."""


def simplified(text: str) -> str:
    """`text` with simplified characters; as long as `text`."""
    return text.translate(SIMPLIFIED)
