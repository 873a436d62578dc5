"""Searching: one query in many spellings, clauses by their names, questions in parts, long accounts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engines.knowledge import ChromaKnowledge

SET = "title: 资料\nowner: 总行办公室\naudience: ['*']\nvalid_from: 2026-01-01\n"
DOCUMENTS = {
    "travel.md": """# 差旅费管理办法

第一条 出差应当至少提前 2 个工作日申请。

第二条 住宿费的标准为一类地区每人每天 500 元。

第三十二条 差旅费应当在返回后 15 个工作日内报销。
""",
    "seals.md": """# 印章使用管理规定

第一条 印章由专人保管。

第二条 用印金额在 200 万元以上的，须经分行行长批准。

第三十二条 本规定自 2026 年 3 月 1 日起施行。
""",
    "traditional.md": "# 車輛管理辦法\n\n第一條 公務用車應當提前一天申請，駕駛員憑單出車。\n",
    "lending_2026.md": "# Lending policy\n\n## 3.2 Collateral\n\nPledged deposits cover at least 3.5% of the loans.\n",
}


@pytest.fixture
async def knowledge(tmp_path: Path) -> ChromaKnowledge:
    folder = tmp_path / "content" / "knowledge" / "office"
    folder.mkdir(parents=True)
    (folder / "set.yaml").write_text(SET, encoding="utf-8")
    (tmp_path / "content" / "knowledge" / "synonyms.yaml").write_text("- [LTV, loan to value]\n", encoding="utf-8")
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    made = ChromaKnowledge(tmp_path / "content", tmp_path / "home")
    await made.open()
    return made


async def places(knowledge: ChromaKnowledge, query: str) -> list[tuple[str, str]]:
    return [(hit.source.removeprefix("office/"), hit.locator) for hit in await knowledge.search(query, limit=20)]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("公务用车提前多久申请", ("traditional.md", "第一條")),
        ("公務用車提前多久申請", ("traditional.md", "第一條")),
        ("二百万元以上用印谁批准", ("seals.md", "第二条")),
        ("用印 2,000,000 元", ("seals.md", "第二条")),
        ("哪个规定2026-03-01施行", ("seals.md", "第三十二条")),
        ("deposit covering 3.5 percent of a loan", ("lending_2026.md", "§3.2")),
    ],
)
async def test_spellings_and_scripts_make_no_difference(
    knowledge: ChromaKnowledge, query: str, place: tuple[str, str]
) -> None:
    assert (await places(knowledge, query))[0] == place


async def test_what_is_quoted_stays_as_it_was_written(knowledge: ChromaKnowledge) -> None:
    hit = (await knowledge.search("公务用车"))[0]
    assert hit.text == "第一條 公務用車應當提前一天申請，駕駛員憑單出車。"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["住宿费", "标准", "印章", "用印", "200万元", "3.5%", "申请", "公务", "用车"]), max_size=4)
)
async def test_full_width_and_traditional_queries_find_the_same(knowledge: ChromaKnowledge, words: list[str]) -> None:
    query = "".join(words)
    wide = query.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    traditional = query.translate(str.maketrans("费标准请务车万", "費標準請務車萬"))
    found = await places(knowledge, query)
    assert found == await places(knowledge, wide) == await places(knowledge, traditional)


async def test_a_named_clause_comes_first(knowledge: ChromaKnowledge) -> None:
    assert (await places(knowledge, "《差旅费管理办法》第三十二条"))[0] == ("travel.md", "第三十二条")
    assert (await places(knowledge, "《印章使用管理规定》第32条是什么"))[0] == ("seals.md", "第三十二条")
    assert (await places(knowledge, "clause 3.2 of the lending policy"))[0] == ("lending_2026.md", "§3.2")
    both = (await places(knowledge, "第三十二条怎么说"))[:2]
    assert sorted(both) == [("seals.md", "第三十二条"), ("travel.md", "第三十二条")]


async def test_a_clause_that_the_named_document_has_not_is_no_other_documents(knowledge: ChromaKnowledge) -> None:
    assert ("travel.md", "第三十二条") not in (await places(knowledge, "《车辆管理办法》第三十二条"))[:1]


async def test_each_part_of_a_question_finds_its_own(knowledge: ChromaKnowledge) -> None:
    hits = await knowledge.search("住宿费的标准是多少，另外用印谁批准？")
    assert {(hit.source, hit.locator) for hit in hits[:2]} == {
        ("office/travel.md", "第二条"),
        ("office/seals.md", "第二条"),
    }
    assert all(hit.score > 0.5 for hit in hits[:2])


async def test_a_file_is_found_by_its_name(knowledge: ChromaKnowledge) -> None:
    assert (await places(knowledge, "lending 2026"))[0][0] == "lending_2026.md"


async def test_a_long_account_finds_each_document_once_before_any_twice(knowledge: ChromaKnowledge) -> None:
    account = "同事昨天从外地出差回来，住宿费一天花了六百元，问怎么报销。" * 3
    account += "他还把部门的印章带在身上，说是为了用印方便，其实印章应当由专人保管。" * 2
    found = await places(knowledge, account + "另外他没有申请就用了公务车。")
    sources = [source for source, _ in found]
    assert {"travel.md", "seals.md", "traditional.md"} <= set(sources)
    first = sources[: len(set(sources))]
    assert len(set(first)) == len(first)
