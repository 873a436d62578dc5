"""Figures and days as people read them: 5,000,000.00 and 500万, 2026-12-15（星期二）, 三天前."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from app.core.texts import language
from skills.fx.currencies import NAMES
from skills.fx.words import say

_SCALES = {
    "zh": ((Decimal(10) ** 12, "万亿"), (Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")),
    "en": (
        (Decimal(10) ** 12, " trillion"),
        (Decimal(10) ** 9, " billion"),
        (Decimal(10) ** 6, " million"),
        (Decimal(10) ** 3, " thousand"),
    ),
}


def figures(amount: Decimal) -> str:
    """With thousands separators and two decimals: 5,000,000.00."""
    return f"{amount:,.2f}"


def in_words(amount: Decimal) -> str:
    """In 万 / 亿 (million / billion): 500万, 1.2亿; marked as rounded where it is. Empty below the smallest unit."""
    for scale, unit in _SCALES[language()]:
        if abs(amount) >= scale:
            exact = amount / scale
            shown = exact.quantize(Decimal("0.0001"))
            text = f"{shown.normalize():f}{unit}"
            return text if shown == exact else say("about", figure=text)
    return ""


def money(amount: Decimal, currency: str) -> str:
    """`USD 5,000,000.00（500万美元）`."""
    words = in_words(amount)
    name = currency_name(currency)
    return (
        say("money", code=currency, figures=figures(amount), words=words, name=name)
        if words
        else (say("money_small", code=currency, figures=figures(amount), name=name))
    )


def short_money(amount: Decimal, currency: str) -> str:
    """`500万美元`, `5 million USD`."""
    words = in_words(amount) or figures(amount)
    return say("short_money", words=words, name=currency_name(currency))


def currency_name(code: str) -> str:
    """美元; in English the code itself."""
    return NAMES[code][0] if language() == "zh" else code


def day(value: date) -> str:
    """`2026-12-15（星期二）`."""
    return say("day", day=value.isoformat(), weekday=say(f"weekday_{value.weekday()}"))


def age(of: timedelta) -> str:
    """How long ago, in the largest fitting unit."""
    minutes = int(of.total_seconds() // 60)
    if minutes < 60:
        return say("age_minutes", count=minutes)
    if minutes < 48 * 60:
        return say("age_hours", count=minutes // 60)
    return say("age_days", count=minutes // (24 * 60))
