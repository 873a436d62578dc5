"""`fx.progress`: how far a deal is, what it waits for, and on whom."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from app.core.errors import SkillFailed
from app.core.skill import Context, Result, Slot, skill
from skills.fx.backoffice import postings
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Deal, DealState
from skills.fx.deals.number import deal_number_in
from skills.fx.oversight.lines import elements_in_words
from skills.fx.oversight.words import say
from skills.fx.sight import SUPERVISORS, may_show, shown, took_part

_STEPS: tuple[tuple[DealState, ...], ...] = (
    ("enquiry",),
    ("complete",),
    ("checked",),
    ("quoted",),
    ("agreed",),
    ("confirmed_branch",),
    ("confirmed",),
    ("booked", "reversed"),
)


@skill("fx.progress", texts=say)
async def progress(ctx: Context, text: Annotated[str, Slot("utterance")] = "") -> Result:
    """How far a deal is: the one that is named, else this room's, else all of the person's that are being made.

    交易进度：这笔做到哪一步了、还等谁、还差什么。
    """
    book, number = Book(ctx.database), deal_number_in(text)
    deal = await book.find(number) if number else await book.of_room(ctx.room)
    if deal is None and not number and await ctx.rooms.of(ctx.room) is not None:
        deal = await book.last_of_room(ctx.room)
    if number and (deal is None or not await may_show(ctx, deal)):
        raise SkillFailed("FX_NO_DEAL", say("no_such_deal", number=number))
    if deal is not None:
        sent = (await postings(ctx.database, [deal.number])).get(deal.number)
        said = standing(deal, ctx.now, {one.id: one.name for one in ctx.people})
        if sent is not None:
            said += "\n\n" + say("posted", state=say(f"posting_{sent.state}"), answer=sent.answer)
        return Result(said.strip(), {"number": deal.number, "state": deal.state})
    mine = [one for one in await shown(ctx, await book.being_made(), SUPERVISORS) if await _concerns(ctx, one)]
    if not mine:
        return Result(say("no_deal_of_yours"), {"deals": []})
    lines = [
        say("own_line", number=one.number, what=elements_in_words(one), state=waiting_in_words(one)) for one in mine
    ]
    head = say("own_deals", count=len(mine))
    return Result("\n".join((f"{head}\n", *lines)), {"deals": [one.number for one in mine]})


def standing(deal: Deal, now: datetime, names: dict[str, str]) -> str:
    """One deal: its steps with the present one marked, its elements, its price, and what it waits for."""
    over = next((at for at, states in enumerate(_STEPS) if deal.state in states), None)
    steps = []
    for at, states in enumerate(_STEPS):
        step = say(f"state_{states[0]}")
        steps.append(f"✓ {step}" if over is not None and at < over else f"**{step}**" if at == over else step)
    parts = [
        say("progress_title", number=deal.number, customer=deal.value("customer") or say("no_customer")),
        elements_in_words(deal),
        " → ".join(steps) if over is not None else f"**{say(f'state_{deal.state}')}**",
    ]
    if deal.agreement:
        parts.append(say("agreed_at", price=deal.agreement.price))
    elif deal.offered:
        left = int((deal.offered.until - now).total_seconds())
        key = "price_holds" if left > 0 else "price_over"
        parts.append(say(key, price=deal.offered.price, seconds=left))
    given = [
        say("confirmed_line", seat=say(f"seat_{one.seat}"), who=names.get(one.by, one.by)) for one in deal.confirmations
    ]
    parts.append(say("comma").join(given))
    parts.append(waiting_in_words(deal))
    return "\n\n".join(part for part in parts if part)


def waiting_in_words(deal: Deal) -> str:
    """What happens next, and who does it."""
    if deal.state == "enquiry":
        missing = say("comma").join(say(f"missing_{name}") for name in deal.missing)
        return say("waits_elements", missing=missing) if missing else say("waits_doubts")
    if deal.state == "complete" and deal.worst_check == "hard":
        reasons = [check.reason for check in deal.checks if check.outcome == "hard"]
        return say("stopped", reasons=" ".join(reasons))
    if deal.state == "confirmed_branch":
        seats = [seat for seat in deal.needs if not deal.confirmed_by(seat)]
        return say("waits_seats", seats=say("comma").join(say(f"seat_{seat}") for seat in seats))
    if deal.state == "reversed":
        return say("reversed_by", number=deal.reason)
    return say(f"next_{deal.state}")


async def _concerns(ctx: Context, deal: Deal) -> bool:
    room = await ctx.rooms.of(deal.room)
    return ctx.person.id in took_part(deal) or (room is not None and ctx.person.id in room.members)
