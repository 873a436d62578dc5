"""`deskmate forget` and `deskmate rotate` as an operator uses them."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.commands.forget import erase_expired
from app.commands.rotate import rotate
from app.core.errors import Refused, Unavailable
from app.core.settings import Settings, kept_old_secrets, read_settings, replace_secret
from app.rooms import build_audit, build_database, build_erasure, build_identity, now
from tests.commands.deskmate import Ran, run

CARD = "6222020000000000000"
ENVIRONMENT = {"DESKMATE_SECRET": "first"}


def masked(home: Path, text: str, room: str = "r1", **more: str) -> str:
    """What `deskmate mask` says, without its line end."""
    return run(home, "mask", "--room", room, text, **more).out.strip()


def unmasked(home: Path, text: str, room: str = "r1", **more: str) -> Ran:
    return run(home, "unmask", "--room", room, text, **more)


def audited(home: Path, what: str, **more: str) -> list[dict[str, object]]:
    """The details of the audit's entries of one kind."""

    async def read() -> list[dict[str, object]]:
        settings = read_settings({"DESKMATE_HOME": str(home), **more})
        database = build_database(settings)
        await database.open()
        try:
            return [dict(one.detail) async for one in build_audit(settings, database).chain() if one.what == what]
        finally:
            await database.close()

    return asyncio.run(read())


# --- forget ---


def test_a_value_is_forgotten_in_every_room_and_the_audit_does_not_say_which(tmp_path: Path) -> None:
    for room in ("r1", "r2"):
        assert masked(tmp_path, f"客户李明，卡号{CARD}", room) == "客户<PERSON_1>，卡号<BANK_CARD_1>"
    dry = run(tmp_path, "forget", "--value", CARD, "--dry-run")
    assert dry.code == 0 and "2 个值" in dry.out and "未做任何改动" in dry.out
    assert CARD in unmasked(tmp_path, "<BANK_CARD_1>").out
    done = run(tmp_path, "forget", "--value", CARD)
    assert done.code == 0 and "2 个值" in done.out and "第四十七条" in done.out and CARD not in done.out
    assert unmasked(tmp_path, "<PERSON_1>的<BANK_CARD_1>").out.strip() == "李明的「已删除」"
    assert masked(tmp_path, f"卡号{CARD}") == "卡号<BANK_CARD_2>"
    told = audited(tmp_path, "data.erased")
    assert told[-1]["placeholders"] == 2 and CARD not in json.dumps(told) and len(told) == 2, "nothing for the dry run"


def test_a_name_is_read_from_standard_input_so_that_no_list_of_processes_shows_it(tmp_path: Path) -> None:
    masked(tmp_path, "客户李明，电话13800138000")
    done = run(tmp_path, "forget", "--name", "-", lines=["李明"])
    assert done.code == 0 and "1 个值" in done.out
    assert unmasked(tmp_path, "<PERSON_1> <PHONE_1>").out.strip() == "「已删除」 13800138000"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["E1001", "--expired"],
        ["--value", CARD, "--name", "李明"],
        ["E1001", "--files"],
        ["--expired", "--room", "r"],
    ],
)
def test_what_is_meant_must_be_said(tmp_path: Path, arguments: list[str]) -> None:
    ran = run(tmp_path, "forget", *arguments)
    assert ran.code == 2 and "请说明" in ran.err


def test_what_is_too_short_is_refused(tmp_path: Path) -> None:
    ran = run(tmp_path, "forget", "--value", "1234")
    assert ran.code == 1 and "FORGET_SHORT" in ran.err and "1234" not in ran.err


