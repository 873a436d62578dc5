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
        "form",
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
_STYLED = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0+)?\s*(?:;|!|$)"
    r"|font-size\s*:\s*0*(?:\.0+|[01](?:\.\d+)?)?\s*(?:px|pt|em|rem|%)?\s*(?:;|!|$)"
    r"|(?:text-indent|left|top|margin-left)\s*:\s*-\d{3,}|color\s*:\s*transparent|clip\s*:\s*rect\(\s*0"
    r"|(?:^|;|\s)(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|!|$)|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
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
        self._selectors: set[tuple[str, str]] = set()
        for selectors, rules in _rules(_COMMENT.sub("", sheets)):
            if not _STYLED.search(rules.strip()):
                continue
            for selector in map(str.strip, selectors.split(",")):
                if selector and _SIMPLE.fullmatch(selector):
                    tag, mark, name = re.match(r"([\w-]*)([.#]?)(.*)", selector).groups()  # type: ignore[union-attr]
                    self._selectors.add((tag.lower(), mark + name))

    def hides(self, element: Any) -> bool:
        """True where the element and all in it is left out."""
        tag = element.tag
        if not isinstance(tag, str) or tag in _TAGS:
            return True
        about = element.attrib
        if not about:
            return (tag, "") in self._selectors
        hidden = "hidden" in about or about.get("aria-hidden", "").lower() == "true" or about.get("role") in _ROLES
        return hidden or bool(_STYLED.search(about.get("style", "").strip())) or self._ruled(tag, about)

    def _ruled(self, tag: str, about: Any) -> bool:
        if not self._selectors:
            return False
        marks = ["", *(f".{name}" for name in about.get("class", "").split())]
        if about.get("id"):
            marks.append(f"#{about['id']}")
        return any(("", mark) in self._selectors or (tag, mark) in self._selectors for mark in marks)


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
