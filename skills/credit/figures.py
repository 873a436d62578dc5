"""How figures, ratios and their changes are written."""

from __future__ import annotations

from decimal import Decimal

from skills.credit.catalogue import listed, period_in_words, rounded, say, title_of, unit_in_words
from skills.credit.computation import Term
from skills.credit.line_names import lines
from skills.credit.ratios import Measure, Reading
from skills.credit.statement import Period, Statement

NONE = "—"
MARKS = {"closing_for_average": "†", "finance_for_interest": "‡", "total_for_revenue": "§"}
"""Behind a value that something stood in for; explained below its table."""


def ratio_title(key: str) -> str:
    """`流动比率`."""
    return say(f"ratio_{key}")


def ratio_in_words(reading: Reading) -> str:
    """`1.31`, `56.57%`, `103.0`, with the marks of substitutions; a dash where it could not be computed."""
    if reading.term is None:
        return NONE
    return measured(reading.term.value, reading.ratio.measure) + "".join(
        MARKS[one] for one in reading.term.substitutions
    )


def measured(value: Decimal, measure: Measure) -> str:
    """A ratio's value: times with two decimals, shares as percent with two, days with one."""
    if measure == "percent":
        return f"{rounded(value * 100, 2):,}%"
    return f"{rounded(value, 1 if measure == 'days' else 2):,}"


def change_of_ratio(readings: tuple[Reading, ...]) -> str:
    """The last value less the one before, where both were computed alike."""
    if len(readings) < 2 or not comparable(readings[-2:]):
        return NONE
    return moved(readings[-1].value, readings[-2].value, readings[-1].ratio.measure)


def comparable(readings: tuple[Reading, ...]) -> bool:
    """Whether all are there, cover the same months, and rest on the same substitutions."""
    terms = [one.term for one in readings]
    months = {one.period.month for one in readings}
    return all(terms) and len(months) == 1 and len({term.substitutions for term in terms if term}) == 1


def moved(now: Decimal | None, before: Decimal | None, measure: Measure) -> str:
    """`+0.12`, `-3.57 个百分点`."""
    if now is None or before is None:
        return NONE
    change = now - before
    if measure == "percent":
        return say("points", value=signed(rounded(change * 100, 2)))
    return signed(rounded(change, 1 if measure == "days" else 2))


def signed(value: Decimal) -> str:
    """With its sign, thousands separated; zero has none."""
    return f"{value:+,}" if value else f"{value:,}"


def growth(statement: Statement, item: str, period: Period) -> str:
    """The change of a line against the period before, in percent; a dash without a base above zero."""
    now, before = statement.find(item, period), statement.find(item, period.year_earlier)
    if now is None or before is None or before.value <= 0:
        return NONE
    return f"{signed(rounded((now.value - before.value) / before.value * 100, 2))}%"


def why_not(reading: Reading) -> str:
    """Why a ratio could not be computed, in words."""
    if reading.missing:
        item, period = reading.missing
        return say("reason_missing", period=period_in_words(period), item=title_of(lines()[item]))
    return say(reading.undefined)


def footnotes(terms: list[Term]) -> list[str]:
    """What the marks mean that stand behind these terms."""
    used = {one for term in terms for one in term.substitutions}
    return [f"{mark} {say(key)}" for key, mark in MARKS.items() if key in used]


def unit_of(statement: Statement) -> str:
    """The unit that results are shown in, saying where the workbook gave none."""
    return unit_in_words(statement.unit) if statement.unit_stated else say("unit_not_stated")


def periods_in_words(periods: list[Period] | tuple[Period, ...]) -> str:
    """`2021年、2022年、2023年`."""
    return listed([period_in_words(period) for period in periods])
