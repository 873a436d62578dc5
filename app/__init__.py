"""Deskmate: the engine. `main.py` builds it; `docs/architecture.md` draws it."""

__version__ = "0.1.0"
