"""The booking port: what was booked goes to the back office once, is acknowledged by it, or tried again."""

from skills.fx.backoffice.completing import completed
from skills.fx.backoffice.outbox import Posting, deliver, posting_of, postings
from skills.fx.backoffice.port import BookingPort
from skills.fx.backoffice.tables import PostingRow

__all__ = ["BookingPort", "Posting", "PostingRow", "completed", "deliver", "posting_of", "postings"]
