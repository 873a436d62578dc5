"""What may run and be read in a room: the right of the person who asks, and the sight of everybody else in it.

What a room is shown rests only on what each of its members may see. A denial is noted for the audit with its line, and
told to the person in words that say no more than the policy itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from app.core.assistant import Assistant
from app.core.errors import Refused
from app.core.ports import Decision, Hit, ImportProgress, Knowledge, Original, Rights
from app.core.skill import Skill
from app.core.texts import Texts, language
from app.core.turn import Person, Room
from app.team.work import Work

SEARCH = "knowledge.search"
"""The skill that every assistant with knowledge has."""

_NAMED = 6  # posts that a refusal names


def skills_of(assistant: Assistant) -> tuple[str, ...]:
    """The names of the assistant's skills."""
    own = (
        *assistant.skills,
        *assistant.workflow_skills,
        *(name for name in (assistant.listens, assistant.panel) if name),
    )
    return tuple(dict.fromkeys((*own, SEARCH) if assistant.knowledge else own))


def objects_of(assistant: Assistant) -> tuple[str, ...]:
    """What rights can be about with this assistant: its skills, and its knowledge sets as `knowledge:<set>`."""
    return (*skills_of(assistant), *(f"knowledge:{name}" for name in assistant.knowledge))


class Permits:
    """Decides for a turn. Built once, with the directory: a member it does not know has no right."""

    def __init__(self, rights: Rights, people: Sequence[Person], texts: Texts) -> None:
        self._rights = rights
        self._people = {person.id: person for person in people}
        self._posts: dict[str, list[str]] = {}
        for person in people:
            if person.post and person.post not in (posts := self._posts.setdefault(person.role, [])):
                posts.append(person.post)
        self._texts = texts

    def decide(self, person: Person, room: Room, assistant: str, object: str) -> Decision:
        """May `person` use `object` in this room? The first no counts; `room` where it is another member's."""
        own = self._rights.decide(person, assistant, object)
        if not own.allowed:
            return own
        for id in room.members:
            if id != person.id:
                theirs = self._rights.decide(self._people.get(id), assistant, object, act="see")
                if not theirs.allowed:
                    return replace(theirs, why="room", whose=id)
        return own

    def check(self, work: Work, assistant: Assistant, skill: Skill) -> None:
        """Raises `Refused`, noted and explained, where the skill may not run in this turn."""
        self.check_object(work, assistant, skill.name, skill.title)

    def check_object(self, work: Work, assistant: Assistant, object: str, title: str) -> None:
        """As `check`, for what is called like a skill: a workflow."""
        decision = self.decide(work.person, work.room, assistant.name, object)
        if not decision.allowed:
            self._note(work, assistant, {"skill": object}, decision)
            raise Refused("RIGHTS", self.explained(decision, work.person, assistant, object, title))
        work.rests_on.add(f"{assistant.name}/{object}")

    def sets(self, work: Work, assistant: Assistant) -> list[str]:
        """The assistant's knowledge sets that everybody in the room may read."""
        return [
            name
            for name in assistant.knowledge
            if self.decide(work.person, work.room, assistant.name, f"knowledge:{name}").allowed
        ]

    def readable(self, work: Work, assistant: Assistant, whole: Knowledge) -> Knowledge:
        """The assistant's knowledge as far as everybody in the room may read it."""
        decisions = {
            name: self.decide(work.person, work.room, assistant.name, f"knowledge:{name}")
            for name in assistant.knowledge
        }
        withheld = {name: decision for name, decision in decisions.items() if not decision.allowed}
        inside = whole.narrowed([name for name in decisions if name not in withheld])

        def read(names: Iterable[str]) -> None:
            work.rests_on.update(f"{assistant.name}/knowledge:{name}" for name in names)

        def refuse(names: Sequence[str], *, silently: bool) -> None:
            for name in names:
                self._note(work, assistant, {"knowledge": name}, withheld[name])
            if not silently:
                what = assistant.title if language() == "zh" else assistant.title_en
                object = f"knowledge:{names[0]}"
                said = self._texts("documents_of", assistant=what)
                raise Refused("RIGHTS", self.explained(withheld[names[0]], work.person, assistant, object, said))

        return _Reading(inside, frozenset(decisions) - frozenset(withheld), frozenset(withheld), refuse, read)

    def explained(self, decision: Decision, person: Person, assistant: Assistant, object: str, what: str) -> str:
        """Why not, and who may, in general terms."""
        if decision.why in ("room", "failed", "unknown"):
            return self._texts(f"no_right_{decision.why}", what=what)
        roles = self._rights.who_may(assistant.name, object)
        # People know posts; in English, where a post has no name, the role says it.
        chinese = language() == "zh"
        holders = [post for role in roles for post in (self._posts.get(role) if chinese else None) or [_in_words(role)]]
        named = self._texts("and_post").join(holders[:_NAMED]) + (self._texts("more_posts") if holders[_NAMED:] else "")
        # Where the own role is among those who may, it is the place that keeps the person out.
        here = decision.why == "place" or (decision.why == "no_rule" and person.role in roles)
        key = "no_right_here" if here else "no_right_denied" if decision.why == "denied" else "no_right"
        post = (person.post if chinese else "") or _in_words(person.role)
        who = self._texts("who_may", posts=named) if holders and not here else ""
        return self._texts(key, post=post, place=person.place, what=what, who=who)

    def _note(self, work: Work, assistant: Assistant, what: Mapping[str, str], decision: Decision) -> None:
        whose = {"whose": decision.whose} if decision.whose else {}
        detail = {**what, "reason": decision.why, "rule": decision.rule or "no rule", **whose}
        work.note("refused", "refuse", assistant=assistant.name, detail=detail)


