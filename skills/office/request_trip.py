"""`office.request_trip` and `office.cancel_trip`: what the procedure of a business trip proposes, and takes back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from app.core.errors import Refused, SkillFailed
from app.core.happening import Happening
from app.core.skill import Ask, Context, Proposal, Result, Slot, skill
from app.core.turn import Money
from skills.office import trips
from skills.office.catalogue import day_in_words, say
from skills.office.readers import read_day, read_number


@skill("office.request_trip", texts=say, confirm="one")
async def request_trip(
    ctx: Context,
    city: Annotated[str, Slot("text", ask="ask_trip_city")],
    start: Annotated[str, Slot("date", ask="ask_trip_start")],
    duration: Annotated[str, Slot("number", ask="ask_trip_duration")],
    reason: Annotated[str, Slot("text", ask="ask_trip_reason")],
    advance: Annotated[str, Slot("number", ask="ask_trip_advance")] = "0",
) -> Ask | Proposal:
    """Apply for a business trip: where to, from when, how many days, why, yuan in advance. 申请出差。"""
    day = read_day(start, ctx.now) or _iso(start)
    days = read_number(duration, ctx.now)
    yuan = read_number(advance, ctx.now)
    if day is None:
        return Ask(say("ask_trip_start"), "start")
    if days is None or not 1 <= days <= 365 or days != int(days):
        return Ask(say("ask_trip_duration"), "duration")
    if yuan is None or yuan < 0:
        return Ask(say("ask_trip_advance"), "advance")
    arguments = {
        "city": city, "start": day.isoformat(), "days": int(days), "reason": reason, "advance": f"{yuan:.2f}"
    }  # fmt: skip
    return Proposal(_in_words(ctx, arguments), arguments, Money(yuan, "CNY"))


@request_trip.on_confirmed
async def granted(ctx: Context, city: str, start: str, days: int, reason: str, advance: str) -> Result:
    """The trip may be made; the same key is the same trip."""
    if not ctx.idempotency_key:
        raise ValueError("a trip is agreed to as a confirmed action only")
    about = {"city": city, "days": days, "reason": reason, "advance": advance}
    day = date.fromisoformat(start)
    trip = await trips.grant(
        ctx.database, key=ctx.idempotency_key, person=ctx.person.id, start=day, about=about, at=ctx.now
    )
    done = say("trip_granted", number=trip.number, what=_in_words(ctx, {**about, "start": start}))
    return Result(done, {"number": trip.number}, happened=(Happening("office.trip_granted", trip.number),))


@skill("office.cancel_trip", texts=say, confirm="one")
async def cancel_trip(
    ctx: Context, request: Annotated[str, Slot("text", ask="ask_trip_number")]
) -> Ask | Proposal | Result:
    """Cancel a trip of one's own that was agreed to; `request`: the number of its approval. 取消出差。"""
    trip = await trips.of_action(ctx.database, request.strip(), ctx.person.id)
    if trip is None:
        raise Refused("OFFICE_NO_TRIP", say("trip_unknown"))
    if trip.cancelled:
        return Result(say("trip_cancelled", number=trip.number), {"number": trip.number})
    return Proposal(say("trip_to_cancel", number=trip.number), {"number": trip.number})


@cancel_trip.on_confirmed
async def trip_cancelled(ctx: Context, number: str) -> Result:
    """The trip is not made."""
    if not await trips.cancel(ctx.database, number, person=ctx.person.id, at=ctx.now):
        raise SkillFailed("OFFICE_NO_TRIP", say("trip_unknown"))
    return Result(say("trip_cancelled", number=number), {"number": number})


def _in_words(ctx: Context, trip: dict[str, Any]) -> str:
    advance = Decimal(trip["advance"])
    return say(
        "trip_in_words" if advance else "trip_without_advance",
        person=ctx.person.name,
        city=trip["city"],
        start=day_in_words(date.fromisoformat(trip["start"])),
        days=trip["days"],
        reason=trip["reason"],
        advance=f"{advance:,.2f}",
    )


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
