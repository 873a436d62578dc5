"""Reading a file in a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Document
from app.engines.library.passages import Passage, passages_of
from app.engines.library.reading import read_document

ROOT = Path(__file__).resolve().parents[2]
SAY = Texts(ROOT / "app" / "engines" / "library" / "texts")


def read(name: str, content: bytes) -> Document:
    """The document; each of its passages stands in it and has a place of its own."""
    document = read_document(name, content, SAY)
    found = passages_of(document)
    assert len({one.locator for one in found}) == len(found)
    for one in found:
        assert one.text in document.text
    return document


def places(document: Document) -> dict[str, str]:
    """Locator -> text of the passages, in order."""
    return {one.locator: one.text for one in passages_of(document)}


def at(document: Document, locator: str) -> Passage:
    """The passage there."""
    return next(one for one in passages_of(document) if one.locator == locator)


def refusal(name: str, content: bytes) -> str:
    """The code with which the file is refused."""
    with pytest.raises(BadInput) as refused:
        read_document(name, content, SAY)
    assert refused.value.message
    return refused.value.code
