"""Names that people give to files, made harmless."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

_LONGEST_NAME = 120  # characters
_MOST_BYTES = 240


def harmless_name(name: str) -> str:
    """`name` without folders, control and direction characters; never empty, never longer than a screen's line."""
    last = PurePosixPath(name.replace("\\", "/")).name
    seen = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    clean = re.sub(r"^[\s.]+|[\s.]+$", "", seen)
    tail = ending(clean)
    stem = clean[: -len(tail)] if tail else clean
    return f"{stem[: _LONGEST_NAME - len(tail)]}{tail}" or "file"


def name_on_disk(name: str, before: str = "") -> str:
    """`before` and a harmless name, short enough for every file system (255 bytes); the ending stays."""
    shown = harmless_name(name)
    tail = ending(shown)
    stem = shown[: len(shown) - len(tail)].encode()[: _MOST_BYTES - len(before.encode()) - len(tail)]
    return f"{before}{stem.decode(errors='ignore')}{tail}"


def ending(name: str) -> str:
    """`.xlsx` of a name, in lower case; empty where there is none."""
    found = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    return found.group().lower() if found else ""
