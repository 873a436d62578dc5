"""The small trained model of the review: hashed character n-grams into logistic curves, in numpy alone.

The weights ship in `classifying/weights/`; `bench/train_review.py` makes them, and says from what.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from app.core.errors import Unavailable
from app.core.texts import Texts
from app.engines.classifying.concepts import features
from app.engines.classifying.head import Head
from app.engines.classifying.plain_words import in_words

WEIGHTS = Path(__file__).parent / "classifying" / "weights"
_texts = Texts(Path(__file__).parent / "classifying" / "texts")


class LinearClassifier:
    """Implements `ports.Classifier`. Every file of weights in the folder is a head of its own."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Raises `Unavailable` when there are no weights or a file is broken."""
        try:
            self._heads = tuple(Head.load(path) for path in sorted(folder.glob("*.npz")))
        except Exception:
            raise Unavailable("CLASSIFIER", _texts("weights_broken")) from None
        if not self._heads:
            raise Unavailable("CLASSIFIER", _texts("weights_missing"))
        self._judged = lru_cache(maxsize=1024)(self._judge)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What `scores` tells of."""
        return tuple(kind for head in self._heads for kind in head.kinds)

    def scores(self, text: str) -> Mapping[str, float]:
        """Kind -> probability, 0 to 1. Raises `Unavailable` when it cannot judge."""
        try:
            return self._judged(in_words(text))
        except Exception:
            raise Unavailable("CLASSIFIER", _texts("cannot_judge")) from None

    def _judge(self, text: str) -> Mapping[str, float]:
        seen = {wanted: features(text, wanted) for wanted in {head.concepts for head in self._heads}}
        return {kind: score for head in self._heads for kind, score in head.scores(*seen[head.concepts]).items()}
