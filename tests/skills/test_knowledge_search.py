"""`knowledge.search`: material for an answer, or the honest word that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.core.ports import LIKELY, Hit, Likeness
from app.core.texts import speaking
from app.core.turn import Citation
from app.engines.knowledge import ChromaKnowledge
from skills.knowledge import SKILLS
from skills.knowledge.search import PASSAGES, search
from tests.skills.context import CONTENT, FakeDatabase, NoKnowledge, NoShelf, context


class Knows(NoKnowledge):
    """Finds what it was given."""

    def __init__(self, *hits: Hit) -> None:
        self.hits = hits

    async def search(
        self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10, on: date | None = None
    ) -> Sequence[Hit]:
        return self.hits[:limit]

    async def answering(self, query: str, hits: Sequence[Hit]) -> Sequence[float]:
        """What scores well answers."""
        return [hit.score for hit in hits]


def hit(number: int, score: float) -> Hit:
    return Hit(
        f"office/{number}.md", "第一条", f"第一条 第{number}段。", score, f"办法{number}", "/documents/x", "2026-01-01"
    )


@pytest.fixture
def database(tmp_path: Path) -> FakeDatabase:
    return FakeDatabase(tmp_path / "db")


def test_it_is_material_that_asks_for_a_query() -> None:
    assert search in SKILLS
    assert search.material and search.required == ("query",)
    assert search.question("query")


async def test_passages_come_numbered_in_the_order_of_the_citations(tmp_path: Path, database: FakeDatabase) -> None:
    hits = [hit(number, 1 - number / 100) for number in range(1, 10)]
    result = await search.function(context(tmp_path, database, knowledge=Knows(*hits)), query="办法")
    passages = result.data["passages"]
    assert result.data["found"] is True
    assert [passage["n"] for passage in passages] == list(range(1, PASSAGES + 1))
    assert passages[0] == {
        "n": 1,
        "source": "office/1.md",
        "title": "办法1",
        "locator": "第一条",
        "text": "第一条 第1段。",
        "dated": "2026-01-01",
    }
    assert [citation.quote for citation in result.citations] == [passage["text"] for passage in passages]
    assert all(f"[{number}]" in result.text for number in range(1, PASSAGES + 1))


async def test_what_is_not_good_enough_is_not_quoted(tmp_path: Path, database: FakeDatabase) -> None:
    hits = [hit(1, LIKELY - 0.01), hit(2, 0.1), hit(2, 0.05)]
    result = await search.function(context(tmp_path, database, knowledge=Knows(*hits)), query="办法")
    (part,) = result.data["parts"]
    assert (result.data["found"], result.data["passages"]) == (False, [])
    assert (part["passages"], part["nearest"]) == ([], ["办法1", "办法2"])
    assert not result.citations
    assert "办法1" in result.text


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_nothing_at_all_is_said(tmp_path: Path, database: FakeDatabase, language: str) -> None:
    with speaking(language):  # type: ignore[arg-type]
        result = await search.function(context(tmp_path, database), query="办法")
    assert result.data["parts"][0]["nearest"] == [] and result.text


async def test_on_the_shipped_rules(tmp_path: Path, database: FakeDatabase) -> None:
    knowledge = ChromaKnowledge(CONTENT, tmp_path / "home")
    await knowledge.open()
    ctx = context(tmp_path, database, knowledge=knowledge.narrowed(["research"]))
    result = await search.function(ctx, query="引用研究资料多少字以上要征得同意")
    assert result.data["passages"][0]["locator"] == "第七条"
    assert (await search.function(ctx, query="世界杯冠军是谁")).data["found"] is False


async def test_a_question_without_an_answer_goes_to_the_owner(tmp_path: Path, database: FakeDatabase) -> None:
    ctx = context(tmp_path, database, knowledge=Knows(replace(hit(1, 0.2), owner="总行财务会计部")))
    result = await search.function(ctx, query="探亲假有几天")
    (gap,) = await ctx.gaps.open()
    assert (gap.question, gap.set, gap.nearest) == ("探亲假有几天", "office", ("office/1.md",))
    assert result.data["parts"][0]["owner"] == "总行财务会计部" and "总行财务会计部" in result.text


async def test_of_an_answer_there_is_no_gap(tmp_path: Path, database: FakeDatabase) -> None:
    ctx = context(tmp_path, database, knowledge=Knows(hit(1, 0.9)))
    await search.function(ctx, query="办法")
    assert await ctx.gaps.open() == []


async def test_each_question_of_a_message_has_its_passages(tmp_path: Path, database: FakeDatabase) -> None:
    knowledge = ChromaKnowledge(CONTENT, tmp_path / "home")
    await knowledge.open()
    ctx = context(tmp_path, database, knowledge=knowledge.narrowed(["office"]))
    result = await search.function(ctx, query="出差伙食补助多少钱？会议室最多可以提前几天预订？")
    first, second = result.data["parts"]
    named = {one["n"]: one for one in result.data["passages"]}
    assert "伙食补助" in named[first["passages"][0]]["text"]
    assert "提前 30 天" in named[second["passages"][0]]["text"]
    assert [one.quote for one in result.citations] == [one["text"] for one in result.data["passages"]]


async def test_the_day_asked_about_is_said_and_what_no_longer_counts(tmp_path: Path, database: FakeDatabase) -> None:
    old = replace(hit(1, 0.9), state="superseded", until="2025-12-31", superseded_by="office/2.md")
    seen: list[date | None] = []

    class Dated(Knows):
        async def search(
            self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10, on: date | None = None
        ) -> Sequence[Hit]:
            seen.append(on)
            return self.hits

    result = await search.function(context(tmp_path, database, knowledge=Dated(old)), query="2024年时的住宿标准是多少")
    assert seen == [date(2024, 12, 31)] and "2024-12-31" in result.text
    assert result.data["passages"][0]["notes"] and "2025-12-31" in result.text


async def test_what_contradicts_a_passage_is_named(tmp_path: Path, database: FakeDatabase) -> None:
    one, other = hit(1, 0.9).citation(), Citation("office/7.md", "第三条", "450元", "/documents/office/7.md")

    class Doubtful(NoShelf):
        async def alike(self, *, fresh: bool = True) -> Sequence[Likeness]:
            return [Likeness("figures", other, one, "住宿费", ("450元", "500元"))]

    ctx = context(tmp_path, database, knowledge=Knows(hit(1, 0.9)), shelf=Doubtful())
    (note,) = (await search.function(ctx, query="住宿费")).data["passages"][0]["notes"]
    assert "7.md 第三条" in note and note.index("500元") < note.index("450元")


async def test_a_version_is_cited_once(tmp_path: Path, database: FakeDatabase) -> None:
    result = await search.function(context(tmp_path, database, knowledge=Knows(hit(1, 0.9))), query="甲多少？乙多少？")
    assert len(result.citations) == 1 and [one["passages"] for one in result.data["parts"]] == [[1], [1]]
