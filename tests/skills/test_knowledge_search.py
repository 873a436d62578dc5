"""`knowledge.search`: material for an answer, or the honest word that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from app.core.ports import ANSWERS_FROM, Hit
from app.core.texts import speaking
from app.engines.knowledge import ChromaKnowledge
from skills.knowledge import SKILLS
from skills.knowledge.search import PASSAGES, search
from tests.skills.context import CONTENT, FakeDatabase, NoKnowledge, context


class Knows(NoKnowledge):
    """Finds what it was given."""

    def __init__(self, *hits: Hit) -> None:
        self.hits = hits

    async def search(
        self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10, on: date | None = None
    ) -> Sequence[Hit]:
        return self.hits[:limit]


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
    hits = [hit(1, ANSWERS_FROM - 0.01), hit(2, 0.1), hit(2, 0.05)]
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
