"""What the skills of the tests did: they are loaded under another name than the tests import them by."""

from __future__ import annotations

EFFECTS: dict[str, str] = {}
"""Idempotency key -> what was done."""
UNDONE: list[str] = []
LOOKED: list[str] = []