def test_a_member_of_the_staff_is_forgotten_with_his_bookings_also_when_he_has_left(tmp_path: Path) -> None:
    said = [
        {"text": "@办公 帮我订明天上午九点到十点的会议室，8个人，主题是约见李明", "room": "own", "as": "E6001"},
        {"text": "确认", "room": "own", "as": "E6001"},
    ]
    asked = run(tmp_path, "ask", "--jsonl", lines=said)
    assert asked.lines[1]["actions"][0]["state"] == "executed", asked.out
    kept = asked.lines[1]["actions"][0]["id"]
    dry = run(tmp_path, "forget", "E6001", "--dry-run")
    done = run(tmp_path, "forget", "E6001")
    for ran in (dry, done):
        assert "1 个会话" in ran.out and "2 轮对话" in ran.out and "1 条业务记录" in ran.out and kept in ran.out
    assert run(tmp_path, "forget", "E6001").out.startswith("没有要删除的内容")
    assert run(tmp_path, "forget", "E0000").code == 0


async def test_what_is_over_goes_with_the_banks_clock(tmp_path: Path) -> None:
    settings = read_settings({"DESKMATE_HOME": str(tmp_path), **ENVIRONMENT})
    database = build_database(settings)
    await database.open()
    erasure, audit = build_erasure(settings, database), build_audit(settings, database)

    async def run_at(at: datetime) -> int:
        return (await erase_expired(settings, erasure, audit, at)).counts["rooms"]

    from app.core.turn import Room
    from app.engines.records import SqlRecords

    await SqlRecords(database, erasure._sealer, audit).open_room(Room("r1", "一", ("E1001",)))
    assert await run_at(now() + timedelta(days=729)) == 0
    assert await run_at(now() + timedelta(days=731)) == 1
    entries = [one async for one in audit.chain() if one.what == "data.erased"]
    assert [one.detail["by"] for one in entries] == ["retention"]
    await database.close()


async def test_the_server_erases_day_by_day_and_a_failure_does_not_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from app.commands import forget as module

    seen: list[int] = []

    async def erased(*_: object) -> None:
        seen.append(1)
        if len(seen) == 1:
            raise Unavailable("DATABASE", "客户李明")

    monkeypatch.setattr(module, "erase_expired", erased)
    monkeypatch.setattr(module, "_FIRST", 0.0)
    monkeypatch.setattr(module, "_DAY", 0.0)
    settings = read_settings({"DESKMATE_HOME": str(tmp_path), **ENVIRONMENT})
    running = asyncio.create_task(module.erase_daily(settings, None, None))  # type: ignore[arg-type]
    async with asyncio.timeout(10):
        while len(seen) < 3:
            await asyncio.sleep(0)
    running.cancel()
    assert "DATABASE" in caplog.text and "李明" not in caplog.text


# --- rotate ---


def test_the_kept_secret_is_changed_and_everything_opens_as_before(tmp_path: Path) -> None:
    text = masked(tmp_path, f"客户李明，卡号{CARD}")
    secret = (tmp_path / "secret").read_text()
    ran = run(tmp_path, "rotate")
    assert ran.code == 0 and "2 个值" in ran.out, ran.out + ran.err
    assert (tmp_path / "secret").read_text() != secret and kept_old_secrets(tmp_path / "secret") == []
    assert stat.S_IMODE(os.stat(tmp_path / "secret").st_mode) == 0o600
    assert masked(tmp_path, f"客户李明，卡号{CARD}") == text
    assert unmasked(tmp_path, text).out.strip() == f"客户李明，卡号{CARD}"
    old = unmasked(tmp_path, text, DESKMATE_SECRET=secret)
    assert old.code == 1 and "SECRET_CHANGED" in old.err and CARD not in old.out
    assert [one.get("values") for one in audited(tmp_path, "secret.rotated")] == [None, 2]
    assert run(tmp_path, "audit", "verify").code == 0, "the checkpoints went over to the new key"


