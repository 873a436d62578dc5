"""`deskmate audit verify` names the first entry that was changed, removed or moved."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from app.__main__ import main
from app.core.audit import AuditEntry
from app.core.settings import read_settings
from app.engines.storage.audit_log import SqlAuditLog
from app.main import build_database


@pytest.fixture
async def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DESKMATE_HOME", str(tmp_path))
    database = build_database(read_settings())
    await database.open()
    log = SqlAuditLog(database)
    for number in range(6):
        await log.append(AuditEntry(f"e{number}", "E1001", "", "fx", "r", "t", "allow", {"n": number}))
    await database.close()
    return tmp_path / "deskmate.db"


def changed(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as plain:
        plain.execute(statement)


def verify() -> int:
    # The command has a loop of its own, so it runs in a thread of its own beside the test's loop.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(main, ["audit", "verify"]).result()


async def test_an_untouched_chain_holds(chain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify() == 0
    assert "6" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE audit SET decision = 'refuse' WHERE number = 3", "3"),
        ("UPDATE audit SET detail = '{\"n\":9}' WHERE number = 4", "4"),
        ("DELETE FROM audit WHERE number = 2", "3"),
        ("UPDATE audit SET number = CASE number WHEN 4 THEN -5 ELSE number END WHERE number = 4", "-5"),
    ],
)
async def test_a_change_is_named(chain: Path, capsys: pytest.CaptureFixture[str], statement: str, first: str) -> None:
    changed(chain, statement)
    assert verify() == 1
    assert f" {first} " in capsys.readouterr().out


async def test_a_cut_end_shows(chain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(chain, "DELETE FROM audit WHERE number = 6")
    assert verify() == 1
    assert "5" in capsys.readouterr().out
