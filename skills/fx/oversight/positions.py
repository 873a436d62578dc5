"""`fx.positions`: what the bank gets and gives by currency for deals that are not settled, and limits used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from app.core.skill import Context, Result, Slot, skill
from app.core.turn import Attachment, Chart
from skills.fx import spoken
from skills.fx.clients import Client, read_clients
from skills.fx.currencies import ORDER
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.book import Book
from skills.fx.deals.limits import all_used
from skills.fx.dealt import dealt
from skills.fx.oversight.asked import asked
from skills.fx.oversight.charts import bars
from skills.fx.oversight.lines import CENT
from skills.fx.oversight.sheets import XLSX, Sheet, workbook
from skills.fx.oversight.words import say
from skills.fx.sight import DEALING_DEPARTMENT, shown, shows_all

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_NONE = Decimal(0)
_TENTH = Decimal("0.1")


@skill("fx.positions", texts=say)
async def positions(ctx: Context, text: Annotated[str, Slot("utterance")] = "") -> Result:
    """Positions by currency of the deals that are not settled yet, and how much of the limits is used.

    头寸、敞口、额度使用：按货币的净头寸、按起息日的收付、客户额度和当日结算额度用了多少。
    """
    wanted, today = asked(ctx, text), ctx.now.date()
    booked = await shown(
        ctx, await Book(ctx.database).booked_between(_FIRST, ctx.now + timedelta(days=1)), DEALING_DEPARTMENT
    )
    deals = [trade for trade in map(dealt, booked) if wanted.covers(trade) and trade.legs[-1].day >= today]
    flows = [flow for trade in deals for flow in trade.flows if flow[0] >= today]
    clients = wanted.clients or read_clients(ctx.content)
    if not await shows_all(ctx, DEALING_DEPARTMENT):
        own = {trade.customer for trade in deals}
        clients = tuple(one for one in clients if own & set(one.names))
    limits = await _limits(ctx, clients, unused=bool(wanted.clients))
    sheets = (_net(ctx, flows), _by_day(flows), limits, await _settlement(ctx, clients))
    parts = [say("positions_title", day=spoken.day(today), count=len(deals))]
    for sheet in sheets:
        parts.append(f"**{sheet.title}**\n\n{sheet.markdown()}" if sheet.rows else say("nothing_of", what=sheet.title))
    files: tuple[Attachment, ...] = ()
    if any(sheet.rows for sheet in sheets):
        name = f"{say('positions_file', day=today)}.xlsx"
        files = (await ctx.files.store(ctx.room, name, workbook(sheets), XLSX, by=ctx.assistant),)
    data = {"net": {str(row[0]): f"{row[3]}" for row in sheets[0].rows}, "deals": len(deals)}
    return Result("\n\n".join(parts), data, files=files, charts=_charts(sheets))


def _net(ctx: Context, flows: Sequence[tuple[object, str, Decimal]]) -> Sheet:
    """By currency: received, given, net, and net in yuan as limits count it."""
    rules = read_dealing_rules(ctx.content)
    received: dict[str, Decimal] = defaultdict(Decimal)
    given: dict[str, Decimal] = defaultdict(Decimal)
    for _, currency, amount in flows:
        (received if amount > 0 else given)[currency] += amount
    rows = []
    for currency in sorted({*received, *given}, key=lambda code: ORDER[code]):
        net = received[currency] + given[currency]
        yuan = rules.in_yuan(net, currency)
        worth = yuan.quantize(CENT, ROUND_HALF_UP) if yuan is not None else say("not_listed")
        rows.append((currency, *(one.quantize(CENT) for one in (received[currency], given[currency], net)), worth))
    return Sheet(say("sheet_net"), tuple(say("head_net").split("|")), tuple(rows))


def _by_day(flows: Sequence[tuple[object, str, Decimal]]) -> Sheet:
    """Net by day and currency."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for day, currency, amount in flows:
        sums[str(day), currency] += amount
    rows = tuple((day, currency, sums[day, currency].quantize(CENT)) for day, currency in sorted(sums))
    return Sheet(say("sheet_by_day"), tuple(say("head_by_day").split("|")), rows)


async def _limits(ctx: Context, clients: Sequence[Client], *, unused: bool) -> Sheet:
    """How much of each client's limit is used; with those that nothing is used of, or without."""
    async with ctx.database.session() as session:
        used = await all_used(session, "client", ctx.now.date())
    taken = {one: used.get(one.number, _NONE) for one in clients}
    rows = tuple(_used(one.name, yuan, one.limit) for one, yuan in taken.items() if yuan or unused)
    return Sheet(say("sheet_limits"), tuple(say("head_limits").split("|")), rows)


async def _settlement(ctx: Context, clients: Sequence[Client]) -> Sheet:
    """The same for each day of settlement."""
    async with ctx.database.session() as session:
        used = await all_used(session, "settlement", ctx.now.date())
    known = {one.number: one for one in clients}
    rows = []
    for subject, yuan in used.items():
        number, _, day = subject.partition("/")
        if client := known.get(number):
            rows.append((day, *_used(client.name, yuan, client.settlement_limit)))
    return Sheet(say("sheet_settlement"), tuple(say("head_settlement").split("|")), tuple(rows))


def _used(name: str, used: Decimal, limit: Decimal) -> tuple[str, Decimal, Decimal, Decimal, str]:
    share = (used / limit * 100).quantize(_TENTH, ROUND_HALF_UP)
    return name, used.quantize(CENT), limit.quantize(CENT), (limit - used).quantize(CENT), f"{share}%"


def _charts(sheets: Sequence[Sheet]) -> tuple[Chart, ...]:
    net, _, limits, _ = sheets
    shown_net = [row for row in net.rows if isinstance(row[4], Decimal) and row[4] != _NONE]
    found = []
    if shown_net:
        found.append(
            bars(say("chart_net"), [str(row[0]) for row in shown_net], [(net.head[4], [row[4] for row in shown_net])])
        )
    if limits.rows:
        series = [(limits.head[at], [row[at] for row in limits.rows]) for at in (1, 3)]
        found.append(bars(say("chart_limits"), [str(row[0]) for row in limits.rows], series))
    return tuple(found)
