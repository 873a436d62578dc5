"""A process that dies in the middle of its second durable task: `python -m tests.durable_and_dying HOME LOG`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from app.engines.durable import DbosDurable
from app.rooms import texts_of
from tests.conftest import settings_in


async def main(home: Path, log: Path) -> None:
    """Never returns."""
    durable = DbosDurable(settings_in(home), texts_of("engines/storage"))
    kept = asyncio.Event()

    async def task(argument: str) -> None:
        await kept.wait()
        with log.open("a") as out:
            out.write(f"begin-{argument}\n")
        if argument == "1":
            os.kill(os.getpid(), signal.SIGKILL)
        with log.open("a") as out:
            out.write(f"end-{argument}\n")

    durable.register("task", task)
    for number in range(5):
        await durable.enqueue("task", str(number), key=f"k{number}", line="one")
    kept.set()
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
