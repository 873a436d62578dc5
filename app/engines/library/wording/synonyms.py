"""Words that mean the same to the bank's documents, from `synonyms.yaml` and beside it in `knowledge/`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.core.assistant import ContentError, line_at, read_yaml
from app.engines.library.wording.words import bare, normal


@dataclass(frozen=True)
class Synonyms:
    """Words in their normal spelling -> the others of their groups."""

    groups: Mapping[str, tuple[str, ...]]

    def of(self, word: str) -> tuple[str, ...]:
        """What means the same; empty for most words. English endings make no difference."""
        return self._bare.get(bare(word), ())

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """Finds these words, the longest first, where the dictionary might cut them; Latin ones only whole."""
        words = sorted((word for word in self.groups if len(word) > 1), key=lambda word: (-len(word), word))
        latin = _one_of(word for word in words if word.isascii())
        others = _one_of(word for word in words if not word.isascii())
        return re.compile(rf"(?<![a-z0-9]){latin}(?:e?s)?(?![a-z0-9])|{others}")

    @cached_property
    def _bare(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for word, others in self.groups.items():
            found.setdefault(bare(word), []).extend(others)
        return {word: tuple(dict.fromkeys(others)) for word, others in found.items()}


NONE = Synonyms({})
ONE_WAY = ("meanings.yaml", "ratios.yaml")
"""What English words mean in Chinese documents; in which statement the figures stand that a ratio is made of."""


def load_synonyms(path: Path) -> Synonyms:
    """The groups of the file, and what leads one way only from the files beside it; none where none is there.

    Raises `ContentError` with file and line.
    """
    found: dict[str, list[str]] = {}
    for members in _groups(path):
        for member in members:
            found.setdefault(member, []).extend(other for other in members if other != member)
    same = {word: tuple(others) for word, others in found.items()}
    for name in ONE_WAY:
        for word, meant in _meanings(path.with_name(name)).items():
            found.setdefault(word, []).extend(other for one in meant for other in (one, *same.get(one, ())))
    return Synonyms({word: tuple(dict.fromkeys(others)) for word, others in found.items()})


def _one_of(words: Iterable[str]) -> str:
    """A pattern for any of them, in their order; it looks only at those that begin with the character that is there."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    each = [f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_first.items()]
    return f"(?:{'|'.join(each)})" if each else "(?!)"


def _groups(path: Path) -> Iterator[list[str]]:
    groups = (read_yaml(path) if path.exists() else None) or []
    if not isinstance(groups, list):
        raise ContentError(path, 1, "a list of groups is expected")
    for number, group in enumerate(groups, start=1):
        if not isinstance(group, list) or len(group) < 2 or not all(isinstance(word, str) for word in group):
            raise ContentError(path, _line_of(path, number), "a group is a list of two words or more")
        yield [normal(word) for word in group]


def _meanings(path: Path) -> Mapping[str, list[str]]:
    """One way only: two English words of one meaning stay two words."""
    meanings = (read_yaml(path) if path.exists() else None) or {}
    if not isinstance(meanings, dict):
        raise ContentError(path, 1, "a word and its meanings are expected")
    for word, meant in meanings.items():
        if not isinstance(word, str) or not isinstance(meant, list) or not all(isinstance(one, str) for one in meant):
            raise ContentError(path, line_at(path, [str(word)]), "a word has a list of meanings")
    return {normal(word): [normal(one) for one in meant] for word, meant in meanings.items()}


def _line_of(path: Path, item: int) -> int:
    """The line of the `item`-th entry of the list."""
    starts = [
        at for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if line.startswith("-")
    ]
    return starts[item - 1] if item <= len(starts) else 1
