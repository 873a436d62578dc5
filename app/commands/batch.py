"""JSON lines in, JSON lines out, in order; a bad line answers with its error and the rest goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from app.core.errors import AssistantError, BadInput, place_of
from app.core.texts import Texts, well_formed

say = Texts(Path(__file__).parent / "texts")
Answer = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


async def run_batch(answer: Answer, *, fields: frozenset[str], required: str) -> int:
    """Answer each line of standard input. Fields other than `fields` come back unchanged. Returns the exit code."""
    failed = False
    for raw in sys.stdin.buffer:
        if not raw.strip():
            continue
        line: dict[str, Any] = {}
        try:
            line = _line(raw)
            answered = dict(await answer({**line, required: _text(line, required)}))
        except Exception as error:
            answered = {"error": as_error(error)}
        failed = failed or bool(answered.get("error"))
        kept = {name: value for name, value in line.items() if name not in fields}
        _write({**kept, **answered})
    return 1 if failed else 0


async def run_once(answer: Answer, line: Mapping[str, Any], show: Callable[[Mapping[str, Any]], str]) -> int:
    """Answer one line given as arguments, printed for people."""
    try:
        answered = await answer(line)
    except Exception as error:
        answered = {"error": as_error(error)}
    if problem := answered.get("error"):
        sys.stderr.write(f"{problem['code']}: {problem['message']}\n")
        if not answered.get("reply"):
            return 1
    sys.stdout.write(show(answered) + "\n")
    return 1 if problem else 0


def as_error(error: Exception) -> dict[str, str]:
    """Code and sentence of an error; a defect's text stays inside."""
    if isinstance(error, AssistantError):
        return {"code": error.code, "message": error.message}
    sys.stderr.write(f"{place_of(error)}\n")
    return {"code": "INTERNAL", "message": say("internal")}


def _line(raw: bytes) -> dict[str, Any]:
    try:
        line = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadInput("ENCODING", say("not_utf8")) from None
    except (ValueError, RecursionError):  # ValueError: also a number of ten thousand digits
        raise BadInput("BAD_JSON", say("not_json")) from None
    if not isinstance(line, dict):
        raise BadInput("BAD_LINE", say("not_object"))
    return line


def _text(line: Mapping[str, Any], required: str) -> str:
    if not isinstance(line.get(required), str):
        raise BadInput("BAD_LINE", say("field_missing", field=required))
    return well_formed(line[required])


def _write(line: Mapping[str, Any]) -> None:
    try:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    except UnicodeEncodeError:  # half a character in a field of the caller's, or a terminal that knows no Chinese
        sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
