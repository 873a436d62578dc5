"""The original behind a citation: the whole document, the cited passage marked and in view."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from app.channels.browser_cards import say
from app.core.ports import Hit

_READABLE = (".md", ".txt")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = """
body { margin: 0; background: #fff; color: #1b2833; font: 16px/1.9 system-ui, 'PingFang SC', 'Microsoft YaHei',
  'Noto Sans CJK SC', sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 40vh; }
h1 { font-size: 1.35rem; line-height: 1.5; margin: 0; }
p { color: #5a6874; margin: .3rem 0 1.8rem; }
article { white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: #ffe9a8; color: #2b2410; scroll-margin-top: 30vh; box-decoration-break: clone; }
@media (prefers-color-scheme: dark) {
  body { background: #121a21; color: #e3eaee; } p { color: #9fb0bb; } mark { background: #6d5716; color: #fff3cd; }
}
"""


def document_page(knowledge: Path, hit: Hit) -> str:
    """The document as it is written in the folder `knowledge`, as HTML, the passage `hit` marked in it."""
    text = _original(knowledge, hit.source) or hit.text
    place = f"{hit.locator} · {say('passage_dated')} {hit.dated}" if hit.dated else hit.locator
    return _page(hit.title, place, _marked(text, hit))


def refusal_page(sentence: str) -> str:
    """Why there is nothing to read."""
    return _page(sentence, "", "")


def _original(knowledge: Path, source: str) -> str | None:
    """The text of a document in the content folder; None for one that came another way or is no text."""
    path = (knowledge / source).resolve()
    if not path.is_relative_to(knowledge.resolve()) or path.suffix not in _READABLE or not path.is_file():
        return None
    return _FRONT_MATTER.sub("", path.read_text(encoding="utf-8")).strip()


def _marked(text: str, hit: Hit) -> str:
    """`text` as HTML with the passage marked; where it does not stand word for word, the passage comes first."""
    before, found, after = text.partition(hit.text)
    if not found:
        return f'<mark id="at">{escape(hit.text)}</mark>\n\n{escape(text)}'
    return f'{escape(before)}<mark id="at">{escape(found)}</mark>{escape(after)}'


def _page(title: str, place: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1><p>{escape(place)}</p><article>{body}</article></main></body></html>"
    )
