"""What is said in one turn, on its way to the person: marked, reviewed, then restored, piece by piece."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.core.errors import place_of
from app.core.ports import Delta, Listener, Privacy, Progress, Restorer
from app.core.texts import Texts
from app.core.turn import Citation, Mode, Part, Person
from app.gateway.given import Given
from app.gateway.review import Review
from app.gateway.statements import Statements
from app.gateway.stream_review import StreamReview
from app.gateway.tokens import TokenStream, placeholder_meant
from app.team.work import Work

_MARK = re.compile(r"\[(\d{1,2})\]")
_log = logging.getLogger("deskmate.voice")

Wording = Literal["model", "local", "skill"]
"""Who worded it: a model freely, the local model (templates, quotations), or a skill."""


@dataclass
class _Spoken:
    """What one speaker says in this turn."""

    restorer: Restorer
    known: Restorer
    """Tells which placeholders the room has, whoever views."""
    wording: Wording | None = None
    tokens: TokenStream = field(default_factory=TokenStream)
    reviews: list[StreamReview] = field(default_factory=list)
    """One for each stretch of one wording; the last is the one in hand."""
    mode: Mode = "local"
    model: str = ""
    heard: bool = False
    citations: list[Citation] = field(default_factory=list)
    statements: Statements | None = None
    """Of a model's words: their marks and what is doubted."""
    leaked: bool = False
    """A placeholder that the room does not know was said."""

    @property
    def text(self) -> str:
        """Masked, as it is stored."""
        return "".join(review.text for review in self.reviews)


