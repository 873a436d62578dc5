"""`office.my_bookings` and `office.cancel_room`: a person's own bookings, and giving one back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from app.core.errors import Refused, SkillFailed
from app.core.skill import Ask, Context, Proposal, Result, Slot, skill
from skills.office.book_room import booking_number
from skills.office.bookings import Booking, cancel, find, upcoming
from skills.office.catalogue import say, span_in_words, table
from skills.office.meeting_rooms import load_rooms
from skills.office.when import read_when

_NUMBER = re.compile(r"HY(?P<day>\d{8})-(?P<id>\d{1,9})|(?<!\d)(?P<short>\d{4})(?=\s*号)", re.IGNORECASE)


@skill("office.my_bookings", texts=say)
async def my_bookings(ctx: Context) -> Result:
    """List the meeting rooms that I have booked. 我订了哪些会议室、我的会议室预订。"""
    mine = await upcoming(ctx.database, ctx.person.id, ctx.now)
    if not mine:
        return Result(say("no_bookings"), {"bookings": []})
    data = {"bookings": [{"number": booking_number(one, ctx), "room": one.room} for one in mine]}
    return Result(say("your_bookings", count=len(mine)) + "\n\n" + _listing(ctx, mine), data)


@skill("office.cancel_room", texts=say, confirm="one")
async def cancel_room(
    ctx: Context, request: Annotated[str, Slot("utterance", ask="ask_cancel")]
) -> Ask | Proposal | Result:
    """Cancel a meeting room that the person has booked. `request`: what was said about it, one line per message:
    booking number (HY20261120-0007), or room, or day and time. 取消会议室、退掉会议室预订。
    """
    mine = await upcoming(ctx.database, ctx.person.id, ctx.now)
    lines = request.splitlines() or [""]
    for line in reversed(lines):
        if match := _NUMBER.search(line):
            return await _numbered(ctx, int(match["id"] or match["short"]), match["day"], mine)
    if not mine:
        return Result(say("no_bookings"), {"bookings": []})
    found: Sequence[Booking] = mine
    for line in reversed(lines):
        found = _meant(ctx, line, mine)
        if found != mine:
            break
    if len(found) == 1:
        return _proposal(ctx, found[0])
    question = say("which_cancel") if found else say("which_cancel_none")
    return Ask(question + "\n\n" + _listing(ctx, found or mine), "request")


@cancel_room.on_confirmed
async def cancelled(ctx: Context, number: str, booking: str) -> Result:
    """Cancel exactly this booking; `booking` is what it is, in words, as it was confirmed.

    Raises `SkillFailed` when it is not the person's, or was cancelled before.
    """
    if not ctx.idempotency_key:
        raise ValueError("a cancellation runs as a confirmed action only")
    id = int(number.rpartition("-")[2])
    done = await cancel(ctx.database, id, person=ctx.person.id, key=ctx.idempotency_key, at=ctx.now)
    if done is None:
        raise SkillFailed("OFFICE_CANCELLED", say("cancelled_before"))
    return Result(say("cancelled", number=number, what=booking), {"number": number})


async def _numbered(ctx: Context, id: int, day: str | None, mine: Sequence[Booking]) -> Proposal | Result:
    for booking in mine:
        if booking.id == id and day in (None, f"{booking.start.astimezone(ctx.now.tzinfo):%Y%m%d}"):
            return _proposal(ctx, booking)
    other = await find(ctx.database, id)
    if other is not None and other.person != ctx.person.id:
        raise Refused("OFFICE_NOT_YOURS", say("not_yours"))
    return Result(say("no_such_booking") + (("\n\n" + _listing(ctx, mine)) if mine else ""), {"bookings": []})


def _meant(ctx: Context, line: str, mine: Sequence[Booking]) -> Sequence[Booking]:
    """The bookings that `line` can mean; all of them when it names no room and no time."""
    when = read_when(line, ctx.now)
    rooms = {room.id for room in load_rooms(ctx.content).named_in(line)}
    found = []
    for booking in mine:
        start = booking.start.astimezone(ctx.now.tzinfo)
        same_day = when.day in (None, start.date())
        same_start = when.start in (None, start.hour * 60 + start.minute)
        if same_day and same_start and (not rooms or booking.room in rooms):
            found.append(booking)
    return found


def _proposal(ctx: Context, booking: Booking) -> Proposal:
    number = booking_number(booking, ctx)
    what = _in_words(ctx, booking)
    return Proposal(say("cancel_summary", number=number, what=what), {"number": number, "booking": what})


def _in_words(ctx: Context, booking: Booking) -> str:
    zone = ctx.now.tzinfo
    span = span_in_words(booking.start.astimezone(zone), booking.end.astimezone(zone))
    return say("booking_in_words", room=_room(ctx, booking), span=span, subject=booking.subject)


def _listing(ctx: Context, bookings: Sequence[Booking]) -> str:
    zone = ctx.now.tzinfo
    head = [say(key) for key in ("number", "time", "room", "subject")]
    rows = [
        [
            booking_number(one, ctx),
            span_in_words(one.start.astimezone(zone), one.end.astimezone(zone)),
            _room(ctx, one),
            one.subject,
        ]
        for one in bookings
    ]
    return table(head, rows)


def _room(ctx: Context, booking: Booking) -> str:
    room = load_rooms(ctx.content).room(booking.room)
    return room.title if room else booking.room
