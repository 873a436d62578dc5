"""What looks at words before they are read or said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from app.core.turn import MaskedText
from app.core.verdict import Verdict


class Classifier(Protocol):
    """A small trained model over a text's characters: what kinds of harm it looks like."""

    def scores(self, text: str) -> Mapping[str, float]:
        """Kind -> probability, 0 to 1. Raises `Unavailable` when it cannot judge."""
        ...


class MaterialReview(Protocol):
    """Looks at what skills found, before a model may read it."""

    def of_material(self, text: MaskedText) -> Verdict:
        """The verdict on a passage or a file's text. Raises `Unavailable`."""
        ...
