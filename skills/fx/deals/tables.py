"""How deals are kept. What people said and names of clients are sealed; plain are numbers, states and staff numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary
from sqlmodel import Field, SQLModel


class DealRow(SQLModel, table=True):
    """A deal as it stands."""

    __tablename__ = "fx_deal"

    number: str = Field(primary_key=True)
    room: str = Field(index=True)
    open_in: str | None = Field(default=None, unique=True)
    """The room while the deal is being made there: there is one at a time. None once it is over."""
    state: str = Field(index=True)
    version: int
    opened_by: str
    opened_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    action: str = Field(index=True)
    booked_key: str | None = Field(default=None, unique=True)
    """The database itself keeps one booking from having two deals."""
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False, info={"sealed": "fx_deal/{number}"}))
    """Sealed JSON of the whole `Deal`."""


class DealDayRow(SQLModel, table=True):
    """How many deals were opened on a day: changing this row is the lock under which numbers are given."""

    __tablename__ = "fx_deal_day"

    day: str = Field(primary_key=True)
    """`20261123`."""
    count: int


class DealChangeRow(SQLModel, table=True):
    """One change of a deal, in the order of its versions. Rows are only ever added."""

    __tablename__ = "fx_deal_change"

    number: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    event: str
    before: str
    after: str
    by: str
    """Staff number; an assistant's name where time or the machine brought it."""
    turn: str
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    body: bytes = Field(
        sa_column=Column(LargeBinary, nullable=False, info={"sealed": "fx_deal_change/{number}/{version}"})
    )
    """Sealed JSON of the deal after it."""


class LimitSubjectRow(SQLModel, table=True):
    """Somebody who has a limit: changing this row is the lock under which his uses are counted."""

    __tablename__ = "fx_limit_subject"

    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    counted: int


class LimitUseRow(SQLModel, table=True):
    """What one deal takes of one limit, as long as it does."""

    __tablename__ = "fx_limit_use"

    number: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    cents: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Hundredths of a yuan."""
    until: str = ""
    """ISO day of its settlement, after which it counts no more; empty for as long as the deal stands."""
