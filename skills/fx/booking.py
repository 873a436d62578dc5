"""`fx.book`: the branch confirms the agreed ticket, the head office says yes, and the deal is booked once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from app.core.errors import Refused, SkillFailed
from app.core.happening import Happening
from app.core.skill import Context, Proposal, Result, skill
from app.core.turn import Money, Person
from skills.fx import spoken
from skills.fx.backoffice import PostingRow, completed, posting_of
from skills.fx.backoffice.words import say as say_booking
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.book import Book, Stale
from skills.fx.deals.deal import Confirmation, Deal, Seat
from skills.fx.deals.states import NotSo
from skills.fx.dealt import dealt
from skills.fx.progress import BANK_SIDE, client_of
from skills.fx.words import say

BRANCH_SIDE = ("branch_dealer", "regional_dealer")
"""Roles that confirm for the branch."""


@skill("fx.book", texts=say, confirm="four_eyes")
async def book_deal(ctx: Context) -> Proposal | Result:
    """Confirm the agreed deal of this room for the branch, so that the head office can confirm and it is booked.

    确认成交、确认成交单、提交总行确认：支行核对成交单后提交，总行确认后入账。
    """
    book = Book(ctx.database)
    deal = await book.of_room(ctx.room)
    if deal is None:
        return Result(say("no_deal_here"))
    if ctx.person.role not in BRANCH_SIDE:
        raise Refused("NOT_THE_BRANCH", say("branch_confirms"))
    if deal.state not in ("agreed", "confirmed_branch"):
        return Result(say("not_agreed_yet"))
    confirmation = Confirmation("branch", ctx.person.id, ctx.now)
    deal = await _changed(
        book, deal, ctx, "confirmed_branch", confirmations=(confirmation,), action=f"turn/{ctx.turn_id}"
    )
    return Proposal(say("book_summary", what=ticket_in_words(deal)), ticket(deal), worth(deal))


@book_deal.on_confirmed
async def booked(
    ctx: Context, number: str, version: int, elements: dict[str, str], price: str, near_price: str | None
) -> Result:
    """Book exactly this ticket. Raises `SkillFailed` where it is not the one that was agreed any more."""
    book = Book(ctx.database)
    deal = await book.find(number)
    if deal is None:
        raise SkillFailed("FX_NO_DEAL", say("no_such_deal", number=number))
    if deal.booked_key == ctx.idempotency_key:
        return await _booked_result(ctx, deal)  # a crash came between the booking and its record
    mine = {"number": number, "version": version, "elements": elements, "price": price, "near_price": near_price}
    if deal.state == "confirmed_branch":
        if ticket(deal) != mine:
            raise SkillFailed("FX_TICKET_CHANGED", say("ticket_changed", number=number))
        seats = seats_of(deal, [one for one in ctx.people if one.id in ctx.approved_by], ctx)
        deal = await _changed(book, deal, ctx, "confirmed", confirmations=seats)
    if deal.state != "confirmed" or deal.version != version + 1:
        raise SkillFailed("FX_TICKET_CHANGED", say("ticket_changed", number=number))
    key, posting = ctx.idempotency_key, partial(_posting, ctx)
    deal = await _changed(book, deal, ctx, "booked", booked_key=key, adds=posting)
    return await _booked_result(ctx, deal)


@skill("fx.withdraw", texts=say)
async def withdraw(ctx: Context) -> Result:
    """Withdraw the enquiry or the deal that is being made in this room. 撤回询价、撤单、不做了。"""
    book = Book(ctx.database)
    deal = await book.of_room(ctx.room)
    if deal is None:
        return Result(say("no_deal_here"))
    deal = await _changed(book, deal, ctx, "withdrawn", reason=ctx.person.id)
    return Result(say("withdrawn", number=deal.number), happened=(Happening("fx.withdrawn", deal.number),))


def ticket(deal: Deal) -> dict[str, Any]:
    """What people confirm: the whole ticket, as it was agreed."""
    agreement, offered = deal.agreement, deal.offered
    near = offered.near_price if offered else None
    return {
        "number": deal.number,
        "version": deal.version,
        "elements": {name: said.value for name, said in sorted(deal.elements.items())},
        "price": f"{agreement.price}" if agreement else "",
        "near_price": f"{near}" if near is not None else None,
    }


def ticket_in_words(deal: Deal) -> str:
    """The agreed ticket in one sentence with its true values, of a swap with both legs."""
    trade = dealt(deal)
    near, last = trade.legs[0], trade.legs[-1]
    values = {
        "number": deal.number,
        "customer": trade.customer,
        "side": say(f"known_{deal.value('side')}"),
        "base": spoken.currency_name(deal.value("base") or ""),
        "quote": spoken.currency_name(deal.value("quote") or ""),
        "amount": spoken.money(last.amount, trade.currency),
        "product": say(f"product_{trade.product}"),
        "day": last.day,
        "price": last.rate,
    }
    if near is not last:
        return say_booking("ticket_in_words_swap", **values, near_day=near.day, near_price=near.rate)
    return say("ticket_in_words", **values)


def worth(deal: Deal) -> Money | None:
    """For the limits of approvals; None, the highest, where a soft check wants the supervisor whatever the size."""
    if deal.worst_check == "soft":
        return None
    return Money(Decimal(deal.value("amount") or 0), deal.value("amount_ccy") or "")


def seats_of(deal: Deal, approvers: Sequence[Person], ctx: Context) -> tuple[Confirmation, ...]:
    """The branch's confirmation and those of `approvers`, each on the seat of his role; one person has one seat."""
    found = [one for one in deal.confirmations if one.seat == "branch"]
    taken: set[Seat] = set()
    for person in sorted(approvers, key=lambda one: BANK_SIDE.index(one.role) if one.role in BANK_SIDE else 9):
        if person.role not in BANK_SIDE:
            continue
        usual: Seat = "head_office" if person.role == BANK_SIDE[0] else "supervisor"
        # A small deal that the supervisor confirms alone has the head office's yes.
        seat: Seat = "head_office" if usual not in deal.needs and "head_office" not in taken else usual
        if seat not in taken:
            taken.add(seat)
            found.append(Confirmation(seat, person.id, ctx.now))
    return tuple(found)


def _posting(ctx: Context, deal: Deal) -> tuple[PostingRow]:
    """What the back office will be told of the booked deal: kept in the transaction that books it."""
    client = client_of(ctx, deal)
    if client is None:
        raise SkillFailed("FX_NO_CLIENT", say_booking("no_client", name=deal.value("customer") or ""))
    return (posting_of(deal, client.number, read_dealing_rules(ctx.content).booking, ctx.database.sealing),)


async def _booked_result(ctx: Context, deal: Deal) -> Result:
    said, files = await completed(ctx, deal, read_dealing_rules(ctx.content).booking)
    happened = (Happening("fx.booked", deal.number),)
    text = "\n\n".join((say("booked", what=ticket_in_words(deal)), *said))
    return Result(text, {"number": deal.number}, files=files, happened=happened)


async def _changed(book: Book, deal: Deal, ctx: Context, event: Any, **changes: Any) -> Deal:
    try:
        return await book.change(deal, event, by=ctx.person.id, turn=ctx.turn_id, now=ctx.now, **changes)
    except NotSo as refused:
        raise SkillFailed("FX_NOT_SO", say(f"not_so_{refused.code}")) from None
    except Stale:
        raise SkillFailed("FX_STALE_DEAL", say("deal_changed_meanwhile")) from None
