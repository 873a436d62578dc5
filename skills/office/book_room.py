"""`office.book_room`: from a wish to a proposal that a person confirms, and from there to a booking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from app.core.errors import SkillFailed
from app.core.skill import Ask, Context, Proposal, Result, Slot, skill
from skills.office.booking_wish import Wish, read_wish
from skills.office.bookings import QUARTER, Booking, Taken, book, quarters, taken
from skills.office.catalogue import listed, say, span_in_words, table
from skills.office.meeting_rooms import MeetingRoom, MeetingRooms, load_rooms

Span = tuple[datetime, datetime]


@skill("office.book_room", texts=say, confirm="one")
async def book_room(ctx: Context, request: Annotated[str, Slot("utterance", ask="ask_booking")]) -> Ask | Proposal:
    """Book a meeting room. `request`: all that was said about it so far, one line per message: room, place, number of
    people, equipment, day, start, end or length, subject. Later lines correct what earlier lines say.
    帮我订会议室、预订会议室、约会议室。
    """
    rooms = load_rooms(ctx.content)
    wish = read_wish(request, rooms, ctx.now)
    span = _in_quarters(wish.when.span(ctx.now))
    if span and (problem := _problem(span, rooms, ctx.now)):
        return Ask(problem, "request")
    if not (wish.rooms or wish.place or rooms.place_of(ctx.person.place)):
        return Ask(say("ask_place", places=listed(rooms.places)), "request")
    candidates = _candidates(wish, rooms, ctx.person.place)
    if span is None or not (wish.rooms or wish.people):
        return Ask(await _question(ctx, wish, span, candidates), "request")
    if not candidates:
        return Ask(_nothing_fits(wish, rooms, ctx.person.place), "request")
    if len(wish.rooms) > 1 and len(candidates) > 1:
        return Ask(say("ask_which_room", rooms=listed([room.title for room in candidates])), "request")
    free = await _free(ctx, candidates, span)
    if not free:
        return Ask(await _alternatives(ctx, candidates, rooms, span), "request")
    if wish.others >= len(free):
        return Ask(say("no_other", rooms=listed([_room_in_words(room) for room in free])), "request")
    room = free[wish.others]
    subject = wish.subject or say("meeting")
    return Proposal(
        say("book_summary", room=room.title, seats=room.seats, span=span_in_words(*span), subject=subject),
        {
            "room": room.title,
            "starts_at": span[0].isoformat(),
            "ends_at": span[1].isoformat(),
            "subject": subject,
            **({"people": wish.people} if wish.people else {}),
        },
    )


@book_room.on_confirmed
async def booked(
    ctx: Context, room: str, starts_at: str, ends_at: str, subject: str, people: int | None = None
) -> Result:
    """Book exactly this. Raises `SkillFailed` when the room was taken, or the time went by, while people thought."""
    if not ctx.idempotency_key:
        raise ValueError("a booking runs as a confirmed action only")
    rooms = load_rooms(ctx.content)
    known = rooms.titled(room)
    if known is None:
        raise SkillFailed("OFFICE_ROOM", say("room_is_gone"))
    start, end = datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at)
    if end <= ctx.now:
        raise SkillFailed("OFFICE_PAST", say("past_at_confirmation", span=span_in_words(start, end)))
    wanted = Booking(
        key=ctx.idempotency_key,
        room=known.id,
        starts_at=start.astimezone(UTC),
        ends_at=end.astimezone(UTC),
        person=ctx.person.id,
        subject=subject,
        people=people,
    )
    try:
        booking = await book(ctx.database, wanted)
    except Taken:
        detail = await _alternatives(ctx, (known,), rooms, (start, end))
        raise SkillFailed("OFFICE_TAKEN", say("taken_at_confirmation", detail=detail)) from None
    number = booking_number(booking, ctx)
    rows = [
        [say("number"), number],
        [say("room"), known.title],
        [say("time"), span_in_words(start, end)],
        [say("subject"), subject],
        [say("booked_by"), f"{ctx.person.name} {ctx.person.id}"],
    ]
    head = [say("item"), say("content")]
    data = {"number": number, "room": known.title, "starts_at": starts_at, "ends_at": ends_at, "subject": subject}
    return Result(say("booked", number=number) + "\n\n" + table(head, rows), data)


def booking_number(booking: Booking, ctx: Context) -> str:
    """`HY20261120-0007`: the day in the bank's time zone, and the number of the booking."""
    return f"HY{booking.start.astimezone(ctx.now.tzinfo):%Y%m%d}-{booking.id:04d}"


def _in_quarters(span: Span | None) -> Span | None:
    """Rooms are given out in quarters of an hour: the start goes down to one, the end up."""
    if span is None:
        return None
    start, end = (quarters(*span).start, quarters(*span).stop)
    return tuple(datetime.fromtimestamp(edge * QUARTER, span[0].tzinfo) for edge in (start, end))  # type: ignore[return-value]


