"""The placeholders of rooms, in memory."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.core.texts import Texts
from app.engines.masking.known_values import KnownValues
from app.engines.masking.placeholders import type_of

_texts = Texts(Path(__file__).parent / "texts")
_KEPT = 256  # rooms


class MemoryVault:
    """`ports.Vault` that lives as long as the process: for masking outside of any room."""

    def __init__(self) -> None:
        self._rooms: dict[str, dict[str, str]] = {}
        self._placeholders: dict[tuple[str, str, str], str] = {}
        self._last: dict[tuple[str, str], int] = {}

    async def load(self, room: str) -> Mapping[str, str]:
        """Placeholder -> value."""
        return dict(self._rooms.get(room, {}))

    async def add(self, room: str, values: Sequence[tuple[str, str]]) -> Sequence[str]:
        """The placeholders of these (type, value) pairs in `room`, in order: the ones they have, or new ones."""
        for type, value in values:
            key = (room, type, value)
            if key not in self._placeholders:
                self._last[room, type] = self._last.get((room, type), 0) + 1
                placeholder = f"<{type}_{self._last[room, type]}>"
                self._placeholders[key] = placeholder
                self._rooms.setdefault(room, {})[placeholder] = value
        return [self._placeholders[room, type, value] for type, value in values]


class KnownRoom:
    """What one room's vault held when it was last read, and what was added since."""

    def __init__(self) -> None:
        self.known = KnownValues()
        self._values: dict[str, str] = {}
        self._placeholders: dict[tuple[str, str], str] = {}
        self._erased: set[str] = set()

    def take(self, values: Mapping[str, str | None]) -> None:
        """Take in what the vault holds: placeholder -> value, or None for one that was erased."""
        for placeholder, value in values.items():
            if value is None:
                self._erased.add(placeholder)
            else:
                self.learn(type_of(placeholder), value, placeholder)

    def learn(self, type: str, value: str, placeholder: str) -> None:
        """Take in one placeholder."""
        if placeholder not in self._values:
            self._values[placeholder] = value
            self._placeholders[type, value] = placeholder
            self.known.learn(type, value)

    def placeholder(self, type: str, value: str) -> str | None:
        """The placeholder of `value`, where it has one."""
        return self._placeholders.get((type, value))

    def value(self, placeholder: str) -> str | None:
        """The value behind `placeholder`, where it is one of this room's; of an erased one, that it was erased."""
        return _texts("erased") if placeholder in self._erased else self._values.get(placeholder)


class RoomCache:
    """The rooms used last. One that is still held elsewhere stays the same object."""

    def __init__(self) -> None:
        self._latest: OrderedDict[str, KnownRoom] = OrderedDict()
        self._alive: weakref.WeakValueDictionary[str, KnownRoom] = weakref.WeakValueDictionary()

    def get(self, room: str) -> KnownRoom | None:
        """The room, where it is known."""
        known = self._alive.get(room)
        if known is not None:
            self._use(room, known)
        return known

    def put(self, room: str, known: KnownRoom) -> KnownRoom:
        """Keep `known`, or return the one that came first."""
        known = self._alive.setdefault(room, known)
        self._use(room, known)
        return known

    def drop(self, room: str | None = None) -> None:
        """Forget a room, or all of them."""
        if room is None:
            self._latest.clear()
            self._alive.clear()
        else:
            self._latest.pop(room, None)
            self._alive.pop(room, None)

    def _use(self, room: str, known: KnownRoom) -> None:
        self._latest[room] = known
        self._latest.move_to_end(room)
        if len(self._latest) > _KEPT:
            self._latest.popitem(last=False)
