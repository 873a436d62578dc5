"""What waits for the back office. A row is written in the transaction that books the deal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, DateTime, LargeBinary
from sqlmodel import Field, SQLModel


class PostingRow(SQLModel, table=True):
    """One booked deal on its way."""

    __tablename__ = "fx_posting"

    key: str = Field(primary_key=True)
    """Idempotency key of the booking."""
    number: str = Field(unique=True)
    state: str = Field(index=True)
    """`waiting`, `written` (complete, not yet shown), `dropped`, `acknowledged`, `refused`."""
    tries: int
    """Raised by whoever works on the row: nobody goes on with what another has begun."""
    due: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False, info={"sealed": "fx_posting/{key}"}))
    """Sealed JSON: `json`, `fix`, as they were written when the deal was booked; `answer` of the back office."""
