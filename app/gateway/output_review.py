"""Review of what goes out, while it streams, by `config/review_output.yaml`."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from app.core.assistant import checked_content, read_yaml
from app.core.texts import Texts
from app.core.verdict import Verdict


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _OutputRule(_Strict):
    code: str
    phrases: tuple[str, ...]
    """Never said, whoever says it."""


class _Rules(_Strict):
    output: tuple[_OutputRule, ...]


class OutputReview:
    """The rules for what is said, read once at start."""

    def __init__(self, path: Path, texts: Texts) -> None:
        self._texts = texts
        rules = checked_content(_Rules, path, read_yaml(path))
        self._phrases = {phrase: rule.code for rule in rules.output for phrase in rule.phrases}

    def of(self, text: str) -> Verdict:
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


def _sentence_end(text: str) -> int:
    """Where the sentence at the beginning of `text` ends; 0 when it does not end in it."""
    found = re.search(r"[。！？!?\n]|\.\s", text)
    return found.end() if found else 0
