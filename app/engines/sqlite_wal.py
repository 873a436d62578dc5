"""Changing an SQLite file to its write-ahead log, when another process may be at it."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

_TRIES, _PAUSE = 300, 0.05  # fifteen seconds in all


def use_wal(connection: Any) -> None:
    """Have `connection` (or a cursor) use the write-ahead log.

    SQLite waits for locks (`busy_timeout`) everywhere but here: two processes that start on a new file at the same
    moment would have one of them fail.
    """
    for left in range(_TRIES, -1, -1):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or not left:
                raise
            time.sleep(_PAUSE)
