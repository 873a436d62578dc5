"""The model that needs no model: it chooses a skill, fills its parameters, asks for what is missing, quotes.

Every sentence it says is a template of the catalogue, a question that a skill declares, a sentence of the folder or a
quotation. It keeps nothing: what a talk is about stands in the request.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol
from uuid import uuid4

from rapidfuzz import fuzz

from app.core.follow_ups import completed
from app.core.model_talk import ModelChunk, ModelMessage, ModelRequest, Pending, SlotSpec, ToolCall, ToolSpec
from app.engines.language import slots
from app.engines.language.cues import Cue, cue_of, is_question
from app.engines.language.local_words import abilities, courtesy, introduction, quotation, said, say

MEANT = 0.15
"""Confidence from which a skill is what a message asks for: the assistant is chosen already, so little is enough."""
HARDLY, TIMES = 0.06, 3
"""Less is enough where the next best fits so many times less."""
NAMED = 0.15
"""What the best skill gains where one of its own choices is named (`函`, `通知`)."""
ANOTHER_SUBJECT = 0.5
"""Confidence from which a message that could be an answer is rather a wish of its own, by a lead of `LEAD`."""
LEAD = 0.2


class SkillUnderstanding(Protocol):
    """What this model asks of `engines/understanding.py`."""

    def skills(self, assistant: str, text: str) -> Sequence[tuple[str | None, float]]:
        """The skills of one assistant and how well `text` fits each (0 to 1), best first; None is its knowledge."""
        ...


class LocalModel:
    """Implements `ports.Models`."""

    def __init__(self, understanding: SkillUnderstanding) -> None:
        self._understanding = understanding

    def serving(self, task: str) -> str:
        """Nobody else is asked."""
        return ""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelChunk]:
        """Answer `request`, sentence by sentence."""
        last = request.messages[-1] if request.messages else None
        chunks = self._after_tool(request, last) if last and last.role == "tool" else self._after_person(request)
        for chunk in chunks:
            yield chunk

    async def warm(self) -> None:
        """Nothing is slow to load."""

    async def ping(self) -> None:
        """Always there."""

    # --- a person has spoken ------------------------------------------------------------------------

    def _after_person(self, request: ModelRequest) -> Iterator[ModelChunk]:
        text = next((one.text.text for one in reversed(request.messages) if one.role == "user"), "").strip()
        tools = {tool.name: tool for tool in request.tools}
        pending = _pending(request)
        tool = tools.get(pending.skill) if pending else None
        cue = cue_of(text)
        if not text:
            yield from introduction(request)
        elif pending and tool and pending.missing in tool.slots:
            yield from self._waiting(request, tool, pending, text, cue)
        elif pending and tool and (chunk := self._corrected(request, tool, pending, text, cue)):
            yield chunk
        elif cue and cue.kind != "correct":
            yield from courtesy(request, cue)
        else:
            yield from self._wish(request, text)

    def _wish(self, request: ModelRequest, text: str, kept: Pending | None = None) -> Iterator[ModelChunk]:
        """A message with a matter of its own: the skill it asks for, else what the documents say."""
        ranking = self._ranking(request, text)
        search = next((tool for tool in request.tools if tool.material), None)
        (best, score), (_, next_score) = [*ranking, (None, 0.0), (None, 0.0)][:2]
        if best and (score >= MEANT or (score >= HARDLY and score >= TIMES * next_score)):
            yield _next_step(best, slots.fill(best, text, _examples_of(request, best)))
        elif search:
            yield _call(search, slots.fill(search, text), kept)
        else:
            yield said(say("local_cannot"))
            yield from abilities(request)

    def _waiting(
        self, request: ModelRequest, tool: ToolSpec, pending: Pending, text: str, cue: Cue | None
    ) -> Iterator[ModelChunk]:
        """The message answers the open question, or changes the subject."""
        missing = str(pending.missing)
        if cue and cue.kind == "cancel":
            yield said(say("local_cancelled"))
        elif cue and cue.kind != "correct":
            yield from courtesy(request, cue)
            if cue.kind != "bye":
                yield _question(tool, missing, pending.arguments)
        elif self._is_another_subject(request, tool, missing, text, cue):
            yield from self._wish(request, text, pending)
        else:
            known = _with_answer(tool, pending, text, cue)
            if known == pending.arguments:
                yield said(say("local_unread"))
            if known.get(missing) == pending.arguments.get(missing):
                yield _question(tool, missing, known)
            else:
                yield _next_step(tool, known)

    def _is_another_subject(
        self, request: ModelRequest, tool: ToolSpec, missing: str, text: str, cue: Cue | None
    ) -> bool:
        """Whether `text` asks for something else than `tool`, and clearly so where it could be an answer."""
        if cue or slots.bare(text):
            return False
        ranking = self._ranked_names(request, text)
        own = next((score for one, score in ranking if one == tool.name), 0.0)
        best, score = ranking[0] if ranking else (tool.name, 0.0)
        slot = tool.slots[missing]
        answers = slot.kind in slots.STRICT and slots.has_kind(slot, text)
        needed = ANOTHER_SUBJECT + (LEAD if answers else 0)
        return best != tool.name and score >= needed and score - own >= LEAD

    def _corrected(
        self, request: ModelRequest, tool: ToolSpec, pending: Pending, text: str, cue: Cue | None
    ) -> ModelChunk | None:
        """The complete call again, with what this message changes; None when it changes nothing."""
        if cue and cue.kind == "cancel":
            return said(say("local_dropped"))
        corrects = cue is not None and cue.kind == "correct"
        spoken = next((name for name, slot in tool.slots.items() if slot.kind == "utterance"), None)
        if tool.material:
            full = {name: completed(text, old) for name, old in pending.arguments.items()}
            if all(full.values()):
                return _call(tool, {name: str(value) for name, value in full.items()})
            if not corrects:
                return None
            return _call(tool, {name: f"{old}\n{text}" for name, old in pending.arguments.items()})
        if spoken:
            adds = slots.bare(text) or (slots.has_value(text) and not self._has_subject(request, text, tool))
            if not (corrects or adds):
                return None
            chosen = _chosen(tool, cue.new) if cue else {}
            return _call(tool, {**pending.arguments, **chosen, spoken: _lines(pending.arguments.get(spoken, ""), text)})
        if not corrects and not slots.bare(text):
            return None
        changed = _changed(tool, text, cue)
        if changed:
            return _call(tool, {**pending.arguments, **changed})
        if not (corrects and pending.arguments) or self._has_subject(request, text):
            return None
        return said(say("local_which"), pending=pending)

    def _has_subject(self, request: ModelRequest, text: str, after: ToolSpec | None = None) -> bool:
        """Whether `text` stands on its own: it asks, or is a wish for a skill; a short one only when it clearly is.

        What supplements a wish for the skill `after` belongs to it.
        """
        if is_question(text):
            return True
        ranking = self._ranked_names(request, text)
        if after and ranking and ranking[0][0] == after.name and slots.supplements(text):
            return False
        needed = ANOTHER_SUBJECT if len(text) <= slots.SHORT else MEANT
        return bool(ranking) and ranking[0][1] >= needed

    def _ranked_names(self, request: ModelRequest, text: str) -> list[tuple[str | None, float]]:
        """Skills and knowledge by how well they fit; what has no example is judged by its docstring."""
        offered = {tool.name: tool for tool in request.tools}
        known = [
            (name if name in offered else None, score)
            for name, score in self._understanding.skills(request.assistant, text)
            if name is None or name in offered
        ]
        names = {name for name, _ in known}
        for name, tool in offered.items():
            if name not in names and not tool.material:
                known.append((name, fuzz.token_set_ratio(text.lower(), tool.doc.lower()) / 250))
        known.sort(key=lambda pair: -pair[1])
        best = offered.get(known[0][0] or "") if known else None
        if best and any(slot.kind == "choice" and slots.has_kind(slot, text) for slot in best.slots.values()):
            known[0] = (best.name, known[0][1] + NAMED)
        return known

    def _ranking(self, request: ModelRequest, text: str) -> list[tuple[ToolSpec | None, float]]:
        offered = {tool.name: tool for tool in request.tools}
        return [(offered[name] if name else None, score) for name, score in self._ranked_names(request, text)]

    # --- a skill has answered -----------------------------------------------------------------------

    def _after_tool(self, request: ModelRequest, last: ModelMessage) -> Iterator[ModelChunk]:
        tool = next((one for one in request.tools if one.name == last.tool_name), None)
        call = next(
            (call for one in reversed(request.messages) for call in one.tool_calls if call.name == last.tool_name), None
        )
        data = _data(last.text.text)
        if tool and tool.material and data is not None:
            yield from quotation(request, data, _asked(request, call))
        elif tool and (hint := _misfit(tool, last.text.text)):
            known = {name: str(value) for name, value in (call.arguments if call else {}).items() if name != hint}
            yield said(say("local_unread"))
            yield _question(tool, hint, known)
        else:
            yield said("")  # its rendering is the answer


def _pending(request: ModelRequest) -> Pending | None:
    """What this assistant's last words were about."""
    own = (one for one in reversed(request.messages) if one.role == "assistant" and one.speaker == request.assistant)
    last = next(own, None)
    return last.pending if last else None


