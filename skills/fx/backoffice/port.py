"""Where and how booked deals are handed over: the `booking` part of `config/dealing.yaml`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class BookingPort(BaseModel):
    """The file drop of the back office."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str = Field(default="backoffice", min_length=1)
    """Below the state folder, or absolute. In it `in/<number>/deal.json` and `deal.fix` appear at once; the back office
    answers with `answers/<number>.ack`, or `<number>.nak` with its reason as text."""
    first_pause_seconds: int = Field(default=5, gt=0)
    longest_pause_seconds: int = Field(default=600, gt=0)
    """Between two tries; each pause is twice the one before."""
    tries: int = Field(default=10, gt=0)
    """After so many refusals a person has to look."""
    sender: str = Field(default="DESKMATE", pattern=r"^[A-Za-z0-9_.-]+$")
    target: str = Field(default="BACKOFFICE", pattern=r"^[A-Za-z0-9_.-]+$")
    """SenderCompID and TargetCompID of the FIX messages."""

    def place(self, home: Path) -> Path:
        """The folder; `home` is the state folder."""
        return home / self.folder

    def pause(self, tries: int) -> timedelta:
        """After that many tries."""
        return timedelta(seconds=min(self.first_pause_seconds * 2 ** min(tries, 30), self.longest_pause_seconds))
