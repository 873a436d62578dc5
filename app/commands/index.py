"""`deskmate index`: documents into a set, with the progress on standard error and the summary on standard output."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

from app.commands.batch import say
from app.commands.noted import note, operator_entry
from app.core.errors import AssistantError
from app.core.operator import operator
from app.core.ports import ImportProgress
from app.core.settings import Settings
from app.rooms import build_audit, build_database, build_knowledge, build_shelf, now

if TYPE_CHECKING:
    from app.engines.knowledge import ChromaKnowledge

_State = Literal["in_force", "draft"]
STOPPED = 130
"""The exit code of what a Ctrl-C ended."""
_PLAIN_EVERY = 10.0  # seconds between two lines that only say how far it is


async def index(settings: Settings, *, paths: Sequence[Path], into: str, state: _State = "in_force") -> int:
    """Add documents to a set: they count at once, or as drafts wait for a review.

    A first Ctrl-C ends it behind the document that is being written, a second at once.
    """
    await note(settings, operator_entry("knowledge.indexed", "begun", detail={"set": into, "paths": len(paths)}))
    knowledge = build_knowledge(settings)
    await knowledge.open()
    terminal = Terminal(sys.stderr)
    try:
        with _stopping() as stop, knowledge:
            before = await _lying(knowledge, into, state)
            draft = state == "draft"
            summary = await knowledge.index(paths, into=into, progress=terminal.show, stop=stop.is_set, draft=draft)
            await _record(settings, knowledge, into, state, before)
    except AssistantError as error:
        await note(settings, operator_entry("knowledge.indexed", "failed", detail={"set": into, "code": error.code}))
        raise
    finally:
        terminal.clear()
    print(json.dumps(summary, ensure_ascii=False))
    counts = {name: value for name, value in summary.items() if isinstance(value, int)}
    await note(settings, operator_entry("knowledge.indexed", "done", detail={"set": into, **counts}))
    if summary["stopped"]:
        print(say("index_stopped"), file=sys.stderr)
        return STOPPED
    return 1 if summary["failed"] else 0


async def _lying(knowledge: ChromaKnowledge, name: str, state: _State) -> set[tuple[str, str]]:
    """Source and version of what is in this state in a set."""
    return {(one.source, one.version) for one in await knowledge.lying(name) if one.state == state}


async def _record(
    settings: Settings, knowledge: ChromaKnowledge, name: str, state: _State, before: Set[tuple[str, str]]
) -> None:
    """The operator answers for what came in; what counts takes the place of what it says it supersedes.

    Also for what came in `before` and nobody recorded: an earlier run was cut off in between.
    """
    lying, shipped = await _lying(knowledge, name, state), settings.content / "knowledge"
    database = build_database(settings, domains=False)
    try:
        await database.open()
        shelf = build_shelf(settings, database, build_audit(settings, database), knowledge)
        recorded = {(one.source, one.version) for one in await shelf.kept(name)}
        lost = {one for one in lying - recorded if not (shipped / one[0]).exists()}
        if taken := sorted((lying - before) | lost):
            await shelf.indexed(taken, state=state, operator=operator(), today=now().date())
    finally:
        await database.close()


class Terminal:
    """Progress for people: one line that is rewritten where there is a screen, else a line for each document."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._rewrites = out.isatty()
        self._failed = 0
        self._last = time.monotonic()

    def show(self, progress: ImportProgress) -> None:
        """Called in the thread that imports."""
        failed = progress.failed > self._failed
        self._failed = progress.failed
        if self._rewrites:
            if failed:
                self._write(f"\r\033[K{progress.said}\n")
            self._write(f"\r\033[K{_cut(_line(progress), shutil.get_terminal_size().columns - 1)}")
        elif progress.said:
            self._write(f"[{progress.done}/{progress.total}] {progress.said}\n")
        elif progress.now and time.monotonic() - self._last > _PLAIN_EVERY:
            self._last = time.monotonic()
            self._write(f"{_line(progress)}\n")

    def clear(self) -> None:
        """Leave nothing behind."""
        if self._rewrites:
            self._write("\r\033[K")

    def _write(self, text: str) -> None:
        encoding = self._out.encoding or "utf-8"
        self._out.write(text.encode(encoding, "replace").decode(encoding))
        self._out.flush()


def _line(progress: ImportProgress) -> str:
    parts = [f"{progress.done}/{progress.total}"]
    if progress.seconds_left is not None and progress.done < progress.total:
        parts.append(time_left(progress.seconds_left))
    if progress.now:
        parts.append(progress.now)
    if progress.pages:
        parts.append(say("index_page", page=progress.page, pages=progress.pages))
    return "  ".join(parts)


def time_left(seconds: float) -> str:
    """In the words of somebody who is asked: no more exact than anybody knows."""
    if seconds < 60:
        return say("index_seconds_left", seconds=max(1, round(seconds)))
    return say("index_minutes_left", minutes=round(seconds / 60))


def _cut(line: str, columns: int) -> str:
    """What fits on one line of the screen; a Chinese character takes two columns, and nothing moves the cursor."""
    kept, width = [], 0
    for char in line:
        char = char if char.isprintable() else "?"
        width += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if width > columns:
            break
        kept.append(char)
    return "".join(kept)


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Set by the first Ctrl-C or SIGTERM; the second one does what it always does."""
    stop, loop = threading.Event(), asyncio.get_running_loop()
    # Signals come to the main thread only: whoever runs a command beside it stops it in another way.
    main = threading.current_thread() is threading.main_thread()
    wanted = (signal.SIGINT, signal.SIGTERM) if main else ()

    def first() -> None:
        stop.set()
        for number in wanted:
            loop.remove_signal_handler(number)

    for number in wanted:
        loop.add_signal_handler(number, first)
    try:
        yield stop
    finally:
        for number in wanted:
            loop.remove_signal_handler(number)
