"""Passages for a query, from words and, where there is an embedding, from meaning."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from itertools import chain, zip_longest

from app.core.errors import place_of
from app.core.questions import parts_of
from app.engines.library.comparing.questions import is_situation, pieces_of
from app.engines.library.index.found import Found
from app.engines.library.index.lexical import LexicalIndex
from app.engines.library.index.lexical_sql import OLD
from app.engines.library.index.searching import CANDIDATES, COMPARED
from app.engines.library.index.vectors import Vectors

NEAREST = 20
"""Parts per set that are fetched by meaning."""
FUSION = 60
"""k of reciprocal rank fusion (Cormack, Clarke, Büttcher 2009)."""

WEIGHT_OF_WHOLE = 3.0
"""In the rank of what a part of a question finds: of its score for the whole question."""

_log = logging.getLogger(__name__)


class Finding:
    """Finds passages. Everything blocks: call it in a thread."""

    def __init__(self, index: LexicalIndex, vectors: Vectors | None) -> None:
        self._index = index
        self._vectors = vectors

    def search(self, names: Sequence[str], query: str, limit: int, on: date | None = None) -> list[Found]:
        """The best passages of these sets, best first; each once. With `on`, of what counted on that day."""
        if on is not None:
            there = self._index.sets()
            names = [*names, *(old for name in names if (old := name + OLD) in there)]
        depth = max(CANDIDATES, COMPARED * limit)
        if is_situation(query):
            turns = zip_longest(*self._index.documents_for(names, pieces_of(query), 2 * limit))
            found = [one for turn in turns for one in turn if one]  # every document's best before any second one
        else:
            whole = self._found(names, query, depth)
            parts = parts_of(query)
            found = (
                whole
                if len(parts) < 2
                else _interleaved([self._found(names, part, depth, query) for part in parts], whole)
            )
        best: dict[tuple[str, str, str], Found] = {}  # what counts now and what will may be versions of one document
        for one in found:
            if on is None or _counted(one, on.isoformat()):
                best.setdefault((one.source, one.locator, one.version), one)  # a long passage counts by its best part
        return list(best.values())[: max(0, limit)]

    def _found(self, names: Sequence[str], query: str, depth: int, whole: str = "") -> list[Found]:
        nearest = self._nearest(names, query)
        also = {name: [mark for _, mark in near] for name, near in nearest.items()}
        found = self._index.search(names, query, depth=depth, also=also, whole=whole)
        if nearest:
            found = _fused(found, [mark for _, mark in sorted(chain.from_iterable(nearest.values()))])
        return found

    def _nearest(self, names: Sequence[str], query: str) -> dict[str, list[tuple[float, str]]]:
        if not self._vectors or not query.strip():
            return {}
        try:
            return {name: self._vectors.nearest(name, query, NEAREST) for name in names}
        except Exception as error:  # the embedding is away: words still find
            _log.warning("search by meaning: %s", place_of(error))
            return {}


def _interleaved(parts: Sequence[Sequence[Found]], whole: Sequence[Found]) -> list[Found]:
    """Each part's best, then each part's second; what also fits the whole question comes first among a part's."""
    fits = {one.mark: one.score for one in whole}
    ranked = [sorted(part, key=lambda one: -(one.rank + WEIGHT_OF_WHOLE * fits.get(one.mark, 0.0))) for part in parts]
    return [one for turn in zip_longest(*ranked) for one in turn if one]


def _counted(found: Found, day: str) -> bool:
    """Whether the document was in force on that day; what bears no date always was."""
    return found.dated <= day and (not found.until or day <= found.until)


def _fused(found: Sequence[Found], nearest: Sequence[str]) -> list[Found]:
    """Words and meaning by rank: neither's scale counts."""
    value: dict[str, float] = {}
    for ranking in ([one.mark for one in found if one.rank > 0], nearest):
        for place, mark in enumerate(ranking, start=1):
            value[mark] = value.get(mark, 0.0) + 1 / (FUSION + place)
    return sorted(found, key=lambda one: -value.get(one.mark, 0.0))
