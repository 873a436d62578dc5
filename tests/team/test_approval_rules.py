"""Whose yes counts: roles, places, limits, pairs of eyes, delegation; and files that would loosen or never apply."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.assistant import ContentError
from app.core.skill import Skill, skill
from app.core.turn import Action, Approval, Money, Person
from app.rooms import BANK_TIME, texts_of
from app.team.approval_rules import ApprovalRules
from tests.houses import PAYMENT_RULES

NOW = datetime(2026, 11, 23, 10, tzinfo=BANK_TIME)
ABOVE = {"城东支行": {"示例分行", "总行金融市场部"}, "示例分行": {"总行金融市场部"}}


def people() -> dict[str, Person]:
    listed = [
        ("E1001", "relationship_manager", "城东支行"),
        ("E1002", "branch_dealer", "城东支行"),
        ("E1003", "branch_dealer", "城西支行"),
        ("E2001", "regional_dealer", "示例分行"),
        ("E3001", "head_office_dealer", "总行金融市场部"),
        ("E3002", "dealing_supervisor", "总行金融市场部"),
        ("E6001", "office_staff", "总行办公室"),
    ]
    return {id: Person(id, id, role, place, post=role) for id, role, place in listed}


def covers(person: Person, place: str) -> bool:
    return person.place == place or person.place in ABOVE.get(place, ())


def declared(name: str, confirm: str) -> Skill:
    async def function(ctx: object) -> None:
        """For tests."""

    return skill(name, texts=texts_of("team"), confirm=confirm)(function)  # type: ignore[arg-type]


SKILLS = {
    one.name: one
    for one in (
        declared("payments.transfer", "four_eyes"),
        declared("office.book_room", "one"),
        declared("fx.rates", "none"),
    )
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    return tmp_path


def rules(folder: Path, text: str = PAYMENT_RULES, delegations: str = "") -> ApprovalRules:
    (folder / "config" / "approvals.yaml").write_text(text, encoding="utf-8")
    (folder / "config" / "delegations.yaml").write_text(delegations, encoding="utf-8")
    return ApprovalRules(folder, SKILLS, people(), covers, texts_of("team"))


def action(amount: str | None = "500000", *approvals: Approval, by: str = "E1001", currency: str = "USD") -> Action:
    worth = Money(Decimal(amount), currency) if amount else None
    until = NOW + timedelta(minutes=30)
    return Action("ABC234", "payments.transfer", {}, "d", "proposed", approvals, until, proposed_by=by, amount=worth)


def yes(by: str, on_behalf_of: str = "") -> Approval:
    return Approval(by, NOW, on_behalf_of)


def may(built: ApprovalRules, given: Action) -> set[str]:
    return {id for id, one in people().items() if built.standing(one, given, NOW).may}


@pytest.mark.parametrize(
    ("amount", "currency", "who"),
    [
        ("1000000", "USD", {"E1002", "E2001", "E3001"}),
        ("1000000.01", "USD", {"E2001", "E3001"}),
        ("7142857", "CNY", {"E1002", "E2001", "E3001"}),
        ("7142858", "CNY", {"E2001", "E3001"}),
        ("10000000", "USD", {"E2001", "E3001"}),
        ("10000001", "USD", {"E3001", "E3002"}),
        ("-10000001", "USD", {"E3001", "E3002"}),
        ("1", "XXX", {"E3001", "E3002"}),
        ("NaN", "USD", {"E3001", "E3002"}),
        (None, "USD", {"E3001", "E3002"}),
    ],
)
def test_limits_per_role(folder: Path, amount: str | None, currency: str, who: set[str]) -> None:
    assert may(rules(folder), action(amount, currency=currency)) == who


def test_never_the_proposer_and_only_from_his_line(folder: Path) -> None:
    built = rules(folder)
    assert may(built, action(by="E2001")) == {"E3001"}, "a branch dealer is neither at his place nor above it"
    assert built.standing(people()["E2001"], action(by="E2001"), NOW).reason == "own"
    assert built.standing(people()["E1002"], action("5000000"), NOW).reason == "limit"
    assert built.standing(people()["E6001"], action(), NOW).reason == "role"
    assert not built.standing(people()["E6001"], action(), NOW).in_line


def test_two_approvals_are_two_people_each_in_his_seat(folder: Path) -> None:
    built = rules(folder)
    first = action("20000000", yes("E3001"))
    assert not built.complete(first, first.approvals)
    assert may(built, first) == {"E3002"}
    assert built.standing(people()["E3001"], first, NOW).reason == "again"
    assert built.complete(first, (yes("E3001"), yes("E3002")))
    assert built.complete(first, (yes("E3002"), yes("E3001")))
    assert not built.complete(first, (yes("E3001"), yes("E3001")))
    assert not built.complete(first, (yes("E3001"), yes("E2001")))
    assert not built.complete(first, (yes("E3001"), yes("E9999"))), "somebody who has left"


DELEGATED = """\
- {approver: E3002, delegate: E2001, since: 2026-11-20, until: 2026-11-23, skills: [payments.*]}
- {approver: E2001, delegate: E6001, since: 2026-11-20, until: 2026-11-30}
- {approver: E3001, delegate: E3002, since: 2026-11-23, until: 2026-11-24}
"""


def test_a_delegate_acts_with_the_right_of_the_absent_one(folder: Path) -> None:
    built = rules(folder, delegations=DELEGATED)
    given = action("20000000")
    standing = built.standing(people()["E2001"], given, NOW)
    assert standing.may and standing.on_behalf_of == "E3002"
    assert not built.standing(people()["E2001"], given, NOW + timedelta(days=1)).may, "the day after it is over"
    assert not built.standing(people()["E2001"], given, NOW - timedelta(days=4)).may


def test_a_right_is_not_lent_on(folder: Path) -> None:
    built = rules(folder, delegations=DELEGATED)
    assert not built.standing(people()["E6001"], action("20000000"), NOW).may
    assert built.standing(people()["E6001"], action("5000000"), NOW).on_behalf_of == "E2001"


def test_an_absent_one_and_his_delegate_count_once(folder: Path) -> None:
    built = rules(folder, delegations=DELEGATED)
    by_delegate = action("20000000", yes("E2001", "E3002"))
    assert built.standing(people()["E3002"], by_delegate, NOW).reason == "again"
    himself = action("20000000", yes("E3002"))
    assert not built.standing(people()["E2001"], himself, NOW).may
    assert not built.complete(himself, (yes("E3002"), yes("E3002", "E3001"))), "one pair of eyes on two seats"
    assert not built.complete(himself, (yes("E3002"), yes("E2001", "E3002")))
    assert built.complete(himself, (yes("E3001"), yes("E2001", "E3002")))


def test_a_delegate_never_approves_what_he_or_the_absent_one_proposed(folder: Path) -> None:
    built = rules(folder, delegations=DELEGATED)
    assert not built.standing(people()["E2001"], action("20000000", by="E2001"), NOW).may
    own = built.standing(people()["E6001"], action("500000", by="E2001"), NOW)
    assert not own.may
    assert not built.complete(action("5000000", by="E2001"), (yes("E6001", "E2001"),))


def test_an_absent_one_is_not_told_his_delegate_is(folder: Path) -> None:
    told = {one.id for one in rules(folder).approvers(action("20000000"), NOW)}
    assert told == {"E3001", "E3002"}
    told = {one.id for one in rules(folder, delegations=DELEGATED).approvers(action("20000000"), NOW)}
    assert told == {"E2001", "E3002"}, "E3002 is absent himself, but stands in for E3001"


def test_where_nobody_else_may_act_the_absent_one_is_told(folder: Path) -> None:
    built = rules(folder, delegations=DELEGATED)
    given = action("20000000", yes("E3001", ""), by="E2001")
    assert [one.id for one in built.approvers(given, NOW)] == ["E3002"], "his delegate proposed it himself"


def test_what_nobody_could_ever_approve_is_known_at_once(folder: Path) -> None:
    built = rules(folder)
    assert built.possible(action("20000000")) and built.possible(action())
    assert not built.possible(action("20000000", by="E3002")), "the only supervisor proposed it"
    assert not rules(folder, "rules: []\n").possible(action())


def test_who_is_needed_is_said_in_words(folder: Path) -> None:
    built = rules(folder)
    assert built.needed(action()) == "同一机构或上级机构的branch_dealer或regional_dealer或head_office_dealer"
    assert built.needed(action("20000000")) == "head_office_dealer，以及dealing_supervisor"
    assert built.needed(action("20000000", yes("E3001"))) == "dealing_supervisor"


def test_without_a_rule_one_confirms_himself_and_four_eyes_never_run(folder: Path) -> None:
    built = rules(folder, "rules: []\n")
    own = Action("A", "office.book_room", {}, "d", "proposed", (), NOW, proposed_by="E1001")
    assert may(built, own) == {"E1001"} and built.complete(own, (yes("E1001"),))
    assert may(built, action()) == set() and not built.complete(action(), ())
    assert not built.complete(action(), tuple(yes(id) for id in people()))
    with pytest.raises(ContentError, match=r"payments\.transfer needs four eyes and has no rule"):
        built.check_all()


def test_the_file_may_ask_for_more_than_the_person_himself(folder: Path) -> None:
    text = "rules:\n  - skills: office.*\n    limits: [{approvals: [{by: [self]}, {by: [branch_dealer]}]}]\n"
    built = rules(folder, text)
    own = Action("A", "office.book_room", {}, "d", "proposed", (), NOW, proposed_by="E1001")
    assert not built.complete(own, (yes("E1001"),)) and built.complete(own, (yes("E1001"), yes("E1002")))
    dealer = Action("A", "office.book_room", {}, "d", "proposed", (), NOW, proposed_by="E1002")
    assert not built.complete(dealer, (yes("E1002"),)), "one person does not sit on both seats"


RULE = "rules:\n  - skills: payments.*\n    limits:\n      - approvals: "


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (RULE + "[{by: [self]}]\n", 4, "needs four eyes"),
        (RULE + "[{by: [branch_dealer]}, {by: [self]}]\n", 4, "needs four eyes"),
        (RULE.replace("payments.*", "'*'") + "[{by: [self]}]\n", 4, "needs four eyes"),
        (RULE + "[{by: [self, branch_dealer]}]\n", 4, "stands alone"),
        (RULE + "[{by: [king]}]\n", 4, "nobody has the role 'king'"),
        (RULE + "[{by: [branch_dealer], place: [月球]}]\n", 4, "nobody is at '月球'"),
        (RULE + "[{by: [dealing_supervisor]}, {by: [dealing_supervisor]}]\n", 4, "not enough different people"),
        (RULE + "[]\n", 4, "approvals"),
        (RULE + "[{by: [branch_dealer], plaice: [same]}]\n", 4, "plaice"),
        (RULE + "[{by: [branch_dealer]}]\n        up_to: 5\n", 2, "no up_to"),
        ("worth: {USD: 1}\n" + RULE + "[{by: [branch_dealer]}]\n        up_to: 5\n", 3, "no up_to"),
        (PAYMENT_RULES.replace("10000000", "1000000"), 6, "limits rise"),
        (PAYMENT_RULES.replace("worth: {USD: 1, CNY: 0.14}", "worth: {}"), 9, "worth of currencies"),
        ("- 1\n", 1, ""),
    ],
)
def test_a_file_that_loosens_or_misleads_is_refused(folder: Path, text: str, line: int, problem: str) -> None:
    with pytest.raises(ContentError) as error:
        rules(folder, text)
    assert problem in error.value.problem and abs(error.value.line - line) <= 1, str(error.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (PAYMENT_RULES + "  - skills: fx.book\n    limits: [{approvals: [{by: [branch_dealer]}]}]\n", "fx.book"),
        (PAYMENT_RULES + "  - skills: fx.rates\n    limits: [{approvals: [{by: [branch_dealer]}]}]\n", "fx.rates"),
        (PAYMENT_RULES + "  - skills: office.b*\n    limits: [{approvals: [{by: [self]}]}]\n", "office.b*"),
    ],
    ids=["no such skill", "asks for nothing", "an earlier rule has it"],
)
def test_check_names_a_rule_that_never_applies(folder: Path, text: str, problem: str) -> None:
    built = rules(folder, text)
    with pytest.raises(ContentError, match="is left for") as error:
        built.check_all()
    assert (
        problem in error.value.problem and error.value.line == text[: text.index(f"skills: {problem}")].count("\n") + 1
    )


@pytest.mark.parametrize(
    "text",
    [
        "- {approver: E3002, delegate: E3002, since: 2026-11-20, until: 2026-11-23}",
        "- {approver: E3002, delegate: E3001, since: 2026-11-24, until: 2026-11-23}",
        "- {approver: E3002, delegate: E7777, since: 2026-11-20, until: 2026-11-23}",
        "- {approver: E3002, delegate: E3001, since: 2026-11-20, until: 2026-11-23, skill: x}",
        "approver: E3002",
    ],
)
def test_a_delegation_that_makes_no_sense_is_refused(folder: Path, text: str) -> None:
    with pytest.raises(ContentError, match=r"delegations\.yaml"):
        rules(folder, delegations=text)


def test_a_house_without_delegations_has_none(folder: Path) -> None:
    rules(folder)
    (folder / "config" / "delegations.yaml").unlink()
    assert may(ApprovalRules(folder, SKILLS, people(), covers, texts_of("team")), action("20000000")) == {
        "E3001",
        "E3002",
    }


@pytest.fixture(scope="module")
def delegated(tmp_path_factory: pytest.TempPathFactory) -> ApprovalRules:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "config").mkdir()
    return rules(folder, delegations=DELEGATED)


IDS = sorted(people())


@given(
    by=st.sampled_from(IDS),
    amount=st.sampled_from(["1", "1000000", "1000001", "10000001"]),
    order=st.lists(st.sampled_from(IDS), max_size=8),
)
def test_whoever_says_yes_in_whatever_order_it_is_never_the_proposer_nor_the_same_eyes_twice(
    delegated: ApprovalRules, by: str, amount: str, order: list[str]
) -> None:
    given_action = action(amount, by=by)
    approvals: tuple[Approval, ...] = ()
    for id in order:
        standing = delegated.standing(people()[id], action(amount, *approvals, by=by), NOW)
        if standing.may:
            approvals = (*approvals, yes(id, standing.on_behalf_of))
    eyes = [{one.by, one.on_behalf_of or one.by} for one in approvals]
    assert all(by not in pair for pair in eyes)
    assert sum(len(pair) for pair in eyes) == len(set().union(*eyes))
    assert len(approvals) <= len(delegated.seats(given_action))
    assert delegated.complete(given_action, approvals) == (len(approvals) == len(delegated.seats(given_action)))
