"""Foreign exchange: dealing sentences, value dates, indicative prices, screening."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from app.core.assistant import ContentError
from app.core.errors import BadInput
from app.core.ports import Database
from app.core.skill import Skill
from skills.fx import oversight
from skills.fx.backoffice import PostingRow, deliver
from skills.fx.backoffice.intent import check_intent
from skills.fx.board import rates
from skills.fx.booking import book_deal, withdraw
from skills.fx.calendars import quantlib, read_holidays
from skills.fx.clients import read_clients
from skills.fx.commands import COMMANDS
from skills.fx.dealing.kept_talk import TalkRow
from skills.fx.dealing.listen import listen
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.dealing_ticket import deal_ticket
from skills.fx.deals.tables import DealChangeRow, DealDayRow, DealRow, LimitSubjectRow, LimitUseRow
from skills.fx.market import read_market
from skills.fx.pricing_tables import LastPriceRow
from skills.fx.quote import quote
from skills.fx.readers import READERS
from skills.fx.reversing import intent, reverse
from skills.fx.screening import OWN, lists_in_force, own_lists, screener
from skills.fx.settlement import value_dates
from skills.fx.source_rules import check_source_rules, example_remarks

__all__ = ["COMMANDS", "READERS", "SKILLS", "TABLES", "check_content", "remarks", "tend", "warm"]

_AFTER = (reverse, intent, *oversight.SKILLS)
"""Around deals that were made."""
SKILLS: tuple[Skill, ...] = (quote, value_dates, rates, listen, deal_ticket, book_deal, withdraw, *_AFTER)
TABLES = (DealRow, DealDayRow, DealChangeRow, LimitSubjectRow, LimitUseRow, TalkRow, PostingRow, LastPriceRow)


def check_content(content: Path) -> None:
    """Read every file of ours below `content`. Raises `ContentError` with file and line."""
    read_market(content)
    check_source_rules(content)
    read_holidays(content)
    read_clients(content)
    read_dealing_rules(content)
    check_intent(content)
    try:
        own_lists(content)
    except BadInput as error:
        raise ContentError(content / OWN, 1, error.message) from None


async def tend(database: Database, content: Path, home: Path, now: datetime) -> None:
    """What the back office has not got yet is sent, and its answers are read."""
    await deliver(database, read_dealing_rules(content).booking, home, now)


def remarks(content: Path) -> tuple[ContentError, ...]:
    """What is not wrong, but should not stay so where deals are made in earnest."""
    return example_remarks(content)


def warm(content: Path, home: Path) -> None:
    """QuantLib takes a third of a second to load, tens of thousands of listed names take two to prepare."""
    quantlib()
    with suppress(BadInput):  # whoever screens a name is told
        screener(lists_in_force(content, home))
