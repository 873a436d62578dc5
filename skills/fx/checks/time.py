"""When it settles: a day that is good in both centres, and early enough on the day of dealing."""

from __future__ import annotations

from skills.fx import spoken
from skills.fx.checks.situation import Situation
from skills.fx.dealing_rules import LATE
from skills.fx.deals.deal import Check
from skills.fx.value_dates import closed_on, next_good
from skills.fx.words import say


def good_value_date(situation: Situation) -> Check:
    """Both centres work on it, and it is not over."""
    base, quote = situation.deal.value("base") or "", situation.deal.value("quote") or ""
    days = [day for day in (situation.near_day, situation.value_day) if day is not None]
    for day in days:
        if day < situation.now.date():
            return Check("value_date", "hard", say("check_day_past", day=spoken.day(day)))
        if closed := closed_on(base, quote, day):
            names = say("comma").join(spoken.currency_name(code) for code in closed)
            better = spoken.day(next_good(base, quote, day))
            said = say("check_day_closed", day=spoken.day(day), currencies=names, better=better)
            return Check("value_date", "hard", said)
    shown = say("comma").join(spoken.day(day) for day in days)
    return Check("value_date", "passed", say("check_day_ok", days=shown) if days else say("check_day_none"))


def cut_off(situation: Situation) -> Check:
    """The earlier of both currencies' times where it settles today; else the end of dealing."""
    first = situation.near_day or situation.value_day
    times = situation.rules.cut_off
    codes = [LATE]
    if first == situation.now.date():
        pair = (situation.deal.value("base") or "", situation.deal.value("quote") or "")
        codes = [code for code in pair if code in times] or codes
    until = min(times[code] for code in codes)
    said = {"until": f"{until:%H:%M}"}
    if situation.now.timetz().replace(tzinfo=None) <= until:
        return Check("cut_off", "passed", say("check_cut_off_ok", **said), said)
    return Check("cut_off", "hard", say("check_cut_off_passed", **said), said)
