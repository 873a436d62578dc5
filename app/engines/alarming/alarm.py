"""An alarm: figures, and the sentence made of them. Nothing that people said gets into it. And who is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.core.texts import Texts, speaking


@dataclass(frozen=True, slots=True)
class Alarm:
    """A figure past its threshold."""

    name: str
    """The threshold's name in `config/alarms.yaml`."""
    figure: float
    threshold: float
    turns: int
    """How many turns a rate is of; 0 for a count."""
    minutes: float
    at: datetime

    @property
    def detail(self) -> dict[str, Any]:
        """For the audit and for programs."""
        return {
            "alarm": self.name,
            "figure": round(self.figure, 4),
            "threshold": self.threshold,
            "turns": self.turns,
            "minutes": self.minutes,
        }

    def subject(self, texts: Texts) -> str:
        """One line, Chinese first."""
        return f"{self._said(texts, 'zh', 'subject')} / {self._said(texts, 'en', 'subject')}"

    def text(self, texts: Texts) -> str:
        """The whole message, Chinese first."""
        return f"{self._said(texts, 'zh', 'body')}\n\n{self._said(texts, 'en', 'body')}\n"

    def _said(self, texts: Texts, language: Any, key: str) -> str:
        with speaking(language):
            share = self.turns > 0
            figure, threshold = (f"{one:.1%}" if share else f"{one:g}" for one in (self.figure, self.threshold))
            said = {"name": texts(self.name), "figure": figure, "threshold": threshold, "minutes": f"{self.minutes:g}"}
            of = texts("of_turns", turns=self.turns) if share else ""
            return texts(key, **said, of=of, at=self.at.isoformat(timespec="seconds"))


class Undeliverable(Exception):
    """Trying again would not help: the log-in, the certificate or the address is refused."""


class Receiver(Protocol):
    """Somebody who is told."""

    name: str

    async def tell(self, alarm: Alarm) -> None:
        """Deliver. Raises `Undeliverable`, or any other error where another try may help."""
        ...
