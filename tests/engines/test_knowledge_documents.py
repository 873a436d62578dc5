"""Reading and cutting: any Chinese encoding, structure, and text that stays as it was written."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from docx import Document as WordDocument
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Document
from app.engines.library.passages import LONGEST, Passage, passages_of
from app.engines.library.reading import LARGEST, read_document

ROOT = Path(__file__).resolve().parents[2]
SAY = Texts(ROOT / "app" / "engines" / "library" / "texts")
RULES = """示例银行差旅费管理办法

第一条　为规范差旅费的管理，制定本规定。
第二条　住宿费的标准为每人每天五百元；超过的部分由个人承担。
"""
TRADITIONAL = """示例銀行資料管理辦法
第一條　為規範資料的管理，制定本辦法。
第二條　這個規定對於國內與國外的業務都有效。
"""


def read(name: str, content: str | bytes) -> Document:
    return read_document(name, content.encode() if isinstance(content, str) else content, SAY)


def cut(name: str, content: str | bytes) -> list[Passage]:
    return passages_of(read(name, content))


def at(found: list[Passage], locator: str) -> Passage:
    return next(passage for passage in found if passage.locator == locator)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312"]
)
def test_simplified_text_is_read_in_every_encoding(encoding: str) -> None:
    assert read("rules.txt", RULES.encode(encoding)).text == RULES


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "big5", "big5hkscs", "gb18030"])
def test_traditional_text_is_read_in_every_encoding(encoding: str) -> None:
    assert read("rules.txt", TRADITIONAL.encode(encoding)).text == TRADITIONAL


def test_line_ends_of_other_systems_are_line_ends() -> None:
    assert [one.locator for one in cut("a.txt", "第一条 甲。\r\n第二条 乙。\r第三条 丙。")] == [
        "第一条",
        "第二条",
        "第三条",
    ]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.txt", b"", "DOCUMENT_EMPTY"),
        ("blank.md", b" \n\n\t\n", "DOCUMENT_EMPTY"),
        ("front.md", "---\ntitle: 只有表头\n---\n".encode(), "DOCUMENT_EMPTY"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "DOCUMENT_BINARY"),
        ("program.md", b"\x7fELF" + b"\0\1\2" * 4000, "DOCUMENT_BINARY"),
        ("large.txt", b"a" * (LARGEST + 1), "DOCUMENT_TOO_LARGE"),
        ("film.mp4", b"x", "DOCUMENT_FORMAT"),
        ("noending", b"x", "DOCUMENT_FORMAT"),
        ("broken.docx", b"PK\3\4 not really", "DOCUMENT_BROKEN"),
        ("text.docx", "这不是 Word 文件".encode(), "DOCUMENT_MISNAMED"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(name, content)
    assert refused.value.code == code


def test_front_matter_is_no_part_of_the_text() -> None:
    head = "---\ntitle: 办法\nnumber: 示银办〔2026〕3号\nissued: 2026-01-05\nvalid_from: 2026-02-01\n---\n"
    document = read("a.md", f"{head}\n# 标题\n\n正文。\n")
    assert (document.title, document.number, document.dated) == ("办法", "示银办〔2026〕3号", "2026-02-01")
    assert "示银办" not in document.text


def test_a_rule_at_the_top_that_is_no_front_matter_stays() -> None:
    assert [one.text for one in cut("a.md", "---\n不是表头，是正文。\n---\n第二段。\n")][-1].endswith("第二段。")


def test_a_clause_holds_its_items_and_its_table() -> None:
    items = "第一条 下列情形除外：\n\n（一）甲；\n\n（二）乙。"
    table = "第二条 标准如下：\n\n| 级别 | 元 |\n|---|---|\n| 一 | 5 |"
    found = cut("a.md", f"## 第一章 总则\n\n{items}\n\n{table}\n\n# 附则\n\n余下的话。\n")
    assert at(found, "第一条").text == "第一条 下列情形除外：\n\n（一）甲；\n\n（二）乙。"
    assert at(found, "第二条").text.endswith("| 一 | 5 |")
    assert at(found, "第一条").headings == ("第一章 总则",)
    assert found[-1].text == "余下的话。"


def test_a_mention_of_a_clause_begins_no_clause() -> None:
    assert [one.locator for one in cut("a.md", "第三条所称员工，包括实习人员。\n\n第四条 其他。\n")] == ["¶1", "第四条"]


def test_numbered_sections_are_places() -> None:
    found = cut(
        "a.md", "# 月报\n\n## 1. 要点\n\n甲。\n\n乙。\n\n## 2. 数据\n\n### 2.1 工业\n\n丙。\n\n## 2026年展望\n\n丁。\n"
    )
    assert [one.locator for one in found] == ["§1 ¶3", "§1 ¶4", "§2.1", "¶9"]
    assert at(found, "§2.1").headings == ("月报", "2. 数据", "2.1 工业")


def test_figures_at_the_start_of_a_paragraph_are_no_section() -> None:
    assert [one.locator for one in cut("a.txt", "3.2 亿元的贷款已经发放。\n3.2 审批由分行负责，逐级上报总行。")] == [
        "¶1",
        "§3.2",
    ]


def test_the_same_clause_twice_has_two_places() -> None:
    assert [one.locator for one in cut("a.md", "第一条 甲。\n\n# 附件\n\n第一条 乙。\n")] == ["第一条", "第一条 ¶3"]


def test_a_heading_without_text_is_found_itself() -> None:
    assert [one.text for one in cut("a.md", "# 办法\n\n## 本章删去\n\n## 第二章\n\n正文。\n")] == ["本章删去", "正文。"]


def test_a_long_paragraph_is_found_by_parts_that_cover_it() -> None:
    (passage,) = cut("a.txt", "这是一个很长的句子。" * 1000)
    assert len(passage.parts) > 5
    assert all(stop - start <= LONGEST for start, stop in passage.parts)
    assert "".join(passage.text[start:stop] for start, stop in passage.parts) == passage.text


def test_a_line_without_any_stop_is_cut_all_the_same() -> None:
    (passage,) = cut("a.txt", "字" * 10_000)
    assert all(0 < stop - start <= LONGEST for start, stop in passage.parts)


_PARAGRAPH = st.text(
    st.sampled_from("本行贷款应当经审批后发放利率百分之五。；，：（一）3.2 |#-*>"), min_size=1, max_size=60
).map(lambda text: "文" + " ".join(text.split()))
_BLOCK = st.one_of(
    _PARAGRAPH,
    st.builds("第{}条 {}".format, st.sampled_from("一二三四五六七八九十"), _PARAGRAPH),
    st.builds("{} {}".format, st.sampled_from(["#", "##", "###"]), _PARAGRAPH),
    st.just("| 项目 | 金额 |\n| --- | ---: |\n| 甲 | 1 |"),
    st.builds("{}\n{}".format, _PARAGRAPH, _PARAGRAPH),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_BLOCK, min_size=1, max_size=12), st.sampled_from(["a.md", "a.txt"]))
def test_every_passage_stands_verbatim_at_a_place_of_its_own(blocks: list[str], name: str) -> None:
    source = "\n\n".join(blocks) + "\n"
    found = cut(name, source)
    assert len({passage.locator for passage in found}) == len(found)
    for passage in found:
        assert passage.text in source
        assert "".join(passage.text[start:stop] for start, stop in passage.parts) == passage.text
    said = "\n".join(passage.text for passage in found)
    for line in source.splitlines():
        if line.strip() and not line.startswith(("#", "第")) and name == "a.md":
            assert line.strip() in said, "no text is lost"


def word_file(*, bomb: int = 0) -> bytes:
    document = WordDocument()
    document.add_heading("示例银行保函业务规程", level=1)
    document.add_paragraph("第一条 保函由分行审批。")
    document.add_paragraph("费率如下：")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells), ("品种", "费率", "履约保函", "0.5%"), strict=True
    ):
        cell.text = text
    content = io.BytesIO()
    document.save(content)
    if bomb:
        with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/media/image1.bmp", b"\0" * bomb)
    return content.getvalue()


def test_a_word_file_has_headings_clauses_and_tables() -> None:
    document = read("rules.docx", word_file())
    found = passages_of(document)
    assert document.title == "示例银行保函业务规程"
    assert found[0].locator == "第一条"
    assert "| 履约保函 | 0.5% |" in found[0].text


def test_a_word_file_keeps_insertions_and_drops_deletions() -> None:
    document = WordDocument()
    paragraph = document.add_paragraph("利率为")
    mark = '<w:{0} xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:r><w:{1}>{2}</w:{1}></w:r></w:{0}>'
    from docx.oxml import parse_xml

    paragraph._p.append(parse_xml(mark.format("ins", "t", "百分之四")))
    paragraph._p.append(parse_xml(mark.format("del", "delText", "百分之五")))
    content = io.BytesIO()
    document.save(content)
    assert read("a.docx", content.getvalue()).text == "利率为百分之四"


def test_a_zip_bomb_is_refused_unopened() -> None:
    with pytest.raises(BadInput) as refused:
        read("bomb.docx", word_file(bomb=2**21))
    assert refused.value.code == "ARCHIVE_BOMB"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "knowledge").glob("*/*.md")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_shipped_passages_stand_in_their_file_where_they_say(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    body = source.split("\n---\n", 1)[1]
    blocks = [block.strip() for block in re.split(r"\n\s*\n", body) if block.strip()]
    for passage in cut(path.name, source):
        assert passage.text in body
        if found := re.search(r"¶(\d+)$", passage.locator):
            block = blocks[int(found.group(1)) - 1]
            assert block in passage.text or passage.text in block
        elif passage.locator.startswith("第"):
            assert passage.text.lstrip("*").startswith(passage.locator)
        else:
            heading = next(
                line for line in body.splitlines() if re.match(rf"#+ {re.escape(passage.locator[1:])}[.、\s]", line)
            )
            assert body.index(heading) < body.index(passage.text)
