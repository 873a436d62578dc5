"""An import in its own process that dies on the way: `python -m tests.importing_and_dying HOME CONTENT FOLDER`.

The points at which it dies stand here; the product has none.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from app.engines.knowledge import ChromaKnowledge
from app.engines.library.importing.originals import Originals
from app.engines.library.index import lexical
from tests.dying import KILL, die_at

POINTS = (
    "half of the bytes",
    "bytes without a name",
    "named and not indexed",
    "half of the passages",
    "before the index is committed",
    "after the document",
)
AFTER = 3
"""Documents that come in before the one at which it dies."""
PASSAGES = 3
"""Of each document."""


def arrange() -> None:
    """Wrap what writes."""
    seen, laid = [0], [0]
    write, put, lay = Originals._write, lexical.LexicalIndex.put, lexical._lay

    def dying_write(self: Originals, digest: str, content: bytes) -> None:
        seen[0] += 1
        if seen[0] > AFTER and os.environ[KILL] == "half of the bytes":
            self.path(digest).parent.mkdir(parents=True, exist_ok=True)
            self.path(digest).with_name(f"{digest}.1234.part").write_bytes(content[: len(content) // 2])
            die_at("half of the bytes")
        write(self, digest, content)
        if seen[0] > AFTER:
            die_at("bytes without a name")

    def dying_put(self: Any, *arguments: Any, **named: Any) -> None:
        if seen[0] > AFTER:
            die_at("named and not indexed")
        put(self, *arguments, **named)
        if seen[0] > AFTER:
            die_at("after the document")

    def dying_lay(*arguments: Any) -> None:
        lay(*arguments)
        laid[0] += seen[0] > AFTER
        if laid[0]:
            die_at("half of the passages")
        if laid[0] == PASSAGES:
            die_at("before the index is committed")

    Originals._write = dying_write  # type: ignore[method-assign]
    lexical.LexicalIndex.put = dying_put  # type: ignore[method-assign]
    lexical._lay = dying_lay  # type: ignore[assignment]


async def run(home: Path, content: Path, folder: Path) -> None:
    """Never returns when `DESKMATE_TEST_KILL` names a point that is passed."""
    knowledge = ChromaKnowledge(content, home)
    await knowledge.open()
    arrange()
    await knowledge.index([folder], into="notices", progress=lambda one: None)


if __name__ == "__main__":
    assert os.environ.get(KILL) in POINTS
    asyncio.run(run(*map(Path, sys.argv[1:4])))
