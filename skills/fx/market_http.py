"""The market from a market data system.

`GET <url>` with `Accept: application/json` and, where `DESKMATE_MARKET_TOKEN` is set, `Authorization: Bearer …`. The
answer is 200 with JSON of the market file's shape:

    {"as_of": "2026-11-23T10:00:00.250+08:00", "source": "…", "stale_after_minutes": 15,
     "pairs": {"USD/CNY": {"spot": [6.8305, 6.8335], "decimals": 4, "pip": 0.0001, "points": {"3M": [-345, -335]}}},
     "refused": {"USD/TRY": {"why": "halted"}}}

Numbers are read as decimals, never as floats. No proxy and no netrc of the environment; a redirection is followed
on the same scheme, host and port only, because the token goes along.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urljoin, urlsplit

from skills.fx.source_rules import Http

if TYPE_CHECKING:
    import httpx

TOKEN = "DESKMATE_MARKET_TOKEN"  # noqa: S105 - the variable's name
_HOPS = 2


class SourceFailed(Exception):
    """The source gave no market. `why` is a key of the catalogue: `market_failed_<why>`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def fetched(rules: Http, environment: Mapping[str, str] = os.environ) -> Any:
    """What the system says now, not judged yet. Raises `SourceFailed`."""
    try:
        client_of = await asyncio.to_thread(_prepared, rules.ca_file)
    except OSError:  # also what SSL says of a file that holds no authority
        raise SourceFailed("dead") from None
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if token := environment.get(TOKEN):
        headers["Authorization"] = f"Bearer {token}"
    try:
        async with asyncio.timeout(rules.timeout_seconds):
            async with client_of(rules.timeout_seconds) as client:
                body = await _answer(client, rules, headers)
    except TimeoutError:
        raise SourceFailed("slow") from None
    return await asyncio.to_thread(_read, body)


async def _answer(client: httpx.AsyncClient, rules: Http, headers: Mapping[str, str]) -> bytes:
    import httpx

    url = rules.url
    try:
        for _ in range(_HOPS + 1):
            async with client.stream("GET", url, headers=dict(headers)) as answer:
                if not answer.has_redirect_location:
                    return await _body(answer, rules.largest_bytes)
                url = urljoin(url, answer.headers["Location"])
                if _origin(url) != _origin(rules.url):
                    raise SourceFailed("elsewhere")
        raise SourceFailed("elsewhere")
    except httpx.TimeoutException:
        raise SourceFailed("slow") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        raise SourceFailed("dead") from None


async def _body(answer: httpx.Response, most: int) -> bytes:
    """The answer's bytes as they come: a packed one might be anything when unpacked."""
    if answer.status_code != 200:
        raise SourceFailed("answer")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise SourceFailed("shape")
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > most:
            raise SourceFailed("large")
    return bytes(body)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError):
        raise SourceFailed("shape") from None


def _no_number(said: str) -> NoReturn:
    raise ValueError(said)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


@lru_cache(maxsize=4)
def _prepared(ca_file: Path | None) -> Any:
    """How a client is made. In a thread: httpx takes a tenth of a second to load, and so do the authorities."""
    import httpx

    trust = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    return lambda patience: httpx.AsyncClient(verify=trust, timeout=patience, trust_env=False, follow_redirects=False)
