"""A real `deskmate serve` in a process of its own, for measurements."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(home: Path | None = None, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """Base address, process, and seconds from start to `/readyz`."""
    with tempfile.TemporaryDirectory() as own:
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        variables = {"DESKMATE_HOME": str(home or own), "DESKMATE_PORT": str(port), "DESKMATE_SECRET": "bench"}
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve"],
            env={**os.environ, **variables, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if "BENCH_DEBUG" not in os.environ else None,
        )
        try:
            wait_ready(base, process)
            yield base, process, time.perf_counter() - started
        finally:
            process.terminate()
            process.wait(20)


def wait_ready(base: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return when `/readyz` says ok."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped: {(process.stderr.read() if process.stderr else b'').decode()}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{base}/readyz", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.02)
    raise RuntimeError("the server was not ready in time")


def token(home: Path, person: str = "E1002") -> str:
    """A bearer token of the server that keeps its state in `home`."""
    command = [sys.executable, "-m", "app", "token", person]
    variables = {**os.environ, "DESKMATE_HOME": str(home), "DESKMATE_SECRET": "bench"}
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=True).stdout.strip()


def resident_mb(pid: int) -> float:
    """Resident memory in MB (10^6 bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def wait_port(port: int, seconds: float = 20) -> None:
    """Return when something listens on `port`."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")
