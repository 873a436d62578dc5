"""What is wrong with a policy: names that nothing has, contradictions, rules that change nothing.

A rule is about a box: some people and places, times some assistants and objects, times using or seeing. Boxes are
intersected and subtracted exactly, so a rule is called dead only when no decision would change without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from app.core.assistant import line_at
from app.core.turn import Person
from app.engines.permissions.policy import ANY, Policy, Rule
from app.engines.permissions.readers import KNOWLEDGE, Readers, is_for

Box = tuple[frozenset[Any], frozenset[Any], frozenset[Any]]
"""People (staff number or none, role, place), objects (assistant, skill or set), acts."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, with its place. Not `grave`: worth a look, no reason to stop."""

    path: Path
    line: int
    problem: str
    grave: bool = True


@dataclass(frozen=True)
class World:
    """What a policy can speak of."""

    content: Path
    people: Mapping[str, Person]
    objects: Mapping[str, frozenset[str]]
    """Assistant -> its skills, and its knowledge sets as `knowledge:<set>`."""
    known: frozenset[str]
    """Every skill and knowledge set there is, an assistant's or not."""
    sets: Mapping[str, Readers]

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles that the directory knows."""
        return frozenset(person.role for person in self.people.values())


def findings(policy: Policy, world: World) -> Iterator[Finding]:
    """Everything wrong with `policy`, by line."""
    unread = [*_links(policy, world), *_unknown_names(policy, world)]
    lines = {one.line for one in unread}
    readable = [rule for rule in policy.rules if rule.line not in lines]
    found = [*unread, *_without_effect(policy, world, readable)]
    yield from sorted(found, key=lambda one: one.line)
    yield from _directory(policy, world)
    yield from _sets(policy, world)


# --- names --------------------------------------------------------------------------------------------


def _unknown_names(policy: Policy, world: World) -> Iterator[Finding]:
    who = world.roles | policy.groups | world.people.keys()
    for rule in policy.rules:
        if rule.who not in (ANY, *who):
            yield _finding(policy, rule.line, _unknown("role, group or staff number", rule.who, who))
        if rule.place not in (ANY, *policy.places):
            yield _finding(policy, rule.line, _unknown("place", rule.place, policy.places))
        if rule.assistant not in (ANY, *world.objects):
            yield _finding(policy, rule.line, _unknown("assistant", rule.assistant, world.objects))
        elif not any(rule.names(one) for one in world.known):
            yield _finding(policy, rule.line, _unknown("skill or knowledge set", rule.object, world.known))
        elif not _objects(rule, world):
            owner = "no assistant" if rule.assistant == ANY else f"assistant {rule.assistant!r} does not"
            has = "has" if rule.assistant == ANY else "have"
            yield _finding(policy, rule.line, f"{owner} {has} {rule.object!r}")


def _links(policy: Policy, world: World) -> Iterator[Finding]:
    seen: dict[tuple[str, str, str], int] = {}
    named = {rule.who for rule in policy.rules} | {link.name for link in policy.links if link.kind == "g"}
    named |= {role for readers in world.sets.values() for role in readers.audience}
    for link in policy.links:
        first = seen.setdefault((link.kind, link.name, link.above), link.line)
        if first != link.line:
            yield _finding(policy, link.line, f"the same as line {first}")
        elif link.kind == "g" and link.name not in world.roles | policy.groups:
            yield _finding(policy, link.line, _unknown("role", link.name, world.roles))
        elif link.kind == "g" and link.above not in named:
            yield _finding(policy, link.line, f"no rule names the group {link.above!r}")
        elif link.kind == "g3" and not {link.name, link.above} <= policy.places:
            missing = next(one for one in (link.name, link.above) if one not in policy.places)
            yield _finding(policy, link.line, _unknown("place", missing, policy.places))
        elif link.kind == "g3" and link.name in policy.around(link.above):
            yield _finding(policy, link.line, f"{link.above!r} lies within {link.name!r} anyway")
        elif link.kind == "g" and link.name in policy.groups_of(link.above):
            yield _finding(policy, link.line, f"{link.name!r} would be in itself")
        elif link.kind == "g2" and link.name in policy.around(link.above):
            yield _finding(policy, link.line, f"{link.name!r} would lie in itself")


def _directory(policy: Policy, world: World) -> Iterator[Finding]:
    """Roles and places of the directory that the policy does not know."""
    path = world.content / "config" / "people.yaml"
    named = {rule.who for rule in policy.rules}
    told: set[str] = set()
    for index, person in enumerate(world.people.values()):
        if person.place not in policy.places:
            problem = _unknown("place", person.place, policy.places)
            yield Finding(
                path, line_at(path, (index, "place")), f"{problem} in permissions.csv: {person.id} has no right"
            )
        if person.role not in told and named.isdisjoint({person.id, *policy.groups_of(person.role)}):
            told.add(person.role)
            problem = f"no rule names the role {person.role!r}: it has what everybody has"
            yield Finding(path, line_at(path, (index, "role")), problem, grave=False)


def _sets(policy: Policy, world: World) -> Iterator[Finding]:
    for name, readers in world.sets.items():
        path = world.content / "knowledge" / name / "set.yaml"
        for role in readers.audience:
            if role not in (ANY, *world.roles, *policy.groups):
                problem = _unknown("role or group", role, world.roles | policy.groups)
                yield Finding(path, line_at(path, ("audience",)), problem)
        for place in readers.places:
            if place not in policy.places:
                yield Finding(path, line_at(path, ("places",)), _unknown("place", place, policy.places))


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), 1, cutoff=0.5)  # one of two Chinese characters is near
    return f"there is no {what} {name!r}" + (f"; is {near[0]!r} meant?" if near else "")


# --- rules that change nothing ------------------------------------------------------------------------


def _without_effect(policy: Policy, world: World, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Contradicted and dead rules: without all that are named, every decision is the same.

    First those that one other rule makes needless, the later of two alike; then those that several do together.
    """
    boxes = {rule.line: _box(policy, world, rule) for rule in rules}
    allowing = [boxes[rule.line] for rule in rules if rule.effect == "allow"]
    alive = list(rules)
    for together in (False, True):
        for rule in reversed(tuple(alive)):
            others = [one for one in alive if one is not rule]
            if problem := _needless(rule, others, boxes, allowing, together) or _unread(rule, boxes, policy, world):
                alive = others
                yield _finding(policy, rule.line, problem)


