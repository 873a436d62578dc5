"""Who answers: those who are mentioned, else those who wait for an answer, else the best fit, else nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz, process

from app.core.assistant import Assistant
from app.core.follow_ups import completed
from app.core.ports import ANSWERS_FROM, Fit, Knowledge, Rights, Understanding
from app.core.turn import Mention, Person
from app.team.mentions import find_mentions, name_table, shares

FITS = 0.4
"""Confidence from which an assistant takes a message without being called: best on what the folders' examples score
when each is left out (a plateau from 0.3 to 0.45)."""
CLEARLY = 0.75
"""Confidence from which a message leaves the assistants that wait for an answer."""
LEAD = 0.3
"""And by how much it must fit another better than them."""
AFTERTHOUGHT = 24
"""Characters. What is longer is no correction of what was said before."""
KNOWS = 0.6
"""Score of a passage from which its set's assistant takes a question that fits nobody's examples: on the development
half of `bench/bench_route.py` nothing that is nobody's reaches it alone."""
KNOWS_ALONE = 0.25
"""And by how much it must be better than every other assistant's."""
_SAYS = re.compile(r"[^\W\d_零〇一二两三四五六七八九十百千万亿]{2}")
"""What a message has that asks something: a figure alone (500万, 5%) is an answer or a correction, and stands in
documents by chance."""
LEANT_ON = "规定"
"""Stands for the question before, where only the form of the next one is looked at: 这个谁批 leans on any."""
ALIKE = 60.0
"""rapidfuzz ratio (0 to 100) from which a written name resembles an assistant's."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a message goes, and why."""

    assistants: tuple[str, ...]
    """Canonical names in the order of mention; empty: nobody here does this."""
    mentions: tuple[str, ...]
    """Canonical names that were called with an `@`."""
    unknown: tuple[str, ...]
    """Names after an `@` that nobody here bears, as written."""
    confidence: float
    """0 to 1; 1 for a mention."""
    reason: str
    """`mention`, `pending`, `fit`, `knowledge`, `nobody` or `unknown` (only unknown names were called)."""
    text: str
    """The text without the mentions of assistants; unknown names stay in it."""
    suggestions: tuple[str, ...] = ()
    """Assistants whose names resemble an unknown one: to be offered, never taken for granted."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Where several were called: what of the text each is to answer, by name."""

    def part_of(self, assistant: str) -> str:
        """What this assistant is to answer."""
        return self.parts.get(assistant, self.text)