def _with_answer(tool: ToolSpec, pending: Pending, text: str, cue: Cue | None) -> dict[str, str]:
    """What is known after `text` as an answer to the open question."""
    missing = str(pending.missing)
    known = dict(pending.arguments)
    slot = tool.slots[missing]
    if slot.kind == "utterance":
        known[missing] = _lines(known.get(missing, ""), text)
        return known
    if cue and cue.kind == "correct":
        known |= _changed(tool, text, cue)
        return known
    answered = slots.answer(tool, missing, text)
    others = {name: one for name, one in tool.slots.items() if name != missing and name not in known}
    if slot.kind != "text":
        strict = {name: one for name, one in others.items() if one.kind in slots.STRICT and one.kind != slot.kind}
        known |= slots.fill(replace(tool, slots=strict), text)
    if answered is not None:
        known[missing] = answered
    return known


def _changed(tool: ToolSpec, text: str, cue: Cue | None) -> dict[str, str]:
    """The parameters that a correction gives, with their new values."""
    new = cue.new if cue and cue.new else text
    strict = {name: slot for name, slot in tool.slots.items() if slot.kind in slots.STRICT and slot.kind != "file"}
    found = slots.fill(replace(tool, slots=strict), new)
    if found or cue is None:
        return found
    # In `改成4天` the figure belongs to a length of time; where one thing alone is counted, it is meant.
    counted = [name for name, slot in tool.slots.items() if slot.kind == "number"]
    if len(counted) == 1 and slots.bare(new) and (number := slots.answer(tool, counted[0], new)):
        return {counted[0]: number}
    words = {name: slot for name, slot in tool.slots.items() if slot.kind in slots.WORDS}
    named = _named(words, cue.what) if cue.what else None
    only = named or (next(iter(words)) if len(words) == 1 else None)
    return {only: new} if only else {}


