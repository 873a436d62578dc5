"""Digest and outline: nothing but quotations and templates, gaps named, every point with its place."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from docx import Document
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.core.skill import Ask, Context, Result
from app.core.texts import speaking
from app.engines.knowledge import ChromaKnowledge
from skills.research import SKILLS
from skills.research.digest import digest
from skills.research.outline import lead_of, outline
from skills.research.topic import topic_of
from tests.skills.context import CONTENT, FakeDatabase, context


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
async def ctx(tmp_path: Path, home: Path) -> Context:
    knowledge = ChromaKnowledge(CONTENT, home)
    await knowledge.open()
    return context(
        tmp_path,
        FakeDatabase(tmp_path / "db"),
        by="E5001",
        assistant="research",
        knowledge=knowledge.narrowed(["research"]),
    )


def quoted(text: str) -> list[str]:
    """The quotations of a digest."""
    blocks = re.findall(r"(?:^> .*\n?)+", text, re.MULTILINE)
    return ["\n".join(line[2:] for line in block.splitlines()) for block in blocks]


def original(source: str) -> str:
    return (CONTENT / "knowledge" / source).read_text(encoding="utf-8")


def test_the_skills() -> None:
    assert [skill.name for skill in SKILLS] == ["research.digest", "research.outline"]
    assert all(skill.required == ("topic",) and not skill.material for skill in SKILLS)


@pytest.mark.parametrize("topic", ["绿色金融", "人民币汇率", "净息差", "数字员工", "贸易融资"])
async def test_a_digest_quotes_newest_first(ctx: Context, topic: str) -> None:
    result = await digest.function(ctx, topic=topic)
    assert isinstance(result, Result)
    quotations = quoted(result.text)
    assert len(quotations) == len(result.citations) >= 3
    for quotation, citation in zip(quotations, result.citations, strict=True):
        assert quotation == citation.quote
        assert quotation in original(citation.source)
        passage = await ctx.knowledge.passage(citation.source, citation.locator)
        assert passage is not None and citation.quote in passage.text
        assert citation.locator in result.text
    dates = [document["dated"] for document in result.data["documents"]]
    assert dates == sorted(dates, reverse=True) and all(date in result.text for date in dates)
    assert [f"[{number}]" in result.text for number in range(1, len(quotations) + 1)]


async def test_what_is_no_quotation_is_a_template(ctx: Context) -> None:
    result = await digest.function(ctx, topic="绿色金融")
    assert isinstance(result, Result)
    rest = [line for line in result.text.splitlines() if line and not line.startswith(">")]
    allowed = (r"\*\*专题摘编：", r"共摘录 ", r"### 《.+》（\d{4}-", r"\*\*.+\*\* · .+ \[\d+\]$", r"以上均为资料原文")
    assert all(any(re.match(pattern, line) for pattern in allowed) for line in rest)


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
@pytest.mark.parametrize("topic", ["火星移民", "world cup football", "\0", "’; DROP TABLE documents --"])
async def test_nothing_found_is_said_and_no_file_made(ctx: Context, skill: object, topic: str) -> None:
    result = await skill.function(ctx, topic=topic)  # type: ignore[attr-defined]
    assert isinstance(result, Result)
    assert not result.citations and not result.files
    assert "没有找到" in result.text


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
@pytest.mark.parametrize("topic", ["", "  ", "写个提纲", "？"])
async def test_a_wish_without_a_topic_is_asked_for(ctx: Context, skill: object, topic: str) -> None:
    result = await skill.function(ctx, topic=topic)  # type: ignore[attr-defined]
    assert isinstance(result, Ask) and result.parameter == "topic"


async def test_an_outline_becomes_a_word_file_with_sources(ctx: Context) -> None:
    result = await outline.function(ctx, topic="写一份人民币汇率的研究提纲，存成Word")
    assert isinstance(result, Result)
    (file,) = result.files
    assert file.name == "人民币汇率-研究提纲.docx"
    document = Document(io.BytesIO(await ctx.files.read(file.id)))
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    headings = [one.text for one in document.paragraphs if str(one.style.name) == "Heading 1"]
    assert headings == [*(section["title"] for section in result.data["sections"]), "资料来源"]
    for number, citation in enumerate(result.citations, start=1):
        assert any(line.endswith(f"[{number}]") for line in paragraphs)
        assert any(line.startswith(f"[{number}] 《") and citation.locator in line for line in paragraphs)
    points = [re.sub(r" \[\d+\]$", "", one.text) for one in document.paragraphs if one.style.name == "List Bullet"]
    sources = "".join(original(citation.source) for citation in result.citations)
    assert points and all(point in sources for point in points)
    assert document.tables, "a table is a table"
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert "6.95–7.20" in cells


async def test_sections_without_material_are_named_as_gaps(ctx: Context) -> None:
    result = await outline.function(ctx, topic="人民币汇率")
    assert isinstance(result, Result)
    empty = [section["title"] for section in result.data["sections"] if not section["points"]]
    assert result.text.count("待补充") == len(empty) > 0


async def test_english(ctx: Context) -> None:
    with speaking("en"):
        result = await outline.function(ctx, topic="an outline on LPR")
    assert isinstance(result, Result)
    assert result.files[0].name == "LPR - outline.docx"
    assert "Outlook" in result.text


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("绿色金融", "绿色金融"),
        ("写一份人民币汇率的研究提纲，存成Word", "人民币汇率"),
        ("帮我整理一下制造业贷款的研究观点", "制造业贷款"),
        ("做一份关于“数字员工”的专题摘编", "数字员工"),
        ("《房地产》", "房地产"),
        ("编一份出口押汇的资料汇编。", "出口押汇"),
        ("生成式人工智能的大纲", "生成式人工智能"),
        ("出口信用保险", "出口信用保险"),
        ("来料加工贸易", "来料加工贸易"),
        ("outline for a paper on trade finance in Word", "trade finance"),
        ("make a digest on green finance", "green finance"),
    ],
)
def test_the_topic_is_what_the_wish_is_about(said: str, topic: str) -> None:
    assert topic_of(said) == topic


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(" \n净")
@given(st.text(alphabet="净息差。！？；\n，a. ", min_size=1, max_size=80))
def test_the_lead_is_the_beginning_of_the_text(text: str) -> None:
    lead = lead_of(text)
    assert text.startswith(lead)
    assert lead or not text.strip("。！？\n ")
