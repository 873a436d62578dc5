"""A turn as it is answered: deltas become one growing message per speaker, progress a passing line.

Writes straight to the browser. Chainlit's `Message` would store every message a second time and waits a
millisecond for each; the gateway has stored the turn already, masked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.channels.browser_cards import Cards, Json, Place, displayed, parts_of, say
from app.core.ports import Delta, Progress
from app.core.turn import Mode, Part, Reply

Emit = Callable[[str, Any], Awaitable[None]]

_PAUSE = 0.015  # seconds: what comes within it goes to the browser together


@dataclass(slots=True)
class _Bubble:
    """One speaker's message while it grows."""

    number: int
    speaker: str
    mode: Mode
    model: str
    text: str = ""
    sent: int = 0
    """How much of `text` the browser has."""

    @property
    def ready(self) -> int:
        """How much of `text` can be shown: how final colons, tildes and slashes are shown depends on what follows."""
        return len(self.text.rstrip(":~/"))

    def part(self, length: int) -> Part:
        """The first `length` characters as a part of a reply."""
        return Part(self.speaker, self.text[:length], self.mode, self.model)


class LiveTalk:
    """Shows one turn while it is answered."""

    def __init__(self, cards: Cards, place: Place, emit: Emit) -> None:
        self._cards = cards
        self._place = place
        self._emit = emit
        self._at = datetime.now(UTC)
        self._bubbles: list[_Bubble] = []
        self._progress: Json | None = None
        self._flushing: asyncio.Task[None] | None = None
        self._final: list[Json] | None = None
        """The whole answer, once it is there."""

    async def open(self) -> None:
        """Show that the message has arrived."""
        await self._emit("new_message", self._cards.run(self._place, self._at, over=False))

    async def again(self) -> None:
        """Show anew what is there of the answer: the message it hangs on was moved."""
        await self._emit("new_message", self._cards.run(self._place, self._at, over=self._final is not None))
        for bubble in self._bubbles if self._final is None else ():
            if bubble.sent:
                step = self._cards.message(self._place, bubble.number, bubble.part(bubble.sent), self._at)
                await self._emit("stream_start", {**step, "streaming": True})
        for step in self._final or ():
            await self._emit("new_message", step)

    async def hear(self, event: Delta | Progress) -> None:
        """The gateway's listener."""
        if isinstance(event, Progress):
            await self._happening(event.text)
            return
        bubble = next((one for one in self._bubbles if one.speaker == event.speaker), None)
        if bubble is None:
            bubble = _Bubble(len(self._bubbles), event.speaker, event.mode, event.model)
            self._bubbles.append(bubble)
        bubble.text += event.text
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())

    async def close(self, reply: Reply, sentence: str) -> None:
        """Put the final answer in place of what streamed, with everything that hangs on it."""
        await self._quiet()
        parts = parts_of(reply)
        for number, part in enumerate(parts):
            await self._show(number, part)
        for bubble in self._bubbles[len(parts) :]:
            await self._emit("delete_message", {"id": self._place.message(bubble.number)})
        self._final = self._final or []
        if not parts:  # only heard: nothing is shown for it, and nothing turns any more
            await self._emit("new_message", self._cards.run(self._place, self._at, over=True))
        for element in await self._cards.elements(self._place, reply, sentence):
            await self._emit("element", element)

    async def stopped(self) -> None:
        """The person pressed stop: keep what was said, and never end in silence."""
        await self._quiet()
        for bubble in self._bubbles:
            await self._show(bubble.number, bubble.part(len(bubble.text)))
        if not self._bubbles:
            await self._show(0, Part("", say("stopped")))

    async def _show(self, number: int, part: Part) -> None:
        """The whole message; the page replaces the one of the same id, or adds it."""
        step = self._cards.message(self._place, number, part, self._at)
        self._final = [*(self._final or ()), step]
        await self._emit("new_message", step)

    async def _quiet(self) -> None:
        """No more flushing and no more progress."""
        if self._flushing is not None:
            self._flushing.cancel()
            await asyncio.gather(self._flushing, return_exceptions=True)
        await self._no_progress()

    async def _flush(self) -> None:
        try:
            while any(bubble.ready > bubble.sent for bubble in self._bubbles):
                await asyncio.sleep(_PAUSE)
                await self._no_progress()
                for bubble in self._bubbles:
                    await self._grow(bubble)
        finally:
            self._flushing = None

    async def _grow(self, bubble: _Bubble) -> None:
        sent, bubble.sent = bubble.sent, bubble.ready
        if sent == bubble.sent:
            return
        if sent == 0:
            step = self._cards.message(self._place, bubble.number, bubble.part(bubble.sent), self._at)
            await self._emit("stream_start", {**step, "streaming": True})
        else:
            piece = displayed(bubble.text[sent : bubble.sent])
            token = {"id": self._place.message(bubble.number), "token": piece, "isSequence": False, "isInput": False}
            await self._emit("stream_token", token)

    async def _happening(self, text: str) -> None:
        await self._no_progress()
        self._progress = self._cards.progress(self._place, text, self._at)
        await self._emit("new_message", self._progress)

    async def _no_progress(self) -> None:
        if self._progress is not None:
            step, self._progress = self._progress, None
            await self._emit("delete_message", step)
