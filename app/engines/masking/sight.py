"""What one model may see of a room's talk, and its words hidden again: `ports.Sight`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from app.core.model_talk import ModelMessage, ModelRequest
from app.core.turn import MaskedText
from app.engines.masking.placeholders import PLACEHOLDER, Lookup, type_of, with_texts
from app.engines.masking.policy import Treatment

Conceal = Callable[[str], Awaitable[str]]
"""Masks in a masked text what the records let stand."""


class RoomSight:
    """Made for one call of a model.

    `treatment` is what the model may see of each type, `value_of` the room's vault, `conceal` masks the types that the
    records let stand and this model may not see (None where there are none).
    """

    def __init__(
        self,
        treatment: Mapping[str, Treatment],
        value_of: Lookup,
        conceal: Conceal | None,
        vouch: Callable[[str], MaskedText],
    ) -> None:
        self._treatment = treatment
        self._value_of = value_of
        self._conceal = conceal
        self._vouch = vouch
        self._revealed: dict[str, str] = {}

    async def seen(self, request: ModelRequest) -> ModelRequest | None:
        """`request` as this model may read it; None where the talk holds a type that must not be sent to it."""
        concealed = [await self._concealed(message) for message in request.messages]
        found = (PLACEHOLDER.finditer(message.text.text) for message in concealed)
        if any(self._treatment.get(type_of(one[0])) == "block" for each in found for one in each):
            return None
        return replace(request, messages=tuple(self._revealed_in(message) for message in concealed))

    @property
    def shown(self) -> tuple[str, ...]:
        """Types whose true values `seen` let through."""
        return tuple(sorted({type_of(placeholder) for placeholder in self._revealed.values()}))

    def hider(self) -> StreamHider:
        """Puts the placeholders back into words that come in pieces."""
        return StreamHider(self._revealed)

    def hidden_value(self, value: Any) -> Any:
        """JSON `value` with the placeholders put back in all its texts."""
        return with_texts(value, self._hidden)

    def _hidden(self, text: str) -> str:
        hider = self.hider()
        return hider.feed(text) + hider.close()

    async def _concealed(self, message: ModelMessage) -> ModelMessage:
        if self._conceal is None:
            return message
        return replace(message, text=self._vouch(await self._conceal(message.text.text)))

    def _revealed_in(self, message: ModelMessage) -> ModelMessage:
        calls = tuple(
            replace(call, arguments=with_texts(dict(call.arguments), self._revealing)) for call in message.tool_calls
        )
        return replace(message, text=self._vouch(self._revealing(message.text.text)), tool_calls=calls)

    def _revealing(self, text: str) -> str:
        def true_value(found: Any) -> str:
            value = self._value_of(found[0]) if self._treatment.get(type_of(found[0])) == "allow" else None
            if value is None:
                return str(found[0])
            self._revealed[value] = found[0]
            return value

        return PLACEHOLDER.sub(true_value, text)


class StreamHider:
    """Replaces known values in a stream. Held back is only a tail that can still become one of them."""

    def __init__(self, placeholders: Mapping[str, str]) -> None:
        self._placeholders = placeholders
        self._longest_first = sorted(placeholders, key=len, reverse=True)
        self._starts = {value[0] for value in placeholders}
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can go on now."""
        self._held += piece
        return self._let_out(final=False)

    def close(self) -> str:
        """The rest."""
        return self._let_out(final=True)

    def _let_out(self, *, final: bool) -> str:
        done, at, text = [], 0, self._held
        while at < len(text):
            here = text[at:] if text[at] in self._starts else ""
            if here and not final and any(len(v) > len(here) and v.startswith(here) for v in self._longest_first):
                break  # the tail may become a value, perhaps a longer one than those that stand in it
            value = next((value for value in self._longest_first if here.startswith(value)), None) if here else None
            done.append(self._placeholders[value] if value else text[at])
            at += len(value) if value else 1
        self._held = text[at:]
        return "".join(done)
