"""What is kept of prices. Nothing personal: market figures only."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class LastPriceRow(SQLModel, table=True):
    """The last good price of a pair: what the next one is compared with, also after a restart."""

    __tablename__ = "fx_last_price"

    pair: str = Field(primary_key=True)
    """`USD/CNY`."""
    at: str
    """When it was, ISO in UTC with microseconds: later ones sort behind."""
    body: str
    """JSON of the `Market` with this pair alone."""
