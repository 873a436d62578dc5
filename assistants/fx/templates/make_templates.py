"""Makes the .docx template beside it: `python assistants/fx/templates/make_templates.py`.

A4, for the client's file. The bank may edit the .docx itself in Word; what stands in double braces is filled in, rows
between `{%tr for … %}` and `{%tr endfor %}` are repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

SONG, HEI = "宋体", "黑体"
WIDTH = 170
"""Millimetres between the margins."""


class Template:
    """The document being written."""

    def __init__(self) -> None:
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(20)
        section.top_margin = section.bottom_margin = Mm(20)
        style = self.document.styles["Normal"]
        style.font.name, style.font.size = "Times New Roman", Pt(10.5)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), SONG)
        properties = self.document.core_properties
        properties.author = properties.title = properties.comments = ""

    def line(
        self, text: str, *, size: float = 10.5, bold: bool = False, centre: bool = False, after: float = 4
    ) -> None:
        """A paragraph."""
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(after)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.LEFT
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(size), bold
        if bold:
            run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), HEI)

    def table(self, name: str, widths: Sequence[int]) -> None:
        """A table whose head and rows come as `<name>.head` and `<name>.rows`; `widths` in millimetres."""
        columns = len(widths)
        table = self.document.add_table(rows=4, cols=columns)
        table.style = "Table Grid"
        table.autofit = False
        texts = [
            [f"{{{{ {name}.head[{column}] }}}}" for column in range(columns)],
            [f"{{%tr for row in {name}.rows %}}", *[""] * (columns - 1)],
            [f"{{{{ row[{column}] }}}}" for column in range(columns)],
            ["{%tr endfor %}", *[""] * (columns - 1)],
        ]
        for number, (row, words) in enumerate(zip(table.rows, texts, strict=True)):
            for cell, text, width in zip(row.cells, words, widths, strict=True):
                cell.width = Mm(width)
                run = cell.paragraphs[0].add_run(text)
                run.font.size, run.bold = Pt(10), number == 0
                if number == 0:
                    _shade(cell)
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)


def _shade(cell: object) -> None:
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", "E3EEF3")):
        shade.set(qn(f"w:{key}"), value)
    cell._element.get_or_add_tcPr().append(shade)  # type: ignore[attr-defined]


def main() -> None:
    """Write the file."""
    made = Template()
    made.line("{{ bank }}", size=11, centre=True, after=2)
    made.line("{{ title }}", size=18, bold=True, centre=True, after=8)
    made.line("{{ under_title }}", centre=True, after=10)
    for name, widths in (
        ("elements", (35, 85, 50)),
        ("price", (55, 115)),
        ("confirmations", (35, 75, 60)),
        ("checks", (35, 20, 115)),
    ):
        assert sum(widths) == WIDTH
        made.line(f"{{{{ {name}.title }}}}", size=12, bold=True)
        made.table(name, widths)
    made.line("{{ note }}", size=9)
    made.document.save(Path(__file__).parent / "deal_intent.docx")


if __name__ == "__main__":
    main()
