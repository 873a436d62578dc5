"""`deskmate explain`: who may what and why, with the line that says so, the confirmation it takes, and who gives it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.commands.batch import say
from app.core.assistant import Assistant
from app.core.errors import BadInput
from app.core.ports import Decision
from app.core.settings import Settings
from app.core.skill import Skill
from app.core.turn import Action, Person, Room
from app.engines.rights import CasbinRights
from app.rooms import (
    build_approval_rules,
    build_assistants,
    build_audit,
    build_database,
    build_identity,
    build_rights,
    build_sealer,
    load_skills,
    now,
)
from app.team.approval_rules import ApprovalRules
from app.team.permits import objects_of


@dataclass(frozen=True, slots=True)
class _Bank:
    """What explaining needs of the house."""

    people: Mapping[str, Person]
    assistants: Mapping[str, Assistant]
    skills: Mapping[str, Skill]
    rights: CasbinRights
    approvals: ApprovalRules


async def explain(settings: Settings, *, words: Sequence[str], room: str | None, as_json: bool) -> int:
    """Explain one person, one skill or knowledge set, or both; with a room also what its members may see of it."""
    people, skills = build_identity(settings).people, load_skills()
    rights = build_rights(settings, people)
    approvals = build_approval_rules(settings, skills, people, rights.covers)
    bank = _Bank(people, build_assistants(settings), skills, rights, approvals)
    who, objects = _asked(bank, words)
    members = (await _room(settings, room)).members if room else ()
    for person in who:
        for assistant in bank.assistants.values():
            for object in (one for one in objects_of(assistant) if one in objects):
                row = _row(bank, person, assistant, object, members)
                print(json.dumps(row, ensure_ascii=False) if as_json else "\n".join(_in_words(bank, row)))
    return 0


def _asked(bank: _Bank, words: Sequence[str]) -> tuple[list[Person], set[str]]:
    """The people and objects that the words name: all of them where they name none. Raises `BadInput`."""
    known = {object for assistant in bank.assistants.values() for object in objects_of(assistant)}
    for word in words:
        if word not in bank.people and word not in known:
            raise BadInput("EXPLAIN", say("explain_unknown", word=word))
    people = [bank.people[word] for word in words if word in bank.people]
    return people or list(bank.people.values()), {word for word in words if word in known} or known


async def _room(settings: Settings, id: str) -> Room:
    from app.engines.records import SqlRecords

    database = build_database(settings)
    records = SqlRecords(database, build_sealer(settings), build_audit(settings, database))
    await records.open()
    try:
        room = await records.room(id)
    finally:
        await records.close()
    if room is None:
        raise BadInput("NO_ROOM", say("explain_no_room", room=id))
    return room


def _row(bank: _Bank, person: Person, assistant: Assistant, object: str, members: Sequence[str]) -> dict[str, Any]:
    """One answer, as JSON. In a room it is allowed only where each other member may see it."""
    own = bank.rights.decide(person, assistant.name, object)
    sight = {
        id: bank.rights.decide(bank.people.get(id), assistant.name, object, act="see")
        for id in members
        if id != person.id
    }
    row = {
        "person": person.id,
        "assistant": assistant.name,
        "object": object,
        "allowed": own.allowed and all(one.allowed for one in sight.values()),
        **_grounds(bank, own),
    }
    if members:
        row["room"] = [{"person": id, "sees": one.allowed, **_grounds(bank, one)} for id, one in sight.items()]
    if skill := bank.skills.get(object):
        row["confirm"] = skill.confirm
        if skill.confirm != "none":
            action = _proposal(skill, person, assistant)
            row["approval"] = bank.approvals.needed(action)
            row["approvers"] = [one.id for one in bank.approvals.approvers(action, action.expires_at)]
    return row


def _grounds(bank: _Bank, decision: Decision) -> dict[str, str]:
    """Why, where it stands and what stands there."""
    texts = {bank.rights.policy.where(rule.line): str(rule) for rule in bank.rights.policy.rules}
    return {"why": decision.why, "rule": decision.rule, "text": texts.get(decision.rule, "")}


def _proposal(skill: Skill, person: Person, assistant: Assistant) -> Action:
    """What that person would propose, its worth unknown: the highest limit counts."""
    return Action(
        id="",
        skill=skill.name,
        arguments={},
        digest="",
        state="proposed",
        approvals=(),
        expires_at=now(),
        proposed_by=person.id,
        assistant=assistant.name,
    )


def _in_words(bank: _Bank, row: Mapping[str, Any]) -> Iterator[str]:
    person, assistant = bank.people[row["person"]], bank.assistants[row["assistant"]]
    skill = bank.skills.get(row["object"])
    yield say(
        "explain_may" if row["allowed"] else "explain_may_not",
        id=person.id,
        name=person.name,
        post=person.post or person.role,
        place=person.place,
        alias=assistant.aliases[0] if assistant.aliases else assistant.name,
        object=row["object"],
        title=skill.title if skill else say("explain_documents"),
    )
    yield f"    {_why(row)}"
    for one in row.get("room", ()):
        yield f"    {say('explain_sees' if one['sees'] else 'explain_sees_not', id=one['person'], why=_why(one))}"
    if row["allowed"] and "confirm" in row:
        yield f"    {say('explain_' + row['confirm'])}" + (
            say("explain_approval", needed=row["approval"], approvers=" ".join(row["approvers"]))
            if row.get("approval")
            else ""
        )


def _why(grounds: Mapping[str, Any]) -> str:
    return "  ".join(filter(None, (say(f"explain_why_{grounds['why']}"), grounds["rule"], grounds["text"])))
