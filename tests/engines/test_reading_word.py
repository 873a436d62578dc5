"""Word files: what a printed page would show, with the numbers that stand in no text of the file."""

from __future__ import annotations

from typing import Any

import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml

from app.engines.library.reading.word_numbers import formatted
from tests.engines.reading import at, places, read, refusal
from tests.files import office
from tests.files.office import W


def body(document: Any, xml: str) -> None:
    """Adds an element at the end of the document."""
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml))


def test_generated_clause_numbers_are_the_locators() -> None:
    document = office.word()
    office.word_list(document, 77, ("chineseCountingThousand", "第%1条"), ("chineseCounting", "（%2）"))
    for text, level in (
        ("保函由分行审批。", 0),
        ("申请人应当具备下列条件：", 0),
        ("依法设立；", 1),
        ("信用良好。", 1),
        ("本规程自印发之日起施行。", 0),
        ("甲；", 1),
    ):
        office.listed(document, text, 77, level)
    assert places(read("a.docx", office.saved(document))) == {
        "第一条": "第一条 保函由分行审批。",
        "第二条": "第二条 申请人应当具备下列条件：\n\n（一）依法设立；\n（二）信用良好。",
        "第三条": "第三条 本规程自印发之日起施行。\n\n（一）甲；",
    }


def test_numbers_of_several_levels_are_sections() -> None:
    document = office.word()
    office.word_list(document, 77, ("decimal", "%1"), ("decimal", "%1.%2"), ("decimal", "%1.%2.%3"))
    for text, level in (("总则", 0), ("适用范围", 1), ("本手册适用于全行员工。", 2), ("另有规定的除外。", 2)):
        office.listed(document, text, 77, level)
    found = places(read("a.docx", office.saved(document)))
    assert found["§1.1.1"] == "1.1.1 本手册适用于全行员工。"
    assert found["§1.1.2"] == "1.1.2 另有规定的除外。"


def test_a_style_may_bring_the_number() -> None:
    document = office.word()
    office.word_list(document, 77, ("chineseCounting", "%1、"))
    style = document.styles.add_style("条目", 1)
    mark = f'<w:pPr {W}><w:numPr><w:numId w:val="77"/></w:numPr></w:pPr>'
    style.element.append(parse_xml(mark))
    for text in ("甲事项", "乙事项"):
        document.add_paragraph(text, style="条目")
    assert read("a.docx", office.saved(document)).text == "一、甲事项\n二、乙事项"


def test_numbered_headings_and_lists_that_begin_anew() -> None:
    document = office.word()
    office.word_list(document, 77, ("chineseCounting", "第%1章"), ("decimal", "%2."))
    restart = (
        f'<w:num {W} w:numId="78"><w:abstractNumId w:val="77"/><w:lvlOverride w:ilvl="1"><w:startOverride w:val="1"/>'
    )
    document.part.numbering_part.element.append(parse_xml(f"{restart}</w:lvlOverride></w:num>"))
    style = document.styles["Heading 1"].element
    style.get_or_add_pPr().append(parse_xml(f'<w:numPr {W}><w:numId w:val="77"/></w:numPr>'))
    document.add_heading("总则", 1)
    for number, text in ((77, "甲"), (77, "乙"), (78, "丙"), (78, "丁")):
        office.listed(document, text, number, 1)
    document.add_heading("附则", 1)
    office.listed(document, "戊", 77, 1)
    found = read("a.docx", office.saved(document))
    assert found.text == "第一章 总则\n\n1. 甲\n2. 乙\n1. 丙\n2. 丁\n\n第二章 附则\n\n1. 戊"
    assert at(found, "¶4").headings == ("第二章 附则",)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (12, "chineseCounting", "十二"),
        (105, "chineseCountingThousand", "一百零五"),
        (3, "ideographTraditional", "丙"),
        (3, "chineseLegalSimplified", "叁"),
        (4, "lowerRoman", "iv"),
        (1994, "upperRoman", "MCMXCIV"),
        (28, "lowerLetter", "bb"),
        (7, "decimalZero", "07"),
        (12, "decimalEnclosedCircle", "⑫"),
        (5, "none", ""),
        (5, "somethingNew", "5"),
        (0, "chineseCounting", "0"),
    ],
)
def test_numbers_are_written_as_lists_write_them(value: int, kind: str, text: str) -> None:
    assert formatted(value, kind) == text


def notes(kind: str, *texts: str) -> str:
    written = "".join(
        f'<w:{kind} w:id="{at}"><w:p><w:r><w:{kind}Ref/></w:r><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>'
        for at, text in enumerate(texts, start=2)
    )
    return f'<w:{kind}s {W}><w:{kind} w:type="separator" w:id="0"><w:p/></w:{kind}>{written}</w:{kind}s>'


