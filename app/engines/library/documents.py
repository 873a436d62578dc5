"""Reads a document into text and blocks: Markdown, TXT in any Chinese encoding, DOCX."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any, Literal

import yaml

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.word import WordItem, word_items

ENDINGS = frozenset({".md", ".markdown", ".txt", ".docx"})
LARGEST = 20 * 2**20
"""Bytes of a file; a book of a thousand pages has two million."""

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_PLAIN_HEADING = re.compile(
    r"(?:第[一二三四五六七八九十百零〇\d]{1,4}([编章节])|([一二三四五六七八九十]{1,3})、|(\d{1,2}(?:\.\d{1,2}){1,3})\s)\s*\S"
)
_UNDONE = re.compile(r"[。；;：:，,！!？?.]$")
_LONGEST_HEADING = 40
_COMMON = frozenset(
    "的一是不了在有人和为我中大国上个年以要于行会发时到这他银业资金款客户规定条第、，。；：（）《》這個們為與對時來說國會發經應於業資銀規條並"
)
"""Frequent characters of both scripts: the decoding that shows more of them is right."""


Kind = Literal["heading", "paragraph", "table"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a table; `start` and `end` are offsets in the document's text."""

    kind: Kind
    start: int
    end: int
    level: int = 0
    """Of a heading: 1 is the highest."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is read. `text` has no front matter; everything found later is a part of it, verbatim."""

    text: str
    blocks: tuple[Block, ...]
    title: str
    number: str
    """文号; empty where it has none."""
    dated: str
    """`valid_from`, else `issued`, ISO; empty where unknown."""


def read_document(name: str, content: bytes, say: Texts) -> Document:
    """The document in `content`. Raises `BadInput` for a format that is not known, an empty, binary or broken file."""
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        raise BadInput("DOCUMENT_FORMAT", say("document_unknown"))
    if len(content) > LARGEST:
        raise BadInput("DOCUMENT_TOO_LARGE", say("document_too_large", limit=LARGEST // 2**20))
    about: Mapping[str, Any] = {}
    if ending == ".docx":
        text, blocks = _joined(word_items(content, say))
    else:
        text = _decoded(content, say).replace("\r\n", "\n").replace("\r", "\n")
        if ending == ".txt":
            blocks = tuple(_lines(text))
        else:
            about, text = front_matter(text)
            blocks = tuple(_markdown(text))
    if not blocks:
        raise BadInput("DOCUMENT_EMPTY", say("document_empty"))
    heading = next((text[block.start : block.end] for block in blocks if block.kind == "heading"), "")
    return Document(
        text,
        blocks,
        title=str(about.get("title") or heading or PurePath(name).stem),
        number=str(about.get("number") or ""),
        dated=_iso(about.get("valid_from") or about.get("issued")),
    )


def front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """What stands between the two `---` at the top, and the text after it. A rule that is no mapping stays text."""
    found = _FRONT_MATTER.match(text)
    if not found:
        return {}, text
    try:
        about = yaml.safe_load(found.group(1))
    except yaml.YAMLError:
        return {}, text
    return (about, text[found.end() :]) if isinstance(about, dict) else ({}, text)


def _iso(value: object) -> str:
    return value.isoformat()[:10] if isinstance(value, date) else str(value or "")


def _decoded(content: bytes, say: Texts) -> str:
    """UTF-8 or UTF-16 where the bytes say so; else GB18030 or Big5, whichever gives the more usual text."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _text_or_refused(content.decode(encoding, errors="replace"), say)
    wide = b"\0" in content
    for encoding in (
        (_likeliest(content, "utf-16-le", "utf-16-be"),)
        if wide
        else ("utf-8", _likeliest(content, "gb18030", "big5hkscs"))
    ):
        try:
            return _text_or_refused(content.decode(encoding), say)
        except UnicodeDecodeError:
            continue
    raise BadInput("DOCUMENT_BINARY", say("document_binary"))


def _likeliest(content: bytes, *encodings: str) -> str:
    """The encoding that shows more of the usual characters."""

    def usual(encoding: str) -> int:
        text = content[:20_000].decode(encoding, errors="replace")
        return sum(char in _COMMON for char in text) - 5 * text.count("\ufffd")

    return max(encodings, key=usual)


def _text_or_refused(text: str, say: Texts) -> str:
    """Bytes of a picture or program decode too: they show by control characters, or by what no encoding has."""
    sample = text[:20_000]
    strange = sum(
        (char < " " and char not in "\t\n\r\f\x1a") or char == "\ufffd" or "\ue000" <= char <= "\uf8ff"
        for char in sample
    )
    if strange * 50 > len(sample):
        raise BadInput("DOCUMENT_BINARY", say("document_binary"))
    return text


def _markdown(text: str) -> Iterator[Block]:
    """Blocks between empty lines; a heading, a table and a `第…条` begin a new one without an empty line too."""
    kind: Kind = "paragraph"
    start, end, fenced = -1, -1, False
    for at, line in _with_offsets(text):
        bare = line.strip()
        heading = None if fenced else _MARKDOWN_HEADING.match(line)
        row = not fenced and bare.startswith("|")
        breaks = heading or (not fenced and (not bare or row != (kind == "table") or begins_clause(bare)))
        if start >= 0 and breaks:
            yield Block(kind, start, end)
            start = -1
        if heading:
            yield Block("heading", at + heading.start(2), at + heading.end(2), level=len(heading.group(1)))
        elif bare:
            if start < 0:
                start, kind = at + line.index(bare[0]), "table" if row else "paragraph"
            end = at + len(line.rstrip())
        if bare.startswith(("```", "~~~")):
            fenced = not fenced
    if start >= 0:
        yield Block(kind, start, end)


def _lines(text: str) -> Iterator[Block]:
    """Plain text: each line is a block."""
    for at, line in _with_offsets(text):
        bare = line.strip()
        if bare:
            start = at + line.index(bare)
            yield _plain(bare, start)


def _plain(bare: str, start: int) -> Block:
    level = plain_heading_level(bare)
    return Block("heading" if level else "paragraph", start, start + len(bare), level)


def plain_heading_level(line: str) -> int:
    """1 to 6 for a line that reads like a heading (`第二章 …`, `三、…`, `3.2 …`), else 0."""
    found = _PLAIN_HEADING.match(line)
    if not found or len(line) > _LONGEST_HEADING or _UNDONE.search(line):
        return 0
    part, listed, dotted = found.groups()
    if part:
        return "编章节".index(part) + 1
    return 4 if listed else min(6, 4 + dotted.count("."))


def begins_clause(line: str) -> bool:
    """True for `第三条 …`, also in bold: a clause of a rule."""
    return bool(CLAUSE.match(line))


CLAUSE = re.compile(
    r"(?:\*\*|__)?(第[一二三四五六七八九十百千零〇两\d]+条(?:之[一二三四五六七八九十])?)(?=[\s：:（(【*_]|$)"
)


def _with_offsets(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.split("\n"):
        yield at, line
        at += len(line) + 1


def _joined(items: Iterable[WordItem]) -> tuple[str, tuple[Block, ...]]:
    """The items of a Word file as one text with an empty line between."""
    pieces: list[str] = []
    blocks: list[Block] = []
    at = 0
    for item in items:
        level = item.level or (0 if item.table else plain_heading_level(item.text))
        kind: Kind = "table" if item.table else "heading" if level else "paragraph"
        blocks.append(Block(kind, at, at + len(item.text), level))
        pieces.append(item.text)
        at += len(item.text) + 2
    return "\n\n".join(pieces), tuple(blocks)