def _chosen(tool: ToolSpec, new: str) -> dict[str, str]:
    """The choices that `new` is, and nothing else: `换成请示`."""
    named = {name: slot for name, slot in tool.slots.items() if slot.kind == "choice"}
    return slots.fill(replace(tool, slots=named), new) if named and slots.is_choice(new, named.values()) else {}


def _named(words: Mapping[str, SlotSpec], what: str) -> str | None:
    """The parameter whose question speaks of `what`."""
    scores = {name: fuzz.partial_ratio(what, slot.question) for name, slot in words.items() if slot.question}
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] >= 60 else None


def _lines(earlier: str, text: str) -> str:
    return f"{earlier}\n{text}" if earlier else text


def _next_step(tool: ToolSpec, known: Mapping[str, str]) -> ModelChunk:
    """The question for the first missing parameter, else the call."""
    missing = next((name for name, slot in tool.slots.items() if slot.required and name not in known), None)
    return _question(tool, missing, known) if missing else _call(tool, known)


def _question(tool: ToolSpec, parameter: str, known: Mapping[str, str]) -> ModelChunk:
    question = tool.slots[parameter].question or say("local_question_lost", parameter=parameter)
    return said(question, pending=Pending(tool.name, dict(known), parameter))


def _call(tool: ToolSpec, arguments: Mapping[str, str], kept: Pending | None = None) -> ModelChunk:
    """The call. A search leaves an open question open; its own words can be taken up by the next message."""
    call = ToolCall(f"call_{uuid4().hex[:12]}", tool.name, dict(arguments))
    pending = (kept or Pending(tool.name, dict(arguments), None)) if tool.material else None
    return ModelChunk("local", tool_call=call, pending=pending)


def _examples_of(request: ModelRequest, tool: ToolSpec) -> list[Any]:
    return [example for example in request.examples if example.skill == tool.name]


def _asked(request: ModelRequest, call: ToolCall | None) -> str:
    """The question that the passages are to answer: what was searched for."""
    if call and call.arguments:
        return "\n".join(str(value) for value in call.arguments.values())
    return next((one.text.text for one in reversed(request.messages) if one.role == "user"), "")


def _data(text: str) -> Mapping[str, Any] | None:
    try:
        loaded = json.loads(text)
    except ValueError:
        return None
    return loaded if isinstance(loaded, dict) else None


def _misfit(tool: ToolSpec, text: str) -> str | None:
    """The parameter that a `Retry` names (`skill: parameter: what is wrong`); None when the text is no such hint."""
    return next((name for name in tool.slots if text.startswith(f"{tool.name}: {name}:")), None)
