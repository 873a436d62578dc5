"""Who may do what: by the shipped policy, and by any policy the rules that must always hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.assistant import ContentError
from app.core.ports import Decision
from app.core.texts import Texts
from app.core.turn import Person
from app.engines.library.knowledge_sets import load_sets
from app.engines.rights import CasbinRights, check_content
from app.gateway.identity import Identity, read_people
from tests.engines.permission_worlds import PEOPLE, REQUESTS, ForReaders, rights_by, rules, written

ROOT = Path(__file__).parents[2]
STAFF = Identity(read_people(ROOT / "config" / "people.yaml"), b"k" * 32, Texts(ROOT / "app" / "gateway" / "texts"))
RIGHTS = CasbinRights(ROOT / "config", STAFF.people, load_sets(ROOT))
any_policy = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    ("person", "assistant", "object", "may"),
    [
        ("E1002", "fx", "fx.quote", True),
        ("E3002", "fx", "fx.quote", True),
        ("E6001", "fx", "fx.quote", False),
        ("E6001", "fx", "fx.rates", True),
        ("E6001", "office", "office.book_room", True),
        ("E9001", "fx", "fx.quote", False),
        ("E9001", "office", "office.find_person", True),
        ("E9001", "credit", "knowledge:credit", False),
        ("E4001", "credit", "credit.analyse_statement", True),
        ("E1002", "credit", "credit.analyse_statement", False),
        ("E1002", "credit", "knowledge:credit", True),
        ("E1002", "office", "fx.quote", False),
    ],
)
def test_the_shipped_policy(person: str, assistant: str, object: str, may: bool) -> None:
    assert RIGHTS.may(STAFF.person(person), assistant, object) is may


def test_a_decision_names_its_line() -> None:
    lines = (ROOT / "config" / "permissions.csv").read_text(encoding="utf-8").splitlines()

    def line(decision: Decision) -> str:
        path, _, number = decision.rule.rpartition(":")
        assert path == "config/permissions.csv"
        return lines[int(number) - 1]

    allowed = RIGHTS.decide(STAFF.person("E1001"), "fx", "fx.quote")
    assert allowed.why == "rule" and line(allowed) == "p, relationship_manager, *, fx, fx.*, allow"
    denied = RIGHTS.decide(STAFF.person("E9001"), "credit", "knowledge:credit")
    assert denied.why == "denied" and line(denied) == "p, administrator, *, credit, *, deny"
    assert RIGHTS.decide(STAFF.person("E6001"), "fx", "fx.quote") == Decision(False, "no_rule")


@pytest.mark.parametrize(
    ("person", "sees"),
    [
        ("E1001", {"城东支行"}),
        ("E2001", {"示例分行", "城东支行"}),
        ("E3002", {"城东支行", "示例分行", "总行", "总行金融市场部", "总行研究部", "总行办公室", "总行科技部", "全行"}),
        ("E5001", {"总行研究部"}),
        ("E9001", {"总行科技部"}),
    ],
)
def test_a_branch_sees_its_own(person: str, sees: set[str]) -> None:
    places = {*RIGHTS.policy.places, "城西支行", ""}
    assert {place for place in places if RIGHTS.covers(STAFF.person(person), place)} == sees


def test_what_belongs_to_a_place_is_refused_elsewhere() -> None:
    other = RIGHTS.decide(STAFF.person("E1002"), "fx", "fx.quote", place="示例分行")
    assert other == Decision(False, "place")
    assert RIGHTS.decide(STAFF.person("E1002"), "fx", "fx.quote", place="城东支行").allowed
    assert not RIGHTS.decide(STAFF.person("E3001"), "fx", "fx.quote", place="没有的支行").allowed


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_nobody_unknown_may_anything(id: str, role: str, place: str, object: str) -> None:
    known = STAFF.person("E1002")
    strangers = [
        Person(id, "某人", known.role, known.place),
        Person(known.id, known.name, role, known.place),
        Person(known.id, known.name, known.role, place),
    ]
    for stranger in strangers:
        if stranger.id not in STAFF.people or (stranger.role, stranger.place) != (known.role, known.place):
            assert not RIGHTS.may(stranger, "fx", "fx.quote")
            assert not RIGHTS.may(stranger, "office", object)
            assert not RIGHTS.covers(stranger, known.place)
    assert RIGHTS.decide(None, "office", "office.find_person") == Decision(False, "unknown")


def test_a_role_or_place_that_the_policy_does_not_know_has_nothing(tmp_path: Path) -> None:
    people = {
        "E1": Person("E1", "某人", "clerk", "火星支行"),
        "E2": Person("E2", "某人", "stranger", "分行"),
        "E3": Person("E3", "某人", "clerk", "分行"),
    }
    config = written(tmp_path / "config", ["p, *, *, office, *, allow", "p, dealing, *, fx, *, allow"])
    rights = CasbinRights(config, people, {})
    assert not rights.may(people["E1"], "office", "office.find_person")
    assert not rights.may(people["E2"], "fx", "fx.quote") and not rights.may(people["E3"], "fx", "fx.quote")
    assert rights.may(people["E3"], "office", "office.find_person")


@any_policy
@given(lines=st.lists(rules, min_size=1, max_size=8))
def test_casbin_and_the_table_read_a_policy_alike_and_a_deny_always_wins(tmp_path: Path, lines: list[str]) -> None:
    rights = rights_by(tmp_path / "config", lines)
    for person, assistant, object, act in REQUESTS:
        decision = rights.decide(person, assistant, object, act=act)
        matching = rights.policy.matching(person.id, person.role, person.place, assistant, object, act)
        effects = {rule.effect for rule in matching}
        assert decision.allowed == (effects == {"allow"})
        assert decision.why == ("denied" if "deny" in effects else "rule" if effects else "no_rule")


@any_policy
@given(lines=st.lists(rules, min_size=2, max_size=8), data=st.data())
def test_only_a_deny_that_goes_adds_a_right(tmp_path: Path, lines: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(lines) - 1))
    before = rights_by(tmp_path / "config", lines)
    after = rights_by(tmp_path / "config", [*lines[:index], *lines[index + 1 :]])
    for person, assistant, object, act in REQUESTS:
        if after.decide(person, assistant, object, act=act).allowed and "deny" not in lines[index]:
            assert before.decide(person, assistant, object, act=act).allowed


@any_policy
@given(lines=st.lists(rules, min_size=1, max_size=8))
def test_who_may_use_may_see_unless_a_rule_on_seeing_denies_it(tmp_path: Path, lines: list[str]) -> None:
    rights = rights_by(tmp_path / "config", [line for line in lines if not line.endswith("deny, see")] or lines[:1])
    if any(rule.act == "see" and rule.effect == "deny" for rule in rights.policy.rules):
        return
    for person, assistant, object, _ in REQUESTS:
        if rights.may(person, assistant, object):
            assert rights.decide(person, assistant, object, act="see").allowed


def test_seeing_can_be_allowed_and_denied_alone(tmp_path: Path) -> None:
    lines = ["p, dealer, *, fx, fx.quote, allow", "p, clerk, *, fx, fx.quote, allow, see"]
    dealer, clerk = PEOPLE["E1"], next(one for one in PEOPLE.values() if one.role == "clerk")
    rights = rights_by(tmp_path / "config", lines)
    assert rights.decide(clerk, "fx", "fx.quote", act="see").allowed and not rights.may(clerk, "fx", "fx.quote")
    stricter = rights_by(tmp_path / "config", [*lines, "p, dealer, *, fx, fx.quote, deny, see"])
    assert stricter.may(dealer, "fx", "fx.quote")
    assert not stricter.decide(dealer, "fx", "fx.quote", act="see").allowed


@pytest.mark.parametrize(
    ("readers", "why"),
    [
        (ForReaders(), "rule"),
        (ForReaders(("dealer",)), "rule"),
        (ForReaders(("dealing",)), "rule"),
        (ForReaders(("supervisor", "clerk")), "audience"),
        (ForReaders(places=("东支行",)), "rule"),
        (ForReaders(places=("分行",)), "place"),
        (ForReaders(places=("分行", "东支行")), "rule"),
        (ForReaders(places=("总行",)), "place"),
    ],
)
def test_a_set_is_read_by_its_audience_at_its_places(tmp_path: Path, readers: ForReaders, why: str) -> None:
    config = written(tmp_path / "config", ["p, *, *, fx, knowledge:*, allow"])
    rights = CasbinRights(config, PEOPLE, {"fx": readers})
    dealer = PEOPLE["E1"]
    assert (dealer.role, dealer.place) == ("dealer", "东支行")
    assert rights.decide(dealer, "fx", "knowledge:fx").why == why
    assert rights.decide(dealer, "fx", "knowledge:elsewhere").why == "unknown"


def test_who_may_names_roles_and_not_single_people(tmp_path: Path) -> None:
    assert RIGHTS.who_may("credit", "credit.ratio") == ("credit_approver", "relationship_manager", "researcher")
    rights = rights_by(tmp_path / "config", ["p, supervisor, 分行, fx, fx.*, allow", "p, E1, *, fx, fx.*, allow"])
    assert rights.who_may("fx", "fx.quote") == ("supervisor",)
    assert rights.may(PEOPLE["E1"], "fx", "fx.quote")


def test_what_cannot_be_decided_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rights = rights_by(tmp_path / "config", ["p, *, *, fx, *, allow"])

    def broken(*_: str) -> bool:
        raise RuntimeError("casbin")

    monkeypatch.setattr(rights._enforcer, "enforce", broken)
    assert rights.decide(PEOPLE["E1"], "fx", "fx.quote") == Decision(False, "failed")
    assert not rights.may(PEOPLE["E1"], "fx", "fx.quote") and rights.who_may("fx", "fx.quote") == ()


def test_a_model_that_reads_the_table_otherwise_allows_nothing(tmp_path: Path) -> None:
    config = written(tmp_path / "config", ["p, supervisor, *, fx, fx.rates, allow"])
    conf = config / "permissions.conf"
    conf.write_text(conf.read_text(encoding="utf-8").split("m = ")[0] + "m = r.assistant == p.assistant\n")
    rights = CasbinRights(config, PEOPLE, {})
    assert rights.decide(PEOPLE["E1"], "fx", "fx.quote") == Decision(False, "failed")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("permissions.csv", "", 1),
        ("permissions.csv", "# nothing\n", 1),
        ("permissions.csv", "g2, 分行, 全行\n", 1),
        ("permissions.csv", "p, *, *, office, office.*, allow\np, *, office, allow\n", 2),
        ("permissions.csv", "p, *, *, office, office.*, perhaps\n", 1),
        ("permissions.csv", "p, *, *, office, office.*, allow, hear\n", 1),
        ("permissions.csv", "p, *, *, office, *.find_person, allow\n", 1),
        ("permissions.csv", "p, *, *, office, *, allow\ng2, 分行\n", 2),
        ("permissions.csv", "p, *, *, office, *, allow\ng, *, staff\n", 2),
        ("permissions.csv", b"\xff\xfe", 1),
        ("permissions.conf", "junk", 1),
        ("permissions.conf", b"\xff\xfe", 1),
    ],
)
def test_a_broken_policy_is_named(content: Path, file: str, text: str | bytes, line: int) -> None:
    path = content / "config" / file
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ContentError) as raised:
        check_content(content)
    assert (raised.value.path, raised.value.line) == (path, line)


def test_a_missing_policy_is_named(content: Path) -> None:
    (content / "config" / "permissions.csv").unlink()
    with pytest.raises(ContentError):
        check_content(content)
