"""Rooms of several people: open one, bring colleagues in, leave, hand over, close."""

from app.core.skill import Skill
from skills.rooms.opening import open_room
from skills.rooms.people import close_room, hand_over, invite, leave, members

__all__ = ["SKILLS"]

SKILLS: tuple[Skill, ...] = (open_room, invite, leave, hand_over, close_room, members)
