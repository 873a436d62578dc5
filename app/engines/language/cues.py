"""How people steer a talk, whatever it is about: greet, thank, cancel, correct. The words are in `cues.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from app.engines.language.ngrams import folded
from app.engines.language.templates import LONGEST, Template, template

CueKind = Literal["cancel", "thanks", "greet", "bye", "agree", "help", "correct"]


@dataclass(frozen=True, slots=True)
class Cue:
    """What a message does to the talk."""

    kind: CueKind
    new: str = ""
    """A correction's new value, as it was said."""
    what: str = ""
    """What a correction changes, as it was said; empty where it is not named."""


def is_question(text: str) -> bool:
    """Whether `text` asks."""
    return _question().search(folded(text)) is not None


def cue_of(text: str) -> Cue | None:
    """The cue that the whole of `text` is; None for a message with a matter of its own."""
    if len(text) > LONGEST:
        return None
    templates, polite = _cues()
    bare = polite.sub("", folded(text))
    said = text[len(text) - len(bare) :]
    for kind, one in templates:
        for candidate in (text, said):
            if match := one.match(candidate):
                words = {name: candidate[start:end] for name, (start, end) in match.slots.items()}
                return Cue(kind, words.get("new", ""), words.get("what", ""))
    return None


@cache
def _question() -> re.Pattern[str]:
    return re.compile(str(_loaded()["question"]))


@cache
def _loaded() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("cues.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def _cues() -> tuple[tuple[tuple[CueKind, Template], ...], re.Pattern[str]]:
    loaded = _loaded()
    kinds: tuple[CueKind, ...] = get_args(CueKind)
    polite = re.compile(rf"^\s*(?:(?:{loaded['polite']})[\s,，、]*)+")
    return tuple((kind, template(text)) for kind in kinds for text in loaded[kind]), polite
