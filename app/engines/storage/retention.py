"""How long what is kept: `config/retention.yaml`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import ContentError, checked_content, read_yaml


class Retention(BaseModel):
    """Days after which something goes; 0 keeps it. The audit chain is not spoken of here: it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    talk_days: int = Field(ge=0, le=36_500)
    """What was said and answered, from the day it was said."""
    files_days: int = Field(ge=0, le=36_500)
    """Uploaded and made files, from the day they came."""
    vault_days: int = Field(ge=0, le=36_500)
    """What placeholders stand for, from the day their room was last spoken in."""

    def before(self, what: str, now: datetime) -> datetime | None:
        """Until when `talk`, `files` or `vault` goes; None where it is kept."""
        days: int = getattr(self, f"{what}_days")
        return now - timedelta(days=days) if days else None


def read_retention(path: Path) -> Retention:
    """The rules in `path`. Raises `ContentError` with file and line."""
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise ContentError(path, 1, "a mapping is expected")
    return checked_content(Retention, path, values)


def check_content(content: Path) -> None:
    """Raises `ContentError` with file and line for a wrong `config/retention.yaml`."""
    read_retention(content / "config" / "retention.yaml")
