"""What a text speaks of: concepts of `concepts.yaml`, and which of them stand together in one sentence."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations
from pathlib import Path
from zlib import crc32

import numpy as np
import yaml

from app.core.texts import YAML_LOADER
from app.engines.classifying.pieces import Counts, Hashes, folded, mixed, pieces
from app.engines.classifying.words import words

LOUD = 1.0
"""How much a concept counts beside one n-gram."""
_SENTENCE = re.compile(r"[^。!?;\n]+[。!?;]?")
_APART = np.uint64(0xC0FFEE) << np.uint64(32)


def features(text: str, with_concepts: bool) -> tuple[Hashes, Counts]:
    """The n-grams of `text`, and where wanted its words and its concepts."""
    if not with_concepts:
        return pieces(text)
    every = (pieces(text), words(text), concepts(text))
    return np.concatenate([hashes for hashes, _ in every]), np.concatenate([counts for _, counts in every])


def concepts(text: str) -> tuple[Hashes, Counts]:
    """Hashes of the concepts in `text` and of the pairs that share a sentence, each counting `LOUD`."""
    found: set[str] = set()
    for sentence in _SENTENCE.findall(folded(text)):
        here = [name for name, words in _concepts() if words.search(sentence)]
        found.update(here)
        found.update("+".join(pair) for pair in combinations(here, 2))
    codes = np.array(sorted(crc32(name.encode()) for name in found), dtype=np.uint64)
    return mixed(codes | _APART), np.full(len(codes), LOUD, dtype=np.float32)


@cache
def _concepts() -> list[tuple[str, re.Pattern[str]]]:
    words = yaml.load((Path(__file__).parent / "concepts.yaml").read_text("utf-8"), YAML_LOADER)  # noqa: S506 - it is a safe one
    return [(name, re.compile(pattern)) for name, pattern in words.items()]
