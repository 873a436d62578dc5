"""Review of what comes in: what people say, and what files and passages say, by `config/review_input.yaml`.

A rule that cannot be applied blocks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from app.core.errors import BadInput, Unavailable
from app.core.ports import Classifier
from app.core.texts import Texts, well_formed
from app.core.turn import MaskedText
from app.core.verdict import Verdict


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Strict):
    """What may be sent at once."""

    characters: int = Field(gt=0)
    """The longest message; longer material belongs into a file."""
    files: int = Field(gt=0)
    file_bytes: int = Field(gt=0)


class _InputRule(_Strict):
    code: str
    verdict: Literal["refuse", "redline"]
    patterns: tuple[str, ...]
    """Regular expressions over the text in half-width and lower case."""
    answer: str = ""
    """The fixed answer of a red line."""


class _Rules(_Strict):
    limits: Limits
    input: tuple[_InputRule, ...]


class InputReview:
    """The rules for what is read, read once at start."""

    def __init__(self, config: Path, texts: Texts, classifier: Classifier) -> None:
        path = config / "review_input.yaml"
        self._texts = texts
        self._classifier = classifier
        self._rules = checked_content(_Rules, path, read_yaml(path))
        self._input = [
            (rule, [_compiled(path, ("input", at, "patterns", nth), one) for nth, one in enumerate(rule.patterns)])
            for at, rule in enumerate(self._rules.input)
        ]

    @property
    def limits(self) -> Limits:
        """The limits of what may be sent."""
        return self._rules.limits

    def readable(self, text: str, *, files: int) -> str:
        """`text`, if it is within the limits. Raises `BadInput` with what to do instead."""
        text = well_formed(text)
        if not text.strip() and not files:
            raise BadInput("EMPTY", self._texts("empty"))
        if files > self.limits.files:
            raise BadInput("TOO_MANY_FILES", self._texts("too_many_files", most=self.limits.files))
        if len(text) > self.limits.characters:
            raise BadInput("TOO_LONG", self._texts("too_long", most=self.limits.characters, length=len(text)))
        if sum(unicodedata.category(char) in ("Cc", "Cs", "Co") and char not in "\n\r\t" for char in text) > 8:
            raise BadInput("BINARY", self._texts("binary"))
        return text

    def of_input(self, text: MaskedText, earlier: Sequence[MaskedText] = ()) -> Verdict:
        """The verdict on what a person said; `earlier` are his own last messages in this room, the latest last.

        Raises `Unavailable` when a rule cannot be applied.
        """
        try:
            plain = unicodedata.normalize("NFKC", text.text).lower()
            for rule, patterns in self._input:
                if any(pattern.search(plain) for pattern in patterns):
                    answer = rule.answer.strip() or self._texts("refused")
                    return Verdict(rule.verdict, (rule.code,), 1.0, answer)
        except Exception:
            raise Unavailable("REVIEW", self._texts("review_failed")) from None
        return Verdict("allow")

    def of_material(self, text: MaskedText) -> Verdict:
        """The verdict on a passage or a file's text before a model may read it. Raises `Unavailable`."""
        return self.of_input(text)


def _compiled(path: Path, place: tuple[str | int, ...], pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ContentError(path, line_at(path, place), f"not a regular expression: {error.msg}") from None
