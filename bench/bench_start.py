"""How long the second start takes until every engine answers, and what the server keeps in memory then."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.server import resident_mb, serving
from bench.table import Row, show


def first_line(command: list[str], line: bytes) -> float:
    """Seconds from starting a batch command to its first answer."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "app", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin and process.stdout
    process.stdin.write(line + b"\n")
    process.stdin.flush()
    process.stdout.readline()
    took = time.perf_counter() - started
    process.stdin.close()
    process.wait()
    return took


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with serving(home):
            pass
        with serving(home) as (_, process, seconds):
            memory = resident_mb(process.pid)
    mask = min(first_line(["mask", "--jsonl"], '{"text": "电话13800138000"}'.encode()) for _ in range(3))
    return show(
        [
            Row("second start to /readyz", f"{seconds:.1f} s", "<= 6 s", seconds <= 6),
            Row("resident memory", f"{memory:.0f} MB", "<= 600 MB", memory <= 600),
            Row("mask: start to first line", f"{mask:.2f} s", "<= 1.5 s", mask <= 1.5),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
