"""Names against watch lists: Chinese and others, aliases, any order, other scripts, spelling variants."""

from __future__ import annotations

import asyncio

from app.core.skill import Context
from skills.fx.screening.entry import Entry, Match, Screening, WatchList
from skills.fx.screening.lists import OWN, lists_in_force, own_lists, read_list
from skills.fx.screening.screen import THRESHOLD, screen, screener
from skills.fx.words import say

__all__ = [
    "OWN",
    "THRESHOLD",
    "Entry",
    "Match",
    "Screening",
    "WatchList",
    "because",
    "lists_in_force",
    "own_lists",
    "read_list",
    "screen",
    "screened",
    "screener",
]

_DETAIL = 120
"""Characters of what a list says about an entry that are shown."""


async def screened(ctx: Context, name: str) -> Screening:
    """`name` against all lists in force. Raises `BadInput` for a name without letters, and when a list is damaged."""

    def look() -> Screening:
        lists = lists_in_force(ctx.content, ctx.home)
        return Screening(name, tuple(screener(lists).matches(name)), {one.name: one.version for one in lists})

    return await asyncio.to_thread(look)  # preparing tens of thousands of names takes seconds, once


def because(match: Match) -> str:
    """Why it fitted and whom, for the person who decides: what had to be overlooked, of which entry it is an alias, its
    number, and what the list says of it."""
    why = say("match_and").join(say(f"match_{reason}") for reason in match.why)
    if match.by_alias:
        why = say("match_alias", why=why, name=match.listed.name)
    about = " · ".join(filter(None, (match.entry, match.listed.kind, match.listed.detail[:_DETAIL])))
    return say("match_entry", why=why, about=about)
