"""Cuts the word vectors that ship from those of the package synonyms 3.10.2: the frequent words, in fewer bytes.

    python -m bench.cut_word_vectors PATH/synonyms/data/words.vector

The file is word2vec's binary format: `words size`, then each word, a space and its 32-bit floats. Of two words with
one normal spelling the more frequent stays.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np

from app.engines.library.wording.word_vectors import FILE, Floats, quantized
from app.engines.library.wording.words import normal
from bench.table import Row, show

MOST = 50_000
"""Words; the file has 125,796, most of the rest are names of places and people."""
SIZE = 64
"""Dimensions, of 100: those in which the words differ most."""
_HAN = re.compile(r"[㐀-鿿]{1,6}")


def vectors_in(path: Path) -> tuple[list[str], Floats]:
    """Words and their vectors of length one, the most frequent first. Raises `ValueError` for another format."""
    content = path.read_bytes()
    head, at = content[: content.index(b"\n")], content.index(b"\n") + 1
    count, size = map(int, head.split())
    words: list[str] = []
    found = np.empty((count, size), dtype=np.float32)
    for row in range(count):
        end = content.index(b" ", at)
        words.append(content[at:end].decode("utf-8", "replace").strip())
        found[row] = np.frombuffer(content, dtype=np.float32, count=size, offset=end + 1)
        at = end + 1 + 4 * size
    return words, found / np.linalg.norm(found, axis=1, keepdims=True)


def main(path: Path) -> int:
    """Write `word_vectors.npz` and say what it holds."""
    words, vectors = vectors_in(path)
    rows: dict[str, int] = {}
    for row, word in enumerate(words):
        plain = normal(word)
        if _HAN.fullmatch(plain) and len(rows) < MOST:
            rows.setdefault(plain, row)
    kept = vectors[list(rows.values())]
    axes = np.linalg.svd(kept, full_matrices=False)[2][:SIZE]
    quantized(list(rows), kept @ axes.T).save()
    size = FILE.stat().st_size / 2**20
    told = f"{len(rows)} words in {SIZE} dimensions, {size:.1f} MB"
    return show([Row("word vectors", told, "<= 10 MB", size <= 10)])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
