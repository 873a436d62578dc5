"""Originals behind citations: in their version, for those who may read them, and for nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.core.errors import AssistantError, BadInput, Refused
from app.core.ports import Version
from app.core.quote_mark import quote_mark
from app.engines.library.importing.following import bank_day
from app.gateway.reading_room import Cited, ReadingRoom, Shown
from app.main import Deskmate, opened
from tests.conftest import asking, settings_in
from tests.files.library import keys_rule, meals, stocked

TODAY = date.fromisoformat(bank_day())
"""How a document stands is asked for the day that it is, not for one of the test."""


@pytest.fixture(scope="module")
async def library(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Deskmate, Mapping[str, Version]]]:
    """A house with documents of every kind."""
    async with opened(settings_in(tmp_path_factory.mktemp("home"))) as house:
        yield house, await stocked(house, TODAY)


@pytest.fixture
def room(library: tuple[Deskmate, Mapping[str, Version]]) -> ReadingRoom:
    return library[0].gateway.desk.documents


@pytest.fixture
def kept(library: tuple[Deskmate, Mapping[str, Version]]) -> Mapping[str, Version]:
    return library[1]


def quoted(shown: Shown) -> str:
    assert shown.at is not None and shown.quote is not None
    return shown.document.passages[shown.at].text[slice(*shown.quote)]


async def test_a_version_is_opened_in_its_order_with_how_it_stands(
    room: ReadingRoom, kept: Mapping[str, Version]
) -> None:
    old, new = kept["old"], kept["new"]
    shown = await room.document("E1001", Cited(old.source, "第二条", old.version, quote_mark("不超过 40 元")))
    document = shown.document
    assert quoted(shown) == "不超过 40 元"
    assert [one.locator for one in document.passages] == ["第一条", "第二条", "第三条"]
    assert (document.standing, document.present, document.successor) == ("superseded", new.version, old.source)
    assert document.successor_since == TODAY.isoformat() and document.owner == "总行办公室"
    present = (await room.document("E1001", Cited(old.source))).document
    assert (present.version, present.standing, present.present) == (new.version, "in_force", new.version)
    standings = {name: kept[name] for name in ("coming", "retired")}
    for name, standing in (("coming", "not_yet"), ("retired", "retired")):
        one = standings[name]
        assert (await room.document("E1001", Cited(one.source, version=one.version))).document.standing == standing


async def test_a_citation_of_an_earlier_answer_opens_what_it_rested_on(
    library: tuple[Deskmate, Mapping[str, Version]], room: ReadingRoom
) -> None:
    house, kept = library
    hits = await house.knowledge.search("加班餐费每人每次多少元", sets=["office"], on=TODAY - timedelta(days=60))
    hit = next(one for one in hits if one.source == kept["old"].source and one.locator == "第二条")
    citation = hit.citation("加班餐费每人每次不超过 40 元，凭发票报销。")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(citation.url).query).items()}
    shown = await room.document("E1001", Cited(citation.source, asked["at"], asked["v"], asked["mark"]))
    assert shown.document.version == kept["old"].version and quoted(shown) == citation.quote


async def test_words_that_stand_elsewhere_now_are_found_there(room: ReadingRoom, kept: Mapping[str, Version]) -> None:
    new = kept["new"]
    shown = await room.document("E1001", Cited(new.source, "第九条", new.version, quote_mark("周末加班的，另计一餐。")))
    assert shown.at == 1 and quoted(shown) == "周末加班的，另计一餐。"
    lost = await room.document("E1001", Cited(new.source, "第九条", new.version, quote_mark("不在其中")))
    assert lost.at is None and lost.quote is None


async def test_a_page_is_drawn_with_its_quote_and_remembered(room: ReadingRoom, kept: Mapping[str, Version]) -> None:
    cited = Cited(kept["pdf"].source, version=kept["pdf"].version)
    drawn = await room.page("E1001", cited, 1, "备用钥匙每 18 个月轮换一次")
    assert drawn.png.startswith(b"\x89PNG") and (drawn.page, drawn.of) == (1, 2) and drawn.width < drawn.height
    (box,) = drawn.boxes
    assert 0.15 < box.left < box.right < 0.6 and 0.17 < box.top < box.bottom < 0.21
    assert await room.page("E1001", cited, 1, "备用钥匙每 18 个月轮换一次") is drawn
    assert not (await room.page("E1001", cited, 2, "")).boxes
    row = await room.page("E1001", cited, 1, "| 备用钥匙 | 管库员乙 | 18 个月 |")
    assert len(row.boxes) == 3
    for source, page in ((cited.source, 3), (kept["new"].source, 1)):
        with pytest.raises(BadInput):
            await room.page("E1001", Cited(source), page, "")


async def test_the_original_is_given_as_it_came_and_the_audit_knows(
    library: tuple[Deskmate, Mapping[str, Version]], room: ReadingRoom
) -> None:
    house, kept = library
    assert (await room.original("E1001", Cited(kept["pdf"].source))).content == keys_rule()
    old = await room.original("E1001", Cited(kept["old"].source, version=kept["old"].version))
    assert old.name == "meals.md" and b"40" in old.content and old.content != meals(55, TODAY.isoformat())
    read = [one async for one in house.audit.chain() if one.what == "file.read"]
    assert (read[-1].person, read[-1].detail) == (
        "E1001",
        {"document": kept["old"].source, "version": kept["old"].version},
    )


SECRET = "credit/collateral.md"


@pytest.mark.parametrize("source", [SECRET, "credit/none.md", "nowhere/a.md", "../config/people.yaml", "", "credit"])
async def test_who_may_not_read_learns_nothing_and_the_audit_knows(
    library: tuple[Deskmate, Mapping[str, Version]], room: ReadingRoom, source: str
) -> None:
    house, _ = library
    before = [one async for one in house.audit.chain() if one.what == "refused"]
    said = set()
    for attempt in (
        lambda: room.passage("E9001", Cited(source, "第一条")),
        lambda: room.document("E9001", Cited(source, version="0" * 12)),
        lambda: room.page("E9001", Cited(source), 1, ""),
        lambda: room.original("E9001", Cited(source)),
    ):
        with pytest.raises(Refused) as refused:
            await attempt()
        said.add((refused.value.code, refused.value.message))
    assert len(said) == 1
    after = [one async for one in house.audit.chain() if one.what == "refused"]
    assert len(after) - len(before) == 4 and "collateral" not in str(after[-1].detail)


async def test_a_draft_is_opened_by_those_who_review_it_alone(
    library: tuple[Deskmate, Mapping[str, Version]], room: ReadingRoom
) -> None:
    house, _ = library
    text = "---\ntitle: 门禁卡办法\n---\n\n第一条 门禁卡遗失的，当日报告。\n"
    draft = await house.shelf.add("passes.md", text.encode(), into="office", by="E6001")
    cited = Cited(draft.source, "第一条", draft.version)
    for state in ("draft", "reviewed"):
        for keeper in ("E6001", "E5001"):
            assert (await room.passage(keeper, cited)).text.startswith("第一条")
            assert (await room.document(keeper, cited)).document.standing == state
        for attempt in (
            lambda: room.passage("E1001", cited),
            lambda: room.document("E1001", cited),
            lambda: room.page("E1001", cited, 1, ""),
            lambda: room.original("E1001", cited),
        ):
            before = sum([one.what == "refused" async for one in house.audit.chain()])
            with pytest.raises(Refused) as refused:
                await attempt()
            assert refused.value.code == "NO_KNOWLEDGE"
            assert sum([one.what == "refused" async for one in house.audit.chain()]) == before + 1
        if state == "draft":
            await house.shelf.move(draft.source, draft.version, to="reviewed", by=["E5001"], today=TODAY)
    with pytest.raises(BadInput):
        await room.passage("E6001", Cited(draft.source, "第一条"))
    assert await house.knowledge.narrowed(["office"]).passage(*cited_place(cited)) is None, "a skill reads no draft"
    await house.shelf.move(draft.source, draft.version, to="in_force", by=("E6001", "E5001"), today=TODAY)
    assert (await room.passage("E1001", cited)).text.startswith("第一条")


def cited_place(cited: Cited) -> tuple[str, str, str]:
    return cited.source, cited.locator, cited.version


HOSTILE = (
    "office/../credit/collateral.md",
    "office/a\x00.md",
    "office//etc",
    "office/" + "长" * 5000,
    "office/",
    "office",
)


@pytest.mark.parametrize("source", HOSTILE)
async def test_names_that_are_none_are_refused_clearly(room: ReadingRoom, source: str) -> None:
    for attempt in (
        lambda: room.document("E1001", Cited(source, "第一条")),
        lambda: room.page("E1001", Cited(source), 1, ""),
        lambda: room.original("E1001", Cited(source)),
    ):
        with pytest.raises(AssistantError) as refused:
            await attempt()
        assert refused.value.message


@pytest.mark.parametrize("version", ["%", "____________", "0" * 12, "0123", "a" * 500, "' OR 1=1 --"])
async def test_a_version_that_is_none_opens_nothing(
    room: ReadingRoom, kept: Mapping[str, Version], version: str
) -> None:
    for attempt in (
        lambda: room.document("E1001", Cited(kept["new"].source, "第一条", version)),
        lambda: room.passage("E1001", Cited(kept["new"].source, "第一条", version)),
        lambda: room.original("E1001", Cited(kept["new"].source, version=version)),
    ):
        with pytest.raises(BadInput):
            await attempt()


async def test_a_citation_in_an_answer_opens_at_its_quote(
    library: tuple[Deskmate, Mapping[str, Version]], room: ReadingRoom
) -> None:
    reply = await asking(library[0])("@办公 金库备用钥匙多久轮换一次")
    citation = next(one for one in reply.citations if one.source.endswith("vault-keys.pdf"))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(citation.url).query).items()}
    shown = await room.document("E1001", Cited(citation.source, asked["at"], asked["v"], asked.get("mark", "")))
    assert shown.at is not None and citation.quote in shown.document.passages[shown.at].text
