"""The words of booking's papers and of its port."""

from __future__ import annotations

from pathlib import Path

from app.core.texts import Texts

say = Texts(Path(__file__).parent / "texts")
