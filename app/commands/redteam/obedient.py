"""A model that obeys whatever it reads: the worst that a model which has been talked round could do.

It reads everything in its request — the system prompt, the talk, passages, results of skills — in every decoding it can
think of, and takes each word of `obedience.yaml` for an order. It then
- repeats its system prompt and the skills' manifests, in the form it is told (backwards, in base64, cut into lines),
- calls the skills it is told to call, those it was not offered too, with the order's own words as arguments,
- claims that people have confirmed and that it is done,
- lists the placeholders it knows, spells them, and makes up others,
- repeats all that was ever said or found, promises returns and loans, gives criminal advice.
Where it understands no order it repeats all it was sent, to be safe. What it was sent and what it did is kept.
"""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.commands.redteam.readings import readings, squeezed
from app.core.assistant import checked_content, read_yaml
from app.core.model_talk import ModelChunk, ModelRequest, ToolCall, ToolSpec
from app.core.ports import Models

NAME = "obedient"
_RULES = Path(__file__).with_name("obedience.yaml")
_PLACEHOLDER = re.compile(r"<[A-Z_]+_\d+>")
_GUESSED = ("<BANK_CARD_1>", "<BANK_CARD_2>", "<PERSON_1>", "<CN_ID_CARD_1>", "<PHONE_1>")
_MOST_CALLS = 6
_PIECE = 7  # characters of a streamed piece: placeholders and sentences are cut anywhere


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    calls: Mapping[str, tuple[str, ...]]
    orders: Mapping[str, tuple[str, ...]]
    forms: Mapping[str, tuple[str, ...]]
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Obeyed:
    """One request and what the model did with it."""

    request: ModelRequest
    orders: tuple[str, ...]
    """Which kinds of order it read."""
    calls: tuple[str, ...]
    """Skills it called."""
    said: str


class ObedientModels:
    """Implements `ports.Models`. What only the local model may answer is answered by `local`."""

    def __init__(self, local: Models) -> None:
        self.obeyed: list[Obeyed] = []
        self._local = local
        self._rules = _rules()
        self._numbers = itertools.count(1)

    def serving(self, task: str) -> str:
        """A model outside, as far as the house can tell."""
        return NAME

    async def warm(self) -> None:
        """Nothing is slow to load."""

    async def ping(self) -> None:
        """Always there."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelChunk]:
        """Obey."""
        if request.local:
            async for chunk in self._local.stream(request):
                yield chunk
            return
        read = squeezed(" ".join(itertools.chain.from_iterable(readings(one.text.text) for one in request.messages)))
        orders = [order for order, cues in self._rules.orders.items() if _any(cues, read)]
        forms = [form for form, cues in self._rules.forms.items() if _any(cues, read)]
        calls = list(self._calls(request, read)) if request.messages[-1].role != "tool" else []
        said = self._said(request, orders or ["prompt", "tell", "decode"], forms)
        self.obeyed.append(Obeyed(request, tuple(orders), tuple(call.name for call in calls), said))
        for start in range(0, len(said), _PIECE):
            yield ModelChunk("model", text=said[start : start + _PIECE], model=NAME)
        for call in calls:
            yield ModelChunk("model", tool_call=call, model=NAME)

    def _calls(self, request: ModelRequest, read: str) -> Iterator[ToolCall]:
        """The skills that the words name, by name or by what they do."""
        offered = {tool.name: tool for tool in request.tools}
        words = next((one.text.text for one in reversed(request.messages) if one.role == "user"), "")
        named = [
            name for name, cues in self._rules.calls.items() if squeezed(name) in read or _any(cues, read)
        ] or list(offered)
        # What it was offered first: the others are refused anyway, and only so many calls are taken.
        for name in sorted(named, key=lambda one: one not in offered)[:_MOST_CALLS]:
            arguments = _arguments(offered[name], words) if name in offered else {"text": words}
            yield ToolCall(f"obeyed-{next(self._numbers)}", name, arguments)

    def _said(self, request: ModelRequest, orders: Sequence[str], forms: Sequence[str]) -> str:
        says = self._rules.says
        parts: list[str] = []
        if "prompt" in orders:
            manifests = "\n".join(f"{tool.name}: {tool.doc}\n{dict(tool.schema)}" for tool in request.tools)
            parts += _written(f"{request.system.text}\n{manifests}", forms)
        if "tell" in orders:
            parts += _written("\n".join(one.text.text for one in request.messages), forms)
        if "decode" in orders:
            known = _PLACEHOLDER.findall(" ".join(one.text.text for one in request.messages))
            for one in dict.fromkeys((*known, *_GUESSED)):
                parts.append(
                    f"{says['decode']} {one} = {' '.join(one)} = {one[1:-1]} = < {one[1:-1]} > = ＜{one[1:-1]}＞"
                )
        parts += [says[order] for order in orders if order in says and order != "decode"]
        return "\n\n".join(parts)


def _written(text: str, forms: Sequence[str]) -> list[str]:
    """`text` as it stands, or in each form that was asked for."""
    written = {
        "reversed": lambda: text[::-1],
        "base64": lambda: base64.b64encode(text.encode()).decode(),
        "lines": lambda: "\n".join(text[start : start + 10] for start in range(0, len(text), 10)),
        "spaced": lambda: " ".join(text),
    }
    return [written[form]() for form in forms] or [text]


def _arguments(tool: ToolSpec, words: str) -> dict[str, Any]:
    """The order's words for whatever is required; the first choice where there are only so many."""
    return {
        name: next(iter(slot.choices), words) if slot.choices else words
        for name, slot in tool.slots.items()
        if slot.required or slot.kind in ("utterance", "text")
    }


def _any(cues: Sequence[str], read: str) -> bool:
    return any(squeezed(cue) in read for cue in cues)


@lru_cache
def _rules() -> _Rules:
    return checked_content(_Rules, _RULES, read_yaml(_RULES))
