"""The office: colleagues, documents, meeting rooms."""

from pathlib import Path

from app.core.skill import Skill
from skills.office.book_room import book_room
from skills.office.bookings import BookedQuarter, BookingRow, erase_person
from skills.office.directory import spellings
from skills.office.documents import check_templates, draft_document
from skills.office.find_person import find_person
from skills.office.meeting_rooms import load_rooms
from skills.office.own_bookings import cancel_room, my_bookings

__all__ = ["SKILLS", "TABLES", "check_content", "erase_person", "warm"]

SKILLS: tuple[Skill, ...] = (find_person, draft_document, book_room, cancel_room, my_bookings)
TABLES = (BookingRow, BookedQuarter)


def check_content(content: Path) -> None:
    """Check what the office reads. Raises `ContentError` with file and line."""
    load_rooms(content)
    check_templates(content)


def warm() -> None:
    """The dictionary of pinyin takes a quarter of a second to load."""
    spellings("行")
