"""`config/alarms.yaml`: from which figure on an alarm goes out, and to whom."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.core.assistant import ContentError, checked_content, read_yaml


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rate(_Strict):
    """A share of the turns within the last `minutes`."""

    above: float = Field(ge=0, lt=1)
    at_least: int = Field(ge=1)
    """Turns below which a share says nothing."""
    minutes: float = Field(gt=0, le=24 * 60)


class Count(_Strict):
    """A number within the last `minutes`."""

    count: int = Field(ge=1)
    minutes: float = Field(gt=0, le=24 * 60)


class Thresholds(_Strict):
    """One field a figure that is watched; what is left out is not."""

    refusal_rate: Rate | None = None
    violation_rate: Rate | None = None
    false_positive_reports: Count | None = None
    refused_log_ins: Count | None = None
    failed_actions: Count | None = None
    audit_broken: Count | None = None


class Email(_Strict):
    """User and password come from `DESKMATE_SMTP_USER` and `DESKMATE_SMTP_PASSWORD`."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, gt=0, lt=65536)
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = Field(alias="from", pattern=r"^[^@\s]+@[^@\s]+$")
    to: tuple[str, ...] = Field(min_length=1)
    ca_file: Path | None = None
    """The bank's own authority; left out: those that the system trusts."""

    @field_validator("to")
    @classmethod
    def _addresses(cls, to: tuple[str, ...]) -> tuple[str, ...]:
        if not all(one.count("@") == 1 and not any(char.isspace() for char in one) for one in to):
            raise ValueError("not an address")
        return to


class Webhook(_Strict):
    """Signed with `DESKMATE_WEBHOOK_KEY`."""

    url: str = Field(pattern=r"^(https://[^\s/]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(/\S*)?$")
    """https, or a loopback address."""
    ca_file: Path | None = None


class AlarmRules(_Strict):
    """The file."""

    thresholds: Thresholds = Thresholds()
    cool_down_minutes: float = Field(default=30, ge=0)
    """The same alarm is quiet for so long."""
    email: Email | None = None
    webhook: Webhook | None = None


def read_rules(path: Path) -> AlarmRules:
    """The rules; a content folder without the file watches nothing. Raises `ContentError` with file and line."""
    if not path.exists():
        return AlarmRules()
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise ContentError(path, 1, "a mapping is expected")
    return checked_content(AlarmRules, path, values)
