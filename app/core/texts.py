"""Catalogues of the text people see: one YAML file per language, Chinese first.

A package keeps its catalogue in a folder `texts/` beside its code (`zh.yaml`, `en.yaml`)
and opens it once: `say = Texts(Path(__file__).parent / "texts")`, then `say("ask_amount")`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from typing import Literal

import yaml

Language = Literal["zh", "en"]
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader; the one in C where the library was built with it: ten times as fast, and every start reads a lot."""

_language: ContextVar[Language] = ContextVar("language", default="zh")
_HAN = re.compile(r"[㐀-鿿]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def language() -> Language:
    """The language that this turn is answered in."""
    return _language.get()


def language_of(text: str, before: Language = "zh") -> Language:
    """The language of `text`; `before` where it is too short to tell ("10 people", "OK")."""
    without_mentions = re.sub(r"@\S+|<[A-Z_]+_\d+>", " ", text)
    if _HAN.search(without_mentions):
        return "zh"
    return "en" if len(_LATIN_WORD.findall(without_mentions)) >= 2 else before


def well_formed(text: str) -> str:
    """`text` without halves of a character (a lone surrogate): no file and no database takes them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Answer in `chosen` within this block."""
    token = _language.set(chosen)
    try:
        yield
    finally:
        _language.reset(token)


class Texts:
    """One package's catalogue. Values are `str.format` templates."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key` in the current language, with `values` filled in.

        Raises `KeyError` when no language has the key: a missing text is a defect, not a surprise for a person.
        """
        catalogues = self._catalogues
        template = catalogues[language()].get(key) or catalogues["zh"].get(key)
        if template is None:
            raise KeyError(f"{self.folder}: no text {key!r}")
        return template.format(**values) if values else template

    def keys(self, chosen: Language) -> frozenset[str]:
        """The keys that `chosen` has; `deskmate check` compares the languages by it."""
        return frozenset(self._catalogues[chosen])

    @cached_property
    def _catalogues(self) -> dict[Language, dict[str, str]]:
        return {"zh": self._read("zh"), "en": self._read("en")}

    def _read(self, chosen: Language) -> dict[str, str]:
        path = self.folder / f"{chosen}.yaml"
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=YAML_LOADER) or {}  # noqa: S506 - it is a safe one
        return {str(key): str(text) for key, text in loaded.items()}
