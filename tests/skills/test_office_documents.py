"""Documents: asked for step by step, filled from templates, and what people type stays data."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.skill import Ask, Outcome, Result
from app.core.texts import language_of, speaking
from skills.office import draft_document
from skills.office.document_request import Draft, read_draft, split_points
from skills.office.documents import DOCX, _file_name, _rendered
from tests.skills.context import CONTENT, NOW, FakeDatabase, context

TEMPLATES = CONTENT / "assistants" / "office" / "templates"


async def talk(folder: Path, *lines: str, by: str = "E6001", kind: str | None = None) -> Outcome:
    with speaking(language_of(lines[-1])):
        ctx = context(folder, FakeDatabase(folder / "x.db"), by=by)
        return await draft_document.function(ctx, "\n".join(lines), kind=kind)


async def drafted(folder: Path, *lines: str, by: str = "E6001", kind: str | None = None) -> tuple[Result, list[str]]:
    """The result, and the lines of the document as Word would open it."""
    outcome = await talk(folder, *lines, by=by, kind=kind)
    assert isinstance(outcome, Result), outcome
    paragraphs = Document(str(folder / outcome.files[0].id)).paragraphs
    return outcome, [paragraph.text for paragraph in paragraphs if paragraph.text.strip()]


async def test_everything_is_asked_one_by_one_and_corrected_afterwards(tmp_path: Path) -> None:
    said = ["帮我写个文件"]
    for asks, answers in (
        ("哪一种", "通知"),
        ("关于什么", "关于开展消防演练的通知"),
        ("发给谁", "各支行、总行各部门"),
        ("哪些内容", "时间11月28日下午两点；地点一楼大厅"),
    ):
        question = await talk(tmp_path, *said)
        assert isinstance(question, Ask) and asks in question.question and question.parameter == "about"
        said.append(answers)
    result, lines = await drafted(tmp_path, *said)
    assert lines == [
        "示例银行总行办公室文件",
        "【待补充】",
        "关于开展消防演练的通知",
        "各支行、总行各部门：",
        "现将开展消防演练有关事项通知如下：",
        "一、时间11月28日下午两点。",
        "二、地点一楼大厅。",
        "特此通知。",
        "示例银行总行办公室",
        "2026年11月19日",
        "示例银行总行办公室　　2026年11月19日印发",
    ]
    assert result.files[0].name == "关于开展消防演练的通知.docx" and result.files[0].mime == DOCX
    assert "现将开展消防演练有关事项通知如下：" in result.text and "文号" in result.text
    said += ["标题改成开展2026年冬季消防演练", "再加一条：各部门指定一名联络员", "主送改成各支行", "日期改成11月25日"]
    assert "特此通知。" in (await drafted(tmp_path, *said, "内容改成全体参加"))[1]
    assert "全体参加。" in (await drafted(tmp_path, *said, "把内容改成全体参加"))[1], "a single point, without a number"
    said += ["附件：演练方案、疏散路线图", "抄送总行安全保卫部", "落款：示例银行安全保卫部"]
    _, changed = await drafted(tmp_path, *said)
    for line in (
        "关于开展2026年冬季消防演练的通知",
        "各支行：",
        "三、各部门指定一名联络员。",
        "2026年11月25日",
        "附件：1. 演练方案",
        "抄送：总行安全保卫部。",
        "示例银行安全保卫部文件",
    ):
        assert line in changed


async def test_one_sentence_is_enough(tmp_path: Path) -> None:
    text = "起草一份关于召开年度工作会议的通知，发给各分行，12月5日上午9点在总行多功能厅，各分行行长参加"
    _, lines = await drafted(tmp_path, text)
    assert "关于召开年度工作会议的通知" in lines and "各分行：" in lines
    assert "12月5日上午9点在总行多功能厅，各分行行长参加。" in lines, "a single point has no number"


async def test_a_request_names_its_signer_and_contact(tmp_path: Path) -> None:
    said = ("起草一个向总行申请增加3名柜员编制的请示", "今年业务量增长三成，现有柜员5名")
    result, lines = await drafted(tmp_path, *said, by="E1001")
    assert lines[:4] == [
        "示例银行城东支行文件",
        "【待补充】　　　　签发人：【待补充】",
        "关于申请增加3名柜员编制的请示",
        "总行：",
    ]
    assert "妥否，请批示。" in lines and "（联系人：张伟，电话：6101）" in lines
    assert result.data["open"] == ["文号（登记时编）", "签发人"]


async def test_what_is_left_open_is_marked_and_nothing_is_made_up(tmp_path: Path) -> None:
    result, lines = await drafted(tmp_path, "给人民银行示例中心支行发一份商洽函", "商请提供反洗钱培训师资", "先空着")
    assert lines == [
        "示例银行总行办公室",
        "【待补充】",
        "关于商请提供反洗钱培训师资的函",
        "人民银行示例中心支行：",
        "现就商请提供反洗钱培训师资有关事宜函告如下：",
        "【待补充】",
        "特此函达。",
        "示例银行总行办公室",
        "2026年11月19日",
    ]
    assert "正文" in result.data["open"]


async def test_letters_follow_the_language_of_the_talk(tmp_path: Path) -> None:
    _, chinese = await drafted(tmp_path, "给华星科技有限公司写一封信，感谢贵公司多年支持")
    assert chinese[:3] == ["华星科技有限公司：", "您好！", "感谢贵公司多年支持。"] and "敬礼！" in chinese
    english = ("draft a letter to Huaxing Technology about the renewal", "We propose to renew for one year")
    _, lines = await drafted(tmp_path, *english)
    _, later = await drafted(tmp_path, *english, "change the date to 25 November")
    assert later[0] == "25 November 2026"
    assert lines[:3] == ["19 November 2026", "Dear Huaxing Technology,", "We propose to renew for one year."]


async def test_a_model_may_name_the_kind_and_the_elements(tmp_path: Path) -> None:
    _, lines = await drafted(
        tmp_path, "标题：信息安全培训\n主送：全体员工\n内容：周五下午三点参加线上培训", kind="notice"
    )
    assert "关于信息安全培训的通知" in lines and "全体员工：" in lines and "周五下午三点参加线上培训。" in lines


async def test_the_kind_can_be_changed_and_a_new_order_begins_anew(tmp_path: Path) -> None:
    said = ["写一份关于停电的通知，发给各部门，内容：周六停电"]
    _, lines = await drafted(tmp_path, *said, "改成函")
    assert "关于停电的函" in lines
    outcome = await talk(tmp_path, *said, "再写一份关于招聘的请示")
    assert isinstance(outcome, Ask) and "请示发给谁" in outcome.question
    _, lines = await drafted(tmp_path, *said[:0], "写一份关于停电的通知，发给各部门", "发布停电通知；提前保存文件")
    assert "一、发布停电通知。" in lines, "a point that speaks of a notice is no new order"


HOSTILE = [
    "{{ 7*7 }}",
    "{% for x in range(9) %}boom{% endfor %}",
    "{{ sender.__class__.__mro__ }}",
    "{%p if true %}",
    "{# hidden #}",
    "<w:p>&amp;</w:p>",
    "A & B < C > D \"E\" 'F'",
    "</w:t></w:r></w:p><w:p>",
    "]]>",
    "${x} #{y} %(z)s",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_a_person_types_comes_out_as_typed(tmp_path: Path, text: str) -> None:
    said = ("写一份通知", text, text, text)
    result, lines = await drafted(tmp_path, *said)
    assert f"关于{text}的通知" in lines
    assert f"{text}：" in lines
    assert f"{text}。" in lines
    assert not any(line == "49" or "boomboom" in line for line in lines)
    assert len(lines) == 10, "no paragraph comes or goes"
    with zipfile.ZipFile(tmp_path / result.files[0].id) as package:
        assert package.testzip() is None


def values(text: str) -> dict[str, Any]:
    named = dict.fromkeys(("subject", "recipient", "number", "signer", "copies", "sender", "author", "extension"), text)
    return {**named, "date": "x", "points": [{"number": "", "text": text}], "attachments": [text]}


typed = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff_"), max_size=60
)


@settings(max_examples=25, deadline=None)
@given(typed, st.sampled_from(["notice", "official_letter", "request", "letter", "letter.en"]))
def test_every_text_survives_every_template(text: str, name: str) -> None:
    content, lines = _rendered(TEMPLATES / f"{name}.docx", values(f"始{text}终"), "t")
    assert any(f"始{text}终" in line for line in lines)
    assert Document(io.BytesIO(content)).paragraphs


async def test_control_and_direction_characters_are_left_out(tmp_path: Path) -> None:
    result, lines = await drafted(tmp_path, "写一份通知", "消\x00防\u202e演练\x07", "各\ud800部门", "\ufffe内容\x0b甲")
    assert "关于消防演练的通知" in lines and "各部门：" in lines
    assert all(char.isprintable() or char in "\n　" for char in result.text)


@given(st.text(max_size=300))
def test_file_names_are_harmless(title: str) -> None:
    name = _file_name(title)
    assert name and len(name) <= 60
    assert not set(name) & set('\\/:*?"<>|.{}%\n\r\t ')


async def test_a_path_is_no_file_name(tmp_path: Path) -> None:
    result, _ = await drafted(tmp_path, "写一份通知", "../../etc/passwd", "各部门", "内容一")
    assert result.files[0].name == "关于_etc_passwd的通知.docx"


async def test_the_preview_cannot_load_pictures_or_links(tmp_path: Path) -> None:
    result, _ = await drafted(tmp_path, "写一份通知", "演练", "各部门", "![x](http://host.example/a.png) <img src=x>")
    assert "![" not in result.text.replace("\\[", "") and "<img" not in result.text.replace("\\<", "")


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_any_talk_is_read(lines: list[str]) -> None:
    draft = read_draft("\n".join(lines), NOW)
    assert isinstance(draft, Draft)
    everything = "".join(lines)
    for word in (draft.subject, draft.recipient, draft.copies, draft.sender):
        assert all(char in everything for char in word), "nothing is added that nobody said"


def test_points_are_split_at_their_own_numbers_or_full_stops() -> None:
    assert split_points("1. 甲，3.5%；2. 乙") == ("甲，3.5%", "乙")
    assert split_points("一、甲 二、乙") == ("甲", "乙")
    assert split_points("甲。乙；丙") == ("甲", "乙", "丙")
    assert split_points("甲，乙") == ("甲，乙",)


def test_the_templates_are_what_the_script_makes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_templates", TEMPLATES / "make_templates.py")
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(tmp_path)
    made = sorted(path.name for path in tmp_path.glob("*.docx"))
    assert made == sorted(path.name for path in TEMPLATES.glob("*.docx"))
    for name in made:
        assert parts(tmp_path / name) == parts(TEMPLATES / name), f"{name}: run make_templates.py"


def parts(path: Path) -> Mapping[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_the_layout_is_that_of_official_documents() -> None:
    document = Document(str(TEMPLATES / "notice.docx"))
    section = document.sections[0]
    assert [round(edge.mm) for edge in (section.page_width, section.page_height)] == [210, 297]
    assert [round(edge.mm) for edge in (section.top_margin, section.left_margin)] == [37, 28]
    head = document.paragraphs[0].runs[0].font
    assert str(head.color.rgb) == "E60012"


async def test_a_template_that_is_missing_is_said(tmp_path: Path) -> None:
    from app.core.errors import SkillFailed

    ctx = replace(context(tmp_path, FakeDatabase(tmp_path / "x.db")), content=tmp_path)
    with pytest.raises(SkillFailed, match="模板"):
        await draft_document.function(ctx, "写一份关于停电的通知，发给各部门，内容：周六停电")
