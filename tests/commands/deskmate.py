"""The command as scripts use it: JSON lines in, JSON lines out, an exit code."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app.__main__ import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What came of one command."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment without what a developer's shell may say."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DESKMATE_")}
    return own | {"DESKMATE_HOME": str(home), "PYTHONPATH": str(ROOT), **more}


def given(lines: Sequence[object]) -> bytes:
    """Objects as JSON lines; bytes and strings as they are."""
    raw = [
        line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        for line in lines
    ]
    return b"".join(line + b"\n" for line in raw)


def run(home: Path, *arguments: object, lines: Sequence[object] = (), **more: str) -> Ran:
    """The command in this process, with a loop of its own."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()

    def command() -> int:
        with (
            patch.dict(os.environ, environment(home, **more), clear=True),
            patch("sys.stdin", io.TextIOWrapper(io.BytesIO(given(lines)), "utf-8")),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            return main([str(argument) for argument in arguments])

    with ThreadPoolExecutor(1) as pool:
        code = pool.submit(command).result(timeout=100)
    out.seek(0)
    return Ran(code, out.read(), err.getvalue())


def process(home: Path, *arguments: object, lines: Sequence[object] = (), more: Mapping[str, str] | None = None) -> Ran:
    """The command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments)],
        input=given(lines),
        capture_output=True,
        env=environment(home, **(more or {})),
        cwd=ROOT,
        timeout=100,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
