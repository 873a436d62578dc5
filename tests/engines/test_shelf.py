"""The life of documents: who may take which step, what takes whose place, and what the search makes of it."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from app.core.errors import AssistantError, BadInput, Refused
from app.core.ports import Hit, Version
from app.core.settings import Settings
from app.engines.storage.shelf import SqlShelf
from app.main import Deskmate, opened
from tests.conftest import TODAY, clock

BY = ("E5001", "E6001")


def text(limit: int, *, since: str = "2026-05-01", title: str = "加班餐费办法", more: str = "") -> bytes:
    head = f"---\ntitle: {title}\nnumber: 示银办〔2026〕{limit}号\nvalid_from: {since}\n{more}---\n\n# {title}\n\n"
    return f"{head}第一条 员工加班超过 2 小时的，加班餐费每人每次不超过 {limit} 元，凭发票报销。\n".encode()


async def released(shelf: SqlShelf, content: bytes, name: str = "meals.md", today: date = TODAY) -> Version:
    draft = await shelf.add(name, content, into="office", by="E6001")
    await shelf.move(draft.source, draft.version, to="reviewed", by=["E5001"], today=today)
    return await shelf.move(draft.source, draft.version, to="in_force", by=BY, today=today)


async def found(house: Deskmate, on: date | None = None) -> list[Hit]:
    hits = await house.knowledge.search("加班餐费每人每次多少元", sets=["office"], on=on)
    return [hit for hit in hits if "加班餐费" in hit.text]


async def test_a_draft_is_found_by_nobody_until_two_people_put_it_in_force(house: Deskmate) -> None:
    draft = await house.shelf.add("meals.md", text(40), into="office", by="E6001")
    assert (draft.state, draft.title, draft.number, draft.owner) == (
        "draft",
        "加班餐费办法",
        "示银办〔2026〕40号",
        "总行办公室",
    )
    assert not await found(house) and not await found(house, on=TODAY)
    await house.shelf.move(draft.source, draft.version, to="reviewed", by=["E5001"], today=TODAY)
    assert not await found(house)
    await house.shelf.move(draft.source, draft.version, to="in_force", by=BY, today=TODAY)
    assert [(hit.version, hit.state) for hit in await found(house)] == [(draft.version, "in_force")]


@pytest.mark.parametrize(
    ("to", "by", "code"),
    [
        ("reviewed", ["E6001"], "OWN_DOCUMENT"),
        ("in_force", ["E5001", "E6001"], "DOCUMENT_STATE"),
        ("in_force", ["E5001"], "FOUR_EYES"),
        ("in_force", ["E5001", "E5001"], "FOUR_EYES"),
        ("retired", ["E5001"], "FOUR_EYES"),
    ],
)
async def test_a_step_that_is_not_allowed_changes_nothing(house: Deskmate, to: Any, by: list[str], code: str) -> None:
    draft = await house.shelf.add("meals.md", text(40), into="office", by="E6001")
    with pytest.raises(Refused) as refused:
        await house.shelf.move(draft.source, draft.version, to=to, by=by, today=TODAY)
    assert refused.value.code == code
    assert [one.state for one in await house.shelf.kept("office")] == ["draft"]
    assert not await found(house)


async def test_a_new_version_takes_the_place_of_the_one_before(house: Deskmate) -> None:
    old = await released(house.shelf, text(40))
    new = await released(house.shelf, text(55, since="2026-11-10"))
    assert [hit.version for hit in await found(house)] == [new.version]
    assert [hit.version for hit in await found(house, on=TODAY)] == [new.version]
    then = await found(house, on=date(2026, 11, 9))
    assert [(hit.version, hit.state, hit.until, hit.superseded_by) for hit in then] == [
        (old.version, "superseded", "2026-11-09", "office/meals.md")
    ]
    assert not await found(house, on=date(2026, 4, 30))


async def test_a_clause_that_did_not_change_is_found_in_the_version_that_counts(house: Deskmate) -> None:
    old = await released(house.shelf, text(40))
    same = text(40).replace(b"valid_from: 2026-05-01", b"valid_from: 2026-11-10")
    new = await released(house.shelf, same)
    for day, version in ((date(2026, 11, 9), old), (TODAY, new)):
        assert [hit.version for hit in await found(house, on=day)] == [version.version]


async def test_what_comes_into_force_later_leaves_the_present_one_until_then(house: Deskmate) -> None:
    old = await released(house.shelf, text(40))
    new = await released(house.shelf, text(55, since="2027-01-01"))
    assert [hit.version for hit in await found(house, on=TODAY)] == [old.version]
    assert [hit.version for hit in await found(house, on=date(2027, 1, 1))] == [new.version]
    assert {hit.until for hit in await found(house, on=TODAY)} == {"2026-12-31"}
    assert {hit.version for hit in await found(house)} == {old.version, new.version}
    await house.shelf.settle(date(2027, 1, 1))
    assert [hit.version for hit in await found(house)] == [new.version]
    assert [hit.state for hit in await found(house, on=TODAY)] == ["superseded"]


async def test_a_document_takes_the_place_of_another_by_number_also_of_a_shipped_one(house: Deskmate) -> None:
    old = await released(house.shelf, text(40))
    content = text(60, since="2026-11-01", title="餐费补助规定", more="supersedes: 示银办〔2026〕40号\n")
    new = await released(house.shelf, content, "allowance.md")
    assert {hit.version for hit in await found(house)} == {new.version}
    assert old.version in {hit.version for hit in await found(house, on=date(2026, 10, 31))}
    shipped = next(one for one in await house.shelf.versions("office") if one.source == "office/meeting-rooms.md")
    content = text(61, since="2026-11-02", title="会议室新规", more=f"supersedes: {shipped.number}\n")
    await released(house.shelf, content, "rooms.md")
    over = next(one for one in await house.shelf.versions("office") if one.source == shipped.source)
    assert (over.valid_until, over.superseded_by) == ("2026-11-01", "office/rooms.md")
    hits = await house.knowledge.search("会议室预订后多久不到场视为放弃", sets=["office"])
    assert shipped.source not in {hit.source for hit in hits}


async def test_a_retired_one_counts_no_more_but_its_place_still_opens(house: Deskmate) -> None:
    version = await released(house.shelf, text(40))
    gone = await house.shelf.move(version.source, version.version, to="retired", by=BY, today=TODAY)
    assert gone.valid_until == (TODAY - timedelta(days=1)).isoformat()
    assert not await found(house) and not await found(house, on=TODAY)
    assert [hit.state for hit in await found(house, on=date(2026, 6, 1))] == ["retired"]
    place = await house.knowledge.passage(version.source, "第一条", version.version)
    assert place is not None and place.state == "retired"


async def test_a_draft_that_is_withdrawn_never_counted(house: Deskmate) -> None:
    draft = await house.shelf.add("meals.md", text(40), into="office", by="E6001")
    await house.shelf.move(draft.source, draft.version, to="retired", by=BY, today=TODAY)
    assert not await found(house, on=date(2026, 6, 1))


async def test_the_same_bytes_are_the_same_version(house: Deskmate) -> None:
    one = await house.shelf.add("meals.md", text(40), into="office", by="E6001")
    again = await house.shelf.add("other name.md", text(40), into="office", by="E5001")
    assert (again.source, again.version, again.added_by) == (one.source, one.version, "E6001")
    assert len(await house.shelf.kept("office")) == 1


async def test_two_who_put_it_in_force_at_once_do_it_once(house: Deskmate) -> None:
    draft = await house.shelf.add("meals.md", text(40), into="office", by="E6001")
    await house.shelf.move(draft.source, draft.version, to="reviewed", by=["E5001"], today=TODAY)
    pairs = [("E5001", "E6001"), ("E6001", "E5001"), ("E3001", "E5001")]
    steps = [house.shelf.move(draft.source, draft.version, to="in_force", by=by, today=TODAY) for by in pairs]
    ended = await asyncio.gather(*steps, return_exceptions=True)
    assert sum(isinstance(one, Version) for one in ended) == 1
    assert all(one.code in ("DOCUMENT_MOVED", "DOCUMENT_STATE") for one in ended if isinstance(one, AssistantError))
    told = [entry.what async for entry in house.audit.chain()]
    assert told.count("knowledge.in_force") == 1


async def test_a_step_taken_twice_by_the_same_people_is_one(house: Deskmate) -> None:
    version = await released(house.shelf, text(40))
    again = await house.shelf.move(version.source, version.version, to="in_force", by=BY, today=TODAY)
    assert again.released_by == BY
    assert [entry.what async for entry in house.audit.chain()].count("knowledge.in_force") == 1


async def test_every_step_is_in_the_audit_with_who_did_it(house: Deskmate) -> None:
    await released(house.shelf, text(40))
    await released(house.shelf, text(55, since="2026-11-10"))
    kept = [entry async for entry in house.audit.chain() if entry.what.startswith("knowledge.")]
    assert [(entry.what, entry.person, entry.detail.get("second", "")) for entry in kept] == [
        ("knowledge.added", "E6001", ""),
        ("knowledge.reviewed", "E5001", ""),
        ("knowledge.in_force", "E5001", "E6001"),
        ("knowledge.added", "E6001", ""),
        ("knowledge.reviewed", "E5001", ""),
        ("knowledge.in_force", "E5001", "E6001"),
        ("knowledge.superseded", "E5001", ""),
    ]


async def test_a_crash_between_records_and_search_is_mended_at_the_next_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(settings, clock=clock) as house:
        draft = await house.shelf.add("meals.md", text(40), into="office", by="E6001")
        await house.shelf.move(draft.source, draft.version, to="reviewed", by=["E5001"], today=TODAY)

        async def dies(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as crashing:
            crashing.setattr(house.knowledge, "place", dies)
            with pytest.raises(KeyboardInterrupt):
                await house.shelf.move(draft.source, draft.version, to="in_force", by=BY, today=TODAY)
        assert not await found(house)
    async with opened(settings, clock=clock) as house:
        assert [hit.version for hit in await found(house)] == [draft.version]


async def test_an_index_that_was_lost_is_made_anew_with_every_version_where_it_belongs(settings: Settings) -> None:
    async with opened(settings, clock=clock) as house:
        old = await released(house.shelf, text(40))
        new = await released(house.shelf, text(55, since="2026-11-10"))
        draft = await house.shelf.add("meals.md", text(70, since="2026-12-01"), into="office", by="E6001")
    for path in settings.home.glob("knowledge.db*"):
        path.unlink()
    async with opened(settings, clock=clock) as house:
        assert {hit.version for hit in await found(house)} == {new.version}
        assert {hit.version for hit in await found(house, on=date(2026, 10, 1))} == {old.version}
        states = {one.version: one.state for one in await house.shelf.versions("office")}
        assert states[draft.version] == "draft"


async def test_a_view_reaches_its_sets_only(house: Deskmate) -> None:
    draft = await house.shelf.add("meals.md", text(40), into="office", by="E6001")
    view = house.shelf.narrowed(["fx"])
    assert view.sets() == ["fx"] and view.narrowed(["office", "fx"]).sets() == ["fx"]
    for attempt in (
        view.add("x.md", text(1), into="office", by="E3001"),
        view.versions("office"),
        view.move(draft.source, draft.version, to="reviewed", by=["E5001"], today=TODAY),
    ):
        with pytest.raises(Refused):
            await attempt


async def test_what_was_shipped_is_changed_in_the_content_folder_only(house: Deskmate) -> None:
    shipped = (await house.shelf.versions("office"))[0]
    with pytest.raises(Refused) as refused:
        await house.shelf.move(shipped.source, shipped.version, to="retired", by=BY, today=TODAY)
    assert refused.value.code == "DOCUMENT_SHIPPED"
    content = (house.settings.content / "knowledge" / shipped.source).read_bytes()
    with pytest.raises(Refused):
        await house.shelf.add("copy.md", content, into="office", by="E6001")
    with pytest.raises(BadInput):
        await house.shelf.add(shipped.source.split("/")[1], text(40), into="office", by="E6001")


async def test_a_document_is_meant_by_its_longest_name(house: Deskmate) -> None:
    await house.shelf.add("a.md", text(40, title="加班餐费办法"), into="office", by="E6001")
    longer = await house.shelf.add("b.md", text(41, title="加班餐费办法实施细则"), into="office", by="E6001")
    assert [one.version for one in await house.shelf.find("office", "请复核《加班餐费办法实施细则》")] == [
        longer.version
    ]
    assert [one.title for one in await house.shelf.find("office", "示银办〔2026〕40号")] == ["加班餐费办法"]
    assert not await house.shelf.find("office", "没有这样的文件")


async def test_what_the_operator_indexes_counts_at_once_or_is_a_draft(house: Deskmate) -> None:
    draft = await house.shelf.add("meals.md", text(40), into="office", by="E6001")
    await house.shelf.indexed([(draft.source, draft.version)], state="in_force", operator="ops", today=TODAY)
    assert [hit.version for hit in await found(house)] == [draft.version]
    later = await house.shelf.add("meals.md", text(55, since="2026-11-10"), into="office", by="E6001")
    await house.shelf.indexed([(later.source, later.version)], state="in_force", operator="ops", today=TODAY)
    assert [hit.version for hit in await found(house)] == [later.version]
    await house.shelf.indexed([(later.source, later.version)], state="draft", operator="ops", today=TODAY)
    assert later.version not in {hit.version for hit in await found(house)}


async def test_nothing_personal_is_plain_in_the_table(house: Deskmate) -> None:
    content = text(40, title="关于李小明考勤异常的说明")
    await house.shelf.add("note.md", content, into="office", by="E6001")
    path = house.settings.home / "deskmate.db"
    stored = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert "李小明".encode() not in stored
    assert (await house.shelf.kept("office"))[0].title == "关于李小明考勤异常的说明"


@pytest.mark.parametrize("more", ["audience: [dealers]\n", "places: [城东支行]\n", "audience: dealers\n"])
async def test_a_document_for_fewer_people_than_its_set_is_refused_with_the_set_to_use(
    house: Deskmate, more: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await house.shelf.add("meals.md", text(40, more=more), into="office", by="E6001")
    assert refused.value.code == "DOCUMENT_AUDIENCE"
    assert "set.yaml" in refused.value.message
    assert not await house.shelf.kept("office")


async def test_a_document_for_all_readers_of_its_set_is_taken(house: Deskmate) -> None:
    draft = await house.shelf.add("meals.md", text(40, more='audience: ["*"]\n'), into="office", by="E6001")
    assert draft.state == "draft"
