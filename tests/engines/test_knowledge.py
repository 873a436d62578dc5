"""Searching: what is found, what is honestly not, and that no view reaches beyond its sets."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import Refused, Unavailable
from app.core.ports import ANSWERS_FROM
from app.engines.knowledge import ChromaKnowledge, document_url
from app.engines.library.reading.process import ReadingProcess

ROOT = Path(__file__).resolve().parents[2]
SET = "title: 资料\nowner: 总行办公室\naudience: ['*']\nvalid_from: 2026-01-01\n"
TRAVEL = """---
title: 差旅费管理办法
number: 示银财〔2026〕12号
valid_from: 2026-03-01
---

# 差旅费管理办法

第一条 出差应当至少提前 2 个工作日申请，由部门负责人批准。

第二条 住宿费的标准为一类地区每人每天 500 元。

第三十二条 差旅费应当在返回后 15 个工作日内报销。
"""
LENDING = """---
title: 房地产贷款管理办法
valid_from: 2026-04-01
---

# 房地产贷款管理办法

第一条 住房贷款的贷款价值比不超过百分之八十。

第二条 开发贷款由总行审批，注册资本不低于１，０００万元。
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    for name, file, text in (("office", "travel.md", TRAVEL), ("credit", "lending.md", LENDING)):
        folder = tmp_path / "content" / "knowledge" / name
        folder.mkdir(parents=True)
        (folder / "set.yaml").write_text(SET, encoding="utf-8")
        (folder / file).write_text(text, encoding="utf-8")
    (tmp_path / "content" / "knowledge" / "synonyms.yaml").write_text(
        "- [房贷, 住房贷款]\n- [借, 贷款]\n", encoding="utf-8"
    )
    return tmp_path / "content"


@pytest.fixture
async def knowledge(content: Path, tmp_path: Path) -> ChromaKnowledge:
    made = ChromaKnowledge(content, tmp_path / "home")
    await made.open()
    return made


async def first(knowledge: ChromaKnowledge, query: str) -> tuple[str, str]:
    hits = await knowledge.search(query)
    return (hits[0].source, hits[0].locator) if hits else ("", "")


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("住宿标准是多少钱一天", ("office/travel.md", "第二条")),
        ("差旅费第32条", ("office/travel.md", "第三十二条")),
        ("差旅费第三十二条怎么规定", ("office/travel.md", "第三十二条")),
        ("房贷最多能贷几成", ("credit/lending.md", "第一条")),
        ("注册资本1000万", ("credit/lending.md", "第二条")),
    ],
)
async def test_a_question_finds_its_passage(knowledge: ChromaKnowledge, query: str, place: tuple[str, str]) -> None:
    assert await first(knowledge, query) == place


async def test_a_document_is_found_by_its_number(knowledge: ChromaKnowledge) -> None:
    assert (await first(knowledge, "示银财〔2026〕12号是什么文件"))[0] == "office/travel.md"


async def test_a_hit_carries_all_that_a_citation_needs(knowledge: ChromaKnowledge) -> None:
    hit = (await knowledge.search("住宿费的标准"))[0]
    assert hit.text == "第二条 住宿费的标准为一类地区每人每天 500 元。"
    assert (hit.title, hit.dated) == ("差旅费管理办法", "2026-03-01")
    assert hit.url == "/documents/office/travel.md?at=%E7%AC%AC%E4%BA%8C%E6%9D%A1&v=" + hit.version
    assert hit.score >= ANSWERS_FROM
    assert await knowledge.passage(hit.source, hit.locator) is not None


@pytest.mark.parametrize("query", ["世界杯冠军是谁", "比特币的价格走势", "how do I cook rice"])
async def test_what_the_sets_do_not_say_stays_below_the_threshold(knowledge: ChromaKnowledge, query: str) -> None:
    assert all(hit.score < ANSWERS_FROM for hit in await knowledge.search(query))


@pytest.mark.parametrize(
    "query", ["", " \n", "？！…", "\0", '"', "的", "' OR 1=1 --", "* NEAR (a b)", "字" * 1_000_000]
)
async def test_any_query_is_answered(knowledge: ChromaKnowledge, query: str) -> None:
    assert all(0 <= hit.score <= 1 for hit in await knowledge.search(query))


async def test_limit_is_kept_and_places_come_once(knowledge: ChromaKnowledge) -> None:
    hits = await knowledge.search("管理办法 审批 标准", limit=2)
    assert len(hits) == 2
    everything = await knowledge.search("管理办法 审批 标准", limit=50)
    assert len({(hit.source, hit.locator) for hit in everything}) == len(everything)


