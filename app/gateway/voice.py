"""What is said in one turn, on its way to the person: reviewed, then restored, piece by piece."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.errors import place_of
from app.core.ports import Delta, Listener, Privacy, Progress, Restorer
from app.core.texts import Texts
from app.core.turn import Citation, Mode, Part
from app.gateway.output_review import StreamReview
from app.gateway.review import Review

_MARK = re.compile(r"\[(\d{1,2})\]")
_log = logging.getLogger("deskmate.voice")


@dataclass
class _Spoken:
    review: StreamReview
    restorer: Restorer
    mode: Mode = "local"
    model: str = ""
    masked: list[str] = field(default_factory=list)


class Voice:
    """One turn's words, by speaker. Keeps the masked ones for the record; the listener gets the restored ones."""

    def __init__(self, room: str, review: Review, privacy: Privacy, texts: Texts, listener: Listener) -> None:
        self._room = room
        self._review = review
        self._privacy = privacy
        self._texts = texts
        self._listener: Listener | None = listener
        self._spoken: dict[str, _Spoken] = {}

    async def say(self, speaker: str, text: str, mode: Mode, model: str = "") -> None:
        """Add `text` (masked) to what `speaker` says."""
        spoken = self._spoken.get(speaker)
        if spoken is None:
            spoken = _Spoken(self._review.stream(), await self._privacy.restorer(self._room))
            self._spoken[speaker] = spoken
        if mode == "model" and text.strip():
            spoken.mode, spoken.model = mode, model
        await self._let_out(speaker, spoken, spoken.review.feed(text))

    async def progress(self, event: Progress) -> None:
        """Tell what is happening."""
        await self._tell(event)

    async def finish(self) -> None:
        """Let out what was held back."""
        for speaker, spoken in self._spoken.items():
            await self._let_out(speaker, spoken, spoken.review.close())
            if rest := spoken.restorer.close():
                await self._tell(Delta(speaker, rest, spoken.mode, spoken.model))

    @property
    def hits(self) -> tuple[str, ...]:
        """Codes of the output rules that were hit."""
        return tuple(dict.fromkeys(code for spoken in self._spoken.values() for code in spoken.review.hits))

    @property
    def silent(self) -> bool:
        """True as long as nothing was said."""
        return not any("".join(spoken.masked).strip() for spoken in self._spoken.values())

    def parts(
        self, own: Mapping[str, Sequence[Citation]], material: Mapping[str, Sequence[Citation]]
    ) -> tuple[Part, ...]:
        """What was said by whom, masked, each part with its citations.

        A skill's `own` citations stand as the skill gave them. Of the `material` that an answer was made from, those
        count that its marks name, numbered from 1. A mark that names no passage becomes the words for "not verified",
        and so does an answer of a model that names none: nothing is decorated with a citation.
        """
        parts = []
        for speaker, spoken in self._spoken.items():
            text = "".join(spoken.masked).strip()
            if text:
                citations = tuple(own.get(speaker, ()))
                if not citations and speaker in material:
                    text, citations = self._cited(text, tuple(material[speaker]), spoken.mode)
                parts.append(Part(speaker, text, spoken.mode, spoken.model, citations))
        return tuple(parts)

    def _cited(self, text: str, found: tuple[Citation, ...], mode: Mode) -> tuple[str, tuple[Citation, ...]]:
        named = [int(mark) for mark in _MARK.findall(text)]
        if not named:
            return (f"{text}\n\n{self._texts('no_source')}" if mode == "model" else text), ()
        order = list(dict.fromkeys(number for number in named if 1 <= number <= len(found)))
        place = {number: position for position, number in enumerate(order, start=1)}

        def renumbered(mark: re.Match[str]) -> str:
            number = int(mark[1])
            return f"[{place[number]}]" if number in place else self._texts("unverified")

        return _MARK.sub(renumbered, text), tuple(found[number - 1] for number in order)

    async def _let_out(self, speaker: str, spoken: _Spoken, masked: str) -> None:
        if masked:
            spoken.masked.append(masked)
            if shown := spoken.restorer.feed(masked):
                await self._tell(Delta(speaker, shown, spoken.mode, spoken.model))

    async def _tell(self, event: Delta | Progress) -> None:
        """A listener that is gone (a closed page) does not stop the answer: it is stored all the same."""
        if self._listener is None:
            return
        try:
            await self._listener(event)
        except Exception as error:
            _log.warning("nobody listens any more: %s", place_of(error))
            self._listener = None


def joined(parts: Sequence[Part], titles: Mapping[str, str]) -> tuple[str, tuple[Citation, ...]]:
    """All parts as one text, with one count of citation marks."""
    texts: list[str] = []
    citations: list[Citation] = []
    for part in parts:
        shift = len(citations)
        text = _MARK.sub(lambda mark: f"[{int(mark[1]) + shift}]", part.text) if part.citations and shift else part.text  # noqa: B023
        headed = f"**{titles[part.speaker]}**\n\n{text}" if len(parts) > 1 and part.speaker else text
        texts.append(headed)
        citations.extend(part.citations)
    return "\n\n".join(texts), tuple(citations)
