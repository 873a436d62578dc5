"""Reads documents, and draws their pages, in a process of its own: `python -m app.engines.library.reading.child`.

It is handed a name and bytes and hands back text. It holds no secret, no open file and no more memory than it was
given; whatever a document does to it, its parent says that this one file cannot be read.
Frames on standard input and output: four bytes of length, then JSON; after a request the document's bytes.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import struct
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from app.core.errors import BadInput
from app.core.texts import Texts, speaking
from app.engines.library.passages import passages_of
from app.engines.library.reading import read_document

_HEAD = struct.Struct(">I")
_NICE = 5
_TELL_EVERY = 0.1  # seconds between two pages that are told


def main(memory: int) -> None:
    """Answer requests until the parent closes the pipe. `memory`: bytes of address space."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer
    _confine(memory)
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()
    say = Texts(Path(__file__).parents[1] / "texts")
    while (request := _frame(requests)) is not None:
        content = _frame(requests)
        if content is None:
            return
        _answer(answers, _read(json.loads(request), content, answers, say))


def _read(request: dict[str, Any], content: bytes, answers: BinaryIO, say: Texts) -> dict[str, Any]:
    told = 0.0

    def pages(page: int, of: int) -> None:
        nonlocal told
        if (now := time.monotonic()) - told > _TELL_EVERY:
            told = now
            _answer(answers, {"page": page, "of": of})

    with speaking(request["language"]):
        try:
            if "quote" in request:
                return _drawn(request, content, say)
            document = read_document(request["name"], content, say, pages)
            return {"document": asdict(document), "passages": [asdict(one) for one in passages_of(document)]}
        except BadInput as error:
            return {"code": error.code, "message": error.message}
        except MemoryError:
            return {"code": "DOCUMENT_TOO_HEAVY", "message": say("document_too_heavy")}
        except Exception:  # a defect of a reader: the file cannot be read, the next one can
            return {"code": "DOCUMENT_BROKEN", "message": say("document_broken")}


def _drawn(request: dict[str, Any], content: bytes, say: Texts) -> dict[str, Any]:
    from app.engines.library.reading.pdf_pages import (
        page_picture,
    )  # with libraries that reading a page of text needs not

    drawn = page_picture(content, request["page"], request["quote"] or None, say)
    boxes = [(box.left, box.top, box.right, box.bottom) for box in drawn.boxes]
    about = {"width": drawn.width, "height": drawn.height, "boxes": boxes, "number": drawn.page, "of": drawn.of}
    return {**about, "png": base64.b64encode(drawn.png).decode()}


def _confine(memory: int) -> None:
    """No more memory than this, no core file, no new file of any size; behind everybody else on the processor."""
    for kind, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        try:
            hard = resource.getrlimit(kind)[1]
            most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(kind, (most, hard if kind == resource.RLIMIT_AS else most))
        except (OSError, ValueError):  # a system that has no such limit
            continue
    os.nice(_NICE)


def _die_with(parent: int) -> None:
    """A parent that was killed closes no pipe while a page is being read."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _frame(stream: BinaryIO) -> bytes | None:
    head = stream.read(_HEAD.size)
    return stream.read(_HEAD.unpack(head)[0]) if len(head) == _HEAD.size else None


def _answer(stream: BinaryIO, answer: dict[str, Any]) -> None:
    content = json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")
    stream.write(_HEAD.pack(len(content)) + content)
    stream.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
