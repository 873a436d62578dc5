"""`fx.reverse`: a booked deal is taken back by a new one with the opposite side. `fx.intent`: its paper once more."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from app.core.errors import Refused, SkillFailed
from app.core.happening import Happening
from app.core.skill import Ask, Context, Result, Slot, skill
from skills.fx import spoken
from skills.fx.backoffice.intent import papers
from skills.fx.backoffice.words import say
from skills.fx.booking import BRANCH_SIDE
from skills.fx.deals.book import Book, Stale
from skills.fx.deals.deal import Deal, ElementName, Said
from skills.fx.deals.number import deal_number_in
from skills.fx.dealt import dealt, settles
from skills.fx.progress import advanced
from skills.fx.sight import may_show
from skills.fx.words import say as say_fx

_OPPOSITE = {"buy": "sell", "sell": "buy"}


@skill("fx.reverse", texts=say)
async def reverse(ctx: Context, request: Annotated[str, Slot("utterance", ask="ask_number")]) -> Result | Ask:
    """Reverse a booked deal by a new one with the opposite side; without a number, this room's last. 冲销、反向平仓。

    `request`: what was said, with the deal's number. The new deal is checked, quoted, agreed and confirmed as any.
    """
    original = await _meant(ctx, request)
    if isinstance(original, Ask):
        return original
    if ctx.person.role not in BRANCH_SIDE:
        raise Refused("NOT_THE_BRANCH", say("branch_reverses"))
    if original.state != "booked":
        return Result(say("not_reversible", number=original.number))
    book = Book(ctx.database)
    if begun := next((one for one in await book.being_made() if one.reverses == original.number), None):
        return Result(say("being_reversed", number=original.number, by=begun.number))
    try:
        deal = await book.open(
            room=ctx.room,
            by=ctx.person.id,
            place=original.place,
            turn=ctx.turn_id,
            now=ctx.now,
            reverses=original.number,
        )
        if deal.reverses != original.number:
            return Result(say("room_is_busy", number=deal.number))
        elements = _opposite(ctx, original)
        deal = await book.change(deal, "changed", by=ctx.person.id, turn=ctx.turn_id, now=ctx.now, elements=elements)
        deal, said = await advanced(ctx, deal)
    except Stale:
        raise SkillFailed("FX_STALE_DEAL", say_fx("deal_changed_meanwhile")) from None
    opened = say("reversing", original=original.number, number=deal.number, what=_in_words(deal))
    happened = (Happening("fx.enquiry", deal.number, {"state": deal.state}),)
    return Result(f"{opened}\n\n{said}", {"number": deal.number, "reverses": original.number}, happened=happened)


@skill("fx.intent", texts=say)
async def intent(ctx: Context, request: Annotated[str, Slot("utterance", ask="ask_number")]) -> Result | Ask:
    """The intent document of a booked deal, as Word and as a printable page; without a number, of this room's last.

    成交意向书、成交确认书：按编号取文件。
    """
    deal = await _meant(ctx, request)
    if isinstance(deal, Ask):
        return deal
    if deal.state not in ("booked", "reversed"):
        return Result(say("not_booked", number=deal.number))
    history = await Book(ctx.database).history(deal.number)
    booked = next(after for event, after in history if event == "booked")  # as it was then, taken back or not
    return Result(say("intent_ready", number=deal.number), {"number": deal.number}, files=await papers(ctx, booked))


async def _meant(ctx: Context, request: str) -> Deal | Ask:
    """The deal that is named, else the room's last one. Raises `SkillFailed` for one that may not be seen here."""
    book, number = Book(ctx.database), deal_number_in(request)
    deal = await (book.find(number) if number else book.last_of_room(ctx.room))
    if deal is None and not number:
        return Ask(say("ask_number"), "request")
    if deal is None or not await may_show(ctx, deal):
        raise SkillFailed("FX_NO_DEAL", say("no_such_deal", number=number))
    return deal


def _in_words(deal: Deal) -> str:
    amount = spoken.money(Decimal(deal.value("amount") or 0), deal.value("amount_ccy") or "")
    side = say(f"side_{deal.value('side')}", base=spoken.currency_name(deal.value("base") or ""))
    return say("reversing_what", side=side, amount=amount, day=spoken.day(settles(deal)))


def _opposite(ctx: Context, original: Deal) -> dict[ElementName, Said]:
    """The elements of the deal that takes `original` back: its days as they were dealt, the other side, no limit."""
    elements = {
        name: replace(said, by=ctx.person.id, turn=ctx.turn_id, at=ctx.now) for name, said in original.elements.items()
    }
    elements.pop("limit_price", None)
    trade = dealt(original)
    days: dict[ElementName, str] = {"value_date": trade.legs[-1].day.isoformat()}
    if len(trade.legs) > 1:
        days["near_date"] = trade.legs[0].day.isoformat()
    days["side"] = _OPPOSITE[original.value("side") or "buy"]
    return {**elements, **{name: Said(value, ctx.person.id, ctx.turn_id, ctx.now) for name, value in days.items()}}
