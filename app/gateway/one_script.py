"""One spelling for comparing texts: half-width, lower case, simplified. Character by character, so offsets hold."""

from __future__ import annotations

from app.core.scripts import SIMPLIFIED

__all__ = ["SIMPLIFIED", "in_one_script"]

_TABLE = {
    **SIMPLIFIED,
    **{code: chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)},
    **{code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)},
    ord("\u3000"): " ",
    ord("’"): "'",
    ord("，"): "，",
    ord("？"): "?",
    ord("！"): "!",
}


def in_one_script(text: str) -> str:
    """`text` with every character in its plain form; as long as `text`."""
    return text.translate(_TABLE)