def _problem(span: Span, rooms: MeetingRooms, now: datetime) -> str | None:
    """Why nobody can book that time, in words that ask for another; None when it is fine."""
    start, end = span
    words = span_in_words(start, end)
    if start + timedelta(seconds=QUARTER) <= now:
        return say("past", span=words)
    if (start.date() - now.date()).days > rooms.days_ahead:
        return say("too_far", span=words, days=rooms.days_ahead)
    if end - start > timedelta(hours=rooms.longest_hours):
        return say("too_long", span=words, hours=rooms.longest_hours)
    hours = rooms.hours
    if start.time() < hours.open or end.date() > start.date() or end.time() > hours.close:
        return say("closed", span=words, open=f"{hours.open:%H:%M}", close=f"{hours.close:%H:%M}")
    return None


def _candidates(wish: Wish, rooms: MeetingRooms, home: str) -> Sequence[MeetingRoom]:
    """The rooms that the wish allows, smallest first; at the person's own place unless he says else."""
    place = wish.place or rooms.place_of(home)
    named = [room for room in wish.rooms if room.place == place] or wish.rooms
    found = named or [room for room in rooms.rooms if room.place == place]
    return sorted(
        (
            room
            for room in found
            if room.seats >= (wish.people or 1)
            and wish.equipment <= set(room.equipment)
            and (wish.rooms or wish.floor in (None, room.floor))
        ),
        key=lambda room: room.seats,
    )


async def _free(ctx: Context, candidates: Sequence[MeetingRoom], span: Span) -> list[MeetingRoom]:
    busy = {room for room, _ in await taken(ctx.database, [room.id for room in candidates], *span)}
    return [room for room in candidates if room.id not in busy]


async def _question(ctx: Context, wish: Wish, span: Span | None, candidates: Sequence[MeetingRoom]) -> str:
    """One plain question for all that is missing."""
    if span is not None:
        free = [_room_in_words(room) for room in await _free(ctx, candidates, span)]
        return say("ask_people_free", span=span_in_words(*span), rooms=listed(free[:6])) if free else say("ask_people")
    when = wish.when
    missing = []
    if not (wish.rooms or wish.people):
        missing.append(say("which_size"))
    if when.day_or_today(ctx.now) is None:
        missing.append(say("which_day_start") if when.start is None else say("which_day"))
    elif when.start is None:
        missing.append(say("which_start"))
    if when.length is None:
        missing.append(say("how_long"))
    lead = say("no_such_day") if when.no_such_day else ""
    return lead + say("ask_missing", missing=listed(missing))


def _nothing_fits(wish: Wish, rooms: MeetingRooms, home: str) -> str:
    place = wish.rooms[0].place if wish.rooms else wish.place or rooms.place_of(home)
    there = [room for room in rooms.rooms if room.place == place]
    return say("nothing_fits", rooms=listed([_room_in_words(room, rooms) for room in there]))


async def _alternatives(ctx: Context, wanted: Sequence[MeetingRoom], rooms: MeetingRooms, span: Span) -> str:
    """What is free instead: other rooms at that time, then other times in the wanted room."""
    first = wanted[0]
    others = [room for room in rooms.rooms if room.place == first.place and room.seats >= first.seats // 2]
    free = [_room_in_words(room) for room in await _free(ctx, others, span)]
    times = [f"{start:%H:%M}–{end:%H:%M}" for start, end in await _free_times(ctx, first, rooms, span)]
    parts = [say("taken", room=listed([room.title for room in wanted]), span=span_in_words(*span))]
    if free:
        parts.append(say("free_rooms", rooms=listed(free[:4])))
    if times:
        parts.append(say("free_times", room=first.title, times=listed(times)))
    return "".join(parts) + say("which_then" if free or times else "nothing_free")


async def _free_times(ctx: Context, room: MeetingRoom, rooms: MeetingRooms, span: Span) -> list[Span]:
    """The three nearest times of the same length on that day."""
    day, length = span[0].date(), span[1] - span[0]
    opening = datetime.combine(day, rooms.hours.open, span[0].tzinfo)
    closing = datetime.combine(day, rooms.hours.close, span[0].tzinfo)
    busy = {quarter for _, quarter in await taken(ctx.database, [room.id], opening, closing)}
    found: list[Span] = []
    start = opening
    while start + length <= closing:
        free = start >= ctx.now and busy.isdisjoint(quarters(start, start + length))
        if free and all(abs(start - other) >= length for other, _ in found):
            found.append((start, start + length))
        start += timedelta(seconds=QUARTER)
    nearest = sorted(found, key=lambda one: abs(one[0] - span[0]))[:3]
    return sorted(nearest)


def _room_in_words(room: MeetingRoom, rooms: MeetingRooms | None = None) -> str:
    with_equipment = rooms.shown_equipment(room) if rooms else []
    return say("room_in_words", room=room.title, seats=room.seats) + (
        f"·{'·'.join(with_equipment)}" if with_equipment else ""
    )
