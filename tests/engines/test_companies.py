"""Whose filing a document is, and what people write for the company."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engines.knowledge import ChromaKnowledge
from app.engines.library.index.companies import bare_name, company, company_of

COVER = """
|  | Commission File No. 1-0001 |  |
|  | Northern Lantern Company |  |
|  | (Exact name of registrant as specified in its charter) |  |
| Title of each class | Trading Symbol(s) | Name of each exchange on which registered |
| Common Shares (par value $0.20 per Share) | NLC | New York Stock Exchange |
"""


@pytest.mark.parametrize(
    ("title", "text", "names"),
    [
        ("", COVER, ("Northern Lantern Company", "NLC")),
        ("", "SLATE, INC.\n(Exact name of registrant as specified in its charter)", ("SLATE, INC.",)),
        ("", "PARIS -- Oak & Elm, Inc. (NASDAQ: OKEL) today announced", ("Oak & Elm, Inc.", "OKEL")),
        ("", "| Slate Bank, N.A. |  |\n| --- |\n\n|  | (Exact name of registrant as it is) |", ("Slate Bank, N.A.",)),
        ("", f"{'Long ' * 40}\n(Exact name of registrant as specified)", ()),
        ("", "| Common stock | NLC |\n| --- | --- |", ("NLC",)),
        ("华星科技有限公司2025年年度报告", "", ("华星科技有限公司",)),
        ("年度报告", "股票简称：华星科技\n股票代码：600001", ("华星科技", "600001")),
        ("授信调查报告", "借款人名称：华星科技有限公司，成立于2011年", ("华星科技有限公司",)),
        ("差旅费管理办法", "第一条 为规范差旅费，制定本办法。", ()),
    ],
)
def test_names_as_documents_print_them(title: str, text: str, names: tuple[str, ...]) -> None:
    assert company_of(title, text) == names


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("The Boeing Company", "boeing"),
        ("BEST BUY CO., INC.", "best buy"),
        ("JPMorgan Chase & Co.", "jpmorgan chase"),
        ("华星科技股份有限公司", "华星科技"),
        ("The Company", "company"),
    ],
)
def test_a_name_without_its_legal_form(name: str, bare: str) -> None:
    assert bare_name(name) == bare


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("northern lantern's cash", True),
        ("What did NLC earn?", True),
        ("what did nlc earn?", False),
        ("a northern lanternfish", False),
        ("the NLCs", False),
    ],
)
def test_a_symbol_counts_in_capitals_a_name_as_whole_words(query: str, named: bool) -> None:
    spaced = f" {query.lower().replace(chr(39), ' ').replace('?', ' ')} "
    assert company(["Northern Lantern Company", "NLC"]).is_in(query, spaced, frozenset()) is named


async def test_the_company_that_a_question_names_comes_first(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge" / "reports"
    folder.mkdir(parents=True)
    for name, rate in (("华星科技", "21.6"), ("明月食品", "24.1"), ("长江机械", "18.0")):
        text = f"# 年度报告\n\n公司名称：{name}有限公司\n\n有效税率为{rate}%。\n\n董事会下设四个委员会。"
        (folder / f"{rate}.md").write_text(text, encoding="utf-8")
    note = "# 同业札记\n\n华星科技、明月食品的税率比去年高。\n\n有效税率的变化主要来自研发加计扣除。"
    (folder / "note.md").write_text(note, encoding="utf-8")
    knowledge = ChromaKnowledge(tmp_path, tmp_path / "home")
    await knowledge.open()
    for query, source in (
        ("华星科技的有效税率变化了多少", "21.6"),
        ("明月食品的有效税率变化了多少", "24.1"),
        ("有效税率的变化主要来自什么", "note"),
    ):
        assert (await knowledge.search(query))[0].source == f"reports/{source}.md"
    parts = await knowledge.search("董事会下设几个委员会？华星科技的有效税率是多少？", limit=4)
    assert {hit.source for hit in parts[:2]} == {"reports/21.6.md"}


async def test_what_a_report_does_not_say_is_found_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge" / "reports"
    folder.mkdir(parents=True)
    about = "\n\n".join(f"第{number}号厂房位于城东开发区，已投入使用。" for number in range(20))
    for name in ("华星科技", "明月食品"):
        (folder / f"{name}.md").write_text(f"# 调查报告\n\n客户名称：{name}有限公司\n\n{about}", encoding="utf-8")
    for name, text in (("limits", "授信额度在五百万元以上的，由总行审批。"), ("seals", "印章由办公室保管。")):
        (folder / f"{name}.md").write_text(f"# 规定\n\n{text}", encoding="utf-8")
    knowledge = ChromaKnowledge(tmp_path, tmp_path / "home")
    await knowledge.open()
    assert (await knowledge.search("华星科技的授信额度由谁审批"))[0].source == "reports/limits.md"


async def test_a_company_that_most_documents_are_of_tells_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge" / "rules"
    folder.mkdir(parents=True)
    for name, text in (("a", "印章由办公室保管。"), ("b", "会议室按先后预订。")):
        (folder / f"{name}.md").write_text(f"# 规定\n\n公司名称：华星科技有限公司\n\n{text}", encoding="utf-8")
    (folder / "c.md").write_text("# 规定\n\n华星科技的访客凭证件登记。", encoding="utf-8")
    knowledge = ChromaKnowledge(tmp_path, tmp_path / "home")
    await knowledge.open()
    assert (await knowledge.search("华星科技的访客怎么登记"))[0].source == "rules/c.md"


@pytest.mark.parametrize("piece", ["\n", "| ", "|\n", "A ", "Abc, ", " ", "shares ) ", "公司名称", "(NYSE: A) "])
def test_a_cover_of_nothing_but_repetition_ends_with_no_long_name(piece: str) -> None:
    assert all(len(name) <= 80 for name in company_of(piece * 50, piece * 2_000_000))
