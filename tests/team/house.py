"""Four assistants as the router sees them: names only, no folder behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.core.assistant import Assistant
from app.core.ports import Fit


def assistant(name: str, title: str, title_en: str, *aliases: str) -> Assistant:
    return Assistant(
        name=name,
        number="D0000",
        title=title,
        title_en=title_en,
        post="助手",
        level="L3",
        brief="",
        brief_en="",
        face="助",
        aliases=aliases,
        prompt="",
        examples=(),
        folder=Path(name),
    )


HOUSE: Mapping[str, Assistant] = {
    "office": assistant("office", "办公助手", "Office assistant", "办公"),
    "credit": assistant("credit", "信贷助手", "Credit assistant", "信贷"),
    "fx": assistant("fx", "外汇交易助手", "FX dealing assistant", "外汇", "交易"),
    "research": assistant("research", "研究助手", "Research assistant", "研究"),
}


class FixedUnderstanding:
    """Fits as told."""

    def __init__(self, **confidences: float) -> None:
        self._confidences = confidences

    def fits(self, text: str) -> Sequence[Fit]:
        fits = [Fit(name, self._confidences.get(name, 0.0), None) for name in HOUSE]
        return sorted(fits, key=lambda fit: -fit.confidence)
