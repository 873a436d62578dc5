"""Makes the .docx templates beside it: `python assistants/office/templates/make_templates.py`.

Layout in the manner of GB/T 9704-2012 (party and government documents): A4, margins 37/35/28/26 mm, body in 仿宋 16 pt
at 28 pt line spacing, title 22 pt, red head with a rule, page number 「— 1 —」. The bank may edit the .docx files
themselves in Word; what stands in double braces is filled in.
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

RED = RGBColor(0xE6, 0x00, 0x12)
HEAD, SONG, FANG, HEI = "方正小标宋简体", "宋体", "仿宋", "黑体"
LEFT, CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
BODY = 16
"""Points; 三号."""


class Template:
    """One document being written, paragraph by paragraph."""

    def __init__(self, *, latin: str = "Times New Roman") -> None:
        self.document = Document()
        self.latin = latin
        for paragraph in list(self.document.paragraphs):
            paragraph._element.getparent().remove(paragraph._element)
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.footer_distance = Mm(25)
        self.document.styles["Normal"].font.name = latin
        self.document.styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), FANG)
        properties = self.document.core_properties
        properties.author = properties.title = properties.comments = ""

    def line(
        self,
        text: str,
        *,
        font: str = FANG,
        size: float = BODY,
        at: WD_ALIGN_PARAGRAPH = LEFT,
        indent: float = 0,
        end: float = 0,
        colour: RGBColor | None = None,
        before: float = 0,
        after: float = 0,
        rule: str = "",
    ) -> None:
        """A paragraph. `indent` and `end` are in characters; `rule` is a border (`bottom:single:E60012:18`)."""
        paragraph = self.document.add_paragraph()
        paragraph.alignment = at
        style = paragraph.paragraph_format
        style.space_before, style.space_after = Pt(before), Pt(after)
        if size <= BODY:
            style.line_spacing_rule, style.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
        style.first_line_indent = Pt(indent * size) if indent else None
        style.right_indent = Pt(end * size) if end else None
        run = paragraph.add_run(text)
        run.font.size, run.font.name = Pt(size), self.latin
        run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
        if colour is not None:
            run.font.color.rgb = colour
        if rule:
            side, kind, shade, width = rule.split(":")
            borders = OxmlElement("w:pBdr")
            border = OxmlElement(f"w:{side}")
            for name, value in (("val", kind), ("sz", width), ("space", "4"), ("color", shade)):
                border.set(qn(f"w:{name}"), value)
            borders.append(border)
            # The schema wants the border before spacing and indents.
            paragraph._element.get_or_add_pPr().insert_element_before(borders, "w:spacing", "w:ind", "w:jc")

    def page_numbers(self) -> None:
        """「— 1 —」 in the footer, 四号."""
        paragraph = self.document.sections[0].footer.paragraphs[0]
        paragraph.alignment = CENTRE
        for text, field in (("— ", ""), ("", "PAGE"), (" —", "")):
            run = paragraph.add_run(text)
            run.font.size, run.font.name = Pt(14), SONG
            run._element.rPr.rFonts.set(qn("w:eastAsia"), SONG)
            if field:
                simple = OxmlElement("w:fldSimple")
                simple.set(qn("w:instr"), field)
                run._element.addprevious(simple)
                simple.append(run._element)

    def points(self, opening: str) -> None:
        """The body: an opening sentence, and the points under it."""
        self.line(opening, indent=2)
        self.line("{%p for point in points %}")
        self.line("{{ point.number }}{{ point.text }}", indent=2)
        self.line("{%p endfor %}")

    def attachments(self) -> None:
        """附件说明, one blank line below the body."""
        self.line("{%p if attachments %}")
        self.line("")
        self.line("{%p endif %}")
        self.line("{%p for attachment in attachments %}")
        self.line("{{ attachment }}", indent=2)
        self.line("{%p endfor %}")

    def signature(self) -> None:
        """署名 and 成文日期, right of the middle; the date leaves four characters."""
        self.line("")
        self.line("{{ sender }}", at=RIGHT, end=2, before=14)
        self.line("{{ date }}", at=RIGHT, end=4)

    def imprint(self) -> None:
        """版记: 抄送, then the issuing office and date between rules."""
        self.line("{%p if copies %}")
        self.line("抄送：{{ copies }}。", size=14, indent=1, before=28, rule="top:single:000000:8")
        self.line("{%p endif %}")
        self.line("{{ sender }}　　{{ date }}印发", size=14, indent=1, rule="top:single:000000:4")

    def save(self, path: Path) -> None:
        """Write it with fixed times and order, so that the same script makes the same file."""
        buffer = io.BytesIO()
        self.document.save(buffer)
        with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kept:
            for name in sorted(made.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
                info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                kept.writestr(info, made.read(name))


def notice() -> Template:
    """通知: red head 「…文件」, number centred."""
    made = Template()
    made.line("{{ sender }}文件", font=HEAD, size=34, at=CENTRE, colour=RED, after=30)
    made.line("{{ number }}", at=CENTRE, rule="bottom:single:E60012:18", after=28)
    made.line("关于{{ subject }}的通知", font=HEAD, size=22, at=CENTRE, after=28)
    made.line("{{ recipient }}：")
    made.points("现将{{ subject }}有关事项通知如下：")
    made.line("特此通知。", indent=2)
    made.attachments()
    made.signature()
    made.imprint()
    made.page_numbers()
    return made


def official_letter() -> Template:
    """函, in the letter format of the standard: the name alone over a double red rule, number at the right."""
    made = Template()
    made.line(
        "{{ sender }}", font=HEAD, size=34, at=CENTRE, colour=RED, rule="bottom:thickThinSmallGap:E60012:24", after=14
    )
    made.line("{{ number }}", at=RIGHT, after=28)
    made.line("关于{{ subject }}的函", font=HEAD, size=22, at=CENTRE, after=28)
    made.line("{{ recipient }}：")
    made.points("现就{{ subject }}有关事宜函告如下：")
    made.line("特此函达。", indent=2)
    made.attachments()
    made.signature()
    made.page_numbers()
    return made


def request() -> Template:
    """请示: an upward document names its signer; one matter, one addressee, a contact below."""
    made = Template()
    made.line("{{ sender }}文件", font=HEAD, size=34, at=CENTRE, colour=RED, after=30)
    made.line("{{ number }}　　　　签发人：{{ signer }}", at=CENTRE, rule="bottom:single:E60012:18", after=28)
    made.line("关于{{ subject }}的请示", font=HEAD, size=22, at=CENTRE, after=28)
    made.line("{{ recipient }}：")
    made.points("现就{{ subject }}有关事项请示如下：")
    made.line("妥否，请批示。", indent=2)
    made.attachments()
    made.signature()
    made.line("（联系人：{{ author }}，电话：{{ extension }}）", indent=2)
    made.imprint()
    made.page_numbers()
    return made


def letter() -> Template:
    """A letter."""
    made = Template()
    made.line("{{ recipient }}：", before=28)
    made.line("您好！", indent=2)
    made.line("{%p for point in points %}")
    made.line("{{ point.text }}", indent=2)
    made.line("{%p endfor %}")
    made.line("此致", indent=2)
    made.line("敬礼！")
    made.attachments()
    made.line("")
    made.line("{{ sender }}", at=RIGHT, end=2)
    made.line("{{ author }}", at=RIGHT, end=2)
    made.line("{{ date }}", at=RIGHT, end=2)
    return made


def letter_in_english() -> Template:
    """A letter in English."""
    made = Template()
    made.line("{{ date }}", at=RIGHT, before=28, after=14, size=12)
    made.line("Dear {{ recipient }},", size=12, after=12)
    made.line("{%p for point in points %}")
    made.line("{{ point.text }}", size=12, after=6)
    made.line("{%p endfor %}")
    made.line("Yours sincerely,", size=12, before=12)
    made.line("")
    made.line("{{ author }}", size=12)
    made.line("{{ sender }}", size=12)
    made.line("{%p for attachment in attachments %}")
    made.line("{{ attachment }}", size=12)
    made.line("{%p endfor %}")
    return made


TEMPLATES = {
    "notice": notice,
    "official_letter": official_letter,
    "request": request,
    "letter": letter,
    "letter.en": letter_in_english,
}


def main(folder: Path) -> None:
    """Write every template into `folder`."""
    for name, make in TEMPLATES.items():
        make().save(folder / f"{name}.docx")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