def test_the_secret_of_the_environment_is_changed_by_whoever_keeps_it(tmp_path: Path) -> None:
    text = masked(tmp_path, f"客户李明，卡号{CARD}", **ENVIRONMENT)
    both = {"DESKMATE_SECRET": "second", "DESKMATE_SECRET_OLD": "first, even-older"}
    assert masked(tmp_path, f"客户李明，卡号{CARD}", **both) == text, "both open until it is done"
    ran = run(tmp_path, "rotate", **both)
    assert ran.code == 0 and "DESKMATE_SECRET_OLD" in ran.out
    assert masked(tmp_path, f"客户李明，卡号{CARD}", DESKMATE_SECRET="second") == text
    assert unmasked(tmp_path, text, **ENVIRONMENT).code == 1
    assert "没有旧密钥" in run(tmp_path, "rotate", DESKMATE_SECRET="second").out
    assert not (tmp_path / "secret").exists()


def test_tokens_made_under_the_old_secret_end(tmp_path: Path) -> None:
    before = read_settings({"DESKMATE_HOME": str(tmp_path), **ENVIRONMENT})
    after = read_settings({"DESKMATE_HOME": str(tmp_path), "DESKMATE_SECRET": "second", "DESKMATE_SECRET_OLD": "first"})
    token = build_identity(before).token("E1001")
    assert build_identity(before).bearer(token).id == "E1001"
    with pytest.raises(Refused):
        build_identity(after).bearer(token)


async def test_nothing_is_changed_while_a_process_runs_under_the_old_secret(tmp_path: Path) -> None:
    settings = read_settings({"DESKMATE_HOME": str(tmp_path)})
    serving = build_database(settings)
    await serving.open()
    with pytest.raises(Unavailable) as raised:
        await rotate(settings)
    assert raised.value.code == "SECRET_IN_USE"
    assert read_settings({"DESKMATE_HOME": str(tmp_path)}).secret == settings.secret
    await serving.close()
    assert await rotate(settings) == 0


async def test_a_server_that_knows_both_may_run_on(tmp_path: Path) -> None:
    both = read_settings({"DESKMATE_HOME": str(tmp_path), "DESKMATE_SECRET": "second", "DESKMATE_SECRET_OLD": "first"})
    serving = build_database(both)
    await serving.open()
    assert await rotate(both) == 0
    await serving.close()


@pytest.mark.parametrize("stopped", ["before the new one", "after the new one"])
def test_stopped_between_the_two_secrets_nothing_is_lost(tmp_path: Path, stopped: str) -> None:
    text = masked(tmp_path, f"客户李明，卡号{CARD}")
    secret = tmp_path / "secret"
    before = secret.read_text()
    replace_secret(secret)
    if stopped == "before the new one":
        secret.write_text(before)
    assert unmasked(tmp_path, text).out.strip() == f"客户李明，卡号{CARD}"
    ran = run(tmp_path, "rotate")
    assert ran.code == 0 and "2 个值" in ran.out
    assert secret.read_text() != before and not (tmp_path / "secret.old").exists()
    assert unmasked(tmp_path, text).out.strip() == f"客户李明，卡号{CARD}"


async def test_what_nothing_opens_keeps_the_old_secret_until_the_operator_gives_it_up(tmp_path: Path) -> None:
    import sqlite3

    masked_by_then = await asyncio.to_thread(masked, tmp_path, f"客户李明，卡号{CARD}")
    with sqlite3.connect(tmp_path / "deskmate.db") as plain:
        plain.execute("UPDATE vault SET value = substr(value, 1, 30) WHERE placeholder = '<PERSON_1>'")
    assert await rotate(read_settings({"DESKMATE_HOME": str(tmp_path)})) == 1
    assert kept_old_secrets(tmp_path / "secret") != []
    settings = read_settings({"DESKMATE_HOME": str(tmp_path)})
    assert await rotate(settings, give_up=True) == 0
    assert kept_old_secrets(tmp_path / "secret") == [] and masked_by_then
    assert settings.secret not in repr(settings)


def test_old_secrets_are_read_and_never_shown(tmp_path: Path) -> None:
    settings = read_settings(
        {"DESKMATE_HOME": str(tmp_path), "DESKMATE_SECRET": "b", "DESKMATE_SECRET_OLD": " a ,b,, a"}
    )
    assert isinstance(settings, Settings) and settings.old_secrets == ("a",) and settings.secret_file is None