class Router:
    """Built once from the assistants; routes any number of messages."""

    def __init__(
        self, assistants: Mapping[str, Assistant], understanding: Understanding, rights: Rights | None = None
    ) -> None:
        self._assistants = assistants
        self._rights = rights
        self._names = name_table(assistants)
        self._understanding = understanding

    def route(
        self,
        text: str,
        given: tuple[Mention, ...] = (),
        pending: Sequence[str] = (),
        recent: Sequence[str] = (),
        person: Person | None = None,
    ) -> Routing:
        """Route one message. Of several assistants that fit with the same skill, one whose skill `person` may use.

        `given` are mentions that the channel itself knows of. `pending` are the assistants of this room that wait for
        an answer; `recent` those that spoke last and are done: they take what fits nobody and is short, so that
        "改成300万" reaches whom it corrects.
        """
        found = find_mentions(text, self._names)
        calls = tuple(mention for mention in found if mention.assistant)
        called = [mention.assistant for mention in (*calls, *given) if mention.assistant in self._assistants]
        mentions = tuple(dict.fromkeys(name for name in called if name))
        unknown = tuple(dict.fromkeys(mention.text for mention in found if not mention.assistant))
        rest, parts = shares(text, calls)
        suggestions = self._alike(unknown)
        if mentions:
            return Routing(mentions, mentions, unknown, 1.0, "mention", rest, suggestions, parts)
        if unknown:
            return Routing((), (), unknown, 0.0, "unknown", rest, suggestions)
        return self._unmentioned(rest, self._known(pending), self._known(recent), person)

    def calls(self, text: str, given: tuple[Mention, ...] = ()) -> bool:
        """Whether `text` calls an assistant by name."""
        return any(mention.assistant in self._assistants for mention in (*find_mentions(text, self._names), *given))

    async def settled(self, routing: Routing, knowledge: Knowledge) -> Routing:
        """`routing`, unless the documents know better where the words alone did not tell.

        A question that fits nobody's examples, or somebody's only so-so, goes to the assistant whose documents answer
        it alone. Which sets the person may read is the runner's business, not the router's.
        """
        if routing.reason not in ("nobody", "fit") or routing.confidence >= CLEARLY or not _SAYS.search(routing.text):
            return routing
        answers = await self._answers(routing.text, knowledge)
        if not answers:
            return routing
        (best, score), second = answers[0], answers[1][1] if len(answers) > 1 else 0.0
        own = dict(answers).get(routing.assistants[0], 0.0) if routing.assistants else 0.0
        if score >= KNOWS and score - second >= KNOWS_ALONE and own < ANSWERS_FROM:
            return replace(routing, assistants=(best,), confidence=score, reason="knowledge")
        return routing

    async def _answers(self, text: str, knowledge: Knowledge) -> list[tuple[str, float]]:
        """Each assistant's best passage for `text`, the best first."""
        best: dict[str, float] = {}
        for hit in await knowledge.search(text, limit=12):
            for assistant in self._assistants.values():
                if hit.source.split("/")[0] in assistant.knowledge:
                    best[assistant.name] = max(best.get(assistant.name, 0.0), hit.score)
        return sorted(best.items(), key=lambda one: -one[1])

    def _unmentioned(
        self, text: str, pending: tuple[str, ...], recent: tuple[str, ...], person: Person | None
    ) -> Routing:
        fits = self._understanding.fits(text) if text.strip() else ()
        best = self._permitted(fits, person) if fits else None
        confidence = best.confidence if best else 0.0
        if pending:
            waiting = max((fit.confidence for fit in fits if fit.assistant in pending), default=0.0)
            leaves = best is not None and best.assistant not in pending
            if not (leaves and confidence >= CLEARLY and confidence - waiting >= LEAD):
                return Routing(pending, (), (), waiting, "pending", text)
        leans = bool(recent) and completed(text, LEANT_ON) is not None
        if leans and not (best and best.assistant not in recent and confidence >= CLEARLY):
            return Routing(recent, (), (), confidence, "pending", text)
        if best and confidence >= FITS:
            return Routing((best.assistant,), (), (), confidence, "fit", text)
        if recent and 0 < len(text.strip()) <= AFTERTHOUGHT:
            return Routing(recent, (), (), confidence, "pending", text)
        return Routing((), (), (), confidence, "nobody", text)

    def _permitted(self, fits: Sequence[Fit], person: Person | None) -> Fit:
        """The best fit. The skills of documents are several assistants': then the best of those the person may use.

        How sure it is stays: what the person wants done was told by the best one.
        """
        best, rights = fits[0], self._rights
        if person is None or rights is None or best.skill is None:
            return best
        same = (fit for fit in fits if fit.skill == best.skill and fit.confidence >= FITS)
        mine = (
            replace(fit, confidence=best.confidence) for fit in same if rights.may(person, fit.assistant, best.skill)
        )
        return next(mine, best)

    def _known(self, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in dict.fromkeys(names) if name in self._assistants)

    def _alike(self, unknown: Sequence[str]) -> tuple[str, ...]:
        """Assistants with a name like one of the unknown ones, the most alike first."""
        scores: dict[str, float] = {}
        for written in unknown:
            for name, score, _ in process.extract(written.lower(), list(self._names), scorer=fuzz.ratio, limit=3):
                owner = self._names[name]
                scores[owner] = max(scores.get(owner, 0.0), score)
        alike = sorted((owner for owner, score in scores.items() if score >= ALIKE), key=lambda owner: -scores[owner])
        return tuple(alike)
