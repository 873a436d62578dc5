"""A message of a room, heard and applied to the deal that is being made there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from app.core.errors import SkillFailed
from app.core.happening import Happening
from app.core.skill import Context
from skills.fx.agreeing import agree
from skills.fx.booking import BRANCH_SIDE
from skills.fx.clients import read_clients
from skills.fx.dealing.heard import Heard
from skills.fx.dealing.kept_talk import KeptTalks
from skills.fx.dealing.negotiation import hear
from skills.fx.dealing.offering import as_price, middles, priced
from skills.fx.dealing.talk import Agreed, Around, Message, Named, Talk
from skills.fx.dealing.telling import complete_in_words, questions
from skills.fx.dealing.ticket_values import doubts_of, talk_of
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.book import Book, Stale
from skills.fx.deals.deal import Deal, DealState, ElementName, Said
from skills.fx.deals.states import NotSo
from skills.fx.progress import BANK_SIDE, advanced
from skills.fx.words import say

_TRIES = 6
_PAUSE = 0.05
_PRICEABLE: tuple[DealState, ...] = ("complete", "checked", "quoted")
_ELSEWHERE: tuple[ElementName, ...] = ("purpose", "documents")
"""Elements that come from elsewhere: what is said does not take them away."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a message."""

    talk: Talk
    deal: Deal | None
    said: str
    """What the assistant must say; empty where it stays quiet."""
    happened: tuple[Happening, ...] = ()


async def told(ctx: Context, text: str) -> Told:
    """Hear `text` as said by the turn's person. Raises `Stale` where others keep changing the deal meanwhile."""
    room = await ctx.rooms.of(ctx.room)
    names = tuple(one.name for one in ctx.people if room is not None and one.id in room.members)
    papers = read_dealing_rules(ctx.content).documents
    around = Around(ctx.now.date(), read_clients(ctx.content), names, papers, await middles(ctx))
    hearing = _Hearing(ctx, around)
    for left in range(_TRIES, -1, -1):
        try:
            return await hearing.of(text, last=not left)
        except Stale:
            await asyncio.sleep(_PAUSE)  # somebody else speaks at this moment
    raise Stale


async def told_here(ctx: Context, text: str) -> Told | None:
    """As `told` where the turn is in a shared room; None in a person's own talk with the assistant.

    Raises `SkillFailed` where others keep changing the deal meanwhile.
    """
    if await ctx.rooms.of(ctx.room) is None:
        return None
    try:
        heard = await told(ctx, text)
        deal = heard.deal
        if deal is None or deal.state not in _PRICEABLE or any(one.name == "fx.complete" for one in heard.happened):
            return heard
        if deal.offered is None or ctx.now >= deal.offered.until:  # who asks for a price gets a new one
            deal, said = await advanced(ctx, deal)
            heard = replace(heard, deal=deal, said="\n\n".join(one for one in (heard.said, said) if one))
        return heard
    except Stale:
        raise SkillFailed("FX_STALE_DEAL", say("deal_changed_meanwhile")) from None


