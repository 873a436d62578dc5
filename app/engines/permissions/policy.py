"""`config/permissions.csv` as a table: rules with their lines, groups of roles, places within places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from app.core.assistant import ContentError

Effect = Literal["allow", "deny"]
Act = Literal["use", "see"]

ANY = "*"
_RULE = "a rule is: p, role, group or staff number, place, assistant, object, allow|deny[, see]"
_LINKS: Mapping[str, str] = {
    "g": "a group is: g, role, group",
    "g2": "a place is: g2, place, the place around it",
    "g3": "who answers for a place is: g3, department, place",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line `p`."""

    line: int
    who: str
    place: str
    assistant: str
    object: str
    """A skill or knowledge set; `*` at the end stands for any rest, as in casbin's `keyMatch`."""
    effect: Effect
    act: Act = "use"
    """A rule on use counts for seeing too; a rule on seeing counts for that alone."""

    def __str__(self) -> str:
        fields = ["p", self.who, self.place, self.assistant, self.object, self.effect]
        return ", ".join(fields if self.act == "use" else [*fields, self.act])

    def names(self, object: str) -> bool:
        """Whether this rule is about `object`."""
        head, star, _ = self.object.partition("*")
        return object.startswith(head) if star else object == head

    def acts(self) -> frozenset[Act]:
        """What this rule is about: using includes seeing."""
        return frozenset(("use", "see")) if self.act == "use" else frozenset(("see",))


@dataclass(frozen=True, slots=True)
class Link:
    """One line `g` (role in group), `g2` (place within place) or `g3` (department answers for place)."""

    line: int
    kind: str
    name: str
    above: str


@dataclass(frozen=True)
class Policy:
    """The whole file. Made by `read_policy`."""

    path: Path
    rules: tuple[Rule, ...]
    links: tuple[Link, ...]

    @cached_property
    def places(self) -> frozenset[str]:
        """Every place that the hierarchy knows."""
        return frozenset(name for link in self.links if link.kind == "g2" for name in (link.name, link.above))

    @cached_property
    def groups(self) -> frozenset[str]:
        """Every group of roles."""
        return frozenset(link.above for link in self.links if link.kind == "g")

    def groups_of(self, role: str) -> frozenset[str]:
        """`role` and the groups it is in."""
        return self._above.get(("g", role), frozenset((role,)))

    def around(self, place: str) -> frozenset[str]:
        """`place` and the places around it."""
        return self._above.get(("g2", place), frozenset((place,)))

    def covers(self, own: str, place: str) -> bool:
        """Whether people at `own` see what belongs to `place`: it is theirs, lies within, or they answer for it."""
        if own not in self.places or place not in self.places:
            return False
        return not self._answers_for.get(own, frozenset((own,))).isdisjoint(self.around(place))

    def matching(self, person: str, role: str, place: str, assistant: str, object: str, act: Act) -> Iterable[Rule]:
        """The rules about this request, in the order of the file: what `config/permissions.conf` matches."""
        who, places = {ANY, person, *self.groups_of(role)}, {ANY, *self.around(place)}
        for rule in self.rules:
            if (
                rule.who in who
                and rule.place in places
                and rule.assistant in (ANY, assistant)
                and rule.names(object)
                and act in rule.acts()
            ):
                yield rule

    def where(self, line: int) -> str:
        """A line for people and for the audit: `config/permissions.csv:12`."""
        return f"{self.path.parent.name}/{self.path.name}:{line}"

    @cached_property
    def _above(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """(kind, name) -> the name and all that is above it. A circle ends where it began."""
        direct: dict[tuple[str, str], list[str]] = {}
        for link in self.links:
            direct.setdefault((link.kind, link.name), []).append(link.above)
        return {start: frozenset(_reached(start, direct)) for start in direct}

    @cached_property
    def _answers_for(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for link in self.links:
            if link.kind == "g3":
                found[link.name] = found.get(link.name, frozenset((link.name,))) | {link.above}
        return found


def _reached(start: tuple[str, str], direct: Mapping[tuple[str, str], list[str]]) -> set[str]:
    kind, name = start
    found, open = {name}, [name]
    while open:
        for above in direct.get((kind, open.pop()), ()):
            if above not in found:
                found.add(above)
                open.append(above)
    return found


def read_policy(path: Path) -> Policy:
    """The table in `path`. Raises `ContentError` with the line of what could never be read."""
    rules: list[Rule] = []
    links: list[Link] = []
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        kind, *fields = [field.strip() for field in line.split(",")]
        if kind in _LINKS:
            if len(fields) != 2 or not all(fields) or ANY in fields:
                raise ContentError(path, number, _LINKS[kind])
            links.append(Link(number, kind, *fields))
        else:
            rules.append(_rule(path, number, kind, fields))
    if not rules:
        raise ContentError(path, 1, "no rule: nobody could do anything")
    return Policy(path, tuple(rules), tuple(links))


def text_of(path: Path) -> str:
    """A configuration file's text. Raises `ContentError`."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(path, 1, "file is missing") from None
    except UnicodeDecodeError:
        raise ContentError(path, 1, "not UTF-8") from None


def _rule(path: Path, number: int, kind: str, fields: list[str]) -> Rule:
    if kind != "p" or len(fields) not in (5, 6) or not all(fields):
        raise ContentError(path, number, _RULE)
    who, place, assistant, object, effect, *act = fields
    if effect not in ("allow", "deny"):
        raise ContentError(path, number, f"{effect!r} is neither allow nor deny")
    if act not in ([], ["see"]):
        raise ContentError(path, number, f"{act[0]!r} is not see")
    if "*" in object[:-1]:
        raise ContentError(path, number, f"{object!r}: * stands at the end only")
    return Rule(
        number, who, place, assistant, object, "allow" if effect == "allow" else "deny", "see" if act else "use"
    )
