"""`fx.open_enquiries`: every deal being made, for whoever watches over dealing; of a dealer, his rooms' only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from app.core.skill import Context, Result, Slot, skill
from skills.fx import spoken
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Deal
from skills.fx.oversight.lines import elements_in_words
from skills.fx.oversight.progress import waiting_in_words
from skills.fx.oversight.sheets import Cell, Sheet
from skills.fx.oversight.words import say
from skills.fx.sight import SUPERVISORS, shown, shows_all


@skill("fx.open_enquiries", texts=say)
async def open_enquiries(ctx: Context, text: Annotated[str, Slot("utterance")] = "") -> Result:
    """All enquiries and deals that are being made now, the oldest first: client, elements, state, whom they wait for.

    在办询价、未完成的询价、哪些交易还没成交：主管看全部，交易员看自己房间的。
    """
    deals = await shown(ctx, await Book(ctx.database).being_made(), SUPERVISORS)
    everything = await shows_all(ctx, SUPERVISORS)
    data = {"deals": [{"number": one.number, "state": one.state, "room": one.room} for one in deals]}
    if not deals:
        return Result(say("nothing_open" if everything else "nothing_open_here"), data)
    names = {person.id: person.name for person in ctx.people}
    late = read_dealing_rules(ctx.content).enquiry_minutes
    rows = tuple(_line(one, ctx.now, names, late) for one in deals)
    sheet = Sheet(say("sheet_open"), tuple(say("head_open").split("|")), rows)
    title = say("open_title" if everything else "open_title_own", count=len(deals), at=f"{ctx.now:%H:%M}")
    return Result(f"{title}\n\n{sheet.markdown()}", data)


def _line(deal: Deal, now: datetime, names: dict[str, str], late: int) -> tuple[Cell, ...]:
    still = now - deal.changed_at
    price = ""
    if deal.offered:
        price = f"{deal.offered.price}" + ("" if now < deal.offered.until else say("over_mark"))
    if deal.agreement:
        price = f"{deal.agreement.price}"
    return (
        deal.number,
        f"{deal.opened_at.astimezone(now.tzinfo):%m-%d %H:%M}",
        f"{names.get(deal.opened_by, deal.opened_by)} {deal.place}",
        deal.value("customer") or say("no_customer"),
        elements_in_words(deal),
        price,
        say(f"state_{deal.state}"),
        waiting_in_words(deal),
        spoken.age(still) + (say("late_mark") if still.total_seconds() > late * 60 else ""),
    )