async def test_a_long_passage_comes_once_with_its_best_part(content: Path, tmp_path: Path) -> None:
    long = "本条与问题无关的话很多。" * 300 + "保函的手续费为千分之五。" + "其他的话也很多。" * 300
    (content / "knowledge" / "credit" / "long.txt").write_text(long, encoding="utf-8")
    knowledge = ChromaKnowledge(content, tmp_path / "home")
    await knowledge.open()
    hits = [hit for hit in await knowledge.search("保函的手续费") if hit.source == "credit/long.txt"]
    assert len(hits) == 1
    assert "保函的手续费为千分之五" in hits[0].text
    assert len(hits[0].text) < len(long) / 2
    whole = await knowledge.passage("credit/long.txt", "¶1")
    assert whole is not None and whole.text == long and hits[0].text in whole.text


# --- rights ---------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.one_of(
        st.text(max_size=20),
        st.sampled_from(["贷款", "住房贷款的贷款价值比", "差旅费", "第一条", "管理办法 总行 审批"]),
    ),
    allowed=st.sets(st.sampled_from(["office", "credit", "nowhere"])),
)
async def test_a_view_never_shows_another_set(knowledge: ChromaKnowledge, query: str, allowed: set[str]) -> None:
    view = knowledge.narrowed(sorted(allowed))
    for hit in await view.search(query, limit=50):
        assert hit.source.split("/")[0] in allowed
    for source, locator in (("office/travel.md", "第一条"), ("credit/lending.md", "第一条")):
        found = await view.passage(source, locator)
        assert (found is not None) == (source.split("/")[0] in allowed)


async def test_a_view_cannot_be_widened(knowledge: ChromaKnowledge, tmp_path: Path) -> None:
    view = knowledge.narrowed(["office"])
    assert not await view.narrowed(["credit"]).search("住房贷款")
    assert not await knowledge.narrowed([]).search("住房贷款")
    with pytest.raises(Refused):
        await view.search("住房贷款", sets=["credit"])
    with pytest.raises(Refused):
        await view.index([tmp_path], into="credit", progress=print)


@pytest.mark.parametrize("name", ["nowhere", "office; DROP TABLE documents", "passages_office", "", "../office"])
async def test_a_set_that_is_not_there_is_refused(knowledge: ChromaKnowledge, name: str) -> None:
    with pytest.raises(Refused):
        await knowledge.search("差旅费", sets=[name])
    assert await knowledge.search("差旅费", sets=["office"])


@pytest.mark.parametrize(
    "source",
    ["../secret", "office/../credit/lending.md", "/etc/passwd", "office\\travel.md", "office/travel.md\0", "office", "",
     "office/./travel.md", "office//travel.md", "Office/travel.md", "office/\u202etravel.md", "a" * 500],
)  # fmt: skip
async def test_a_source_that_is_no_name_is_refused(knowledge: ChromaKnowledge, source: str) -> None:
    with pytest.raises(Refused):
        await knowledge.passage(source, "第一条")


async def test_a_place_that_is_not_there_is_none(knowledge: ChromaKnowledge) -> None:
    assert await knowledge.passage("office/travel.md", "第九十九条") is None
    assert await knowledge.passage("office/none.md", "第一条") is None
    assert await knowledge.passage("nowhere/none.md", "第一条") is None


def test_urls_carry_any_name() -> None:
    assert (
        document_url("office/差旅 费.md", "§1 ¶4")
        == "/documents/office/%E5%B7%AE%E6%97%85%20%E8%B4%B9.md?at=%C2%A71%20%C2%B64"
    )


# --- the index ------------------------------------------------------------------------------------