class _Reading:
    """`ports.Knowledge` that notes what is read. Of the sets withheld it notes that one is asked, and says so where
    nothing is left."""

    def __init__(
        self,
        inside: Knowledge,
        open: frozenset[str],
        withheld: frozenset[str],
        refuse: Callable[..., None],
        read: Callable[[Iterable[str]], None],
    ) -> None:
        self._inside = inside
        self._open = open
        self._withheld = withheld
        self._refuse = refuse
        self._read = read

    async def search(
        self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10, on: date | None = None
    ) -> Sequence[Hit]:
        """Best passages of what may be read. Raises `Refused` where nothing of what is asked may be."""
        asked = self._open | self._withheld if sets is None else frozenset(sets)
        if missing := sorted(asked & self._withheld):
            self._refuse(missing, silently=bool(asked & self._open))
        self._read(asked & self._open)
        readable = sets and [one for one in sets if one in self._open]
        return await self._inside.search(query, sets=readable, limit=limit, on=on)

    async def answering(self, query: str, hits: Sequence[Hit]) -> Sequence[float]:
        """How likely each of these hits answers. Raises `Refused` for one of a set that is withheld."""
        return await self._inside.answering(query, hits)

    async def index(
        self,
        paths: Sequence[Path],
        *,
        into: str,
        progress: Callable[[ImportProgress], None],
        stop: Callable[[], bool] = lambda: False,
    ) -> Mapping[str, Any]:
        """Add documents to a set that may be read."""
        return await self._inside.index(paths, into=into, progress=progress, stop=stop)

    async def passage(self, source: str, locator: str, version: str = "") -> Hit | None:
        """The passage at that place. Raises `Refused` for a set that is withheld."""
        if (name := source.split("/")[0]) in self._withheld:
            self._refuse([name], silently=False)
        self._read([name])
        return await self._inside.passage(source, locator, version)

    async def original(self, source: str, version: str = "") -> Original | None:
        """The file of that version. Raises `Refused` for a set that is withheld."""
        if (name := source.split("/")[0]) in self._withheld:
            self._refuse([name], silently=False)
        self._read([name])
        return await self._inside.original(source, version)

    def narrowed(self, sets: Sequence[str]) -> Knowledge:
        """A view of those of these sets that this one can read."""
        chosen = frozenset(sets)
        open, withheld = self._open & chosen, self._withheld & chosen
        return _Reading(self._inside.narrowed(sets), open, withheld, self._refuse, self._read)


def _in_words(role: str) -> str:
    return role.replace("_", " ")