class Voice:
    """One turn's words, by speaker. Keeps the masked ones for the record; the listener gets the restored ones."""

    def __init__(
        self, room: str, viewer: Person, review: Review, privacy: Privacy, texts: Texts, listener: Listener
    ) -> None:
        self._room = room
        self._viewer = viewer
        self._review = review
        self._privacy = privacy
        self._texts = texts
        self._listener: Listener | None = listener
        self._spoken: dict[str, _Spoken] = {}
        self._given: Given | None = None

    def follow(self, work: Work) -> None:
        """From now on marks and figures are checked against what the models of `work` were given."""
        self._given = Given(work, self._texts)

    async def say(
        self,
        speaker: str,
        text: str,
        mode: Mode,
        model: str = "",
        *,
        rendered: Sequence[Citation] | None = None,
    ) -> None:
        """Add `text` (masked) to what `speaker` says.

        A skill's rendering comes whole, with what it is `rendered` from: its marks count through these citations. In
        other words `[n]` is the speaker's n-th passage of material.
        """
        spoken = self._spoken.get(speaker)
        if spoken is None:
            restorer = await self._privacy.restorer(self._room, self._viewer)
            spoken = _Spoken(restorer, await self._privacy.restorer(self._room))
            self._spoken[speaker] = spoken
        wording: Wording = "skill" if rendered is not None else mode
        if wording != spoken.wording or rendered is not None:
            await self._turn_to(wording, speaker, spoken)
        if mode == "model" and text.strip():
            spoken.mode, spoken.model = mode, model
        spoken.heard = spoken.heard or bool(text.strip())
        if rendered is not None:
            text = _shifted(text, len(spoken.citations))
            spoken.citations.extend(rendered)
        await self._let_out(speaker, spoken, spoken.reviews[-1].feed(spoken.tokens.feed(text)))

    async def progress(self, event: Progress) -> None:
        """Tell what is happening."""
        await self._tell(event)

    async def finish(self) -> None:
        """Let out what was held back, and say where an answer of a model names no source."""
        for speaker, spoken in self._spoken.items():
            await self._close(speaker, spoken)
            given = self._given is not None and self._given.passages(speaker)
            marked = spoken.statements is not None and spoken.statements.marked
            if given and spoken.mode == "model" and not marked and not spoken.citations:
                await self.say(speaker, f"\n\n{self._texts('no_source')}", "local")
                await self._close(speaker, spoken)
            if rest := spoken.restorer.close():
                await self._tell(Delta(speaker, rest, spoken.mode, spoken.model))

    @property
    def hits(self) -> tuple[str, ...]:
        """Codes of the output rules that were hit."""
        hits = [code for spoken in self._spoken.values() for review in spoken.reviews for code in review.hits]
        leaked = ["placeholder"] if any(spoken.leaked for spoken in self._spoken.values()) else []
        return tuple(dict.fromkeys([*hits, *leaked]))

    @property
    def doubts(self) -> tuple[str, ...]:
        """What of a model's words is not borne out by what it cites, by kind."""
        said = (spoken.statements for spoken in self._spoken.values())
        return tuple(dict.fromkeys(reason for one in said if one is not None for reason in one.reasons))

    @property
    def silent(self) -> bool:
        """True as long as nothing was said, not even what is still held back."""
        return not any(spoken.heard for spoken in self._spoken.values())

    def parts(self) -> tuple[Part, ...]:
        """What was said by whom, masked, each part with the citations that its marks name."""
        parts = []
        for speaker, spoken in self._spoken.items():
            if text := spoken.text.strip():
                parts.append(Part(speaker, text, spoken.mode, spoken.model, tuple(spoken.citations)))
        return tuple(parts)

    async def _turn_to(self, wording: Wording, speaker: str, spoken: _Spoken) -> None:
        """End the stretch in hand, begin one of another wording."""
        await self._close(speaker, spoken)
        spoken.wording = wording
        if wording == "model" and spoken.statements is None:
            spoken.statements = Statements(self._given, speaker, spoken.citations, self._texts)
        spoken.reviews.append(self._review.stream(written=wording == "model", source=spoken.statements))
        spoken.tokens = TokenStream(
            mark=(lambda number: self._mark(speaker, spoken, number)) if wording == "local" else None,
            placeholder=(lambda token: self._placeholder(spoken, token)) if wording == "model" else None,
        )

    async def _close(self, speaker: str, spoken: _Spoken) -> None:
        if spoken.reviews:
            review = spoken.reviews[-1]
            await self._let_out(speaker, spoken, review.feed(spoken.tokens.close()) + review.close())

    def _mark(self, speaker: str, spoken: _Spoken, number: int) -> str:
        """The mark of a quoted passage, counted by first use."""
        passages = self._given.passages(speaker) if self._given else ()
        if not passages:
            return f"[{number}]"
        if not 1 <= number <= len(passages):
            return self._texts("unverified")
        passage = passages[number - 1]
        if passage not in spoken.citations:
            spoken.citations.append(passage)
        return f"[{spoken.citations.index(passage) + 1}]"

    def _placeholder(self, spoken: _Spoken, token: str) -> str:
        """A placeholder of this room, as it is written here; other words for one that the room does not have."""
        meant = placeholder_meant(token)
        if spoken.known.feed(meant) + spoken.known.close() != meant:
            return meant
        spoken.leaked = True
        return self._texts("withheld")

    async def _let_out(self, speaker: str, spoken: _Spoken, masked: str) -> None:
        if masked and (shown := spoken.restorer.feed(masked)):
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


def _shifted(text: str, by: int) -> str:
    """`text` with its marks counted on from `by`."""
    return _MARK.sub(lambda mark: f"[{int(mark[1]) + by}]", text) if by else text


def joined(parts: Sequence[Part], titles: Mapping[str, str]) -> tuple[str, tuple[Citation, ...]]:
    """All parts as one text, with one count of citation marks."""
    texts: list[str] = []
    citations: list[Citation] = []
    for part in parts:
        text = _shifted(part.text, len(citations)) if part.citations else part.text
        headed = f"**{titles[part.speaker]}**\n\n{text}" if len(parts) > 1 and part.speaker else text
        texts.append(headed)
        citations.extend(part.citations)
    return "\n\n".join(texts), tuple(citations)
