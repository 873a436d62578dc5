"""`deskmate check` of the knowledge sets: a mistake is named with file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.core.assistant import ContentError
from app.engines.library.knowledge_sets import check_content, load_sets
from app.engines.library.wording.synonyms import load_synonyms
from app.engines.library.wording.words import asked, normal

ROOT = Path(__file__).resolve().parents[2]
SET = "title: 资料\nowner: 总行办公室\naudience: ['*']\nvalid_from: 2026-01-01\n"
DOCUMENT = "---\ntitle: 办法\nissued: 2026-01-05\n---\n\n正文。\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "knowledge" / "office"
    made.mkdir(parents=True)
    (made / "set.yaml").write_text(SET, encoding="utf-8")
    (made / "a.md").write_text(DOCUMENT, encoding="utf-8")
    return made


def test_the_shipped_sets_are_right() -> None:
    check_content(ROOT)
    assert "research" in load_sets(ROOT)
    assert len(list((ROOT / "knowledge" / "research").glob("*.md"))) >= 8


def test_right_content_passes(folder: Path) -> None:
    check_content(folder.parents[1])
    assert load_sets(folder.parents[1])["office"].audience == ("*",)


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("set.yaml", SET + "colour: red\n", 5),
        ("set.yaml", SET.replace("2026-01-01", "soon"), 4),
        ("set.yaml", SET.replace("['*']", "[]"), 3),
        ("set.yaml", "title: 资料\nowner: [", 2),
        ("set.yaml", "- a\n", 1),
        ("a.md", DOCUMENT.replace("issued: 2026-01-05", "isued: 2026-01-05"), 3),
        ("a.md", "正文。\n", 1),
        ("../synonyms.yaml", "- [甲, 乙]\n- 丙\n", 2),
        ("../synonyms.yaml", "甲: 乙\n", 1),
        ("../meanings.yaml", "lease: [租赁]\nseal: 印章\n", 2),
        ("../meanings.yaml", "- [seal, 印章]\n", 1),
        ("../ratios.yaml", "毛利率: [利润表]\n净利率: 利润表\n", 2),
    ],
)
def test_a_mistake_is_named_with_file_and_line(folder: Path, file: str, text: str, line: int) -> None:
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as wrong:
        check_content(folder.parents[1])
    assert wrong.value.path.name == Path(file).name
    assert wrong.value.line == line


def test_a_set_without_its_yaml_or_with_a_bad_name_is_named(folder: Path) -> None:
    (folder / "set.yaml").unlink()
    with pytest.raises(ContentError, match="missing"):
        check_content(folder.parents[1])
    (folder / "set.yaml").write_text(SET, encoding="utf-8")
    folder.rename(folder.with_name("Office-2"))
    with pytest.raises(ContentError, match="Office-2"):
        check_content(folder.parents[1])


def test_synonyms_lead_to_each_other(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.yaml"
    path.write_text("- [PPI, 工业品价格]\n- [借, 借款]\n", encoding="utf-8")
    synonyms = load_synonyms(path)
    assert [synonyms.of(word) for word in ("ppi", "工业品价格", "借", "贷")] == [
        ("工业品价格",),
        ("ppi",),
        ("借款",),
        (),
    ]
    assert load_synonyms(tmp_path / "none.yaml").of("ppi") == ()


def test_english_words_lead_to_chinese_ones_and_not_to_each_other(tmp_path: Path) -> None:
    (tmp_path / "meanings.yaml").write_text("Clerk: [员工]\nstaff: [员工, 人员]\n", encoding="utf-8")
    synonyms = load_synonyms(tmp_path / "synonyms.yaml")
    assert [synonyms.of(word) for word in ("clerks", "staff", "员工")] == [("员工",), ("员工", "人员"), ()]


def test_a_ratio_leads_to_its_statement_by_every_name_and_not_back(tmp_path: Path) -> None:
    (tmp_path / "synonyms.yaml").write_text("- [利润表, 损益表]\n", encoding="utf-8")
    (tmp_path / "ratios.yaml").write_text("毛利率: [利润表]\n", encoding="utf-8")
    synonyms = load_synonyms(tmp_path / "synonyms.yaml")
    assert [synonyms.of(word) for word in ("毛利率", "利润表")] == [("利润表", "损益表"), ("损益表",)]


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("第三十二条", "第32条"),
        ("３个月内", "3个月内"),
        ("三个月", "3个月"),
        ("１，０００，０００元", "1000000元"),
        ("一般情况", "一般情况"),
        ("USD／CNY", "usd/cny"),
    ],
)
def test_one_spelling(text: str, spelling: str) -> None:
    assert normal(text) == spelling


def test_a_question_is_what_it_is_about() -> None:
    assert asked("请问住宿标准是多少？") == ["住宿", "标准"]
    assert asked("第三十二条怎么规定") == ["第32条", "规定"]
    assert asked("怎么") == ["怎么"], "a question of nothing else keeps its words"
    assert asked("能不能用微信传资料", re.compile("微信")) == ["用", "微信", "传", "资料"]
    assert load_synonyms(ROOT / "knowledge" / "synonyms.yaml").whole.findall("the nim, not nimble") == ["nim"]
