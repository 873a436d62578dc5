"""How a reader tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Pages = Callable[[int, int], None]
"""Told the page (sheet, slide) that is being read, from 1, and how many there are. Raises where reading is to stop."""


def unwatched(page: int, of: int) -> None:
    """Nobody looks on."""
