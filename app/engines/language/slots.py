"""Fills a skill's parameters from what people say, by declared kind, in Chinese and English.

A value is returned as it was said (`500万美元`, `下周三`, `<PERSON_1>`): reading it is the skill's business.
A choice is returned as its canonical value, and a number in figures where the skill's schema asks for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import cn2an

from app.core.assistant import Example
from app.core.model_talk import SlotSpec, ToolSpec
from app.engines.language.forms import Span, any_of, lexicon, spans
from app.engines.language.ngrams import folded, is_han
from app.engines.language.templates import Match, template

STRICT = ("percent", "date", "time", "tenor", "money", "currency", "number", "choice", "file")
"""Kinds whose values have a form of their own; in the order in which they take their words from a text."""
WORDS = ("person", "organisation", "text")
"""Kinds whose value may be any words."""
SHORT = 12
FEW = 3
"""Characters of an afterthought."""
LONGEST_NAME = 40
"""Characters. Longer words are no answer to "who?"."""

_EDGE = " \t\r\n，,。.：:；;、？?！!“”\"'《》()（）"
_ANY_WORDS = ("text", "utterance")
_NUMBER_LIKE = ("percent", "date", "time", "tenor", "money")


def fill(tool: ToolSpec, text: str, examples: Sequence[Example] = ()) -> dict[str, str]:
    """The parameters of `tool` that `text` says. `examples` are those of the tool: templates name their slots."""
    values: dict[str, str] = {}
    taken: list[Span] = []
    known = _known_words(tuple(example.text for example in examples))
    match = _best_match(text, examples) or Match({}, 0)
    for name, (start, end) in match.slots.items():
        slot = tool.slots.get(name)
        if slot is None:
            continue
        span = (
            _captured(tool, match, name, text, known)
            if slot.kind in WORDS
            else _first(slot, text[start:end], (), start)
        )
        if span and (slot.kind != "person" or span[1] - span[0] <= LONGEST_NAME):
            values[name] = _value(tool, name, text, span)
            taken.append(span)
    open_slots = [(name, slot) for name, slot in tool.slots.items() if name not in values]
    for kind in (*STRICT, "person", "organisation"):
        for name, slot in open_slots:
            if slot.kind != kind:
                continue
            blocked = [*taken, *_numbers_of_others(text)] if kind == "number" else taken
            span = _first(slot, text, blocked)
            if span:
                values[name] = _value(tool, name, text, span)
                taken.append(span)
    for name, slot in open_slots:
        if name in values or slot.kind not in WORDS or slot.kind == "organisation":
            continue
        if tool.material:
            values[name] = text.strip()
            continue
        span = _remainder(text, taken, known) if slot.required else None
        if span and (slot.kind == "text" or span[1] - span[0] <= LONGEST_NAME):
            values[name] = text[span[0] : span[1]]
            taken.append(span)
    for name, slot in open_slots:
        if slot.kind == "utterance":
            values[name] = text.strip()
        elif slot.kind == "file" and slot.required:
            values.setdefault(name, "")  # none named: the latest one
    return {name: value for name, value in values.items() if value or tool.slots[name].kind == "file"}


def answer(tool: ToolSpec, parameter: str, text: str) -> str | None:
    """`text` read as the answer to the question for `parameter`; None when it cannot be one."""
    slot = tool.slots[parameter]
    if slot.kind in ("utterance", "text"):
        return text.strip() or None
    if slot.kind == "file":
        named = _first(slot, text, ())
        return _value(tool, parameter, text, named) if named else ""
    span = _first(slot, text, ())
    if span is None and slot.kind in ("money", "percent", "tenor"):
        span = _first(SlotSpec("number", "", True, {}), text, ())  # "how much?" — "five hundred"
    if span is None and slot.kind == "time":
        found = re.fullmatch(r"\s*(\d{1,2})\s*", text)
        span = found.span(1) if found else None
    if span is None and slot.kind in ("person", "organisation"):
        rest = _remainder(text, [], frozenset())
        span = rest if rest and rest[1] - rest[0] <= LONGEST_NAME else None
    return _value(tool, parameter, text, span) if span else None


def bare(text: str) -> bool:
    """Whether `text` is nothing but values: "300万", "欧元，三个月"."""
    taken = [span for kind in STRICT for span in spans(kind, text)]
    taken += [found.span() for found in re.finditer(r"<[A-Z_]+_\d+>", text)]
    return bool(taken) and _remainder(text, taken, frozenset()) is None


def supplements(text: str) -> bool:
    """Whether `text` is values and hardly a word more, without an amount: "三个月远期" says more of a wish before."""
    taken = [span for kind in STRICT for span in spans(kind, text)]
    start, end = _remainder(text, taken, frozenset()) or (0, 0)
    return bool(taken) and end - start <= FEW and not spans("money", text)


def has_kind(slot: SlotSpec, text: str) -> bool:
    """Whether a value of this slot's kind stands in `text`."""
    return _first(slot, text, ()) is not None


def has_value(text: str) -> bool:
    """Whether any value with a form of its own stands in `text`; plain numbers count in a short text only."""
    kinds = ("money", "currency", "date", "time", "tenor", "percent", "organisation")
    return any(spans(kind, text) for kind in kinds) or (len(text) <= SHORT and bool(spans("number", text)))


def is_choice(text: str, choices: Iterable[SlotSpec]) -> bool:
    """Whether `text` is one of the words for a choice, and nothing else."""
    return any(folded(text.strip(_EDGE)) in _canonical(slot.choices) for slot in choices)


