"""The words of this domain."""

from pathlib import Path

from app.core.texts import Texts

say = Texts(Path(__file__).parent / "texts")
