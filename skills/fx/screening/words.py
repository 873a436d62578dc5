"""The words of names that say little about who it is, from `words.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from app.core.texts import YAML_LOADER

FORM, LIGHT = 0.05, 0.1
"""The weight of words of company forms, and of titles and particles; a word that tells who it is has up to 1."""


@dataclass(frozen=True)
class Words:
    """See `words.yaml` for each kind."""

    form_names: tuple[str, ...]
    form_words: tuple[str, ...]
    light: frozenset[str]
    """Titles and particles."""
    trades: frozenset[str]
    numbers: Mapping[str, str]
    chinese: Mapping[str, str]
    places: frozenset[str]
    surnames: Mapping[str, str]
    families: frozenset[str]

    @cached_property
    def forms(self) -> re.Pattern[str]:
        """A company's form, of one or several words."""
        return re.compile(r"\b(?:" + "|".join(sorted(self.form_names, key=len, reverse=True)) + r")\b")


def _read() -> Words:
    text = (Path(__file__).parent / "words.yaml").read_text(encoding="utf-8")
    said = yaml.load(text, Loader=YAML_LOADER)  # noqa: S506 - it is a safe one
    return Words(
        form_names=tuple(said["forms"]),
        form_words=tuple(said["form_words"]),
        light=frozenset((*said["titles"], *said["particles"])),
        trades=frozenset(said["trades"]),
        numbers={str(name): str(value) for name, value in said["numbers"].items()},
        chinese=said["chinese"],
        places=frozenset(said["places"].split()),
        surnames=said["surnames"],
        families=frozenset(said["families"]),
    )


WORDS = _read()
