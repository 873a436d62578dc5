"""Passages by their meaning: one chromadb collection per set and embedding size. Only this file knows chromadb."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]

BATCH = 64
"""Texts that are embedded at once."""
_PAGE = 500


class Vectors:
    """Everything blocks: call it in a thread. What `embed` raises goes through."""

    def __init__(self, folder: Path, embed: Embed) -> None:
        self._folder = folder
        self._embed = embed

    def sync(self, name: str, parts: Iterable[tuple[str, str]], *, beside: str = "") -> None:
        """Make the set's collection hold exactly these parts (mark, text); only a text that is new is embedded.

        A passage that has moved within its document has another mark and the same text: its vector is taken along,
        also from the set's other collection `beside`, where a version goes that no longer counts.
        """
        wanted = dict(parts)
        collection = self._collection(name)
        have = set(collection.get(include=[])["ids"])
        gone = sorted(have - wanted.keys())
        new = [mark for mark in wanted if mark not in have]
        known = self._known(collection, gone) if new else {}
        if new and beside:
            known |= self._known(self._collection(beside), new)
        for at in range(0, len(new), BATCH):
            marks = new[at : at + BATCH]
            digests = [_digest(wanted[mark]) for mark in marks]
            unknown = {digest: wanted[mark] for mark, digest in zip(marks, digests, strict=True) if digest not in known}
            if unknown:
                known |= dict(zip(unknown, map(list, self._embed(list(unknown.values()))), strict=True))
            about = [{"text": digest} for digest in digests]
            collection.upsert(ids=marks, embeddings=[known[digest] for digest in digests], metadatas=about)
        if gone:
            collection.delete(ids=gone)

    @staticmethod
    def _known(collection: Any, marks: Sequence[str]) -> dict[str, list[float]]:
        """Digest of a text -> its vector, of these marks as far as they are there."""
        known: dict[str, list[float]] = {}
        for at in range(0, len(marks), _PAGE):
            found = collection.get(ids=list(marks[at : at + _PAGE]), include=["embeddings", "metadatas"])
            for about, vector in zip(found["metadatas"], found["embeddings"], strict=True):
                if about:
                    known[str(about["text"])] = [float(value) for value in vector]
        return known

    def marks(self, name: str) -> set[str]:
        """The parts that a set's collection holds."""
        return set(self._collection(name).get(include=[])["ids"])

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


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
