"""Several processes that start on a new file at once all get through."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PROCESS = """
import sqlite3, sys
from app.engines.sqlite_wal import use_wal
for number in range(20):
    connection = sqlite3.connect(f"{sys.argv[1]}/{number}.db", timeout=15, isolation_level=None)
    use_wal(connection)
    connection.execute("CREATE TABLE IF NOT EXISTS t (x)")
    connection.execute("INSERT INTO t VALUES (1)")
"""


def test_all_get_through(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _PROCESS, str(tmp_path)]
    started = [subprocess.Popen(command, cwd=ROOT) for _ in range(4)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0, 0]
