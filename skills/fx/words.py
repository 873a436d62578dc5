"""The catalogue of the FX skills."""

from __future__ import annotations

from pathlib import Path

from app.core.texts import Texts

say = Texts(Path(__file__).parent / "texts")
