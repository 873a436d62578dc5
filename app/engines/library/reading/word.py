"""DOCX: headings, paragraphs with their numbers and notes, tables. Only this file of the engines knows python-docx."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Reading, begins_clause
from app.engines.library.reading.office_file import check_office_file
from app.engines.library.reading.official import about_of, is_number, title_among
from app.engines.library.reading.pages import Pages
from app.engines.library.reading.word_numbers import W, numbers_of
from app.engines.library.reading.word_styles import styles_of
from app.engines.library.reading.word_walk import WordParagraph, WordTable, WordWalk
from app.engines.library.reading.written import TooWide, Written

_LONGEST_HEADING = 100
_LONGEST_TITLE = 60
_FIRST = 10
"""Paragraphs among which a title is looked for."""
_LONGEST_LIST = 1_000
"""Characters of a list's items that stay one paragraph."""
_SENTENCE = re.compile(r"[。；;！!？?，,：:]$")
_SECTION = re.compile(r"\d+[.．]\d|第")
_CAPTION = re.compile(r"(?:[附续]?表|Table|单位|金额单位)\s*[\d一二三四五六七八九十：:-]", re.IGNORECASE)


def read(content: bytes, say: Texts, pages: Pages) -> Reading:
    """What stands in the file as it is printed: without comments, what is struck out, and hidden text.

    Raises `BadInput`: another kind of file, a password, damaged, a bomb.
    """
    check_office_file(content, "word", say)
    pages(1, 1)
    try:
        walk, body = _opened(content)
        return _written(list(walk.items(body)))
    except TooWide:
        raise
    except Exception:  # python-docx and the XML parser break in many ways on files that are not what they say
        raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None


def _opened(content: bytes) -> tuple[WordWalk, Any]:
    from docx import Document as open_document

    document = open_document(io.BytesIO(content))
    parts = {
        relation.reltype.rpartition("/")[2]: _root(relation.target_part)
        for relation in document.part.rels.values()
        if not relation.is_external and relation.reltype.endswith(("/footnotes", "/endnotes", "/numbering"))
    }
    notes = {
        (kind, str(note.get(f"{W}id"))): note
        for kind in ("footnote", "endnote")
        for note in parts.get(f"{kind}s", ())
        if note.get(f"{W}type") in (None, "normal")
    }
    return WordWalk(
        styles_of(document.styles.element), numbers_of(parts.get("numbering")), notes
    ), document.element.body


def _root(part: Any) -> Any:
    """The XML of a part that python-docx may or may not have parsed."""
    if hasattr(part, "element"):
        return part.element
    from lxml import etree

    return etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))


def _written(items: list[WordParagraph | WordTable]) -> Reading:
    written = Written()
    paragraphs = [item for item in items if isinstance(item, WordParagraph)]
    # A bank's circulars rarely use the styles: the title is a line in the middle of the first page.
    middle = [one.text for one in paragraphs[:_FIRST] if one.centred and not _is_sentence(one.text, _LONGEST_TITLE)]
    title = "" if any(one.level for one in paragraphs[:_FIRST]) else title_among(middle) or _first_title(middle)
    above: tuple[str, ...] = ()
    for item in _with_lists(items):
        if isinstance(item, WordTable):
            written.table(item.rows, item.header, above=above)
            above = ()
            continue
        if item.level and not _is_sentence(item.text, _LONGEST_HEADING):
            written.heading(item.text, item.level)
        elif title and item.centred and item.text == title:
            written.heading(title, 1)
            title = ""
        else:
            written.paragraph(item.text)
        above = (item.text,) if _CAPTION.match(item.text) and len(item.text) <= _LONGEST_TITLE else ()
    return written.reading(about_of([one.text for one in paragraphs]))


def _first_title(lines: Iterable[str]) -> str:
    """The first line that is neither the head in red nor the number."""
    return next((line for line in lines if not line.endswith("文件") and not is_number(line)), "")


def _with_lists(items: Iterable[WordParagraph | WordTable]) -> Iterator[WordParagraph | WordTable]:
    """Items of a list that follow each other are one paragraph, a line each, as long as it stays short."""
    held: list[str] = []
    for item in items:
        listed = (
            isinstance(item, WordParagraph)
            and item.mark
            and not item.level
            and not _SECTION.match(item.mark)
            and not begins_clause(item.text)
        )
        if held and (not listed or sum(map(len, held)) > _LONGEST_LIST):
            yield WordParagraph("\n".join(held))
            held = []
        if listed and isinstance(item, WordParagraph):
            held.append(item.text)
        else:
            yield item
    if held:
        yield WordParagraph("\n".join(held))


def _is_sentence(text: str, longest: int) -> bool:
    return len(text) > longest or bool(_SENTENCE.search(text)) or "\n" in text
