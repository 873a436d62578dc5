"""Who may do what: casbin over `config/permissions.conf` and `config/permissions.csv`. Only this file knows casbin."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import casbin

from app.core.assistant import ContentError
from app.core.errors import place_of
from app.core.ports import Decision
from app.core.turn import Person
from app.engines.permissions.policy import Act, Policy, read_policy, text_of
from app.engines.permissions.readers import KNOWLEDGE, Readers, is_for

_REMEMBERED = 10_000  # decisions
_log = logging.getLogger(__name__)
logging.getLogger("casbin").setLevel(logging.CRITICAL)  # it writes every request down


class CasbinRights:
    """`ports.Rights`. Each decision is kept: the policy, the directory and the sets are read once, at start."""

    def __init__(self, config: Path, people: Mapping[str, Person], sets: Mapping[str, Readers]) -> None:
        self.policy = read_policy(config / "permissions.csv")
        self._enforcer = _enforcer(config / "permissions.conf", self.policy)
        self._people = people
        self._sets = sets
        self._kept = lru_cache(_REMEMBERED)(self._decided)
        self._holders = lru_cache(_REMEMBERED)(self._who_may)

    def may(self, person: Person, assistant: str, object: str) -> bool:
        """True only where a rule allows it and none forbids it."""
        return self.decide(person, assistant, object).allowed

    def decide(
        self, person: Person | None, assistant: str, object: str, *, act: Act = "use", place: str = ""
    ) -> Decision:
        """The answer and what it rests on. What cannot be decided is refused."""
        if person is None:
            return Decision(False, "unknown")
        try:
            decision = self._kept(person.id, person.role, person.place, assistant, object, act)
            if decision.allowed and place and not self.covers(person, place):
                return Decision(False, "place")
            return decision
        except Exception as error:  # casbin raises plain exceptions of many kinds
            _log.error("rights could not be decided: %s", place_of(error))
            return Decision(False, "failed")

    def covers(self, person: Person, place: str) -> bool:
        """Whether this person sees what belongs to `place`: his own place, one within it, or one he answers for."""
        return self._known(person.id, person.role, person.place) and self.policy.covers(person.place, place)

    def who_may(self, assistant: str, object: str) -> tuple[str, ...]:
        """The roles that may use `object` at some place of the bank, sorted."""
        try:
            return self._holders(assistant, object)
        except Exception as error:
            _log.error("who may could not be decided: %s", place_of(error))
            return ()

    def _decided(self, id: str, role: str, place: str, assistant: str, object: str, act: Act) -> Decision:
        if not self._known(id, role, place):
            return Decision(False, "unknown")
        return self._by_rule(id, role, place, assistant, object, act)

    def _known(self, id: str, role: str, place: str) -> bool:
        """Whether the directory has this person, as he is given, at a place of the hierarchy."""
        person = self._people.get(id)
        return person is not None and (person.role, person.place) == (role, place) and place in self.policy.places

    def _by_rule(self, id: str, role: str, place: str, assistant: str, object: str, act: Act) -> Decision:
        """casbin decides; the table says by which line. Where the two disagree, the answer is no."""
        allowed = bool(self._enforcer.enforce(id, role, place, assistant, object, act))
        by: dict[str, str] = {}
        for rule in self.policy.matching(id, role, place, assistant, object, act):
            by.setdefault(rule.effect, self.policy.where(rule.line))
        if not allowed:
            return Decision(False, "denied", by["deny"]) if "deny" in by else Decision(False, "no_rule")
        if "deny" in by or "allow" not in by:
            _log.error("permissions.conf does not read permissions.csv as it says")
            return Decision(False, "failed")
        return self._for_reader(role, place, object) or Decision(True, "rule", by["allow"])

    def _for_reader(self, role: str, place: str, object: str) -> Decision | None:
        """Why a knowledge set is not for this reader; None where it is, and for skills."""
        if not object.startswith(KNOWLEDGE):
            return None
        name = object.removeprefix(KNOWLEDGE)
        readers, said = self._sets.get(name), f"knowledge/{name}/set.yaml"
        if readers is None:
            return Decision(False, "unknown")
        if not is_for(readers, self.policy, role):
            return Decision(False, "audience", said)
        if readers.places and not any(self.policy.covers(place, one) for one in readers.places):
            return Decision(False, "place", said)
        return None

    def _who_may(self, assistant: str, object: str) -> tuple[str, ...]:
        allowed: set[str] = set()
        for role, place in self._kinds:
            if role in allowed:
                continue
            # The table is quick to say that no rule allows it; casbin is asked where one does.
            rules = self.policy.matching("", role, place, assistant, object, "use")
            if any(rule.effect == "allow" for rule in rules):
                allowed |= {role} if self._by_rule("", role, place, assistant, object, "use").allowed else set()
        return tuple(sorted(allowed))

    @cached_property
    def _kinds(self) -> tuple[tuple[str, str], ...]:
        """A role and a place for each kind of employee: a bank has many places, a policy tells few of them apart."""
        named = {rule.place for rule in self.policy.rules}
        read = sorted({place for readers in self._sets.values() for place in readers.places})
        kinds: dict[object, tuple[str, str]] = {}
        for role, place in {(one.role, one.place) for one in self._people.values()}:
            if place in self.policy.places:
                seen = tuple(self.policy.covers(place, one) for one in read)
                kinds[role, self.policy.around(place) & named, seen] = (role, place)
        return tuple(kinds.values())


def check_content(content: Path) -> None:
    """Raises `ContentError` with file and line for a rule that cannot be read, or a model that casbin cannot use."""
    _enforcer(content / "config" / "permissions.conf", read_policy(content / "config" / "permissions.csv"))


def _enforcer(model: Path, policy: Policy) -> Any:
    text_of(model)
    try:
        enforcer = casbin.Enforcer(str(model))
        for rule in policy.rules:
            enforcer.add_policy(rule.who, rule.place, rule.assistant, rule.object, rule.effect, rule.act)
        for link in policy.links:
            enforcer.add_named_grouping_policy(link.kind, link.name, link.above)
        enforcer.enforce("E0", "role", "place", "assistant", "object", "use")
    except Exception as error:  # casbin raises plain exceptions of many kinds for a model it cannot use
        raise ContentError(model, 1, f"not a model that casbin can use: {error}") from None
    return enforcer
