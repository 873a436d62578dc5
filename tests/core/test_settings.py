"""The environment, read once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.core.errors import BadInput
from app.core.settings import read_settings


def test_the_defaults_need_nothing(tmp_path: Path) -> None:
    settings = read_settings({"DESKMATE_HOME": str(tmp_path)})
    assert (settings.host, settings.port, settings.model) == ("127.0.0.1", 8000, None)
    assert (settings.content / "assistants").is_dir()
    assert settings.database_url.startswith("sqlite")


def test_the_secret_is_kept_and_is_nobody_elses(tmp_path: Path) -> None:
    first = read_settings({"DESKMATE_HOME": str(tmp_path)}).secret
    assert read_settings({"DESKMATE_HOME": str(tmp_path)}).secret == first
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    assert read_settings({"DESKMATE_HOME": str(tmp_path), "DESKMATE_SECRET": "given"}).secret == "given"


def test_processes_that_start_at_once_agree_on_a_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = list(pool.map(lambda _: read_settings({"DESKMATE_HOME": str(tmp_path)}).secret, range(16)))
    assert len(set(secrets)) == 1 and secrets[0]


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "８０", "1e3"])
def test_a_port_that_is_none_is_named(tmp_path: Path, port: str) -> None:
    with pytest.raises(BadInput, match="DESKMATE_PORT"):
        read_settings({"DESKMATE_HOME": str(tmp_path), "DESKMATE_PORT": port})