def _captured(tool: ToolSpec, match: Match, name: str, text: str, known: frozenset[str]) -> Span | None:
    """The words that a template caught for `name`, without a clause about something else; None for mere filler."""
    start, end = match.slots[name]
    others = [slot for other, slot in tool.slots.items() if other not in match.slots and slot.kind not in _ANY_WORDS]
    for pause in re.finditer(r"[，,；;。\n]", text[start:end]):
        if any(_first(slot, text[start + pause.end() : end], ()) for slot in others):
            end = start + pause.start()
            break
    begin, stop = _trim(text, start, end, known)
    return (start, end) if begin < stop else None


def _best_match(text: str, examples: Sequence[Example]) -> Match | None:
    matches = [match for example in examples if (match := template(example.text).match(text)) and match.slots]
    return max(matches, key=lambda match: match.literal, default=None)


def _first(slot: SlotSpec, text: str, taken: Iterable[Span], offset: int = 0) -> Span | None:
    """The first free place where a value of this slot stands, as offsets into the whole text."""
    found = _choices(slot, text) if slot.kind == "choice" else spans(slot.kind, text)
    for start, end in found:
        if not any(start + offset < stop and begin < end + offset for begin, stop in taken):
            return start + offset, end + offset
    return None


def _value(tool: ToolSpec, name: str, text: str, span: Span) -> str:
    slot, said = tool.slots[name], text[span[0] : span[1]]
    if slot.kind == "choice":
        return _canonical(slot.choices)[folded(said)]
    if slot.kind == "time":
        return _with_day_part(text, span)
    if slot.kind == "file":
        before = any_of(word for word in lexicon()["fillers"] if is_han(word[0]))
        return re.sub(rf"^(?:{before})+", "", said)  # `看看a.xlsx`
    if slot.kind == "number" and _wants_figures(tool.schema, name):
        return _figures(said)
    return said


def _canonical(choices: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """What people say, folded -> the canonical value. A value's own name wins over another's synonym."""
    said = {folded(word): value for value, words in choices.items() for word in words}
    return said | {folded(value): value for value in choices}


def _choices(slot: SlotSpec, text: str) -> list[Span]:
    """Where synonyms of the choices stand, longest first at each place."""
    if not slot.choices:
        return []
    return [found.span() for found in re.finditer(any_of(_canonical(slot.choices)), folded(text))]


def _numbers_of_others(text: str) -> list[Span]:
    """Figures that say something else than a plain number: dates, amounts, placeholders."""
    placeholders = [found.span() for found in re.finditer(r"<[A-Z_]+_\d+>", text)]
    return [*placeholders, *(span for kind in _NUMBER_LIKE for span in spans(kind, text))]


def _with_day_part(text: str, span: Span) -> str:
    """A time with the part of the day said for its neighbour: in `下午3点到5点` both are in the afternoon."""
    said = text[span[0] : span[1]]
    part = any_of(lexicon()["day_parts"])
    before = re.search(rf"({part})[^，,。；;]{{1,12}}?(?:到|至|-|~|—)\s*$", text[: span[0]])
    if before and not re.match(part, said) and is_han(before[1][0]):
        return before[1] + said
    after = re.match(r"\s*(?:-|–|to|until|till)\s*\d{1,2}(?::\d{2})?\s*([ap]\.?m\.?)", folded(text[span[1] :]))
    return said + after[1] if after and said[-1].isdigit() else said


def _wants_figures(schema: Mapping[str, Any], name: str) -> bool:
    declared = schema.get("properties", {}).get(name, {})
    types = {declared.get("type"), *(one.get("type") for one in declared.get("anyOf", ()))}
    return bool(types & {"integer", "number"})


def _figures(said: str) -> str:
    """A number in figures; as it was said where it cannot be read."""
    words = list(lexicon()["number_words"])
    if folded(said) in words:
        return str(words.index(folded(said)) + 1)
    try:
        number = float(cn2an.cn2an(said.replace(",", ""), "smart"))
    except ValueError:
        return said
    return str(int(number)) if number.is_integer() else str(number)


@lru_cache(maxsize=256)
def _known_words(examples: tuple[str, ...]) -> frozenset[str]:
    """What a skill's templates spell out around their slots: command words, no content."""
    compiled = [template(example) for example in examples]
    return frozenset(word for one in compiled if one.names for word in one.words)


def _remainder(text: str, taken: Sequence[Span], known: frozenset[str]) -> Span | None:
    """The longest stretch of `text` that is neither taken nor command words nor filler at its ends."""
    edges = sorted({0, len(text), *(at for span in taken for at in span)})
    free = [
        (start, end)
        for start, end in pairwise(edges)
        if not any(begin <= start and end <= stop for begin, stop in taken)
    ]
    trimmed = [_trim(text, start, end, known) for start, end in free]
    best = max(trimmed, key=lambda span: span[1] - span[0], default=(0, 0))
    return best if best[1] > best[0] else None


def _trim(text: str, start: int, end: int, known: frozenset[str]) -> Span:
    words = _trimmable(known)
    changed = True
    while changed and start < end:
        changed = False
        while start < end and text[start] in _EDGE:
            start, changed = start + 1, True
        while end > start and text[end - 1] in _EDGE:
            end, changed = end - 1, True
        inner = folded(text[start:end])
        for word in words:
            latin = word[0].isascii()
            if inner.startswith(word) and not (latin and inner[len(word) : len(word) + 1].isalpha()):
                start, changed = start + len(word), True
                break
            if inner.endswith(word) and not (latin and inner[-len(word) - 1 : -len(word)].isalpha()):
                end, changed = end - len(word), True
                break
    return start, max(start, end)


@lru_cache(maxsize=256)
def _trimmable(known: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted({*known, *map(folded, lexicon()["fillers"])} - {""}, key=len, reverse=True))
