"""The vault in the whole house: what people get holds true values and no placeholder, what is kept the other way."""

from __future__ import annotations

import io
import json
import re
import secrets
import tempfile
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from app.core.turn import Attachment, Reply
from app.engines.masking.placeholders import PLACEHOLDER
from app.main import Deskmate, opened
from tests.canary import SENTENCES, files_of, identities, leaks
from tests.conftest import asking, clock, settings_in
from tests.files import make_file
from tests.scripted_model import ScriptedModel, calls, says

LETTER = "@办公 给客户李明写一封信，内容：您的手机13800138000和卡号6222020000000000000已经登记"
NAMED = ("李明", "13800138000", "6222020000000000000")
SHEETS = "客户李明13800138000报表.xlsx"


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Deskmate, ScriptedModel]]:
    """One house with a scripted model, for tests that keep to rooms of their own."""
    async with ScriptedModel(says("好")) as model:
        settings = settings_in(
            tmp_path_factory.mktemp("served"),
            DESKMATE_MODEL="openai/scripted",
            DESKMATE_MODEL_BASE_URL=model.base_url,
            DESKMATE_MODEL_KEY="sk-scripted",
        )
        async with opened(settings, clock=clock) as house:
            await house.models.warm()
            yield house, model


def words_of(content: bytes, name: str) -> str:
    """All that a person reads in a made file, and its properties."""
    if name.endswith(".docx"):
        document = Document(io.BytesIO(content))
        about = document.core_properties
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(one.text for one in document.paragraphs), *cells, about.title or "", about.author or ""])
    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
    )


async def made_by(house: Deskmate, reply: Reply) -> tuple[Attachment, str]:
    """The one file that a reply brought, and its words."""
    assert len(reply.files) == 1, reply.text
    (file,) = reply.files
    return file, words_of(await house.gateway.desk.content(file), file.name)


def seen_by_people(reply: Reply) -> str:
    """Everything of a reply that is drawn: text, chart titles and labels, file names, citations, actions."""
    return json.dumps(asdict(replace(reply, pending={})), ensure_ascii=False, default=str)


async def uploaded(house: Deskmate, room: str, name: str, content: bytes) -> Attachment:
    return await house.gateway.desk.upload("E1001", room, name, content, "application/octet-stream")


# --- true values out ---


async def test_a_letter_made_without_a_model_holds_the_true_values(shared_house: Deskmate) -> None:
    file, words = await made_by(shared_house, await asking(shared_house)(LETTER))
    for value in NAMED:
        assert value in words
    assert "李明" in file.name and not PLACEHOLDER.search(words + file.name)


async def test_a_model_that_passes_placeholders_gets_true_values_into_the_letter(
    served: tuple[Deskmate, ScriptedModel],
) -> None:
    house, model = served
    ask = asking(house)
    about = "写一封信\n主送：<PERSON_1>\n内容：手机<PHONE_1>和卡号<BANK_CARD_1>已经登记\n落款：<PERSON_9>"
    model.now_says(calls("office.draft_document", {"about": about, "kind": "letter"}), says("写好了"))
    file, words = await made_by(house, await ask(LETTER))
    for value in NAMED:
        assert value in words
    assert set(PLACEHOLDER.findall(words)) == {"<PERSON_9>"}, "what is no placeholder of this room is left as it is"
    assert not leaks_of(model, NAMED)
    assert "李明" in file.name or not PLACEHOLDER.search(file.name)


async def test_a_placeholder_typed_by_a_person_stays_words_through_a_model_and_a_file(
    served: tuple[Deskmate, ScriptedModel],
) -> None:
    house, model = served
    ask = asking(house)
    model.now_says(says("好"))
    await ask("客户李明，手机13800138000")
    about = "写一封信\n主送：王经理\n内容：<LITERAL_1>请核对"
    model.now_says(calls("office.draft_document", {"about": about, "kind": "letter"}), says("写好了"))
    _, words = await made_by(house, await ask("@办公 写一封信，内容就是<PHONE_1>请核对"))
    assert "<PHONE_1>请核对" in words and "13800138000" not in words


async def test_a_file_named_after_a_customer_is_found_and_its_result_is_named_alike(
    served: tuple[Deskmate, ScriptedModel],
) -> None:
    house, model = served
    ask = asking(house)
    file = await uploaded(house, ask.room, SHEETS, make_file("clean.xlsx"))  # type: ignore[attr-defined]
    model.now_says(calls("credit.analyse_statement", {"file": "客户<PERSON_1><PHONE_1>报表.xlsx"}), says("分析完了"))
    reply = await ask(f"@信贷 分析{SHEETS}", files=(file,))
    made, words = await made_by(house, reply)
    assert made.name.startswith("客户李明13800138000报表")
    assert not PLACEHOLDER.search(words) and len(reply.charts) == 2
    assert not PLACEHOLDER.search(seen_by_people(reply)), "in no text, chart label, file name or citation"
    assert not leaks_of(model, ("李明", "13800138000"))


