"""Who is in a shared room: inviting, leaving, handing over, closing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from app.core.errors import Refused
from app.core.skill import Ask, Context, Result, Slot, skill
from app.core.turn import Room
from skills.rooms.catalogue import say
from skills.rooms.wish import Named, named_in


@skill("rooms.invite", texts=say)
async def invite(ctx: Context, who: Annotated[str, Slot("utterance", ask="ask_whom")]) -> Result | Ask:
    """Invite colleagues into this room, by name or staff number. 邀请同事进房间、把某人拉进来。"""
    named = named_in(who, ctx.people)
    if question := _unclear(named):
        return Ask(question, "who")
    room = await ctx.rooms.invite(ctx.room, [one.id for one in named.people])
    return Result(say("invited", people=_names(ctx, [one.id for one in named.people]), all=_names(ctx, room.members)))


@skill("rooms.leave", texts=say)
async def leave(ctx: Context) -> Result:
    """Leave this room. 我退出房间、离开房间。"""
    room = await ctx.rooms.leave(ctx.room)
    if room is None:
        return Result(say("left_last", person=ctx.person.name))
    return Result(say("left", person=ctx.person.name, keeper=_names(ctx, [room.keeper])))


@skill("rooms.hand_over", texts=say)
async def hand_over(ctx: Context, to: Annotated[str, Slot("utterance", ask="ask_to_whom")]) -> Result | Ask:
    """Hand the room over to another member, who keeps it from now on. 把房间交给某人、移交房间。"""
    named = named_in(to, ctx.people)
    if len(named.people) != 1:
        return Ask(_unclear(named) or say("ask_to_whom"), "to")
    room = await ctx.rooms.hand_over(ctx.room, named.people[0].id)
    return Result(say("handed_over", person=_names(ctx, [room.keeper])))


@skill("rooms.close", texts=say)
async def close_room(ctx: Context) -> Result:
    """Close this room: its talk stays, nobody adds to it. 关闭房间、结束房间。"""
    await ctx.rooms.close(ctx.room)
    return Result(say("closed"))


@skill("rooms.members", texts=say)
async def members(ctx: Context) -> Result:
    """Who is in this room. 房间里有谁、谁在房间里。"""
    room = await _here(ctx)
    rows = [
        f"- {one.name}（{one.id}，{one.place} {one.post}）" + (say("keeper_mark") if one.id == room.keeper else "")
        for one in ctx.people
        if one.id in room.members
    ]
    return Result(say("members", title=room.title, count=len(rows)) + "\n" + "\n".join(rows))


async def _here(ctx: Context) -> Room:
    room = await ctx.rooms.of(ctx.room)
    if room is None:
        raise Refused("NO_ROOM", say("no_room"))
    return room


def _unclear(named: Named) -> str:
    """The question where nobody is named, or somebody whom nobody knows."""
    if named.unknown:
        return say("unknown_people", names=say("comma").join(named.unknown))
    return "" if named.people else say("ask_whom")


def _names(ctx: Context, ids: Sequence[str]) -> str:
    known = {person.id: person.name for person in ctx.people}
    return say("comma").join(known.get(id, id) for id in ids)
