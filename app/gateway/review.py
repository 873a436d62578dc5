"""Review of what comes in and what goes out, by `config/review.yaml`. A rule that cannot be applied blocks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from app.core.errors import BadInput, Unavailable
from app.core.texts import Texts, well_formed
from app.core.turn import MaskedText

VerdictKind = Literal["allow", "refuse", "redline"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Limits(_Strict):
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


class _OutputRule(_Strict):
    code: str
    phrases: tuple[str, ...]
    """Never said, whoever says it."""


class _Rules(_Strict):
    limits: _Limits
    input: tuple[_InputRule, ...]
    output: tuple[_OutputRule, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the review says of a text."""

    verdict: VerdictKind
    reasons: tuple[str, ...] = ()
    score: float = 0.0
    answer: str = ""
    """What the person is told instead, where the verdict is not `allow`."""


class Review:
    """The rules, read once at start."""

    def __init__(self, path: Path, texts: Texts) -> None:
        self._texts = texts
        self._rules = checked_content(_Rules, path, read_yaml(path))
        self._input = [
            (rule, [_compiled(path, ("input", at, "patterns", nth), one) for nth, one in enumerate(rule.patterns)])
            for at, rule in enumerate(self._rules.input)
        ]
        self._phrases = {phrase: rule.code for rule in self._rules.output for phrase in rule.phrases}

    @property
    def limits(self) -> _Limits:
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

    def of_input(self, text: MaskedText) -> Verdict:
        """The verdict on what a person said. Raises `Unavailable` when a rule cannot be applied."""
        try:
            plain = unicodedata.normalize("NFKC", text.text).lower()
            for rule, patterns in self._input:
                if any(pattern.search(plain) for pattern in patterns):
                    answer = rule.answer.strip() or self._texts("refused")
                    return Verdict(rule.verdict, (rule.code,), 1.0, answer)
        except Exception:
            raise Unavailable("REVIEW", self._texts("review_failed")) from None
        return Verdict("allow")

    def of_output(self, text: str) -> Verdict:
        """The verdict on a whole text that would be said."""
        found = tuple(dict.fromkeys(code for phrase, code in self._phrases.items() if phrase in text))
        return Verdict("refuse", found, 1.0, self._texts("replaced")) if found else Verdict("allow")

    def stream(self) -> StreamReview:
        """A review of one speaker's words as they come."""
        return StreamReview(self._phrases, self._texts("replaced"))


class StreamReview:
    """Lets words through as they come; holds back only what could still become a forbidden phrase.

    The sentence that a phrase stands in is replaced by a fixed one from the phrase on.
    """

    def __init__(self, phrases: dict[str, str], replacement: str) -> None:
        self._phrases = phrases
        self._replacement = replacement
        self._starts = {phrase[0] for phrase in phrases}
        self._held = ""
        self._skipping = False
        self.hits: list[str] = []
        """Codes of the rules that were hit."""

    def feed(self, text: str) -> str:
        """What may be shown now."""
        self._held += text
        shown = ""
        while self._held:
            if self._skipping:
                end = _sentence_end(self._held)
                self._held = self._held[end:] if end else ""
                self._skipping = not end
                continue
            first = min((at for phrase in self._phrases if (at := self._held.find(phrase)) >= 0), default=-1)
            if first < 0:
                keep = self._still_possible()
                shown += self._held[: len(self._held) - keep]
                self._held = self._held[len(self._held) - keep :]
                break
            self.hits.extend(code for phrase, code in self._phrases.items() if self._held.startswith(phrase, first))
            shown += self._held[:first] + self._replacement
            self._held = self._held[first:]
            self._skipping = True
        return shown

    def close(self) -> str:
        """The rest, once no more words come."""
        rest, self._held = ("" if self._skipping else self._held), ""
        return rest

    def _still_possible(self) -> int:
        """Length of the longest tail that is the beginning of a phrase."""
        longest = max((len(phrase) for phrase in self._phrases), default=1) - 1
        for size in range(min(longest, len(self._held)), 0, -1):
            tail = self._held[-size:]
            if tail[0] in self._starts and any(phrase.startswith(tail) for phrase in self._phrases):
                return size
        return 0


def _compiled(path: Path, place: tuple[str | int, ...], pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ContentError(path, line_at(path, place), f"not a regular expression: {error.msg}") from None


def _sentence_end(text: str) -> int:
    """Where the sentence at the beginning of `text` ends; 0 when it does not end in it."""
    found = re.search(r"[。！？!?\n]|\.\s", text)
    return found.end() if found else 0
