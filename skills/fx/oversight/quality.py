"""`fx.quality`: booked deals read again against their tickets, for the supervisor."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated

from app.core.errors import Refused, SkillFailed
from app.core.skill import Context, Result, Slot, skill
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Deal
from skills.fx.deals.number import deal_number_in
from skills.fx.dealt import dealt
from skills.fx.oversight.asked import asked
from skills.fx.oversight.findings import Finding, reviewed, weight_of
from skills.fx.oversight.sheets import XLSX, Sheet, workbook
from skills.fx.oversight.words import say
from skills.fx.sight import SUPERVISORS, shows_all

_MARKS = {"fine": "✓", "look": "!", "grave": "✗"}


@skill("fx.quality", texts=say)
async def quality(ctx: Context, text: Annotated[str, Slot("utterance")] = "") -> Result:
    """Quality check of booked deals, for the supervisor: one deal by its number, or all of the days that are named.

    成交质检：成交后改要素、价格偏离、检查放行、资料缺失、报价到成交的时间、确认人是否齐全。
    """
    if not await shows_all(ctx, SUPERVISORS):
        raise Refused("SUPERVISOR_ONLY", say("supervisor_only"))
    book, number = Book(ctx.database), deal_number_in(text)
    if number:
        deal = await book.find(number)
        if deal is None:
            raise SkillFailed("FX_NO_DEAL", say("no_such_deal", number=number))
        findings = await _findings(ctx, book, deal)
        return Result(_report(deal, findings), _data([(deal, findings)]))
    wanted = asked(ctx, text)
    first = datetime.combine(wanted.period.first, time(), ctx.now.tzinfo)
    last = datetime.combine(wanted.period.last, time(), ctx.now.tzinfo) + timedelta(days=1)
    booked = await book.booked_between(first, last)
    found = [(one, await _findings(ctx, book, one)) for one in booked if wanted.covers(dealt(one))]
    if not found:
        return Result(say("nothing_to_review", days=wanted.period), _data([]))
    sheet = _listing(found)
    name = say("quality_file", days=wanted.period)
    file = await ctx.files.store(ctx.room, f"{name}.xlsx", workbook((sheet, _details(found))), XLSX, by=ctx.assistant)
    open_ones = [one for one in found if weight_of(one[1]) != "fine"]
    parts = [say("quality_title", days=wanted.period, count=len(found), open=len(open_ones)), sheet.markdown()]
    parts += [_report(deal, findings, fine=False) for deal, findings in open_ones[:5]]
    return Result("\n\n".join((*parts, say("quality_limits"))), _data(found), files=(file,))


async def _findings(ctx: Context, book: Book, deal: Deal) -> tuple[Finding, ...]:
    history = await book.history(deal.number)
    names = {person.id: person.name for person in ctx.people}
    try:
        return reviewed(history, read_dealing_rules(ctx.content), names)
    except ValueError:
        raise SkillFailed("FX_NOT_BOOKED", say("not_booked", number=deal.number)) from None


def _report(deal: Deal, findings: tuple[Finding, ...], *, fine: bool = True) -> str:
    """One deal's findings, with the fine ones or without."""
    shown = [one for one in findings if fine or one.weight != "fine"]
    lines = [f"- {_MARKS[one.weight]} **{say(f'about_{one.what}')}** {one.reason}" for one in shown]
    title = say("report_title", number=deal.number, customer=deal.value("customer"), verdict=_verdict(findings))
    return "\n".join((title, "", *lines)) + (f"\n\n{say('quality_limits')}" if fine else "")


def _verdict(findings: tuple[Finding, ...]) -> str:
    return say(f"verdict_{weight_of(findings)}")


def _listing(found: list[tuple[Deal, tuple[Finding, ...]]]) -> Sheet:
    rows = []
    for deal, findings in found:
        open_ones = [say(f"about_{one.what}") for one in findings if one.weight != "fine"]
        what = say("comma").join(open_ones)
        rows.append((deal.number, deal.value("customer") or "", _verdict(findings), what))
    return Sheet(say("sheet_quality"), tuple(say("head_quality").split("|")), tuple(rows))


def _details(found: list[tuple[Deal, tuple[Finding, ...]]]) -> Sheet:
    rows = tuple(
        (deal.number, say(f"about_{one.what}"), _MARKS[one.weight], one.reason)
        for deal, findings in found
        for one in findings
    )
    return Sheet(say("sheet_findings"), tuple(say("head_findings").split("|")), rows)


def _data(found: list[tuple[Deal, tuple[Finding, ...]]]) -> dict[str, object]:
    deals = [
        {
            "number": deal.number,
            "verdict": weight_of(findings),
            "findings": {one.what: one.weight for one in findings if one.weight != "fine"},
        }
        for deal, findings in found
    ]
    return {"deals": deals}
