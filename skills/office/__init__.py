"""The office: colleagues, documents, meeting rooms."""

from pathlib import Path

from app.core.ports import Database
from app.core.skill import Skill
from skills.office import bookings, trips
from skills.office.book_room import book_room
from skills.office.bookings import BookedQuarter, BookingRow
from skills.office.directory import spellings
from skills.office.documents import check_templates, draft_document
from skills.office.find_person import find_person
from skills.office.meeting_rooms import load_rooms
from skills.office.own_bookings import cancel_room, my_bookings
from skills.office.readers import READERS
from skills.office.request_trip import cancel_trip, request_trip
from skills.office.trips import TripRow

__all__ = ["READERS", "SKILLS", "TABLES", "check_content", "erase_person", "warm"]

SKILLS: tuple[Skill, ...] = (
    find_person,
    draft_document,
    book_room,
    cancel_room,
    my_bookings,
    request_trip,
    cancel_trip,
)
TABLES = (BookingRow, BookedQuarter, TripRow)


async def erase_person(database: Database, person: str, *, dry_run: bool) -> int:
    """Delete a person's bookings and trips. Returns how many there were."""
    booked = await bookings.erase_person(database, person, dry_run=dry_run)
    return booked + await trips.erase_person(database, person, dry_run=dry_run)


def check_content(content: Path) -> None:
    """Check what the office reads. Raises `ContentError` with file and line."""
    load_rooms(content)
    check_templates(content)


def warm(content: Path, home: Path) -> None:
    """The dictionary of pinyin takes a quarter of a second to load."""
    spellings("行")
