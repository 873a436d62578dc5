"""Questions that only the bank's own words answer: `config/red_lines.yaml`, kept by the compliance department."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from app.core.texts import language
from app.gateway.input_rules import compiled, holds
from app.gateway.unwrapping import plain

ALIKE = 0.8
"""Share of character pairs that a question has in common with one of the file from which both ask the same."""
_SAYS_NOTHING = re.compile(r"[\W_]+|请问|请|吗|呢|啊|呀|的|了")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Answer(_Strict):
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class RedLine(_Strict):
    """One fixed answer and the questions it answers."""

    id: str = Field(pattern=r"^[a-z][a-z_]*$")
    """The code in reasons and in the audit: `redline_<id>`."""
    owner: str = Field(min_length=1)
    """The department that words the answer."""
    since: date
    """From when the answer stands; it is not used before."""
    questions: tuple[str, ...] = ()
    """Questions as people put them: near ones are answered too."""
    keywords: tuple[tuple[str, ...], ...] = ()
    """Each entry is a list of words; a text with all of them is answered."""
    patterns: tuple[str, ...] = ()
    """Regular expressions over the text in half-width, lower case and simplified characters."""
    unless: tuple[str, ...] = ()
    """Where one of these fits in the same sentence, a pattern does not hold: "宣传页不能写保本，那写什么" is work."""
    answer: _Answer

    @property
    def code(self) -> str:
        """What the audit calls it."""
        return f"redline_{self.id}"

    def said(self) -> str:
        """The answer in the language of the turn."""
        return self.answer.en.strip() if language() == "en" else self.answer.zh.strip()


class RedLines:
    """The fixed answers, read once at start."""

    def __init__(self, path: Path, today: date) -> None:
        """Raises `ContentError` with file and line."""
        given = read_yaml(path)
        if not isinstance(given, list):
            raise ContentError(path, 1, "a list of red lines is expected")
        every = [checked_content(RedLine, path, one, at) for at, one in enumerate(given)]
        self._by_id: dict[str, RedLine] = {}
        self._patterns: list[tuple[re.Pattern[str], list[re.Pattern[str]], RedLine]] = []
        self._keywords: list[tuple[tuple[str, ...], RedLine]] = []
        self._questions: list[tuple[frozenset[str], RedLine]] = []
        for at, one in enumerate(every):
            if one.id in self._by_id:
                raise ContentError(path, line_at(path, (at, "id")), f"id: {one.id!r} stands here twice")
            if not (one.questions or one.keywords or one.patterns):
                raise ContentError(path, line_at(path, (at,)), f"{one.id}: no question, keyword or pattern")
            self._by_id[one.id] = one
            patterns = [compiled(path, (at, "patterns", nth), text) for nth, text in enumerate(one.patterns)]
            unless = [compiled(path, (at, "unless", nth), text) for nth, text in enumerate(one.unless)]
            if one.since > today:
                continue
            self._patterns.extend((pattern, unless, one) for pattern in patterns)
            self._keywords.extend((tuple(plain(word) for word in words), one) for words in one.keywords if words)
            self._questions.extend((_pairs(plain(question)), one) for question in one.questions)

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def __iter__(self) -> Iterator[RedLine]:
        return iter(self._by_id.values())

    def __getitem__(self, id: str) -> RedLine:
        return self._by_id[id]

    def of(self, text: str) -> RedLine | None:
        """The red line that `text` (plain, see `unwrapping.plain`) asks about; the first one of the file wins."""
        for pattern, unless, one in self._patterns:
            if holds(text, pattern, unless):
                return one
        for words, one in self._keywords:
            if all(word in text for word in words):
                return one
        pairs = _pairs(text)
        if pairs:
            for asked, one in self._questions:
                if 2 * len(asked & pairs) >= ALIKE * (len(asked) + len(pairs)):
                    return one
        return None


def _pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters in what the text asks."""
    bare = _SAYS_NOTHING.sub("", text[:400])
    return frozenset(bare[at : at + 2] for at in range(len(bare) - 1))
