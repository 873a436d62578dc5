"""Whose yes an action needs: `config/approvals.yaml` and `config/delegations.yaml`, read once, decided without effects.

The file can only ask for more than a skill declares, never for less: what says `four_eyes` in its code is confirmed by
somebody else, whatever stands in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from app.core.skill import Skill
from app.core.texts import Texts
from app.core.turn import Action, Approval, Money, Person
from app.team.approval_file import ANYWHERE, Delegation, Limit, Policy, Rule, Seat

Covers = Callable[[Person, str], bool]
"""Whether a person's place is the given one or stands above it: `ports.Rights.covers`."""
Reason = Literal["own", "again", "limit", "role"]
_USUAL_LIFE = timedelta(minutes=15)
_HIMSELF = (Limit(approvals=(Seat(by=("self",)),)),)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands to one action."""

    may: bool
    """His yes counts now."""
    on_behalf_of: str = ""
    """The absent approver whose right he would use; empty for his own."""
    reason: Reason | None = None
    """Why it does not count: it is his own proposal, he (or the one he acts for) has said yes, it is worth more than he
    may approve, his role or place is not asked for."""
    in_line: bool = False
    """He proposed it, has approved it, or approves such actions of some worth: a no is explained to him."""


class ApprovalRules:
    """Decides from the files, the staff and an action; changes nothing."""

    def __init__(
        self,
        content: Path,
        skills: Mapping[str, Skill],
        people: Mapping[str, Person],
        covers: Covers,
        texts: Texts,
    ) -> None:
        """Read and check the files. Raises `ContentError` with file and line."""
        self._path = content / "config" / "approvals.yaml"
        self._policy = checked_content(Policy, self._path, read_yaml(self._path))
        self._skills = skills
        self._people = people
        self._covers = covers
        self._texts = texts
        self._delegations = _delegations(content / "config" / "delegations.yaml", people)
        for number, rule in enumerate(self._policy.rules):
            self._check(number, rule)

    # --- what an action needs ---

    def lifetime(self, skill: Skill) -> timedelta:
        """How long a proposal waits for people."""
        rule = self._rule(skill.name)
        return timedelta(minutes=rule.lifetime_minutes) if rule else _USUAL_LIFE

    def seats(self, action: Action) -> tuple[Seat, ...]:
        """The approvals that `action` needs, each with who may give it. None at all: nobody may, so it never runs."""
        limit = self._limit(self._limits(action.skill), action.amount)
        return limit.approvals if limit else ()

    def complete(self, action: Action, approvals: Sequence[Approval]) -> bool:
        """Whether these are all the approvals that the action needs, from as many different people."""
        seats = self.seats(action)
        seen: set[str] = set()
        for one in approvals:
            if seen & (eyes := {one.by, one.on_behalf_of or one.by}):
                return False
            seen |= eyes
        return bool(seats) and self._filled(seats, action, approvals) == len(seats)

    def standing(self, person: Person, action: Action, now: datetime) -> Standing:
        """Whether this person's yes counts for `action` as it stands, and if not, why."""
        taken = {id for one in action.approvals for id in (one.by, one.on_behalf_of) if id}
        capacities = self._capacities(person, action.skill, now.date())
        seats = self.seats(action)
        filled = self._filled(seats, action, action.approvals)
        again = person.id in taken
        for principal in capacities:
            used = bool({person.id, principal.id} & taken)
            given = Approval(person.id, now, "" if principal == person else principal.id)
            if not used and self._filled(seats, action, (*action.approvals, given)) > filled:
                return Standing(True, given.on_behalf_of, in_line=True)
            again = again or (used and any(self._fits(seat, given, action) for seat in seats))
        some = [Approval(person.id, now, "" if one == person else one.id) for one in capacities]
        limits = self._limits(action.skill)
        in_line = again or any(
            self._fits(seat, given, action) for limit in limits for seat in limit.approvals for given in some
        )
        own = person.id == action.proposed_by
        reason: Reason = "own" if own else "again" if again else "limit" if in_line else "role"
        return Standing(False, reason=reason, in_line=in_line or own)

    def possible(self, action: Action) -> bool:
        """Whether there are people at all who could give every approval that `action` needs."""
        seats = self.seats(action)
        everybody = [Approval(id, action.expires_at) for id in self._people]
        return bool(seats) and self._filled(seats, action, everybody) == len(seats)

    def approvers(self, action: Action, now: datetime) -> tuple[Person, ...]:
        """Who is to be told that `action` waits: those whose yes counts; for one who is absent, his delegate.

        Where all of them are absent and no delegate may act, the absent ones are told.
        """
        may = [one for one in self._people.values() if self.standing(one, action, now).may]
        here = [one for one in may if self._reachable(one, action.skill, now.date())]
        return tuple(here or may)

    def _reachable(self, person: Person, skill: str, on: date) -> bool:
        absent = any(one.approver == person.id and one.covers(skill, on) for one in self._delegations)
        return not absent or len(self._capacities(person, skill, on)) > 1  # he stands in for somebody else

    def concerns(self, person: Person, action: Action) -> bool:
        """Whether this person proposed it, has approved it, or approves what is worth that much: he may see it."""
        if person.id == action.proposed_by or any(person.id in (one.by, one.on_behalf_of) for one in action.approvals):
            return True
        at = action.expires_at
        given = [
            Approval(person.id, at, "" if one == person else one.id)
            for one in self._capacities(person, action.skill, at.date())
        ]
        return any(self._fits(seat, one, action) for seat in self.seats(action) for one in given)

    def concerned(self, action: Action) -> tuple[Person, ...]:
        """Everybody who may see it."""
        return tuple(one for one in self._people.values() if self.concerns(one, action))

    def needed(self, action: Action) -> str:
        """Who must still say yes to `action`, in words: posts as the directory has them."""
        seats = self.seats(action)
        taken = self._seated(seats, action, action.approvals)
        return self._texts("and").join(self._in_words(one) for number, one in enumerate(seats) if number not in taken)

    def _in_words(self, seat: Seat) -> str:
        if seat.own:
            return self._texts("seat_self")
        posts = dict.fromkeys(one.post or one.role for one in self._people.values() if one.role in seat.by)
        who = self._texts("or").join(posts)
        if not seat.place:
            return who
        places = [self._texts(f"place_{one}") if one in ANYWHERE else one for one in seat.place]
        return self._texts("seat_at", place=self._texts("or").join(places), who=who)

    # --- the parts of it ---

    def _rule(self, skill: str) -> Rule | None:
        return next((rule for rule in self._policy.rules if fnmatchcase(skill, rule.skills)), None)

    def _limits(self, skill: str) -> tuple[Limit, ...]:
        rule = self._rule(skill)
        if rule is not None:
            return rule.limits
        known = self._skills.get(skill)
        return _HIMSELF if known is not None and known.confirm == "one" else ()

    def _limit(self, limits: Sequence[Limit], amount: Money | None) -> Limit | None:
        """The limit that `amount` falls under. One not known, or in a currency without a rate, falls under the last."""
        rate = self._policy.worth.get(amount.currency) if amount else None
        if amount is None or rate is None or not amount.amount.is_finite():
            return limits[-1] if limits else None
        worth = abs(amount.amount) * rate
        return next((one for one in limits if one.up_to is None or worth <= one.up_to), None)

    def _capacities(self, person: Person, skill: str, on: date) -> list[Person]:
        """Whose right this person may use: his own, and that of those who gave it to him. It goes no further."""
        given = [one.approver for one in self._delegations if one.delegate == person.id and one.covers(skill, on)]
        return [person, *(self._people[id] for id in dict.fromkeys(given))]

    def _fits(self, seat: Seat, given: Approval, action: Action) -> bool:
        if seat.own:
            return given.by == action.proposed_by and not given.on_behalf_of
        principal = self._people.get(given.on_behalf_of or given.by)
        if principal is None or action.proposed_by in (given.by, principal.id) or given.by not in self._people:
            return False
        return principal.role in seat.by and self._in_place(seat, principal, action)

    def _in_place(self, seat: Seat, principal: Person, action: Action) -> bool:
        proposer = self._people.get(action.proposed_by)
        if not seat.place:
            return True
        for place in seat.place:
            if place not in ("same", "above") and principal.place == place:
                return True
            if proposer is None:
                continue
            same = principal.place == proposer.place
            if (place == "same" and same) or (
                place == "above" and not same and self._covers(principal, proposer.place)
            ):
                return True
        return False

    def _filled(self, seats: Sequence[Seat], action: Action, approvals: Sequence[Approval]) -> int:
        """How many of `seats` these approvals fill at most, one each."""
        return len(self._seated(seats, action, approvals))

    def _seated(self, seats: Sequence[Seat], action: Action, approvals: Sequence[Approval]) -> Mapping[int, int]:
        """Seat -> the approval that fills it: as many as possible, a matching by augmenting paths (Kuhn 1955)."""
        holder: dict[int, int] = {}

        def seated(who: int, tried: set[int]) -> bool:
            for number, seat in enumerate(seats):
                if number not in tried and self._fits(seat, approvals[who], action):
                    tried.add(number)
                    if number not in holder or seated(holder[number], tried):
                        holder[number] = who
                        return True
            return False

        for who in range(len(approvals)):
            seated(who, set())
        return holder

    # --- checks ---

    def _check(self, number: int, rule: Rule) -> None:
        """Raises `ContentError` for a rule that would loosen what a skill declares, or that nobody could satisfy."""
        for skill in self._skills.values():
            if self._rule(skill.name) is rule and skill.confirm == "four_eyes":
                for place, limit in enumerate(rule.limits):
                    if any(seat.own for seat in limit.approvals):
                        problem = f"{skill.name} needs four eyes: nobody approves what he proposed himself"
                        raise self._error(("rules", number, "limits", place), problem)
        roles = {person.role for person in self._people.values()}
        places = {person.place for person in self._people.values()} | ANYWHERE
        for place, limit in enumerate(rule.limits):
            where = ("rules", number, "limits", place)
            if limit.up_to is not None and not self._policy.worth:
                raise self._error(where, "a limit needs the worth of currencies to be measured by")
            for seat in limit.approvals:
                for role in seat.by:
                    if not seat.own and role not in roles:
                        raise self._error(where, f"nobody has the role {role!r}")
                for one in seat.place:
                    if one not in places:
                        raise self._error(where, f"nobody is at {one!r}")
            if not self._can_be_filled(limit):
                raise self._error(where, "there are not enough different people for these approvals")

    def _can_be_filled(self, limit: Limit) -> bool:
        others = [seat for seat in limit.approvals if not seat.own]
        everybody = [Approval(id, datetime.min) for id in self._people]
        anywhere = [Seat(by=seat.by) for seat in others]
        blank = Action("", "", {}, "", "proposed", (), datetime.min)
        return self._filled(anywhere, blank, everybody) == len(others)

    def check_all(self) -> None:
        """For `deskmate check`: raises `ContentError` for a rule that never applies, and for a skill without one."""
        for number, rule in enumerate(self._policy.rules):
            meant = [one for one in self._skills.values() if self._rule(one.name) is rule and one.confirm != "none"]
            if not meant:
                raise self._error(("rules", number), f"no skill that asks for approval is left for {rule.skills!r}")
        for skill in self._skills.values():
            if skill.confirm == "four_eyes" and self._rule(skill.name) is None:
                raise self._error((), f"{skill.name} needs four eyes and has no rule: it could never run")

    def _error(self, place: Sequence[str | int], problem: str) -> ContentError:
        return ContentError(self._path, line_at(self._path, place), problem)


def _delegations(path: Path, people: Mapping[str, Person]) -> tuple[Delegation, ...]:
    """`config/delegations.yaml`; a house without the file has none."""
    listed = (read_yaml(path) or []) if path.exists() else []
    if not isinstance(listed, list):
        raise ContentError(path, 1, "a list of delegations is expected")
    found = []
    for index, values in enumerate(listed):
        one = checked_content(Delegation, path, values, index)
        for id in (one.approver, one.delegate):
            if id not in people:
                raise ContentError(path, line_at(path, (index,)), f"there is no person {id!r}")
        found.append(one)
    return tuple(found)
