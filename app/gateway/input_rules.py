"""The form of `config/review_input.yaml`: limits, rules, thresholds of the trained layer, the judge."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import ContentError, checked_content, line_at, read_yaml

_HAN = re.compile(r"[㐀-鿿]")
_ENDS = "。!?;\n"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Strict):
    """What may be sent at once."""

    characters: int = Field(gt=0)
    """The longest message; longer material belongs into a file."""
    files: int = Field(gt=0)
    file_bytes: int = Field(gt=0)


class _Rule(_Strict):
    code: str = Field(pattern=r"^[a-z][a-z_]*$")
    """In reasons and in the audit; the catalogue has its refusal as `refused_<code>`."""
    material: bool = False
    """Whether it also holds for files and passages: what speaks to the assistant, not what speaks of a subject."""
    patterns: tuple[str, ...]
    """Regular expressions over the text in half-width, lower case and simplified characters."""
    unless: tuple[str, ...] = ()
    """Where one of these fits in the same sentence, the rule does not hold: asking how to prevent a thing is work."""


class Kind(_Strict):
    """One kind of the classifier that gives a risky message its reason: the most probable one does."""

    kind: str
    code: str = Field(pattern=r"^[a-z][a-z_]*$")
    red_line: str = ""
    """The red line that answers instead of a refusal."""


class Trained(_Strict):
    """What is done with the probabilities of the classifier."""

    gate: str
    """The kind that decides whether a message is risky at all."""
    threshold: float = Field(gt=0, le=1)
    """Of the gate, for a whole message."""
    short: int = Field(ge=0)
    """A message of fewer Chinese characters (or three times as many others) says little: it needs `short_threshold`."""
    short_threshold: float = Field(gt=0, le=1)
    part: float = Field(gt=0, le=1)
    """For one sentence of a longer message: it stands without its surroundings."""
    joined: float = Field(gt=0, le=1)
    """For this message put behind the person's earlier ones."""
    unsure_below: float = Field(ge=0, le=1)
    """Under this the gate is not sure of harm: the message is answered by `unsure_red_line`, not blamed."""
    unsure_red_line: str
    material: float = Field(gt=0, le=1)
    """For one sentence of a file or passage, of the kind `material_kind`: what speaks to the assistant."""
    material_kind: str
    kinds: tuple[Kind, ...] = Field(min_length=1)

    def risky(self, text: str, score: float) -> bool:
        """Whether the gate's `score` makes the whole message `text` risky."""
        size = (len(text) + 2 * len(_HAN.findall(text))) / 3
        return score >= (self.short_threshold if size < self.short else self.threshold)

    @property
    def red_lines(self) -> tuple[str, ...]:
        """Every red line that is named."""
        return (self.unsure_red_line, *(one.red_line for one in self.kinds if one.red_line))


class JudgeRules(_Strict):
    """A model that looks once more; only where it is configured."""

    enabled: bool = False
    task: str = "review"
    """The task in `config/models.yaml`."""
    seconds: float = Field(default=5, gt=0)
    from_score: float = Field(default=0.3, ge=0, le=1)
    """Only messages that the trained layer gives at least this score are shown to it."""
    on_failure: Literal["allow", "block"] = "allow"
    """What holds when it is slow, fails or says neither yes nor no."""


class _Rules(_Strict):
    limits: Limits
    earlier: int = Field(ge=0, le=10)
    """How many of a person's last messages are read together with this one."""
    input: tuple[_Rule, ...]
    trained: Trained
    judge: JudgeRules = JudgeRules()


class InputRules:
    """The rules, read once at start. Raises `ContentError` with file and line."""

    def __init__(self, path: Path) -> None:
        given = checked_content(_Rules, path, read_yaml(path))
        self.limits, self.earlier, self.trained, self.judge = given.limits, given.earlier, given.trained, given.judge
        self._rules = [
            (
                rule,
                [compiled(path, ("input", at, "patterns", nth), one) for nth, one in enumerate(rule.patterns)],
                [compiled(path, ("input", at, "unless", nth), one) for nth, one in enumerate(rule.unless)],
            )
            for at, rule in enumerate(given.input)
        ]

    @property
    def codes(self) -> frozenset[str]:
        """Every code that a refusal may have."""
        return frozenset(rule.code for rule, _, _ in self._rules) | {one.code for one in self.trained.kinds}

    def broken(self, text: str, *, material: bool = False, beyond: int = 0) -> str:
        """The code of the first rule that `text` (plain) breaks; empty where it breaks none.

        `material`: only rules that hold for files. `beyond`: only what reaches behind this offset counts.
        """
        for rule, patterns, unless in self._rules:
            if material and not rule.material:
                continue
            for found in (found for pattern in patterns for found in pattern.finditer(text)):
                sentence = _sentence_around(text, found.start(), found.end())
                if found.end() > beyond and not any(pattern.search(sentence) for pattern in unless):
                    return rule.code
        return ""


def _sentence_around(text: str, start: int, end: int) -> str:
    """What stands between the ends of sentences before `start` and after `end`."""
    first = max(text.rfind(mark, 0, start) for mark in _ENDS) + 1
    last = min((at for mark in _ENDS if (at := text.find(mark, end)) >= 0), default=len(text))
    return text[first : last + 1]


def compiled(path: Path, place: tuple[str | int, ...], pattern: str) -> re.Pattern[str]:
    """A pattern of a content file. Raises `ContentError` with its line."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ContentError(path, line_at(path, place), f"not a regular expression: {error.msg}") from None