async def test_charts_and_files_without_a_model_hold_no_placeholder(shared_house: Deskmate) -> None:
    ask = asking(shared_house)
    file = await uploaded(shared_house, ask.room, SHEETS, make_file("clean.xlsx"))  # type: ignore[attr-defined]
    reply = await ask("@信贷 分析财务报表", files=(file,))
    made, words = await made_by(shared_house, reply)
    assert made.name.startswith("客户李明13800138000报表") and len(reply.charts) == 2
    assert not PLACEHOLDER.search(words) and not PLACEHOLDER.search(seen_by_people(reply))


async def test_people_and_assistants_of_a_room_mean_the_same_by_a_placeholder(
    served: tuple[Deskmate, ScriptedModel],
) -> None:
    """One value over turns, two people and three assistants: the model always reads the same placeholder."""
    house, model = served
    ask = asking(house)
    said = [("E1001", "@办公"), ("E1001", "@信贷"), ("E1002", "@外汇"), ("E1002", "@办公")]
    for person, assistant in said:
        model.now_says(says("电话<PHONE_1>已记下"))
        reply = await ask(f"{assistant} 客户李明的电话是13800138000", person=person, operator="tester")
        assert "13800138000" in reply.text and "<PHONE_1>" not in reply.text
    assert not leaks_of(model, ("13800138000",))


def leaks_of(model: ScriptedModel, values: tuple[str, ...]) -> list[str]:
    """Values that the model read."""
    return [value for value in values if value in model.heard or json.dumps(value)[1:-1] in model.heard]


# --- nothing true left behind ---


async def test_nothing_planted_lies_open_in_what_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Every skill, every kind of file, titles, comments, actions in every state; then all bytes of the state."""
    home = tmp_path / "home"
    async with opened(settings_in(home), clock=clock) as house:
        desk = house.gateway.desk
        for number, who in enumerate(identities()[:4]):
            ask = asking(house, person="E6001" if number % 2 else "E1001")
            person = "E6001" if number % 2 else "E1001"
            for sentence in SENTENCES[number::2]:
                reply = await ask(sentence.format(**asdict(who)))
                if reply.turn_id and reply.error is None:
                    await desk.feedback(person, reply.turn_id, "down", f"{who.person}的卡{who.card}不对，{who.phone}")
            for name, content in files_of(who):
                file = await desk.upload(person, ask.room, name, content, "x/y")  # type: ignore[attr-defined]
                await ask(f"@信贷 分析{name}，联系人{who.person}{who.phone}", files=(file,))
            title = f"{who.person} {who.phone} {who.email}"
            await desk.rename(person, ask.room, title)  # type: ignore[attr-defined]
        kept = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}  # with the log not yet folded in
        assert any(path.name.endswith("-wal") and content for path, content in kept.items())
    kept |= {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert len([path for path in kept if path.parent.name == "files"]) >= 28, "files were kept"
    assert {str(path.relative_to(home)): found for path, content in kept.items() if (found := leaks(content))} == {}
    assert not [path for path in kept if leaks(str(path))]
    assert leaks(caplog.text) == []


async def test_no_temporary_file_is_written_while_files_are_read_and_made(
    shared_house: Deskmate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Libraries like to: sheets, uploads and archives would lie there in plain."""
    sheets = make_file("clean.xlsx")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError):
        tempfile.mkstemp()
    ask = asking(shared_house)
    file = await uploaded(shared_house, ask.room, SHEETS, sheets)  # type: ignore[attr-defined]
    assert (await ask("@信贷 分析财务报表", files=(file,))).files
    for text in (LETTER, "@研究 写一份人民币汇率的研究提纲，存成Word"):
        assert (await asking(shared_house)(text)).files, text


# --- erased while people talk ---


async def test_a_running_house_soon_forgets_what_another_process_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    from app.commands.forget import forget
    from app.engines.storage import erasure

    monkeypatch.setattr(erasure, "FOLLOWED_WITHIN", 0.05)
    settings = settings_in(tmp_path / "home")
    async with opened(settings, clock=clock) as house:
        ask = asking(house, f"room-{secrets.token_hex(4)}")
        await ask("客户李明的电话13800138000")
        room = ask.room  # type: ignore[attr-defined]
        assert "13800138000" in (await house.gateway.desk.talk("E1001", room))[0].text
        options = {"person": None, "name": None, "expired": False, "room": None, "files": False, "dry_run": False}
        assert await forget(settings, value="13800138000", **options) == 0  # type: ignore[arg-type]
        async with asyncio.timeout(20):
            while "13800138000" in (await house.gateway.desk.talk("E1001", room))[0].text:
                await asyncio.sleep(0.05)
        told = (await house.gateway.desk.talk("E1001", room))[0]
        assert "「已删除」" in told.text and "李明" in told.text
        again = await ask("客户李明的电话13800138000")
        assert again.error is None and re.search("<", told.text) is None
