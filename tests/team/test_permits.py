"""What a room is shown rests only on what each of its members may see; every denial is noted and explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.assistant import Assistant
from app.core.errors import Refused
from app.core.ports import Hit, Knowledge
from app.core.skill import Context, Result, Skill, skill
from app.core.texts import Texts, speaking
from app.core.turn import Person, Room, Turn
from app.engines.rights import CasbinRights
from app.rooms import texts_of
from app.team.permits import Permits, objects_of
from app.team.work import Speaker, Work
from tests.engines.permission_worlds import OBJECTS, PEOPLE, rights_by, rules
from tests.skills.context import CONTENT
from tests.team.house import assistant

FX = assistant("fx", "外汇交易助手", "FX dealing assistant").model_copy(
    update={"skills": ("fx.quote",), "knowledge": ("fx", "office")}
)
SAY = Texts(CONTENT / "skills" / "fx" / "texts")
CLERK, DEALER, SUPERVISOR = (
    next(one for one in PEOPLE.values() if (one.role, one.place) == (role, "东支行"))
    for role in ("clerk", "dealer", "supervisor")
)
any_policy = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
members = st.lists(st.sampled_from([*PEOPLE, "E777"]), max_size=4, unique=True)


@skill("fx.quote", texts=SAY)
async def quote(ctx: Context) -> Result:
    """Quote."""
    return Result("")


class Library:
    """Remembers which sets it was asked for."""

    def __init__(self, sets: frozenset[str] = frozenset({"fx", "office"})) -> None:
        self.sets = sets

    async def search(
        self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10, on: date | None = None
    ) -> Sequence[Hit]:
        return [Hit(f"{name}/x.md", "¶1", query, 1.0, name, "") for name in sorted(self.sets if sets is None else sets)]

    async def passage(self, source: str, locator: str, version: str = "") -> Hit | None:
        name = source.split("/")[0]
        return Hit(source, locator, "", 1.0, name, "") if name in self.sets else None

    def narrowed(self, sets: Sequence[str]) -> Library:
        return Library(self.sets & frozenset(sets))


def permits(rights: CasbinRights, people: Mapping[str, Person] = PEOPLE) -> Permits:
    return Permits(rights, tuple(people.values()), texts_of("team"))


def work_of(person: Person, *others: str) -> Work:
    room = Room("r", "", (person.id, *others))
    at = datetime(2026, 11, 23, 10, tzinfo=UTC)
    return Work(Turn("t", "r", person.id, "", "test", at), room, person, at, (), cast(Speaker, None))


def library(rights: CasbinRights, work: Work, whole: Assistant = FX) -> Knowledge:
    return permits(rights).readable(work, whole, cast(Knowledge, Library()))


@any_policy
@given(lines=st.lists(rules, min_size=1, max_size=8), others=members, person=st.sampled_from(sorted(PEOPLE)))
def test_a_room_may_what_its_speaker_may_use_and_all_others_may_see(
    tmp_path: Path, lines: list[str], others: list[str], person: str
) -> None:
    rights = rights_by(tmp_path / "config", lines)
    everything = [(name, object) for name, objects in OBJECTS.items() for object in objects]
    speaker = PEOPLE[person]
    shared = {pair for pair in everything if rights.may(speaker, *pair)}
    for one in set(others) - {person}:
        shared &= {pair for pair in everything if rights.decide(PEOPLE.get(one), *pair, act="see").allowed}
    room = Room("r", "", (person, *others))
    assert {pair for pair in everything if permits(rights).decide(speaker, room, *pair).allowed} == shared


@any_policy
@given(
    lines=st.lists(rules, min_size=1, max_size=8),
    others=members,
    joining=st.sampled_from([*PEOPLE, "E777"]),
    person=st.sampled_from(sorted(PEOPLE)),
)
async def test_somebody_who_joins_gives_nobody_a_right(
    tmp_path: Path, lines: list[str], others: list[str], joining: str, person: str
) -> None:
    rights = rights_by(tmp_path / "config", lines)
    before, after = work_of(PEOPLE[person], *others), work_of(PEOPLE[person], *others, joining)
    for object in objects_of(FX):
        if permits(rights).decide(after.person, after.room, "fx", object).allowed:
            assert permits(rights).decide(before.person, before.room, "fx", object).allowed
    assert await found(library(rights, after)) <= await found(library(rights, before))


async def found(knowledge: Knowledge) -> set[str]:
    """The sets that a search reaches."""
    try:
        return {hit.title for hit in await knowledge.search("?")}
    except Refused:
        return set()


@pytest.mark.parametrize(
    ("lines", "person", "others", "reason", "line"),
    [
        (["p, dealer, *, fx, fx.*, allow"], CLERK, (), "no_rule", "no rule"),
        (["p, *, *, fx, fx.*, allow", "p, clerk, *, fx, fx.*, deny"], CLERK, (), "denied", "config/permissions.csv:8"),
        (["p, dealer, *, fx, fx.*, allow"], DEALER, (CLERK.id,), "room", "no rule"),
        (["p, *, *, fx, *, allow", "p, clerk, *, fx, *, deny, see"], DEALER, (CLERK.id,), "room", ":8"),
        (["p, *, *, fx, fx.*, allow"], DEALER, ("E777",), "room", "no rule"),
    ],
)
def test_a_denial_is_noted_with_its_line(
    tmp_path: Path, lines: list[str], person: Person, others: tuple[str, ...], reason: str, line: str
) -> None:
    work = work_of(person, *others)
    with pytest.raises(Refused) as refused:
        permits(rights_by(tmp_path / "config", lines)).check(work, FX, cast(Skill, quote))
    assert refused.value.code == "RIGHTS"
    (entry,) = work.entries
    assert not work.rests_on
    assert (entry.what, entry.decision, entry.assistant) == ("refused", "refuse", "fx")
    assert entry.detail["skill"] == "fx.quote" and entry.detail["reason"] == reason
    assert str(entry.detail["rule"]).endswith(line)
    assert entry.detail.get("whose") == (others[0] if reason == "room" else None)
    assert not any(one in refused.value.message for one in (*others, "permissions"))


def test_what_is_allowed_is_not_noted(tmp_path: Path) -> None:
    lines = ["p, dealer, *, fx, fx.*, allow", "p, clerk, *, fx, fx.quote, allow, see"]
    work = work_of(DEALER, CLERK.id)
    permits(rights_by(tmp_path / "config", lines)).check(work, FX, cast(Skill, quote))
    assert not work.entries and work.rests_on == {"fx/fx.quote"}


@pytest.mark.parametrize(
    ("lines", "person", "zh", "en"),
    [
        (["p, dealer, *, fx, fx.*, allow"], CLERK, ["（柜员）", "“外汇询价”", "有此权限的岗位：交易员。"], ["dealer"]),
        (["p, *, *, fx, *, allow", "p, clerk, *, fx, *, deny"], CLERK, ["按权限规定", "交易员、主管"], ["supervisor"]),
        (["p, dealer, 分行, fx, fx.*, allow", "p, dealer, 东支行, fx, fx.*, deny"], DEALER, ["按权限规定"], ["By the"]),
        (["p, dealer, 总行, fx, fx.*, allow"], DEALER, ["东支行", "机构"], ["Your place"]),
    ],
)
def test_a_denial_says_what_is_missing_and_who_has_it(
    tmp_path: Path, lines: list[str], person: Person, zh: list[str], en: list[str]
) -> None:
    posts = {"dealer": "交易员", "supervisor": "主管", "clerk": "柜员"}
    people = {id: Person(id, one.name, one.role, one.place, posts[one.role]) for id, one in PEOPLE.items()}
    own = permits(rights_by(tmp_path / "config", lines), people)
    for language, wanted in (("zh", zh), ("en", en)):
        with speaking(cast("object", language)), pytest.raises(Refused) as refused:  # type: ignore[arg-type]
            own.check(work_of(people[person.id]), FX, cast(Skill, quote))
        assert all(words in refused.value.message for words in wanted), refused.value.message


def test_what_cannot_be_decided_is_refused_and_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: str) -> bool:
        raise RuntimeError("casbin")

    rights, work = rights_by(tmp_path / "config", ["p, *, *, fx, *, allow"]), work_of(DEALER)
    monkeypatch.setattr(rights._enforcer, "enforce", broken)
    with pytest.raises(Refused) as refused:
        permits(rights).check(work, FX, cast(Skill, quote))
    assert "权限检查没有完成" in refused.value.message
    assert [entry.detail["reason"] for entry in work.entries] == ["failed"]


async def test_some_documents_are_withheld_and_noted_all_are_refused(tmp_path: Path) -> None:
    rights = rights_by(tmp_path / "config", ["p, *, *, fx, knowledge:fx, allow"])
    work = work_of(DEALER)
    knowledge = library(rights, work)
    assert not work.entries and not work.rests_on  # nothing was asked yet
    assert [hit.title for hit in await knowledge.search("?")] == ["fx"]
    assert work.rests_on == {"fx/knowledge:fx"}
    assert [entry.detail for entry in work.entries] == [{"knowledge": "office", "reason": "no_rule", "rule": "no rule"}]
    assert [hit.title for hit in await knowledge.search("?", sets=["fx", "office"])] == ["fx"]
    assert [hit.title for hit in await knowledge.search("?", sets=["fx"])] == ["fx"]
    assert len(work.entries) == 2
    for asked in (
        knowledge.search("?", sets=["office"]),
        knowledge.passage("office/x.md", "¶1"),
        knowledge.narrowed(["office"]).search("?"),
    ):
        with pytest.raises(Refused) as refused:
            await asked
        assert "外汇交易助手的资料" in refused.value.message
    assert len(work.entries) == 5 and work.rests_on == {"fx/knowledge:fx"}
    assert await knowledge.passage("fx/x.md", "¶1") is not None
