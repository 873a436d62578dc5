"""`deskmate audit verify` names the first entry that was changed, removed or moved, and who signed what."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.__main__ import main
from app.core.audit import GENESIS, AuditEntry, digest_of_stored
from app.core.settings import read_settings
from app.engines.storage.audit_log import SqlAuditLog
from app.rooms import build_audit, build_database

COLUMNS = "number, at, what, person, operator, assistant, room, trace_id, decision, detail, previous, hash"


@pytest.fixture(autouse=True)
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKMATE_HOME", str(tmp_path))
    monkeypatch.setenv("DESKMATE_SECRET", "first-secret")


async def written(count: int, *, sealed: bool) -> None:
    database = build_database(read_settings())
    await database.open()
    log = build_audit(read_settings(), database) if sealed else SqlAuditLog(database)
    for number in range(count):
        await log.append(AuditEntry(f"e{number}", "E1001", "", "fx", "r", "t", "allow", {"n": number, "词": '"\\'}))
    await log.seal()
    await database.close()


@pytest.fixture
async def chain(tmp_path: Path) -> Path:
    """Six entries, signed by nobody."""
    await written(6, sealed=False)
    return tmp_path / "deskmate.db"


@pytest.fixture
async def sealed(tmp_path: Path) -> Path:
    """Six entries under a checkpoint; the attacker of these tests has the database, not the secret."""
    await written(6, sealed=True)
    return tmp_path / "deskmate.db"


def changed(path: Path, *statements: str) -> None:
    """What somebody does who may do anything in the database: the triggers go first."""
    with sqlite3.connect(path) as plain:
        triggers = [row[0] for row in plain.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for statement in [*(f"DROP TRIGGER {name}" for name in triggers), *statements]:
            plain.execute(statement)


def written_anew(path: Path, change: Callable[[list[list[object]]], None]) -> None:
    """The whole chain again, changed and with hashes that fit, head included."""
    with sqlite3.connect(path) as plain:
        rows = [list(row) for row in plain.execute(f"SELECT {COLUMNS} FROM audit ORDER BY number")]
        change(rows)
        previous = GENESIS
        for number, row in enumerate(rows, start=1):
            row[0], row[10] = number, previous
            row[11] = previous = digest_of_stored(*row[:11])  # type: ignore[arg-type]
        plain.execute("DELETE FROM audit")
        plain.executemany(f"INSERT INTO audit ({COLUMNS}) VALUES ({', '.join('?' * 12)})", rows)
        plain.execute("UPDATE audit_head SET number = ?, hash = ?", (len(rows), previous))


def deskmate(*arguments: object) -> int:
    # The command has a loop of its own, so it runs in a thread of its own beside the test's loop.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(main, ["audit", *map(str, arguments)]).result()


async def test_an_untouched_chain_holds(chain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert deskmate("verify") == 0
    assert "6" in capsys.readouterr().out


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET decision = 'x'", "DELETE FROM audit", "DELETE FROM audit_checkpoint"]
)
async def test_the_database_refuses_changes(sealed: Path, statement: str) -> None:
    with sqlite3.connect(sealed) as plain, pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        plain.execute(statement)
    assert deskmate("verify") == 0


@pytest.mark.parametrize(
    ("statements", "first", "word"),
    [
        (["UPDATE audit SET decision = 'refuse' WHERE number = 3"], "3", "内容被改动"),
        (["UPDATE audit SET detail = '{\"n\":9}' WHERE number = 4"], "4", "内容被改动"),
        (["UPDATE audit SET detail = detail || ' ' WHERE number = 5"], "5", "内容被改动"),
        (["UPDATE audit SET decision = x'00' WHERE number = 5"], "5", "内容被改动"),
        (["UPDATE audit SET decision = CAST(x'ff' AS TEXT) WHERE number = 5"], "5", "内容被改动"),
        ([f"UPDATE audit SET hash = '{GENESIS}' WHERE number = 2"], "2", "内容被改动"),
        (["DELETE FROM audit WHERE number = 2"], "3", "第 2 条起缺失"),
        (["DELETE FROM audit WHERE number <= 2"], "3", "第 1 条起缺失"),
        (["UPDATE audit SET number = -5 WHERE number = 4"], "-5", "原为第 4 条"),
        (["UPDATE audit SET number = 40 WHERE number = 4"], "4", "现为第 40 条"),
        (["UPDATE audit SET number = 9 WHERE number = 6"], "9", "原为第 6 条"),
        (
            ["DELETE FROM audit WHERE number = 2", "UPDATE audit SET number = number - 1 WHERE number > 2"],
            "2",
            "原为第 3 条",
        ),
        (
            [
                "UPDATE audit SET number = -1 WHERE number = 2",
                "UPDATE audit SET number = 2 WHERE number = 5",
                "UPDATE audit SET number = 5 WHERE number = -1",
            ],
            "2",
            "现为第 5 条",
        ),
        (["UPDATE audit_head SET hash = 'x'"], "6", "末端"),
        (["UPDATE audit_head SET number = 4"], "4", "末端"),
        (["DELETE FROM audit_head"], "0", "末端"),
    ],
)
async def test_a_change_is_named(
    chain: Path, capsys: pytest.CaptureFixture[str], statements: list[str], first: str, word: str
) -> None:
    changed(chain, *statements)
    assert deskmate("verify") == 1
    said = capsys.readouterr().out
    assert f" {first} " in said and word in said


async def test_a_removed_entry_shows_though_the_rest_was_hashed_again(
    chain: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(chain) as plain:
        row = list(plain.execute(f"SELECT {COLUMNS} FROM audit WHERE number = 4").fetchone())
    row[10] = "f" * 64
    row[11] = digest_of_stored(*row[:11])
    changed(chain, f"UPDATE audit SET previous = '{row[10]}', hash = '{row[11]}' WHERE number = 4")
    assert deskmate("verify") == 1
    assert "第 4 条断开：与前一条接不上" in capsys.readouterr().out


async def test_a_cut_end_shows(chain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(chain, "DELETE FROM audit WHERE number = 6")
    assert deskmate("verify") == 1
    assert "应到第 6 条" in capsys.readouterr().out


# --- signed: an attacker who writes the whole chain anew lacks the key ---


async def test_a_signed_chain_holds_and_says_by_whom(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert deskmate("verify") == 0
    said = capsys.readouterr().out
    assert "覆盖到第 6 条" in said
    assert deskmate("key") == 0
    public, fingerprint = capsys.readouterr().out.splitlines()
    assert len(public) == 64 and fingerprint in said


async def test_a_chain_written_anew_does_not_go_through_its_checkpoint(
    sealed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(sealed)
    written_anew(sealed, lambda rows: rows[2].__setitem__(8, "refuse"))
    assert deskmate("verify") == 1
    assert "第 6 条与已签署的检查点不符" in capsys.readouterr().out


async def test_nor_does_it_help_to_take_the_checkpoints_away(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(sealed, "DELETE FROM audit_checkpoint")
    written_anew(sealed, lambda rows: rows[2].__setitem__(8, "refuse"))
    assert deskmate("verify") == 1
    assert "第 6 条与已签署的检查点不符" in capsys.readouterr().out


async def test_nor_to_sign_with_another_key(
    sealed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(sealed, "DELETE FROM audit_checkpoint")
    written_anew(sealed, lambda rows: rows[2].__setitem__(8, "refuse"))
    for anchor in sealed.parent.glob("audit_anchor*"):
        anchor.unlink()
    monkeypatch.setenv("DESKMATE_SECRET", "guessed")
    assert deskmate("checkpoint") == 0
    for anchor in sealed.parent.glob("audit_anchor*"):
        anchor.unlink()
    monkeypatch.setenv("DESKMATE_SECRET", "first-secret")
    assert deskmate("verify") == 1
    assert "另一把密钥" in capsys.readouterr().out


@pytest.mark.parametrize("column", ["number", "hash", "at", "earlier", "key", "signature"])
async def test_a_changed_checkpoint_shows(sealed: Path, column: str, capsys: pytest.CaptureFixture[str]) -> None:
    other = "5" if column == "number" else f"'{'f' * 64}'"
    changed(sealed, f"UPDATE audit_checkpoint SET {column} = {other}")
    assert deskmate("verify") == 1
    assert "签名不对" in capsys.readouterr().out


async def test_a_removed_checkpoint_shows(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await written(3, sealed=True)
    assert deskmate("verify") == 0
    changed(sealed, "DELETE FROM audit_checkpoint WHERE position = 1")
    assert deskmate("verify") == 1
    assert "缺失或被改动" in capsys.readouterr().out


async def test_a_chain_cut_with_its_head_and_checkpoints_shows_against_one_kept_elsewhere(
    sealed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await written(3, sealed=True)
    kept = tmp_path / "kept.json"
    assert deskmate("checkpoint", "--out", kept) == 0
    with sqlite3.connect(sealed) as plain:
        (hash,) = plain.execute("SELECT hash FROM audit WHERE number = 6").fetchone()
    changed(
        sealed,
        "DELETE FROM audit WHERE number > 6",
        f"UPDATE audit_head SET number = 6, hash = '{hash}'",
        "DELETE FROM audit_checkpoint WHERE number > 6",
    )
    capsys.readouterr()
    assert deskmate("verify") == 1  # by the one that the house keeps beside the database
    assert "应到第 9 条" in capsys.readouterr().out
    for anchor in tmp_path.glob("audit_anchor*"):
        anchor.unlink()
    assert deskmate("verify") == 0
    assert deskmate("verify", "--against", kept) == 1
    assert "应到第 9 条" in capsys.readouterr().out


async def test_a_file_that_is_no_checkpoint_is_said_so(sealed: Path, tmp_path: Path) -> None:
    for content in ("nonsense", '{"number": 1}', "[]"):
        (tmp_path / "x.json").write_text(content)
        assert deskmate("verify", "--against", tmp_path / "x.json") == 1
    assert deskmate("verify", "--against", tmp_path / "none.json") == 1
    assert deskmate("verify", "--key", "12") == 1


async def test_what_does_not_hold_is_not_signed(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(sealed, "UPDATE audit SET decision = 'refuse' WHERE number = 3")
    written_anew(sealed, lambda rows: rows[2].__setitem__(8, "refuse"))
    assert deskmate("checkpoint") == 1
    assert "AUDIT_BROKEN" in capsys.readouterr().err


async def test_a_running_house_notices_that_its_own_last_entry_was_rewritten(tmp_path: Path) -> None:
    database = build_database(read_settings())
    await database.open()
    log = build_audit(read_settings(), database)
    for number in range(4):
        await log.append(AuditEntry(f"e{number}", "E1001", "", "", "", "", "allow"))
    changed(tmp_path / "deskmate.db")
    written_anew(tmp_path / "deskmate.db", lambda rows: rows[1].__setitem__(8, "refuse"))
    await log.seal()
    assert [entry.what async for entry in log.chain()][-1] == "audit.broken"
    await database.close()


# --- a new secret ---


async def test_at_a_new_secret_both_keys_sign_and_either_is_trusted(
    sealed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deskmate("key") == 0
    old = capsys.readouterr().out.splitlines()[0]
    monkeypatch.setenv("DESKMATE_SECRET", "second-secret")
    assert deskmate("verify") == 1
    assert "另一把密钥" in capsys.readouterr().out
    monkeypatch.setenv("DESKMATE_SECRET_OLD", "first-secret")
    assert deskmate("verify") == 0
    await written(2, sealed=True)
    monkeypatch.delenv("DESKMATE_SECRET_OLD")
    assert deskmate("verify") == 0
    assert deskmate("verify", "--key", old) == 0
    monkeypatch.setenv("DESKMATE_SECRET", "third-secret")
    await written(1, sealed=True)
    assert deskmate("verify") == 1
    assert "没有双方签署的交接" in capsys.readouterr().out


# --- shown, exported ---


async def test_show_narrows_and_puts_the_newest_last(chain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert deskmate("show", "-n", "2", "--person", "E1001") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[2] for line in lines] == ["#5", "#6"]
    assert deskmate("show", "--what", "e3") == 0
    assert "#4" in capsys.readouterr().out
    assert deskmate("show", "--since", "2099-01-01") == 0
    assert capsys.readouterr().out == ""
    assert deskmate("show", "--until", "soon") == 1


async def test_export_gives_every_entry_once_and_in_order(
    chain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deskmate("export") == 0
    numbers = [json.loads(line)["metadata"]["sequence"] for line in capsys.readouterr().out.splitlines()]
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert deskmate("export", "--out", tmp_path / "x.jsonl", "--what", "e2") == 0
    (line,) = (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["unmapped"]["detail"] == {"n": 2, "词": '"\\'}
