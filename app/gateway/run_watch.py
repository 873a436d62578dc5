"""Watches a sentence while it grows for a run that may have to wait: what kinds of runs, its children say."""

from __future__ import annotations


class RunWatch:
    """What every such watch remembers."""

    def __init__(self) -> None:
        self._at = 0
        """Up to where the sentence is read."""
        self._tail: int | None = None
        """From where a run at the end that may still grow has to wait."""
        self.found: int | None = None
        """Where the first run that counts has to stop; None where there is none."""

    @property
    def held_from(self) -> int | None:
        """From where the sentence has to wait."""
        return self.found if self.found is not None else self._tail
