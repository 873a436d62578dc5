"""What is not to be seen on a page, or leads around it: scripts, hidden elements, navigation, forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_TAGS = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "title",
        "meta",
        "link",
        "object",
        "embed",
        "iframe",
        "frame",
        "frameset",
        "applet",
        "canvas",
        "svg",
        "math",
        "audio",
        "video",
        "source",
        "track",
        "map",
        "area",
        "nav",
        "footer",
        "aside",
        "input",
        "button",
        "select",
        "option",
        "textarea",
        "datalist",
        "dialog",
        "noembed",
        "noframes",
    )
)
_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "search", "menu", "menubar", "toolbar", "dialog", "alertdialog")
)
_GONE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0+)?\s*(?:;|!|$)"
    r"|(?:text-indent|left|top)\s*:\s*-(?:999|\d{4,})|color\s*:\s*transparent|clip\s*:\s*rect\(\s*0"
    r"|(?:^|;|\s)(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|!|$)|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
_TINY = re.compile(
    r"font-size\s*:\s*(?:0*(?:\.0+)?\s*(?:px|pt|em|rem|%)?|0*[01](?:\.\d+)?\s*(?:px|pt))\s*(?:;|!|$)", re.IGNORECASE
)
"""It holds for what is inside only where that has no size of its own: lists are laid out so."""
_BRACE = re.compile(r"[{}]")
_SIMPLE = re.compile(r"(?:[a-z][\w-]*)?(?:[.#][\w-]+)?", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_MOST_STYLE = 500_000


class Hiding:
    """Tells whether an element of a page is left out: by its tag, its marks, its style and the page's own rules.

    Only rules for a tag, a class or an identifier count; style sheets that lie elsewhere are not fetched.
    """

    def __init__(self, tree: Any) -> None:
        sheets = "\n".join(str(style.text or "") for style in tree.iter("style"))[:_MOST_STYLE]
        self._gone: set[tuple[str, str]] = set()
        self._tiny: set[tuple[str, str]] = set()
        for selectors, rules in _rules(_COMMENT.sub("", sheets)):
            found = self._gone if _GONE.search(rules.strip()) else self._tiny if _TINY.search(rules.strip()) else None
            if found is None:
                continue
            for selector in map(str.strip, selectors.split(",")):
                if selector and _SIMPLE.fullmatch(selector):
                    tag, mark, name = re.match(r"([\w-]*)([.#]?)(.*)", selector).groups()  # type: ignore[union-attr]
                    found.add((tag.lower(), mark + name))

    def hides(self, element: Any) -> bool:
        """True where the element and all in it is left out."""
        tag = element.tag
        if not isinstance(tag, str) or tag in _TAGS:
            return True
        about = element.attrib
        if "hidden" in about or about.get("aria-hidden", "").lower() == "true" or about.get("role") in _ROLES:
            return True
        style = about.get("style", "").strip()
        if _GONE.search(style) or _named(self._gone, tag, about):
            return True
        return bool(_TINY.search(style) or _named(self._tiny, tag, about)) and not any(
            map(_may_grow, element.iterdescendants())
        )


def _named(selectors: set[tuple[str, str]], tag: str, about: Any) -> bool:
    """True where one of the selectors names the element."""
    if not selectors:
        return False
    marks = ["", *(f".{name}" for name in about.get("class", "").split())]
    if about.get("id"):
        marks.append(f"#{about['id']}")
    return any(("", mark) in selectors or (tag, mark) in selectors for mark in marks)


def _may_grow(element: Any) -> bool:
    """True for an element with a size of its own, or a class that may give it one."""
    return "font-size" in element.get("style", "") or bool(element.get("class"))


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and rules of a style sheet; what holds for print or for small screens alone is passed over."""
    depth, last, selectors = 0, 0, ""
    for brace in _BRACE.finditer(sheet):
        inside = sheet[last : brace.start()]
        last = brace.end()
        if brace[0] == "{":
            depth += 1
            selectors = inside if depth == 1 else ""
        else:
            if depth == 1 and not selectors.lstrip().startswith("@"):
                yield selectors, inside
            depth = max(0, depth - 1)
