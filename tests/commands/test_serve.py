"""The server listens on loopback only while the demonstration log-in is on."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.commands.serve import serve
from tests.conftest import settings_in


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "bank.example", "localhost.bank.example"])
async def test_it_refuses_to_be_reached_from_outside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    assert await serve(settings_in(tmp_path, DESKMATE_HOST=host)) == 2
    assert host in capsys.readouterr().err
    assert not (tmp_path / "demo_password").exists(), "nothing was started"
