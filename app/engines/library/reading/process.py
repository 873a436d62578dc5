"""Documents read outside this process: a hostile file costs a child its life, and nobody else a moment."""

from __future__ import annotations

import base64
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from app.core.errors import BadInput
from app.core.ports import Box, PagePicture
from app.core.texts import Texts, language
from app.engines.library.document import Block, Document
from app.engines.library.passages import Passage, passages_of
from app.engines.library.reading import read_document
from app.engines.library.reading.pages import Pages, unwatched

Stop = Callable[[], bool]
"""Whether to stop, asked often; it must answer at once."""

_HERE = frozenset({".md", ".markdown", ".txt"})
_SMALL = 2**18
"""Bytes of a text file that this process reads itself: starting a child takes longer."""
_HEAD = struct.Struct(">I")
_LARGEST_ANSWER = 2**29
_ASK_EVERY = 0.1
_IDLE = 60.0


class Stopped(Exception):
    """The import was stopped while a document was being read."""


def never() -> bool:
    """Nobody stops it."""
    return False


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What one document may cost."""

    seconds: float = 1800
    """For the whole document: 300 scanned pages take ten minutes."""
    silent_seconds: float = 120
    """Without a further page."""
    memory: int = 3 * 2**30
    """Bytes of address space of the process that reads."""


class ReadingProcess:
    """One child, started when there is something to read, gone a minute after. Threads take turns."""

    def __init__(self, say: Texts, limits: ReadingLimits | None = None) -> None:
        self._say = say
        self._limits = limits or ReadingLimits()
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()
        self._idle: threading.Timer | None = None

    def read(
        self, name: str, content: bytes, pages: Pages = unwatched, stop: Stop = never
    ) -> tuple[Document, list[Passage]]:
        """The document and its passages. Blocks.

        Raises `BadInput` for what cannot be read, also when reading it takes too long or kills the reader; `Stopped`.
        """
        if len(content) <= _SMALL and PurePath(name).suffix.lower() in _HERE:
            document = read_document(name, content, self._say, pages)
            return document, passages_of(document)
        answer = self._asked({"name": name}, content, pages, stop)
        return _document(answer["document"]), [_passage(one) for one in answer["passages"]]

    def draw(self, content: bytes, page: int, quote: str) -> PagePicture:
        """A page of a PDF or a picture as it looks. Blocks. Raises `BadInput` as `read` does."""
        answer = self._asked({"page": page, "quote": quote}, content, unwatched, never)
        boxes = tuple(Box(*one) for one in answer["boxes"])
        png = base64.b64decode(answer["png"])
        return PagePicture(png, answer["width"], answer["height"], boxes, answer["number"], answer["of"])

    def _asked(self, request: dict[str, Any], content: bytes, pages: Pages, stop: Stop) -> dict[str, Any]:
        """What the child makes of it. Raises `BadInput`, also where that takes too long or kills it; `Stopped`."""
        while not self._turn.acquire(timeout=_ASK_EVERY):
            if stop():
                raise Stopped
        try:
            return self._answered(request, content, pages, stop)
        except (BrokenPipeError, EOFError, ValueError):
            self._end()
            raise BadInput("DOCUMENT_KILLS", self._say("document_kills")) from None
        except BaseException as error:
            if not isinstance(error, BadInput):
                self._end()
            raise
        finally:
            self._rest()
            self._turn.release()

    def close(self) -> None:
        """End the child."""
        with self._turn:
            self._end()

    def _answered(self, asked: dict[str, Any], content: bytes, pages: Pages, stop: Stop) -> dict[str, Any]:
        child = self._child = self._child if self._child and self._child.poll() is None else self._start()
        assert child.stdin is not None
        request = json.dumps({**asked, "language": language()}).encode()
        started = heard = time.monotonic()
        child.stdin.write(_HEAD.pack(len(request)) + request + _HEAD.pack(len(content)) + content)
        child.stdin.flush()
        while True:
            answer = self._answer(child)
            now = time.monotonic()
            if answer is None:
                if stop():
                    raise Stopped
                if now - started > self._limits.seconds or now - heard > self._limits.silent_seconds:
                    self._end()
                    raise BadInput("DOCUMENT_TOO_SLOW", self._say("document_too_slow"))
            elif "page" in answer:
                heard = now
                pages(int(answer["page"]), int(answer["of"]))
                if stop():
                    raise Stopped
            elif "code" in answer:
                if answer["code"] == "DOCUMENT_TOO_HEAVY":  # what is left of its memory is nobody's guess
                    self._end()
                raise BadInput(str(answer["code"]), str(answer["message"]))
            else:
                return answer

    def _answer(self, child: subprocess.Popen[bytes]) -> dict[str, Any] | None:
        """The next whole answer; None after a moment without one. Raises `EOFError` where the child has died."""
        assert child.stdout is not None
        until = time.monotonic() + _ASK_EVERY
        while True:
            if len(self._buffer) >= _HEAD.size:
                size = _HEAD.unpack_from(self._buffer)[0]
                if size > _LARGEST_ANSWER:
                    raise EOFError
                if len(self._buffer) >= _HEAD.size + size:
                    answer = json.loads(self._buffer[_HEAD.size : _HEAD.size + size])
                    del self._buffer[: _HEAD.size + size]
                    if not isinstance(answer, dict):
                        raise EOFError
                    return answer
            left = until - time.monotonic()
            if left <= 0 or not select.select([child.stdout], [], [], left)[0]:
                return None
            piece = os.read(child.stdout.fileno(), 2**20)
            if not piece:
                raise EOFError
            self._buffer += piece

    def _start(self) -> subprocess.Popen[bytes]:
        """With no secret in its environment, in a session of its own: a Ctrl-C is for us."""
        known = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
        environment = {name: os.environ[name] for name in known if name in os.environ}
        path = os.pathsep.join(one or os.getcwd() for one in sys.path)
        self._buffer.clear()
        return subprocess.Popen(  # noqa: S603 - our own module, no word of anybody's
            [sys.executable, "-m", "app.engines.library.reading.child", str(self._limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )

    def _rest(self) -> None:
        if self._idle:
            self._idle.cancel()
        if self._child:
            self._idle = threading.Timer(_IDLE, self.close)
            self._idle.daemon = True
            self._idle.start()

    def _end(self) -> None:
        child, self._child = self._child, None
        self._buffer.clear()
        if child:
            child.kill()
            for pipe in (child.stdin, child.stdout):
                with suppress(OSError):  # what was not sent is of no interest any more
                    pipe.close()  # type: ignore[union-attr]
            child.wait()


def _document(values: dict[str, Any]) -> Document:
    blocks = tuple(Block(**{**one, "above": tuple(one["above"])}) for one in values["blocks"])
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return Document(**{**plain, "blocks": blocks})


def _passage(values: dict[str, Any]) -> Passage:
    parts = tuple((int(start), int(stop)) for start, stop in values["parts"])
    return Passage(**{**values, "headings": tuple(values["headings"]), "parts": parts})
