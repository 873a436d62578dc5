"""`rooms.open`: a room in which several people and the assistant that was called talk."""

from __future__ import annotations

from typing import Annotated

from app.core.skill import Ask, Context, Result, Slot, skill
from skills.rooms.catalogue import say
from skills.rooms.wish import title_and_people


@skill("rooms.open", texts=say)
async def open_room(ctx: Context, request: Annotated[str, Slot("utterance", ask="ask_title")]) -> Result | Ask:
    """Open a shared room with a title and invite colleagues. `request`: what was said, one line per message.

    开房间、建群：给房间起名字，邀请同事一起谈。
    """
    first, *later = request.splitlines() or [""]
    title, named = title_and_people(first, ctx.people)
    for line in later:
        more_title, more = title_and_people(line, ctx.people)
        named = more if more.people or more.unknown else named
        title = title or more_title
    if not title:
        return Ask(say("ask_title"), "request")
    if named.unknown:
        return Ask(say("unknown_people", names=say("comma").join(named.unknown)), "request")
    room = await ctx.rooms.open(title, [one.id for one in named.people], [ctx.assistant])
    names = {person.id: person.name for person in ctx.people}
    people = say("comma").join(names[id] for id in room.members)
    text = say("opened", title=room.title, people=people, url=f"/thread/{room.id}")
    if len(room.members) == 1:
        text += say("opened_alone")
    return Result(text, {"room": room.id, "title": room.title, "members": list(room.members)})
