"""The texts of the credit domain, and the words for periods, units and lines in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from app.core.texts import Texts, language
from skills.credit.statement import LineItem, Period, Unit

say = Texts(Path(__file__).parent / "texts")


def period_in_words(period: Period) -> str:
    """`2023年`, `2023年6月`, or 本期 / 上期 where the workbook names no year."""
    if period.year <= 0:
        return say("this_period" if period.year == 0 else "last_period")
    return say("year" if period.is_full_year else "year_month", year=period.year, month=period.month)


def unit_in_words(unit: Unit) -> str:
    """`万元`, `百万美元`."""
    return say("unit", scale=say(f"scale_{unit.scale}"), currency=say(f"currency_{unit.currency}"))


def title_of(line: LineItem) -> str:
    """The line's name in the current language."""
    return line.title if language() == "zh" else line.title_en


def amount(value: Decimal, unit: Unit) -> str:
    """`-1,234.50`: in that unit, with thousands separators and two decimals."""
    return f"{rounded(value / unit.scale, 2):,}"


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up, as statements are rounded; never a negative zero."""
    result = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return result if result else abs(result)


def plain(text: str, most: int = 60) -> str:
    """Words out of a file as data: one line, nothing in it that Markdown would read as mark-up."""
    line = " ".join("".join(char for char in text if char.isprintable()).split())
    short = line if len(line) <= most else line[: most - 1] + "…"
    return re.sub(r"([\\`*\[\]<>|])", r"\\\1", short)


def listed(words: Sequence[str]) -> str:
    """The words as one enumeration."""
    return say("comma").join(words)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, figures: Sequence[int]) -> str:
    """A Markdown table; the columns at `figures` are right-aligned."""
    rule = ["---:" if column in figures else "---" for column in range(len(head))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *rows))
