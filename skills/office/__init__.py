"""The office: colleagues, documents, meeting rooms."""

from pathlib import Path

from app.core.skill import Skill
from skills.office.book_room import book_room
from skills.office.bookings import BookedQuarter, Booking
from skills.office.meeting_rooms import load_rooms
from skills.office.own_bookings import cancel_room, my_bookings

SKILLS: tuple[Skill, ...] = (book_room, cancel_room, my_bookings)
TABLES = (Booking, BookedQuarter)


def check_content(content: Path) -> None:
    """Check what the office reads. Raises `ContentError` with file and line."""
    load_rooms(content)
