"""What a paragraph's style says of it: a heading's level, its list, whether it is to be seen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.engines.library.reading.word_numbers import W

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])$", re.IGNORECASE)
_TITLE = frozenset(("title", "标题"))
_CONTENTS = re.compile(r"(?:toc|目录)\s*\d+$|table of figures$", re.IGNORECASE)
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Style:
    """Of paragraphs or characters, with what it takes over from the style that it rests on."""

    name: str = ""
    level: int = 0
    """1 to 9 of a heading, else 0."""
    number: str = ""
    """The list that its paragraphs are counted in; empty without."""
    depth: int | None = None
    """The level of that list, from 0; None where the list says which."""
    contents: bool = False
    """A line of a table of contents."""
    hidden: bool = False


def styles_of(element: Any) -> dict[str, Style]:
    """Identifier -> style; under `""` the style of paragraphs that name none."""
    found = {str(one.get(f"{W}styleId")): one for one in element.iter(f"{W}style")}
    styles = {name: _style(name, found) for name in found}
    default = next(
        (
            name
            for name, one in found.items()
            if one.get(f"{W}default") in ("1", "true") and one.get(f"{W}type") == "paragraph"
        ),
        "",
    )
    return {**styles, "": styles.get(default, Style())}


def _style(identifier: str, found: dict[str, Any]) -> Style:
    name, level, number, depth, hidden, outlined = "", 0, "", None, False, False
    at: str | None = identifier
    for step in range(_DEEPEST):
        one = found.get(at or "")
        if one is None:
            break
        called = value_of(one, "name")
        name = name or called
        heading = _HEADING.match(called)
        if not level and not outlined:
            outline = value_of(one, "pPr", "outlineLvl")
            outlined = bool(outline)
            level = int(heading[1]) if heading else 1 if called.lower() in _TITLE else outline_level(outline)
        if not number:
            number, own = value_of(one, "pPr", "numPr", "numId"), value_of(one, "pPr", "numPr", "ilvl")
            depth = int(own) if number and own.isdigit() else 0 if number and step else depth
        hidden = hidden or is_on(one.find(f"{W}rPr/{W}vanish"))
        at = value_of(one, "basedOn")
    return Style(name, level, number, depth, bool(_CONTENTS.match(name)), hidden)


def outline_level(text: str) -> int:
    """1 to 9 for `outlineLvl` 0 to 8; 9 there means body text."""
    return int(text) + 1 if text.isdigit() and int(text) < 9 else 0


def value_of(element: Any, *path: str) -> str:
    """`w:val` of what stands at the path below the element; empty without."""
    found = element.find("/".join(f"{W}{name}" for name in path))
    return str(found.get(f"{W}val") or "") if found is not None else ""


def is_on(element: Any | None) -> bool:
    """A property that is there and not switched off."""
    return element is not None and element.get(f"{W}val") not in ("0", "false", "off", "none")
