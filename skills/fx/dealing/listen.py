"""`fx.listen`: the assistant hears what dealers say to each other, keeps the ticket, and speaks only where it must."""

from __future__ import annotations

from typing import Annotated

from app.core.errors import SkillFailed
from app.core.skill import Context, Result, Slot, skill
from skills.fx.dealing.room_talk import told
from skills.fx.deals.book import Stale
from skills.fx.words import say


@skill("fx.listen", texts=say)
async def listen(ctx: Context, text: Annotated[str, Slot("utterance", ask="ask_deal")]) -> Result:
    """Hear a message of a dealing room: elements, corrections, prices, yes and no go to the room's deal.

    旁听房间里的交易对话：要素、更正、报价、还价、成交、撤回都记到本房间的交易单上；拿不准时才开口问。
    """
    try:
        heard = await told(ctx, text)
    except Stale:
        raise SkillFailed("FX_STALE_DEAL", say("deal_changed_meanwhile")) from None
    return Result(heard.said, happened=heard.happened)
