"""Erasing people's data: what goes is gone from the bytes of the files too, what must stay stays."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from app.core.assistant import ContentError
from app.core.errors import BadInput
from app.core.turn import MaskedText, Reply, Room, Turn
from app.engines.storage.actions import action_of
from app.engines.storage.erasure import Erasure
from app.engines.storage.retention import Retention, check_content, read_retention
from app.engines.storage.tables import ACTION, FILE, TURN
from app.engines.storage.wanted import Wanted
from tests.engines.test_rotation import House
from tests.engines.test_sealing import TEXTS

CONTENT = Path(__file__).parents[2]
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CARD = "6222020000000000000"
GROUPED = "6222 0200 0000 0000 000"
WIDE = "６２２２０２０００００００００００００"


class Erasing(House):
    """A house, and what erases in it."""

    def __init__(self, home: Path, *secrets: str, url: str = "") -> None:
        super().__init__(home, *secrets, url=url)
        self.erasure = Erasure(self.database, self.sealer, self.files, TEXTS)

    async def said(
        self, id: str, room: str, person: str, text: str, *, reply: str = "好", at: datetime = AT, title: str = "标题"
    ) -> None:
        """One turn with its answer."""
        await self.records.open_room(Room(room, title, (person,)))
        turn = Turn(id=id, room=room, person=person, text="", channel="test", at=at)
        await self.records.begin_turn(turn, MaskedText(text))
        await self.records.finish_turn(id, Reply(text=reply), [])

    async def action(self, id: str, room: str, state: str, expires_at: datetime = AT + timedelta(minutes=15)) -> None:
        """An action about the customer."""
        content = self.sealer.seal(
            {"arguments": {"who": "李明", "card": CARD}, "summary": f"付给{CARD}"}, about=f"action/{id}"
        )
        values: dict[str, Any] = {
            "id": id,
            "turn": id,
            "room": room,
            "skill": "x.y",
            "digest": id,
            "state": state,
            "assistant": "office",
            "proposed_by": "E1001",
            "approvals": [],
            "expires_at": expires_at,
            "content": content,
        }
        await self.database.writing(lambda connection: connection.execute(ACTION.insert().values(**values)))

    async def arguments(self, id: str) -> Any:
        """What an action kept."""
        found = await self.database.reading(
            lambda connection: connection.execute(ACTION.select().where(ACTION.c.id == id)).one_or_none()
        )
        return action_of(found, self.sealer).arguments if found else None

    async def turns(self) -> set[str]:
        """The ids of the turns that are left."""
        return await self.database.reading(lambda connection: {row.id for row in connection.execute(TURN.select())})

    async def by_value(self, value: str, **options: Any) -> Any:
        """Erase a value everywhere, unless told otherwise."""
        given = {"room": None, "with_files": False, "dry_run": False, **options}
        return await self.erasure.value(Wanted(value, "value", TEXTS), **given)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Erasing]:
    async with Erasing(tmp_path, "one") as built:
        yield built


# --- what is looked for ---


@given(st.sampled_from([CARD, "13800138000", "110101199003074530", "AB1234567"]), st.data())
def test_a_number_is_found_however_it_is_written(value: str, data: st.DataObject) -> None:
    signs = [
        data.draw(st.sampled_from([sign, chr(ord(sign) + 0xFEE0), sign.lower()]))
        + data.draw(st.sampled_from(["", " ", "-", "　"]))
        for sign in value
    ]
    written = "".join(signs)
    wanted = Wanted(value, "value", TEXTS)
    assert wanted.is_(written) and wanted.stands_in(f"卡号{written}，谢谢")
    assert not wanted.is_(f"9{written}") and not wanted.stands_in(f"{written.rstrip(' -　')}9")


def test_a_name_is_not_looked_for_in_longer_names_of_the_vault() -> None:
    wanted = Wanted(" 李 明 ", "name", TEXTS)
    assert wanted.is_("李明") and not wanted.is_("李明华")
    assert Wanted("John Smith", "name", TEXTS).is_("john  smith")


@pytest.mark.parametrize(("value", "kind"), [("李", "name"), ("12345", "value"), ("- - -", "value"), ("", "name")])
def test_what_stands_everywhere_is_refused(value: str, kind: Any) -> None:
    with pytest.raises(BadInput) as raised:
        Wanted(value, kind, TEXTS)
    assert not value.strip() or value not in raised.value.message


def documents(text: str) -> dict[str, bytes]:
    """Files with `text` in them, cut by marks as the programs like to do."""
    word, sheet = Document(), openpyxl.Workbook()
    line = word.add_paragraph()
    for piece in (text[:4], text[4:9], text[9:]):
        line.add_run(piece).bold = bool(len(piece) % 2)
    sheet[sheet.sheetnames[0]]["B7"] = f"卡号 {text}"
    kept = {}
    for name, program in (("a.docx", word), ("a.xlsx", sheet)):
        buffer = io.BytesIO()
        program.save(buffer)
        kept[name] = buffer.getvalue()
    return kept | {"a.txt": f"卡号：{text}".encode(), "gb.csv": f"卡号,{text}".encode("gb18030")}


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.txt", "gb.csv"])
def test_it_is_found_in_files_of_every_kind(name: str) -> None:
    assert Wanted(CARD, "value", TEXTS).in_file(documents(GROUPED)[name]) is True
    assert Wanted(CARD, "value", TEXTS).in_file(documents("4333 0200 0000 0000 111")[name]) is False


@pytest.mark.parametrize("content", [b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n\0", b"PK\x03\x04 x", b"\xff\xfe\0\xff" * 9])
def test_a_file_that_cannot_be_looked_into_is_not_called_clean(content: bytes) -> None:
    assert Wanted(CARD, "value", TEXTS).in_file(content) is None


# --- a customer's value ---


async def test_a_value_goes_from_every_vault_and_every_text(house: Erasing, tmp_path: Path) -> None:
    await house.vault.add("r1", [("PERSON", "李明"), ("BANK_CARD", GROUPED)])
    await house.vault.add("r2", [("ACCOUNT", CARD), ("ADDRESS", f"信箱{WIDE}号"), ("BANK_CARD", "6222020000000000018")])
    await house.said("t1", "r1", "E1001", f"漏网的{CARD}", reply="回到<BANK_CARD_1>", title=f"卡{CARD}")
    await house.records.store_feedback("t1", "E1001", "up", f"卡{GROUPED}对")
    for id, state in (("A1", "executed"), ("A2", "rejected"), ("A3", "proposed")):
        await house.action(id, "r1", state)
    done = await house.by_value(CARD)
    assert dict(done.counts) == {"placeholders": 3, "texts": 4, "files": 0}
    assert set(done.kept_actions) == {"A1", "A3"}
    assert await house.vault.load("r1") == {"<PERSON_1>": "李明", "<BANK_CARD_1>": None}
    assert await house.vault.load("r2") == {
        "<ACCOUNT_1>": None,
        "<ADDRESS_1>": None,
        "<BANK_CARD_1>": "6222020000000000018",
    }
    room, (told,) = await house.records.room("r1"), await house.records.turns("r1")
    assert room is not None and room.title == "卡「已删除」" and told.text.text == "漏网的「已删除」"
    assert (await house.arguments("A1"))["card"] == CARD, "evidence"
    assert (await house.arguments("A2"))["card"] == "「已删除」"
    assert await house.vault.add("r1", [("BANK_CARD", GROUPED)]) == ["<BANK_CARD_2>"], "the number is not used again"
    await house.database.scrub()
    for path in tmp_path.glob("d.db*"):
        assert CARD.encode() not in path.read_bytes() and GROUPED.encode() not in path.read_bytes()


async def test_one_room_only_and_a_dry_run_changes_nothing(house: Erasing) -> None:
    for room in ("r1", "r2"):
        await house.vault.add(room, [("BANK_CARD", CARD)])
    assert (await house.by_value(CARD, dry_run=True)).counts["placeholders"] == 2
    assert await house.vault.load("r1") == {"<BANK_CARD_1>": CARD} and await house.erasure.latest() == 0
    assert (await house.by_value(CARD, room="r2")).counts["placeholders"] == 1
    assert await house.vault.load("r1") == {"<BANK_CARD_1>": CARD}
    assert await house.vault.load("r2") == {"<BANK_CARD_1>": None}


async def test_files_are_named_for_a_person_to_decide_and_deleted_on_demand(house: Erasing, tmp_path: Path) -> None:
    for name, content in documents(GROUPED).items():
        await house.files.store("r1", name, content, "x/y", by="E1001")
    await house.files.store("r1", f"卡{CARD}.txt", b"nothing", "text/plain", by="E1001")
    await house.files.store("r2", "clean.txt", b"nothing", "text/plain", by="E1001")
    await house.files.store("r2", "scan.pdf", b"%PDF-1.7", "application/pdf", by="E1001")
    done = await house.by_value(CARD)
    named = ["a.docx", "a.txt", "a.xlsx", "gb.csv", f"卡{CARD}.txt"]
    assert sorted(one.name for one in done.files) == named
    assert [one.name for one in done.closed_files] == ["scan.pdf"]
    await house.by_value(CARD, with_files=True)
    left = [file.name for _, file in await house.files.listed(FILE.c.id.is_not(None))]
    assert sorted(left) == ["clean.txt", "scan.pdf", "卡「已删除」.txt"], "its name alone held it"
    assert len(list((tmp_path / "files").iterdir())) == len(left)


async def test_the_bytes_are_gone_from_the_database_file_and_its_log(tmp_path: Path) -> None:
    """The sealed bytes themselves, not only what can be opened."""
    async with Erasing(tmp_path, "one") as house:
        await house.vault.add("r1", [("PERSON", f"客户{number}") for number in range(200)])
        sealed = await house.database.reading(
            lambda connection: [row.value for row in connection.exec_driver_sql("SELECT value FROM vault")]
        )
        assert any(sealed[7] in path.read_bytes() for path in tmp_path.glob("d.db*"))
        await house.erasure.value(Wanted("客户7", "name", TEXTS), room=None, with_files=False, dry_run=False)
        assert await house.database.scrub()
        for path in tmp_path.glob("d.db*"):
            assert sealed[7] not in path.read_bytes(), path.name
            assert path.suffix != ".db" or sealed[8] in path.read_bytes()


# --- a member of the staff ---


async def test_a_persons_own_rooms_go_and_shared_ones_lose_what_is_his(house: Erasing) -> None:
    await house.said("t1", "own", "E1001", "客户<PERSON_1>")
    await house.vault.add("own", [("PERSON", "李明")])
    await house.said("t2", "shared", "E1001", "我的")
    await house.said("t3", "shared", "E1002", "别人的")
    await house.records.store_feedback("t3", "E1001", "down", "不好")
    await house.vault.add("shared", [("PERSON", "王五")])
    await house.said("t4", "others", "E1002", "无关")
    for room, by in (("own", "E1001"), ("shared", "E1001"), ("shared", "E1002")):
        await house.files.store(room, f"{room}-{by}.txt", b"x", "text/plain", by=by)
    await house.action("A1", "own", "executed")
    await house.action("A2", "own", "rejected")
    before = await house.erasure.person("E1001", dry_run=True)
    assert await house.turns() == {"t1", "t2", "t3", "t4"}
    done = await house.erasure.person("E1001", dry_run=False)
    assert before.counts == done.counts == {"rooms": 1, "turns": 2, "feedback": 1, "placeholders": 1, "files": 2}
    assert done.kept_actions == ("A1",) and await house.arguments("A2") is None
    assert (await house.arguments("A1"))["who"] == "李明"
    assert await house.turns() == {"t3", "t4"} and await house.records.room("own") is None
    shared = await house.records.room("shared")
    assert shared is not None and shared.members == ("E1002",)
    assert await house.vault.load("own") == {"<PERSON_1>": None} and await house.vault.load("shared") == {
        "<PERSON_1>": "王五"
    }
    assert [file.name for _, file in await house.files.listed(FILE.c.id.is_not(None))] == ["shared-E1002.txt"]


async def test_a_room_in_which_an_action_waits_is_left_alone_and_named(house: Erasing) -> None:
    await house.said("t1", "busy", "E1001", "一")
    later = datetime.now(UTC) + timedelta(minutes=5)
    await house.action("A1", "busy", "proposed", later)
    done = await house.erasure.person("E1001", dry_run=False)
    assert done.waiting_rooms == ("busy",) and await house.turns() == {"t1"}


# --- what is over ---

RULES = Retention(talk_days=30, files_days=10, vault_days=20)


async def test_what_is_over_goes_and_nothing_else(house: Erasing) -> None:
    ages = {"old": 31, "older_vault": 21, "fresh": 1, "busy": 40}
    for room, days in ages.items():
        await house.said(f"t-{room}", room, "E1001", "一", at=AT - timedelta(days=days))
        await house.vault.add(room, [("PERSON", "李明")])
    await house.said("t-long", "fresh", "E1001", "很久以前", at=AT - timedelta(days=100))
    await house.said("t-now", "fresh", "E1001", "刚才", at=AT)
    await house.action("A1", "busy", "proposed", AT + timedelta(minutes=1))
    dry = await house.erasure.expired(RULES, AT, passing="http-", dry_run=True)
    assert await house.turns() == {"t-old", "t-older_vault", "t-fresh", "t-busy", "t-long", "t-now"}
    done = await house.erasure.expired(RULES, AT, passing="http-", dry_run=False)
    assert done.counts == {"rooms": 1, "turns": 2, "feedback": 0, "placeholders": 2, "files": 0}
    assert dry.counts["turns"] == 2 and done.waiting_rooms == ("busy",)
    assert await house.turns() == {"t-older_vault", "t-fresh", "t-busy", "t-now"}
    for room, value in {"old": None, "older_vault": None, "fresh": "李明", "busy": "李明"}.items():
        assert await house.vault.load(room) == {"<PERSON_1>": value}, room
    again = await house.erasure.expired(RULES, AT, passing="http-", dry_run=False)
    assert not any(again.counts.values())


async def test_old_files_go_by_their_own_rule(house: Erasing) -> None:
    await house.said("t1", "r1", "E1001", "一")
    await house.files.store("r1", "a.txt", b"x", "text/plain", by="E1001")
    soon, late = (datetime.now(UTC) + timedelta(days=days) for days in (9, 11))
    files_only = Retention(talk_days=0, files_days=10, vault_days=0)
    assert (await house.erasure.expired(files_only, soon, passing="-", dry_run=False)).counts["files"] == 0
    assert (await house.erasure.expired(files_only, late, passing="-", dry_run=False)).counts["files"] == 1
    assert await house.turns() == {"t1"}


async def test_rooms_that_were_only_masked_in_go_by_their_last_value(house: Erasing) -> None:
    await house.vault.add("masked", [("PERSON", "李明")])
    soon, late = (datetime.now(UTC) + timedelta(days=days) for days in (19, 21))
    for at, value in ((soon, "李明"), (late, None)):
        done = await house.erasure.expired(RULES, at, passing="http-", dry_run=False)
        assert done.counts["placeholders"] == (value is None)
        assert await house.vault.load("masked") == {"<PERSON_1>": value}


async def test_zero_keeps_for_ever(house: Erasing) -> None:
    await house.said("t1", "r1", "E1001", "一", at=AT - timedelta(days=9_999))
    keep = Retention(talk_days=0, files_days=0, vault_days=0)
    done = await house.erasure.expired(keep, AT, passing="-", dry_run=False)
    assert not any(done.counts.values()) and await house.turns() == {"t1"}


async def test_rooms_that_never_come_again_leave_no_rows(house: Erasing) -> None:
    await house.said("t1", "http-123", "E1001", "一", at=AT - timedelta(days=40))
    await house.vault.add("http-123", [("PERSON", "李明")])
    await house.erasure.expired(RULES, AT, passing="http-", dry_run=False)
    assert await house.vault.load("http-123") == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [("talk_days: 1\nfiles_days: 1\nvault_days: -1\n", 3), ("talk_days: 1\naudit_days: 1\n", 2), ("- 1\n", 1)],
)
def test_a_wrong_rule_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "retention.yaml").write_text(text)
    with pytest.raises(ContentError) as raised:
        check_content(tmp_path)
    assert raised.value.line == line


def test_the_shipped_rules_are_right() -> None:
    assert read_retention(CONTENT / "config" / "retention.yaml").talk_days >= 0