class _Hearing:
    """One message on its way to the ticket."""

    def __init__(self, ctx: Context, around: Around) -> None:
        self._ctx = ctx
        self._around = around
        self._book = Book(ctx.database)
        self._talks = KeptTalks(ctx.database)
        self._said: list[str] = []
        self._happened: list[Happening] = []

    async def of(self, text: str, *, last: bool) -> Told:
        """What comes of `text`. Raises `Stale` where another message came between; not where it is the `last` try."""
        ctx = self._ctx
        deal = await self._book.of_room(ctx.room)
        talk, version = await self._talks.of(ctx.room, deal.number if deal else "")
        if deal and not _same(deal, talk):
            if not last:
                raise Stale  # another message is on its way to the ticket: its talk is about to be kept
            talk = talk_of(deal)  # it never was
        before = _standing(talk, deal) if deal else Talk()
        heard = hear(before, self._message(text), self._around)
        if not heard.talk.said:
            return Told(heard.talk, deal, "")  # nobody speaks of a deal
        if deal is None:
            deal = await self._book.open(
                room=ctx.room, by=ctx.person.id, place=ctx.person.place, turn=ctx.turn_id, now=ctx.now
            )
            self._tell("fx.enquiry", deal)
        talk = heard.talk
        try:
            deal, talk = await self._applied(deal, heard)
        except NotSo as refused:
            self._said.append(say(f"not_so_{refused.code}"))
            talk = before
        await self._talks.keep(ctx.room, deal.number, talk, after=version)
        return Told(talk, deal, "\n\n".join(dict.fromkeys(one for one in self._said if one)), tuple(self._happened))

    def _message(self, text: str) -> Message:
        ctx, role = self._ctx, self._ctx.person.role
        bank = role in BANK_SIDE
        deals = bank or role in BRANCH_SIDE
        return Message(ctx.person.id, "bank" if bank else "branch", deals, text, ctx.turn_id, ctx.now)

    async def _applied(self, deal: Deal, heard: Heard) -> tuple[Deal, Talk]:
        """The deal and the talk after it. Raises `NotSo` and `Stale`."""
        ctx, talk = self._ctx, heard.talk
        doubts = doubts_of(talk, self._around.today)
        if "withdrawn" in heard.notes:
            deal = await self._change(deal, "withdrawn", reason=ctx.person.id)
            self._tell("fx.withdrawn", deal)
            self._said.append(say("withdrawn", number=deal.number))
            return deal, talk
        elements = _elements(deal, talk)
        only_papers = {name for name, said in elements.items() if deal.elements.get(name) != said} <= {"documents"}
        only_papers = only_papers and doubts == deal.doubts
        if deal.agreement and only_papers:
            elements = dict(deal.elements)  # papers do not take back what is agreed
        if elements != dict(deal.elements) or doubts != deal.doubts:
            was_open = deal.state
            deal = await self._change(deal, "changed", elements=elements, doubts=doubts)
            self._tell("fx.changed", deal)
            if was_open in ("agreed", "confirmed_branch"):
                self._said.append(say("talk_void", number=deal.number))
        self._said += questions(ctx, talk, doubts, heard.notes)
        if deal.state == "complete" and deal.checks == ():
            self._tell("fx.complete", deal)
            self._said.append("" if only_papers else complete_in_words(deal))
            if talk.offer is None or talk.offer.by == ctx.assistant:
                talk = replace(talk, offer=None)
                deal, said = await advanced(ctx, deal)
                self._said.append(said)
        if deal.offered and talk.offer is None and talk.agreed is None:
            talk = replace(talk, offer=_of_ticket(deal), before=as_price(deal.offered), reference=_last(talk, deal))
        deal, talk = await self._offered(deal, talk, heard)
        return await self._agreed(deal, talk, heard)

    async def _offered(self, deal: Deal, talk: Talk, heard: Heard) -> tuple[Deal, Talk]:
        """A price of the bank's dealer comes to the ticket as soon as the ticket can be priced."""
        offer = talk.offer
        price = offer.price.for_side(talk.side) if offer else None
        new = "offer" in heard.notes or ("changed" in heard.notes and deal.offered is None)
        if offer is None or price is None or not new or offer.by == self._ctx.assistant or talk.agreed:
            return deal, talk
        if deal.state in ("complete", "checked", "quoted", "agreed"):  # until nothing is missing the talk keeps it
            deal, problem = await priced(self._ctx, deal, price, offer.by, offer.at)
            self._said.append(problem)
            if not problem:
                self._tell("fx.offer", deal)
        return deal, talk

    async def _agreed(self, deal: Deal, talk: Talk, heard: Heard) -> tuple[Deal, Talk]:
        agreed = talk.agreed
        if agreed is None or "agreed" not in heard.notes:
            return deal, talk
        if deal.offered is None or as_price(deal.offered).one != agreed.price:
            deal, problem = await priced(self._ctx, deal, agreed.price, agreed.bank, self._ctx.now)
            if problem or deal.offered is None:
                self._said.append(problem)
                return deal, replace(talk, agreed=None)
        assert deal.offered
        deal, said = await agree(self._ctx, deal, price=deal.offered.price, branch=agreed.branch, bank=agreed.bank)
        self._said.append(said)
        if deal.agreement is None:
            return deal, replace(talk, agreed=None)
        self._tell("fx.agreed", deal)
        return deal, talk

    async def _change(self, deal: Deal, event: Any, **changes: Any) -> Deal:
        ctx = self._ctx
        return await self._book.change(deal, event, by=ctx.person.id, turn=ctx.turn_id, now=ctx.now, **changes)

    def _tell(self, name: str, deal: Deal) -> None:
        if (name, deal.number) not in ((one.name, one.about) for one in self._happened):
            self._happened.append(Happening(name, deal.number, {"state": deal.state}))


def _standing(talk: Talk, deal: Deal) -> Talk:
    """The talk as the ticket stands: a price or a yes may have come to it, or gone, by another way."""
    if deal.agreement is None:
        talk = replace(talk, agreed=None)
    elif talk.agreed is None:
        one = deal.agreement
        price = as_price(deal.offered).bid if deal.offered else one.price
        talk = replace(talk, agreed=Agreed(price, one.branch, one.bank, one.turn))
    if deal.offered and (talk.offer is None or as_price(deal.offered) != talk.offer.price) and not talk.counter:
        talk = replace(talk, offer=_of_ticket(deal), before=as_price(deal.offered))
    return talk


def _of_ticket(deal: Deal) -> Named | None:
    offered = deal.offered
    return Named(as_price(offered), offered.by, True, "", offered.at) if offered else None


def _last(talk: Talk, deal: Deal) -> Any:
    return as_price(deal.offered).bid if deal.offered else talk.reference


def _same(deal: Deal, talk: Talk) -> bool:
    """Whether the ticket has what was talked of."""
    return {name: said.value for name, said in deal.elements.items() if name not in _ELSEWHERE} == {
        name: said.value for name, said in talk.said.items() if name not in _ELSEWHERE
    }


def _elements(deal: Deal, talk: Talk) -> dict[ElementName, Said]:
    kept: dict[ElementName, Said] = {name: said for name, said in deal.elements.items() if name in _ELSEWHERE}
    return {**kept, **dict(talk.said)}
