"""Where the market comes from, and what is not believed of it: `config/market_source.yaml`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from skills.fx.market import changed_at, problem_of
from skills.fx.quotation import Strict
from skills.fx.words import say

FILE = Path("config") / "market_source.yaml"


def _safe(url: str) -> str:
    """TLS, but on this machine; nothing secret in the address, because it ends in logs."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an https address is expected")
    if parts.username or parts.password:
        raise ValueError("no password in the address: the token comes from the environment")
    if parts.scheme == "http" and not _here(parts.hostname):
        raise ValueError("http is for this machine only, elsewhere https")
    return url


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Http(Strict):
    """A market data system that answers GET with JSON of the market file's shape."""

    url: Annotated[str, AfterValidator(_safe)]
    ca_file: Path | None = None
    """The bank's own authority; None: those of this machine."""
    timeout_seconds: float = Field(default=2, gt=0, le=10)
    """For the whole answer."""
    largest_bytes: int = Field(default=262_144, gt=0, le=10_000_000)


class Plausible(Strict):
    """How far figures may lie from what is known."""

    moved_percent: float = Field(default=3, gt=0, le=40)
    """From the last good price, within a day; with the square root of the days beyond."""
    off_level_percent: float = Field(default=30, gt=0, le=80)
    """From `worth` of `config/dealing.yaml`, where there is no last good price."""
    widest_percent: float = Field(default=2, gt=0, le=20)
    """Between bid and offer."""
    rate_points: float = Field(default=10, gt=0, le=100)
    """Points or rates, in percentage points a year."""
    ahead_seconds: float = Field(default=5, ge=0, le=60)
    """How much faster than ours the source's clock may be."""
    remember_days: int = Field(default=7, gt=0, le=365)
    """A pair seen within these days and gone now is missing."""


class Vouched(Strict):
    """A level that the department vouches for: what later prices are compared with."""

    mid: Decimal = Field(gt=0)
    """As the market quotes the pair, for as many units."""
    at: AwareDatetime


class SourceRules(Strict):
    """The whole file."""

    source: Literal["file", "http", "example"] = "file"
    """`example`: the file's figures as if they were of now, to try things out; nobody deals on it in earnest."""
    http: Http | None = None
    plausible: Plausible = Plausible()
    vouched: dict[str, Vouched] = {}

    @model_validator(mode="after")
    def _whole(self) -> SourceRules:
        if self.source == "http" and self.http is None:
            raise ValueError("http: its address is missing")
        if problem := next(filter(None, map(problem_of, self.vouched)), ""):
            raise ValueError(problem)
        return self


def read_source_rules(content: Path) -> SourceRules:
    """The rules as the file says them now; without a file, the market file's. Raises `ContentError`."""
    path = content / FILE
    return _read(path, changed_at(path)) if path.exists() else SourceRules()


def check_source_rules(content: Path) -> None:
    """As `read_source_rules`, and that the authority's file is there. Raises `ContentError`."""
    rules = read_source_rules(content)
    if rules.http and rules.http.ca_file and not rules.http.ca_file.is_file():
        raise ContentError(content / FILE, line_at(content / FILE, ("http",)), "http.ca_file: there is no such file")


def example_remarks(content: Path) -> tuple[ContentError, ...]:
    """That the market is an example, where it is."""
    path = content / FILE
    if read_source_rules(content).source != "example":
        return ()
    return (ContentError(path, line_at(path, ("source",)), say("remark_example_market")),)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> SourceRules:
    return checked_content(SourceRules, path, read_yaml(path))


def level_of(vouched: Vouched | None, since: datetime | None) -> Decimal | None:
    """The vouched level, where it is newer than what is known `since`."""
    return vouched.mid if vouched and (since is None or vouched.at > since) else None
