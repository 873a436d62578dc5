"""A market data system that is a real server on this machine, and houses whose market comes from it."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from app.core.skill import Context
from skills.fx.market import Market, market_of
from tests.skills.context import CONTENT, ZONE, FakeDatabase, context

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def figures(at: datetime = NOW, **pairs: Any) -> dict[str, Any]:
    """What a data system says: three pairs, or those given."""
    usual = {
        "USD/CNY": {"spot": [6.8305, 6.8335], "decimals": 4, "pip": 0.0001, "points": {"3M": [-345, -335]}},
        "USD/JPY": {"spot": [159.800, 159.860], "decimals": 3, "pip": 0.01, "points": {"3M": [-108.5, -106.5]}},
        "EUR/USD": {"spot": [1.16820, 1.16860], "decimals": 5, "pip": 0.0001, "points": {"3M": [45.8, 47.2]}},
    }
    said = {**usual, **{name.replace("_", "/"): one for name, one in pairs.items()}}
    return {
        "as_of": at.isoformat(),
        "source": "测试行情系统",
        "stale_after_minutes": 15,
        "pairs": {name: one for name, one in said.items() if one is not None},
    }


def dollar(bid: float, offer: float, **more: Any) -> dict[str, Any]:
    return {"spot": [bid, offer], "decimals": 4, "pip": 0.0001, **more}


def http(body: bytes | str, status: str = "200 OK", *headers: str) -> Answer:
    """An answer of one piece."""
    content = body.encode() if isinstance(body, str) else body

    async def answer(writer: asyncio.StreamWriter) -> None:
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close", *headers]
        writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + content)
        await writer.drain()

    return answer


def as_json(values: Any) -> Answer:
    return http(json.dumps(values))


class DataSystem:
    """A real server that says what it is told to."""

    def __init__(self) -> None:
        self.answer: Answer = as_json(figures())
        self.asked: list[str] = []
        """The heads of the requests."""
        self._server: asyncio.Server | None = None
        self.port = 0

    @asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[DataSystem]:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self._server.close()

    def stop(self) -> None:
        assert self._server
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await self.answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # who asked has gone: that is what some tests are about
        finally:
            writer.close()


def content(folder: Path, rules: Mapping[str, Any]) -> Path:
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "market_source.yaml").write_text(yaml.safe_dump(dict(rules)), encoding="utf-8")
    (folder / "config" / "dealing.yaml").write_bytes((CONTENT / "config" / "dealing.yaml").read_bytes())
    return folder


def asking(
    tmp_path: Path, database: FakeDatabase, port: int, now: datetime = NOW, patience: float = 10, **rules: Any
) -> Context:
    """A turn in a house whose market comes from this machine's `port`."""
    address = {"url": f"http://127.0.0.1:{port}/market", "timeout_seconds": patience, "largest_bytes": 20_000}
    where = content(tmp_path, {"source": "http", "http": address, **rules})
    return context(tmp_path, database, now=now, content=where)


def market(at: datetime, bid: Decimal, offer: Decimal) -> Market:
    return market_of({**figures(at, USD_CNY=None, USD_JPY=None, EUR_USD=None), "pairs": {"USD/CNY": one(bid, offer)}})


def one(bid: Decimal, offer: Decimal) -> dict[str, Any]:
    return {"spot": [bid, offer], "decimals": 4, "pip": "0.0001"}
