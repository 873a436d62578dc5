"""What follows a booking: its message goes out, its papers are made. The deal stays booked whatever fails of it."""

from __future__ import annotations

import logging

from app.core.errors import place_of
from app.core.skill import Context
from app.core.turn import Attachment
from skills.fx.backoffice.intent import papers
from skills.fx.backoffice.outbox import UNSENT, deliver, postings
from skills.fx.backoffice.port import BookingPort
from skills.fx.backoffice.words import say
from skills.fx.deals.deal import Deal

_log = logging.getLogger("deskmate.fx")


async def completed(ctx: Context, deal: Deal, port: BookingPort) -> tuple[list[str], tuple[Attachment, ...]]:
    """What is to be said of it, and the papers. Raises nothing: what fails is tried again, or can be asked for."""
    said = [say("handed_over" if await _handed_over(ctx, deal, port) else "not_handed_over")]
    try:
        return said, await papers(ctx, deal)
    except Exception as error:
        _log.error("the papers of a booked deal were not made: %s", place_of(error))
        return [*said, say("papers_failed", number=deal.number)], ()


async def _handed_over(ctx: Context, deal: Deal, port: BookingPort) -> bool:
    try:
        await deliver(ctx.database, port, ctx.home, ctx.now)
        posting = (await postings(ctx.database, [deal.number])).get(deal.number)
    except Exception as error:
        _log.error("a booked deal was not handed over: %s", place_of(error))
        return False
    return posting is not None and posting.state not in UNSENT