async def test_a_second_start_reads_nothing_again(
    knowledge: ChromaKnowledge, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unexpected(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(ReadingProcess, "read", unexpected)
    again = ChromaKnowledge(content, tmp_path / "home")
    await again.open()
    assert await first(again, "住宿费的标准") == ("office/travel.md", "第二条")


async def test_a_changed_document_replaces_its_passages_and_a_removed_one_goes(
    knowledge: ChromaKnowledge, content: Path, tmp_path: Path
) -> None:
    (content / "knowledge" / "office" / "travel.md").write_text(TRAVEL.replace("500 元", "650 元"), encoding="utf-8")
    (content / "knowledge" / "credit" / "lending.md").unlink()
    again = ChromaKnowledge(content, tmp_path / "home")
    await again.open()
    found = await again.passage("office/travel.md", "第二条")
    assert found is not None and "650 元" in found.text
    assert not await again.search("住房贷款的贷款价值比")
    await again.open()
    assert len(await again.search("住宿费的标准", limit=50)) == len(
        {hit.locator for hit in await again.search("住宿费的标准", limit=50)}
    )


async def test_a_document_that_became_unreadable_is_no_longer_quoted(
    knowledge: ChromaKnowledge, content: Path, tmp_path: Path
) -> None:
    (content / "knowledge" / "office" / "travel.md").write_bytes(b"\x7fELF" + b"\0\1" * 500)
    again = ChromaKnowledge(content, tmp_path / "home")
    await again.open()
    assert not any("住宿费" in hit.text for hit in await again.search("住宿费的标准"))
    cited = await again.passage("office/travel.md", "第二条")
    assert cited is not None and cited.state != "in_force"


async def test_an_index_of_a_newer_version_is_left_alone(
    knowledge: ChromaKnowledge, content: Path, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "home" / "knowledge.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(Unavailable) as refused:
        await ChromaKnowledge(content, tmp_path / "home").open()
    assert refused.value.code == "KNOWLEDGE_INDEX_NEWER"


async def test_an_index_of_an_older_layout_is_made_anew(
    knowledge: ChromaKnowledge, content: Path, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "home" / "knowledge.db") as connection:
        connection.execute("PRAGMA user_version = 0")
    again = ChromaKnowledge(content, tmp_path / "home")
    await again.open()
    assert await first(again, "住宿费的标准") == ("office/travel.md", "第二条")


async def test_a_file_that_is_no_index_is_said_plainly(content: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "knowledge.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(Unavailable):
        await ChromaKnowledge(content, tmp_path / "home").open()


async def test_ping_answers_and_notices_a_lost_index(knowledge: ChromaKnowledge, content: Path, tmp_path: Path) -> None:
    await knowledge.ping()
    with pytest.raises(Unavailable):
        await ChromaKnowledge(content, tmp_path / "elsewhere").ping()


_PROCESS = """
import asyncio, sys
from pathlib import Path
from app.engines.knowledge import ChromaKnowledge

async def main(content, home, extra):
    knowledge = ChromaKnowledge(Path(content), Path(home))
    for _ in range(3):
        await knowledge.open()
        await knowledge.index([Path(extra)], into="office", progress=lambda line: None)
        assert await knowledge.search("住宿费的标准")
    assert "chromadb" not in sys.modules

asyncio.run(main(*sys.argv[1:]))
"""


def test_two_processes_share_one_home(content: Path, tmp_path: Path) -> None:
    extra = tmp_path / "extra"
    extra.mkdir()
    for number in range(20):
        (extra / f"{number}.txt").write_text(f"第{number}号资料：印章由专人保管。\n", encoding="utf-8")
    started = [
        subprocess.Popen([sys.executable, "-c", _PROCESS, str(content), str(tmp_path / "home"), str(extra)], cwd=ROOT)
        for _ in range(2)
    ]
    assert [process.wait(timeout=60) for process in started] == [0, 0]
    with sqlite3.connect(tmp_path / "home" / "knowledge.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("SELECT count(*) FROM documents WHERE shelf = 'office'").fetchone()[0] == 21
        assert connection.execute("SELECT count(*) FROM passages_office").fetchone()[0] == 23
        assert connection.execute("SELECT count(*) FROM words_office").fetchone()[0] == 23


# --- vectors --------------------------------------------------------------------------------------

FIELDS = (("宾馆", "住宿"), ("出差", "差旅"), ("按揭", "住房"), ("开发",))


class FakeEmbedding:
    """Meaning as counts of words that belong together; remembers what it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.away = False
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        if self.away:
            raise OSError("no such model")
        with self._lock:
            self.texts.extend(texts)
        return [[0.1 + sum(text.count(word) for word in field) for field in FIELDS] for text in texts]


async def test_meaning_finds_what_shares_no_word(content: Path, tmp_path: Path) -> None:
    embed = FakeEmbedding()
    knowledge = ChromaKnowledge(content, tmp_path / "home", embed)
    await knowledge.open()
    assert await first(knowledge, "宾馆") == ("office/travel.md", "第二条")
    assert not await ChromaKnowledge(content, tmp_path / "home").search("宾馆")
    assert all(hit.source.startswith("credit/") for hit in await knowledge.narrowed(["credit"]).search("宾馆"))


async def test_only_what_is_new_is_embedded(content: Path, tmp_path: Path) -> None:
    await ChromaKnowledge(content, tmp_path / "home", FakeEmbedding()).open()
    embed = FakeEmbedding()
    knowledge = ChromaKnowledge(content, tmp_path / "home", embed)
    await knowledge.open()
    assert not any("第二条" in text for text in embed.texts)
    (content / "knowledge" / "office" / "travel.md").write_text(TRAVEL.replace("500 元", "650 元"), encoding="utf-8")
    await knowledge.open()
    assert sum("650 元" in text for text in embed.texts) == 1
    assert not any("第三十二条" in text for text in embed.texts)


async def test_words_find_while_the_embedding_is_away(content: Path, tmp_path: Path) -> None:
    embed = FakeEmbedding()
    knowledge = ChromaKnowledge(content, tmp_path / "home", embed)
    await knowledge.open()
    embed.away = True
    assert await first(knowledge, "住宿费的标准") == ("office/travel.md", "第二条")
    broken = ChromaKnowledge(content, tmp_path / "other", embed)
    await broken.open()
    assert await first(broken, "住宿费的标准") == ("office/travel.md", "第二条")
