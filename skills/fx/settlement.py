"""`fx.value_date`: on which day a tenor is paid, and which holidays moved it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from app.core.skill import Ask, Context, Result, Slot, skill
from skills.fx import spoken
from skills.fx.parse import asked_tenors, parse
from skills.fx.ticket import moved
from skills.fx.value_dates import ValueDate, closed_on, next_good, unannounced, value_date
from skills.fx.words import say

_USUAL = ("TOD", "TOM", "SPOT", "1W", "2W", "1M", "2M", "3M", "6M", "9M", "1Y")


@skill("fx.value_date", texts=say)
async def value_dates(ctx: Context, text: Annotated[str, Slot("utterance", ask="ask_value_date_pair")]) -> Result | Ask:
    """Value date of a currency pair for a tenor, by both currencies' holiday calendars.

    起息日、交割日是哪天：按两种货币的节假日历推算；不说期限就列出常用期限；给出日期则判断能否起息。
    """
    today = ctx.now.date()
    deal = parse(text, today)
    if deal.base is None or deal.quote is None:
        return Ask(say("ask_value_date_pair"), "text")
    if "date_past" in deal.doubts or "date_impossible" in deal.doubts:
        doubt = "date_past" if "date_past" in deal.doubts else "date_impossible"
        return Ask(say(f"doubt_{doubt}"), "text")
    pair = f"{deal.base}/{deal.quote}"
    if deal.value_date and deal.tenor is None:
        return _one_day(deal.base, deal.quote, deal.value_date)
    tenors = asked_tenors(text) or _USUAL
    ends = {tenor: value_date(deal.base, deal.quote, tenor, today) for tenor in tenors}
    lines = [f"| {tenor} | {spoken.day(end.day)}{_mark(end)} |" for tenor, end in ends.items()]
    table = "\n".join((f"| {say('head_tenor')} | {say('head_value_date')} |", "|---|---|", *lines))
    parts = [say("value_dates_of", pair=pair, today=spoken.day(today)), table, *_notes(ends)]
    data = {
        "pair": pair,
        "dealt": today.isoformat(),
        "value_dates": {one: end.day.isoformat() for one, end in ends.items()},
    }
    return Result("\n\n".join(parts), data=data)


def _one_day(base: str, quote: str, day: date) -> Result:
    closed = closed_on(base, quote, day)
    open_year = unannounced(base, quote, day)
    note = f"\n\n- {_provisional(day.year, open_year)}" if open_year else ""
    pair = f"{base}/{quote}"
    if not closed:
        return Result(say("day_is_good", pair=pair, day=spoken.day(day)) + note, data={"pair": pair, "good": True})
    better = next_good(base, quote, day)
    names = say("comma").join(spoken.currency_name(code) for code in closed)
    text = say("day_is_closed", pair=pair, day=spoken.day(day), currencies=names, better=spoken.day(better)) + note
    return Result(text, data={"pair": pair, "good": False, "closed": list(closed), "next": better.isoformat()})


def _mark(end: ValueDate) -> str:
    return say("provisional_mark") if end.provisional else ""


def _notes(ends: dict[str, ValueDate]) -> list[str]:
    holidays = {closed.day: closed for end in ends.values() for closed in end.moved_by}
    notes = [f"- {moved(day, holidays[day].currencies)}" for day in sorted(holidays)]
    open_years = {(end.day.year, end.provisional) for end in ends.values() if end.provisional}
    notes += [f"- {_provisional(year, currencies)}" for year, currencies in sorted(open_years)]
    return ["\n".join(notes)] if notes else []


def _provisional(year: int, currencies: tuple[str, ...]) -> str:
    return say(
        "warn_provisional", year=year, currencies=say("comma").join(spoken.currency_name(code) for code in currencies)
    )
