"""An outline as a Word file (python-docx)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

_BODY, _HEADING = "宋体", "黑体"


@dataclass(frozen=True, slots=True)
class OutlinePoint:
    """One quotation and the number of its source."""

    text: str
    source: int
    table: bool = False
    """True: `text` is a Markdown table."""


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """A heading with its points; `gap` is written where there are none."""

    title: str
    points: tuple[OutlinePoint, ...]
    gap: str


@dataclass(frozen=True, slots=True)
class Outline:
    """All that stands in the file, in the language of the turn."""

    title: str
    about: str
    """Date and for whom, below the title."""
    sections: tuple[OutlineSection, ...]
    sources: tuple[str, ...]
    closing: str


def written(outline: Outline, sources_title: str) -> bytes:
    """The bytes of a .docx."""
    document = Document()
    _fonts(document)
    document.core_properties.title = outline.title
    document.core_properties.author = ""
    document.add_heading(outline.title, level=0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(outline.about).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for section in outline.sections:
        document.add_heading(section.title, level=1)
        if not section.points:
            document.add_paragraph(section.gap).runs[0].italic = True
        for point in section.points:
            if point.table:
                _table(document, point.text)
                document.add_paragraph(f"[{point.source}]")
            else:
                document.add_paragraph(f"{point.text} [{point.source}]", style="List Bullet")
    document.add_heading(sources_title, level=1)
    for line in outline.sources:
        document.add_paragraph(line)
    document.add_paragraph(outline.closing).runs[0].italic = True
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _table(document: Any, markdown: str) -> None:
    """A Markdown table as a table of the file; the line below the header is layout, not content."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in markdown.splitlines()]
    rows = [row for row in rows if not all(set(cell) <= set("-: ") for cell in row)]
    table = document.add_table(rows=0, cols=max(len(row) for row in rows), style="Light Grid Accent 1")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=False):
            cell.text = text


def _fonts(document: Any) -> None:
    """Chinese faces and black headings: the vendor's default is made for Latin script."""
    for name in ("Normal", "List Bullet", "Title", "Heading 1"):
        style = document.styles[name]
        face = _BODY if name in ("Normal", "List Bullet") else _HEADING
        style.font.name = face
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
        style.font.color.rgb = RGBColor(0, 0, 0)
    document.styles["Normal"].font.size = Pt(11)
