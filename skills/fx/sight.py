"""Which deals may be shown: everybody in the room where they are shown must be allowed to see them.

A deal is seen by the members of its room and by those who took part in it. Whoever answers for the dealing of the whole
bank sees all; how far that goes depends on the view.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.core.skill import Context
from app.core.turn import Person, Room
from skills.fx.deals.deal import Deal

DEALING_DEPARTMENT = ("head_office_dealer", "dealing_supervisor")
"""Who sees every deal that was made."""
SUPERVISORS = ("dealing_supervisor",)
"""Who sees every deal that is being made."""


async def shown(ctx: Context, deals: Sequence[Deal], all_to: Collection[str]) -> list[Deal]:
    """Those of `deals` that everybody in this room may see; people of the roles `all_to` see all."""
    audience = await _audience(ctx)
    rooms: dict[str, Room | None] = {}
    found = []
    for deal in deals:
        if deal.room not in rooms:
            rooms[deal.room] = await ctx.rooms.of(deal.room)
        if all(_sees(one, deal, rooms[deal.room], all_to) for one in audience):
            found.append(deal)
    return found


async def may_show(ctx: Context, deal: Deal) -> bool:
    """Whether everybody here may see this one, which is over or not."""
    return deal.room == ctx.room or bool(await shown(ctx, [deal], DEALING_DEPARTMENT))


def took_part(deal: Deal) -> frozenset[str]:
    """Staff numbers of who opened it, agreed to it or confirmed it."""
    agreed = (deal.agreement.branch, deal.agreement.bank) if deal.agreement else ()
    return frozenset((deal.opened_by, *agreed, *(one.by for one in deal.confirmations)))


def _sees(person: Person, deal: Deal, room: Room | None, all_to: Collection[str]) -> bool:
    return person.role in all_to or (room is not None and person.id in room.members) or person.id in took_part(deal)


async def shows_all(ctx: Context, all_to: Collection[str]) -> bool:
    """Whether everybody in this room sees all deals."""
    return all(person.role in all_to for person in await _audience(ctx))


async def _audience(ctx: Context) -> list[Person]:
    here = await ctx.rooms.of(ctx.room)
    return [one for one in ctx.people if here is not None and one.id in here.members] or [ctx.person]
