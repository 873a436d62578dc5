"""The office's texts, and how it writes times and tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from app.core.texts import Texts

say = Texts(Path(__file__).parent / "texts")


def day_in_words(day: date) -> str:
    """`2026年11月20日（周五）`."""
    weekdays = say("weekdays").split()
    return say("day", year=day.year, month=day.month, day=day.day, weekday=weekdays[day.weekday()])


def span_in_words(start: datetime, end: datetime) -> str:
    """`2026年11月20日（周五）15:00–16:00`; both in the bank's time zone, on one day."""
    closing = "24:00" if end.date() > start.date() else f"{end:%H:%M}"
    return say("span", day=day_in_words(start.date()), start=f"{start:%H:%M}", end=closing)


def listed(words: Sequence[str]) -> str:
    """The words as one enumeration."""
    return say("comma").join(words)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table. Cells are data: what would break the table is replaced."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "｜")