def _unread(rule: Rule, boxes: Mapping[int, Box], policy: Policy, world: World) -> str:
    if rule.effect == "allow" and _reads_nothing(boxes[rule.line], policy, world):
        return "contradiction: the audience of the knowledge set has none of those whom it allows"
    return ""


def _needless(
    rule: Rule, others: Sequence[Rule], boxes: Mapping[int, Box], allowing: Sequence[Box], together: bool
) -> str:
    """Why no decision needs this rule; empty where one does."""
    box = boxes[rule.line]
    if not all(box):
        return f"matches nobody: {rule.who!r} is never at {rule.place!r}"
    denies = [one for one in others if one.effect == "deny"]
    if rule.effect == "allow":
        if by := _covering([box], denies, boxes, together):
            return f"contradiction: all that it allows is denied by {by}"
        by = _covering([box], others, boxes, together)
        return f"dead: all that it allows is decided by {by}" if by else ""
    bites = [both for one in allowing if all(both := _common(box, one))]
    if not bites:
        return "dead: nothing that it denies is allowed by any rule"
    by = _covering(bites, denies, boxes, together)
    return f"dead: all that it denies is denied by {by}" if by else ""


def _covering(pieces: Sequence[Box], rules: Sequence[Rule], boxes: Mapping[int, Box], together: bool) -> str:
    """The line that covers all of `pieces`, or the lines that do `together`; empty where something is left."""
    if not together:
        return next((f"line {rule.line}" for rule in rules if not _left(pieces, [boxes[rule.line]])), "")
    if _left(pieces, [boxes[rule.line] for rule in rules]):
        return ""
    touching = [rule.line for rule in rules if any(all(_common(piece, boxes[rule.line])) for piece in pieces)]
    return f"lines {', '.join(map(str, touching))} together"


def _box(policy: Policy, world: World, rule: Rule) -> Box:
    named = {one.who for one in policy.rules}
    subjects = {("", role, place) for role in world.roles for place in policy.places}
    subjects |= {(one.id, one.role, one.place) for one in world.people.values() if one.id in named}
    meant = frozenset(
        (id, role, place)
        for id, role, place in subjects
        if rule.who in (ANY, id, *policy.groups_of(role)) and rule.place in (ANY, *policy.around(place))
    )
    return meant, _objects(rule, world), rule.acts()


def _objects(rule: Rule, world: World) -> frozenset[tuple[str, str]]:
    return frozenset(
        (assistant, object)
        for assistant, objects in world.objects.items()
        if rule.assistant in (ANY, assistant)
        for object in objects
        if rule.names(object)
    )


def _reads_nothing(box: Box, policy: Policy, world: World) -> bool:
    """Whether the box is about knowledge sets alone, and none of them is for any of its people."""
    subjects, objects, _ = box
    for _, object in objects:
        readers = world.sets.get(object.removeprefix(KNOWLEDGE)) if object.startswith(KNOWLEDGE) else None
        if readers is None or any(is_for(readers, policy, role) for _, role, _ in subjects):
            return False
    return True


def _common(one: Box, other: Box) -> Box:
    return one[0] & other[0], one[1] & other[1], one[2] & other[2]


def _left(pieces: Sequence[Box], covers: Sequence[Box]) -> list[Box]:
    """What of `pieces` no box of `covers` holds."""
    left = list(pieces)
    for cover in covers:
        left = [rest for piece in left for rest in _minus(piece, cover)]
    return left


def _minus(box: Box, other: Box) -> Iterator[Box]:
    """`box` without `other`, as boxes that do not overlap."""
    common = _common(box, other)
    if not all(common):
        yield box
        return
    for outside in (
        (box[0] - other[0], box[1], box[2]),
        (common[0], box[1] - other[1], box[2]),
        (common[0], common[1], box[2] - other[2]),
    ):
        if all(outside):
            yield outside


def _finding(policy: Policy, line: int, problem: str) -> Finding:
    return Finding(policy.path, line, problem)