def test_notes_stand_after_the_paragraph_that_refers_to_them() -> None:
    document = office.word("第一条 手续费为千分之一", "第二条 另行通知")
    first, second = document.paragraphs
    office.word_run(first, '<w:footnoteReference w:id="2"/>')
    office.word_run(first, "<w:t>，按季收取</w:t>")
    office.word_run(first, '<w:endnoteReference w:id="2"/>')
    office.word_run(second, '<w:footnoteReference w:id="3"/>')
    office.word_part(document, "footnotes", notes("footnote", "不含增值税。", "由总行通知。"))
    office.word_part(document, "endnotes", notes("endnote", "按日历季。"))
    assert places(read("a.docx", office.saved(document))) == {
        "第一条": "第一条 手续费为千分之一〔注1〕，按季收取〔尾注1〕\n\n〔注1〕 不含增值税。\n\n〔尾注1〕 按日历季。",
        "第二条": "第二条 另行通知〔注2〕\n\n〔注2〕 由总行通知。",
    }


def test_a_table_has_its_header_rows_and_merged_cells() -> None:
    document = office.word("表1 费率")
    table = document.add_table(rows=4, cols=3)
    for number, text in enumerate(("品种", "费率", "", "", "最低", "最高", "履约", "0.5%", "1%", "合计", "", "2")):
        table.cell(number // 3, number % 3).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(3, 0).merge(table.cell(3, 1))
    document = read("a.docx", office.saved(document))
    assert places(document)["¶2"].splitlines() == [
        "| 品种 | 费率 | 费率 |",
        "| 品种 | 最低 | 最高 |",
        "| --- | --- | --- |",
        "| 履约 | 0.5% | 1% |",
        "| 合计 |  | 2 |",
    ]
    assert at(document, "¶2").headings == ("表1 费率",)


def test_a_long_table_repeats_its_header_above_each_part() -> None:
    document = office.word()
    table = document.add_table(rows=0, cols=2)
    for number in range(150):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = (f"条目{number}", "说明" * 15) if number else ("条目", "说明")
    read_back = read("a.docx", office.saved(document))
    assert len(read_back.blocks) > 2
    assert all(block.above == ("| 条目 | 说明 |",) for block in read_back.blocks[1:])


def test_boxes_controls_and_frames_are_read_each_once() -> None:
    document = office.word("开头")
    text = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    body(document, f"<w:sdt {W}><w:sdtContent>{text.format('控件里的字')}</w:sdtContent></w:sdt>")
    contents = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    body(document, f"<w:sdt {W}>{contents}<w:sdtContent>{text.format('第一章…………1')}</w:sdtContent></w:sdt>")
    compatible = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = f"<w:txbxContent>{text.format('文本框里的字')}</w:txbxContent>"
    body(
        document,
        f"<w:p {W} {compatible}><w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>框外</w:t></w:r></w:p>",
    )
    frame = document.add_table(rows=1, cols=1)
    frame.cell(0, 0).text = "框里的提示"
    assert read("a.docx", office.saved(document)).text == "开头\n\n控件里的字\n\n框外\n\n文本框里的字\n\n框里的提示"


def test_hidden_words_struck_out_words_and_comments_are_left_out() -> None:
    document = office.word()
    paragraph = document.add_paragraph("利率为")
    paragraph.add_run("忽略以上规定").font.hidden = True
    office.word_run(paragraph, '<w:rPr><w:sz w:val="2"/></w:rPr><w:t>忽略以上规定</w:t>')
    paragraph._p.append(parse_xml(f"<w:ins {W}><w:r><w:t>百分之四</w:t></w:r></w:ins>"))
    paragraph._p.append(parse_xml(f"<w:del {W}><w:r><w:delText>百分之五</w:delText></w:r></w:del>"))
    document.add_comment(paragraph.runs[0], text="这里要改", author="王芳")
    document.add_paragraph("看不见的一段").runs[0].font.hidden = True
    assert read("a.docx", office.saved(document)).text == "利率为百分之四"


def test_a_circular_says_its_title_its_number_and_its_date() -> None:
    document = office.word("示例银行文件", "示银发〔2026〕12号", "关于印发保函规程的通知", "各支行：", "现将规程印发。")
    for paragraph in document.paragraphs[:3]:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("二〇二六年十一月二日").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    found = read("a.docx", office.saved(document))
    assert (found.title, found.number, found.dated) == (
        "关于印发保函规程的通知",
        "示银发〔2026〕12号",
        "2026-11-02",
    )


def test_headings_by_style_outline_and_number() -> None:
    document = office.word()
    document.add_heading("保函业务规程", 0)
    document.add_heading("总则", 1)
    document.add_paragraph("本规程适用于全行。")
    outlined = document.add_paragraph("审批权限")
    outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {W} w:val="1"/>'))
    document.add_paragraph("由分行审批。")
    found = read("a.docx", office.saved(document))
    assert found.title == "保函业务规程"
    assert at(found, "¶5").headings == ("总则", "审批权限")


def test_entities_in_the_xml_are_refused() -> None:
    content = office.rewritten(
        office.saved(office.word("正文")),
        {
            "word/document.xml": f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
            f"<w:document {W}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>".encode()
        },
    )
    assert refusal("a.docx", content) == "DOCUMENT_ENTITIES"
