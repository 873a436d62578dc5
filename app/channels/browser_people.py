"""Colleagues on the page: their faces, and what they typed."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote
from zlib import crc32

from app.core.turn import Person

_DISCS = ("#0b6b8f", "#7a4f9a", "#a8562a", "#2f7a53", "#4a5f9e", "#8a3f5e", "#556270", "#8a6a12")
_FONT = "system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"


def face_of(person: Person) -> str:
    """The name under which `/avatars` draws a colleague's face; the page reads name and post from it."""
    return " · ".join((person.name, person.post or person.place, person.id))


def face_url(person: Person) -> str:
    """Where the picture of a colleague is."""
    return f"/avatars/{quote(face_of(person), safe='')}"


def drawn_face(name: str) -> str | None:
    """An SVG of 64 × 64 with the initials of whom `face_of` named so; None where it names no colleague."""
    parts = name.split(" · ")
    if len(parts) != 3:
        return None
    letters = initials(parts[0])
    size = 25 if len(letters) > 1 else 30
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="20" fill="{_DISCS[crc32(parts[2].encode()) % len(_DISCS)]}"/>'
        f'<text x="32" y="33" font-size="{size}" font-weight="600" fill="#fff" text-anchor="middle" '
        f'dominant-baseline="central" font-family="{_FONT}">{escape(letters)}</text></svg>'
    )


def initials(name: str) -> str:
    """Of a Chinese name its last two characters, of another the first letters of its first and last word."""
    words = name.split()
    if not words:
        return ""
    if re.search(r"[㐀-鿿]", name):
        return "".join(words)[-2:]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def as_typed(text: str) -> str:
    """`text` so that Markdown shows it as it was typed: what a colleague writes makes no headings and no pictures."""
    lines = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text.strip()).split("\n")
    return "\\\n".join(re.sub(r"^[ \t]+", lambda space: "\u00a0" * len(space[0]), line) for line in lines)
