"""Passages by their meaning: one chromadb collection per set and embedding size. Only this file knows chromadb."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]

BATCH = 64
"""Texts that are embedded at once."""


class Vectors:
    """Everything blocks: call it in a thread. What `embed` raises goes through."""

    def __init__(self, folder: Path, embed: Embed) -> None:
        self._folder = folder
        self._embed = embed

    def sync(self, name: str, parts: Iterable[tuple[str, str]]) -> None:
        """Make the set's collection hold exactly these parts (mark, text); only what is new is embedded."""
        wanted = dict(parts)
        collection = self._collection(name)
        have = set(collection.get(include=[])["ids"])
        if gone := sorted(have - wanted.keys()):
            collection.delete(ids=gone)
        new = [mark for mark in wanted if mark not in have]
        for at in range(0, len(new), BATCH):
            marks = new[at : at + BATCH]
            collection.upsert(
                ids=marks, embeddings=[list(vector) for vector in self._embed([wanted[mark] for mark in marks])]
            )

    def nearest(self, name: str, query: str, limit: int) -> list[tuple[float, str]]:
        """Cosine distance and mark of the parts nearest in meaning, nearest first."""
        collection = self._collection(name)
        count = collection.count()
        if not count:
            return []
        vector = list(self._embed([query])[0])
        found = collection.query(query_embeddings=[vector], n_results=min(limit, count), include=["distances"])
        return list(zip(found["distances"][0], found["ids"][0], strict=True))

    def _collection(self, name: str) -> Any:
        """Its name carries the vectors' size: another embedding model begins a collection of its own."""
        return self._client.get_or_create_collection(
            f"knowledge-{name}-{self._size}", embedding_function=None, metadata={"hnsw:space": "cosine"}
        )

    @cached_property
    def _size(self) -> int:
        return len(self._embed(["size"])[0])

    @cached_property
    def _client(self) -> Any:
        import chromadb

        self._folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(str(self._folder), chromadb.Settings(anonymized_telemetry=False))
