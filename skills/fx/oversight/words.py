"""The words of the views over dealing."""

from __future__ import annotations

from pathlib import Path

from app.core.texts import Texts

say = Texts(Path(__file__).parent / "texts")
