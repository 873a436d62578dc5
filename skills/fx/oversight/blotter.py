"""`fx.blotter`: what was dealt, by day, client, dealer and pair, as table, chart and workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Annotated

from app.core.skill import Context, Result, Slot, skill
from app.core.turn import Chart
from skills.fx.backoffice import postings
from skills.fx.dealing_rules import DealingRules, read_dealing_rules
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Deal
from skills.fx.dealt import Dealt, dealt
from skills.fx.oversight.asked import Asked, Grouping, asked
from skills.fx.oversight.charts import bars
from skills.fx.oversight.lines import CENT, dealt_sheet
from skills.fx.oversight.sheets import XLSX, Sheet, workbook
from skills.fx.oversight.words import say
from skills.fx.sight import DEALING_DEPARTMENT, shown

_SHOWN = 30  # lines in the talk; the workbook has all


@skill("fx.blotter", texts=say)
async def blotter(ctx: Context, text: Annotated[str, Slot("utterance")] = "") -> Result:
    """The deals that were booked: today's, or of the days, client, dealer or currency pair that `text` names.

    今天的成交、成交流水、成交统计：可按日期、客户、交易员、货币对查，按客户/交易员/货币对汇总。
    """
    wanted = asked(ctx, text)
    first = datetime.combine(wanted.period.first, time(), ctx.now.tzinfo)
    last = datetime.combine(wanted.period.last, time(), ctx.now.tzinfo) + timedelta(days=1)
    deals = await shown(ctx, await Book(ctx.database).booked_between(first, last), DEALING_DEPARTMENT)
    found = [(deal, trade) for deal in deals if wanted.covers(trade := dealt(deal))]
    if not found:
        return Result(say("nothing_dealt", days=wanted.period), {"deals": [], "days": str(wanted.period)})
    rules = read_dealing_rules(ctx.content)
    sent = await postings(ctx.database, [deal.number for deal, _ in found])
    lines = dealt_sheet(say("sheet_deals"), found, sent, ctx.people, ctx.now.tzinfo)
    sums = _sums(ctx, found, wanted.by or "pair", rules)
    name = say("blotter_file", days=wanted.period)
    file = await ctx.files.store(ctx.room, f"{name}.xlsx", workbook((lines, sums)), XLSX, by=ctx.assistant)
    counted = [one for one in found if not _cancelled(one[0])]
    total = sum((_yuan(trade, rules) for _, trade in counted), Decimal(0))
    parts = [say("blotter_title", days=wanted.period, count=len(counted), total=f"{total:,.0f}")]
    parts += [sums.markdown(), lines.markdown(_SHOWN)] if wanted.by else [lines.markdown(_SHOWN), sums.markdown()]
    if len(found) > _SHOWN:
        parts.append(say("more_in_file", count=len(found) - _SHOWN))
    data = {"days": str(wanted.period), "deals": [deal.number for deal, _ in found], "yuan": f"{total:f}"}
    return Result("\n\n".join(parts), data, files=(file,), charts=_charts(sums, wanted))


def _sums(ctx: Context, found: Sequence[tuple[Deal, Dealt]], by: Grouping, rules: DealingRules) -> Sheet:
    """Count and yuan by what was asked; deals that were taken back, and those that take back, count for nothing."""
    names = {person.id: person.name for person in ctx.people}
    sums: dict[str, tuple[int, Decimal]] = {}
    for deal, trade in found:
        if _cancelled(deal):
            continue
        keys = {"client": [trade.customer], "pair": [trade.pair], "dealer": [trade.branch, trade.bank]}[by]
        for key in keys:
            count, yuan = sums.get(key, (0, Decimal(0)))
            sums[key] = (count + 1, yuan + _yuan(trade, rules))
    ordered = sorted(sums.items(), key=lambda one: (-one[1][1], one[0]))
    rows = tuple((names.get(key, key), count, yuan.quantize(CENT)) for key, (count, yuan) in ordered)
    return Sheet(say(f"sheet_by_{by}"), (say(f"by_{by}"), say("head_count"), say("head_yuan")), rows)


def _cancelled(deal: Deal) -> bool:
    return deal.state == "reversed" or bool(deal.reverses)


def _yuan(trade: Dealt, rules: DealingRules) -> Decimal:
    return rules.in_yuan(trade.legs[-1].amount, trade.currency) or Decimal(0)


def _charts(sums: Sheet, wanted: Asked) -> tuple[Chart, ...]:
    if not sums.rows:
        return ()
    title = say("chart_dealt", by=sums.head[0], days=wanted.period)
    return (bars(title, [str(row[0]) for row in sums.rows], [(say("head_yuan"), [row[2] for row in sums.rows])]),)
