"""The market as it is now, from wherever `config/market_source.yaml` says; the last good one where that fails.

What comes back carries its own time: who deals on it refuses what is too old (`offer.offered`, `checks/price.py`); who
only shows it says how old it is.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

from app.core.assistant import ContentError, read_yaml
from app.core.errors import SkillFailed
from app.core.ports import Database
from app.core.skill import Context
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.last_prices import keep_last, last_prices
from skills.fx.market import FILE, Market, changed_at, market_of
from skills.fx.market_http import SourceFailed, fetched
from skills.fx.plausibility import judged
from skills.fx.source_rules import SourceRules, read_source_rules
from skills.fx.words import say

_FRESH = 1.0
"""Seconds for which an answer is taken as it is."""
_REST = 5.0
"""Seconds for which a source that failed is left alone: nobody waits for it time and again."""
_KEPT_EVERY = 60.0
"""Seconds between two writings of the last good prices: in between, this process remembers them."""
_LONGEST_TURN = timedelta(minutes=10)
"""How long ago a turn may have begun that asks for the market: a model may have thought before."""
_log = logging.getLogger("deskmate.fx")


async def current_market(ctx: Context) -> Market:
    """The market now, without the pairs that are not believed (`Market.refused`).

    Where the source fails, the last good market with its own time, and `source` says so. Raises `SkillFailed` where
    there is none, or where its time lies ahead of `ctx.now`.
    """
    feeds = _FEEDS.setdefault(ctx.database, {})
    if ctx.content not in feeds:
        feeds[ctx.content] = _Feed()
    return await feeds[ctx.content].current(ctx)


class _Feed:
    """One house's market: asked by one turn at a time, remembered for all."""

    def __init__(self) -> None:
        self._asking = asyncio.Lock()
        self._again = 0.0
        self._kept: Market | None = None
        self._last: dict[str, Market] | None = None
        """Pair -> the market of it alone, when it was last good."""
        self._written: dict[str, Market] = {}
        self._write_again = 0.0
        self._failure = ""
        self._ahead = timedelta(0)
        self._latest: datetime | None = None
        """When the latest turn began that asked."""

    async def current(self, ctx: Context) -> Market:
        self._latest = max(self._latest or ctx.now, ctx.now)
        # While one turn asks, the others are answered from what is kept.
        if time.monotonic() >= self._again and not (self._kept and self._asking.locked()):
            async with self._asking:
                if time.monotonic() >= self._again:
                    await self._ask(ctx)
        return self._told(ctx)

    async def _ask(self, ctx: Context) -> None:
        rules = await asyncio.to_thread(read_source_rules, ctx.content)
        worth = (await asyncio.to_thread(read_dealing_rules, ctx.content)).worth
        self._ahead = timedelta(seconds=rules.plausible.ahead_seconds)
        if self._last is None:
            self._last = await last_prices(ctx.database)
            self._kept = _restored(self._last)
        try:
            market = await _said(rules, ctx.content)
            if rules.source == "example":
                shown = say("example_market", source=market.source)
                market = market.model_copy(update={"as_of": self._latest or ctx.now, "source": shown})
            if not self._can_be_known(market, self._latest or ctx.now):
                raise SourceFailed("future")
            if self._kept and market.as_of < self._kept.as_of:
                raise SourceFailed("older")
        except SourceFailed as failed:
            self._failed(failed.why)
            self._again = time.monotonic() + _REST
            return
        self._failed("")
        before = self._kept.refused if self._kept else {}
        self._kept = await asyncio.to_thread(judged, market, self._last, rules, worth)
        for name, refusal in self._kept.refused.items():
            if before.get(name) != refusal:
                _log.warning("market of %s refused: %s %s", name, refusal.why, dict(refusal.facts))
        self._last |= {name: self._alone(name) for name in self._kept.pairs}
        self._again = time.monotonic() + _FRESH
        await self._write(ctx.database)

    def _alone(self, name: str) -> Market:
        assert self._kept
        return self._kept.model_copy(update={"pairs": {name: self._kept.pairs[name]}, "refused": {}})

    def _failed(self, why: str) -> None:
        if why and why != self._failure:
            _log.warning("the market's source gave none: %s", why)
        self._failure = why

    async def _write(self, database: Database) -> None:
        if time.monotonic() < self._write_again or self._last is None:
            return
        fresh = {name: one for name, one in self._last.items() if self._written.get(name) != one}
        if fresh:
            await keep_last(database, fresh)
            self._written |= fresh
            self._write_again = time.monotonic() + _KEPT_EVERY

    def _can_be_known(self, market: Market, began: datetime) -> bool:
        """Whether its time has come, in a turn that began then: by the turn's own time, or while it was under way."""
        if market.as_of <= began + self._ahead:
            return True
        return market.as_of - began <= _LONGEST_TURN and market.as_of <= datetime.now(UTC) + self._ahead

    def _told(self, ctx: Context) -> Market:
        market = self._kept
        if market is None:
            raise SkillFailed("FX_NO_MARKET", say("no_market", reason=say(f"market_failed_{self._failure}")))
        if not self._can_be_known(market, ctx.now):
            # Our own clock went back, or theirs was ahead when it was kept.
            raise SkillFailed("FX_NO_MARKET", say("no_market", reason=say("market_failed_future")))
        changes: dict[str, object] = {}
        if market.as_of > ctx.now:
            changes["as_of"] = ctx.now  # it came while the turn was under way
        if self._failure:
            reason = say(f"market_failed_{self._failure}")
            changes["source"] = say("market_kept", source=market.source, reason=reason)
        return market.model_copy(update=changes) if changes else market


_FEEDS: WeakKeyDictionary[Database, dict[Path, _Feed]] = WeakKeyDictionary()


async def _said(rules: SourceRules, content: Path) -> Market:
    """What the source says, each pair read for itself. Raises `SourceFailed`."""
    if rules.source == "http":
        assert rules.http
        said = await fetched(rules.http)
        try:
            return await asyncio.to_thread(market_of, said)
        except ValueError:
            raise SourceFailed("shape") from None
    try:
        return await asyncio.to_thread(_of_file, content / FILE)
    except (ContentError, ValueError):
        raise SourceFailed("file") from None


def _of_file(path: Path) -> Market:
    return _read(path, changed_at(path))


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Market:
    return market_of(read_yaml(path))


def _restored(last: dict[str, Market]) -> Market | None:
    """The newest of what was kept before this process began: the pairs of one moment."""
    newest = max(last.values(), key=lambda one: one.as_of, default=None)
    if newest is None:
        return None
    pairs = {name: one.pairs[name] for name, one in last.items() if one.as_of == newest.as_of}
    return newest.model_copy(update={"pairs": pairs})
