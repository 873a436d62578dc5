"""A room is never booked twice, an action never twice: held by the database, whatever comes at once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skills.office.bookings import Booking, Taken, book, cancel, find, quarters, taken, upcoming
from tests.skills.context import NOW, FakeDatabase

START = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[FakeDatabase]:
    opened = await FakeDatabase(tmp_path / "office.db").open()
    yield opened
    await opened.close()


def wanted(key: str, *, room: str = "zh-302", after: int = 0, quarters: int = 4, person: str = "E6001") -> Booking:
    start = START + timedelta(minutes=15 * after)
    end = start + timedelta(minutes=15 * quarters)
    return Booking(key=key, room=room, starts_at=start, ends_at=end, person=person, subject="例会")


async def attempt(database: FakeDatabase, booking: Booking) -> Booking | None:
    try:
        return await book(database, booking)
    except Taken:
        return None


async def test_of_two_at_once_one_gets_the_room(database: FakeDatabase) -> None:
    results = await asyncio.gather(attempt(database, wanted("a")), attempt(database, wanted("b", person="E1001")))
    assert len([one for one in results if one]) == 1
    assert len(await taken(database, ["zh-302"], START, START + timedelta(hours=1))) == 4


async def test_a_loser_leaves_nothing_behind(database: FakeDatabase) -> None:
    await book(database, wanted("a"))
    with pytest.raises(Taken):
        await book(database, wanted("b", after=-2, person="E1001"))
    assert await upcoming(database, "E1001", NOW) == []
    assert len(await taken(database, ["zh-302"], START - timedelta(hours=1), START + timedelta(hours=1))) == 4


async def test_neighbours_and_other_rooms_do_not_disturb(database: FakeDatabase) -> None:
    for booking in (wanted("a"), wanted("b", after=4), wanted("c", after=-4), wanted("d", room="zh-303")):
        assert await attempt(database, booking)


async def test_the_same_key_books_once_also_at_once(database: FakeDatabase) -> None:
    first, second = await asyncio.gather(book(database, wanted("a")), book(database, wanted("a")))
    again = await book(database, wanted("a"))
    assert first.id == second.id == again.id
    assert len(await upcoming(database, "E6001", NOW)) == 1


async def test_a_cancelled_room_is_free_and_the_same_key_does_not_take_it_back(database: FakeDatabase) -> None:
    booking = await book(database, wanted("a"))
    assert booking.id is not None
    gone = await cancel(database, booking.id, person="E6001", key="x", at=NOW)
    assert gone is not None
    assert await taken(database, ["zh-302"], START, START + timedelta(hours=1)) == set()
    assert (await book(database, wanted("a"))).cancelled_at is not None
    assert await attempt(database, wanted("b"))


async def test_only_the_owner_cancels_and_only_once(database: FakeDatabase) -> None:
    booking = await book(database, wanted("a"))
    assert booking.id is not None
    assert await cancel(database, booking.id, person="E1001", key="x", at=NOW) is None
    assert len(await taken(database, ["zh-302"], START, START + timedelta(hours=1))) == 4
    first = await cancel(database, booking.id, person="E6001", key="y", at=NOW)
    again = await cancel(database, booking.id, person="E6001", key="y", at=NOW)
    assert first is not None and again is not None and first.id == again.id
    assert await cancel(database, booking.id, person="E6001", key="z", at=NOW) is None


async def test_times_come_back_with_their_zone(database: FakeDatabase) -> None:
    booking = await book(database, wanted("a"))
    assert booking.id is not None
    found = await find(database, booking.id)
    assert found is not None
    assert (found.start, found.end) == (START, START + timedelta(hours=1))
    assert [one.id for one in await upcoming(database, "E6001", NOW)] == [booking.id]
    assert await upcoming(database, "E6001", START + timedelta(hours=1)) == []


@example(datetime(2026, 1, 1, 0, 0, 0, 1), 75)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), st.integers(1, 600))
def test_quarters_cover_the_whole_time_and_no_more(start: datetime, minutes: int) -> None:
    begin = start.replace(tzinfo=UTC)
    end = begin + timedelta(minutes=minutes)
    span = quarters(begin, end)
    assert span.start * 900 <= begin.timestamp() < (span.start + 1) * 900
    assert (span.stop - 1) * 900 < end.timestamp() <= span.stop * 900


attempts = st.lists(
    st.tuples(st.sampled_from(["zh-301", "zh-302"]), st.integers(0, 12), st.integers(1, 6), st.booleans()),
    min_size=2,
    max_size=10,
)


@settings(max_examples=20, deadline=None)
@given(attempts)
def test_no_two_confirmed_bookings_of_a_room_ever_overlap(wishes: list[tuple[str, int, int, bool]]) -> None:
    """Overlapping wishes at once, some of them cancelled again while others still try."""

    async def everybody() -> list[Booking]:
        with tempfile.TemporaryDirectory() as folder:
            database = await FakeDatabase(Path(folder) / "office.db").open()

            async def one(number: int, room: str, after: int, length: int, gives_back: bool) -> None:
                booking = await attempt(database, wanted(f"k{number}", room=room, after=after, quarters=length))
                if booking and gives_back:
                    assert booking.id is not None
                    await cancel(database, booking.id, person="E6001", key=f"c{number}", at=NOW)

            await asyncio.gather(*(one(number, *wish) for number, wish in enumerate(wishes)))
            held = list(await upcoming(database, "E6001", NOW))
            rows = await taken(database, ["zh-301", "zh-302"], START, START + timedelta(days=1))
            await database.close()
            assert rows == {(b.room, q) for b in held for q in quarters(b.start, b.end)}
            return held

    held = asyncio.run(everybody())
    for index, one in enumerate(held):
        for other in held[index + 1 :]:
            assert one.room != other.room or one.end <= other.start or other.end <= one.start
    if not any(gives_back for *_, gives_back in wishes):
        assert held, "somebody always gets a room"
