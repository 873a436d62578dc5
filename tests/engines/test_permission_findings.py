"""What `deskmate check` says of a policy: the shipped one is clean, and each fault is found on its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.commands.check import rights_findings
from app.core.settings import read_settings
from app.engines.permissions.findings import Finding, findings
from app.engines.permissions.policy import Policy, read_policy
from tests.engines.permission_worlds import LINKS, PEOPLE, PLACES, REQUESTS, ROLES, ForReaders, rules, world, written

ALLOW = "p, clerk, *, fx, fx.*, allow"
FIRST = LINKS.count("\n") + 1
"""The line of the first rule."""


def found(folder: Path, lines: Sequence[str]) -> list[Finding]:
    policy = read_policy(written(folder / "config", lines) / "permissions.csv")
    return [one for one in findings(policy, world(folder)) if one.path == policy.path]


def test_the_shipped_policy_is_clean(tmp_path: Path) -> None:
    assert rights_findings(read_settings({"DESKMATE_HOME": str(tmp_path), "DESKMATE_SECRET": "s"})) == ()


@pytest.mark.parametrize(
    ("lines", "wrong", "said"),
    [
        ([ALLOW], [], ""),
        (["p, clrk, *, fx, fx.*, allow"], [0], "'clrk'; is 'clerk' meant?"),
        (["p, E77, *, fx, fx.*, allow"], [0], "'E77'"),
        (["p, clerk, 分航, fx, fx.*, allow"], [0], "'分航'; is '分行' meant?"),
        (["p, clerk, *, fxx, fx.*, allow"], [0], "no assistant 'fxx'"),
        (["p, clerk, *, fx, fx.qoute, allow"], [0], "is 'fx.quote' meant?"),
        (["p, clerk, *, fx, knowledge:fxx, allow"], [0], "no skill or knowledge set"),
        (["p, clerk, *, office, fx.quote, allow"], [0], "'office' does not have"),
        ([ALLOW, ALLOW], [1], f"dead: all that it allows is decided by line {FIRST}"),
        (["p, clerk, 分行, fx, fx.quote, allow", ALLOW], [0], f"decided by line {FIRST + 1}"),
        ([ALLOW, "p, clerk, *, fx, fx.quote, allow, see"], [1], f"decided by line {FIRST}"),
        (
            ["p, clerk, *, fx, fx.quote, allow", "p, clerk, *, fx, fx.rates, allow", ALLOW],
            [0, 1],
            f"decided by line {FIRST + 2}",
        ),
        (
            ["p, clerk, 分行, fx, fx.*, allow", "p, dealer, *, fx, fx.*, allow", "p, supervisor, *, fx, fx.*, allow",
             "p, *, 东支行, fx, fx.quote, allow"],
            [3],
            f"decided by lines {FIRST}, {FIRST + 1}, {FIRST + 2} together",
        ),
        ([ALLOW, "p, *, *, fx, *, deny"], [0], f"contradiction: all that it allows is denied by line {FIRST + 1}"),
        ([ALLOW, "p, dealer, *, fx, fx.*, deny"], [1], "dead: nothing that it denies is allowed"),
        ([ALLOW, "p, clerk, *, fx, fx.rates, deny", "p, clerk, *, *, fx.rates, deny"], [2], "denied by line"),
        ([ALLOW, "p, E1, 总行, fx, fx.*, allow"], [1], "'E1' is never at '总行'"),
        ([ALLOW, "p, E1, 分行, fx, fx.*, allow"], [], ""),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_line(tmp_path: Path, lines: list[str], wrong: list[int], said: str) -> None:
    told = found(tmp_path, [*lines, "p, dealing, *, office, *, allow"])
    assert [one.line for one in told] == [FIRST + index for index in wrong], [one.problem for one in told]
    assert all(said in one.problem and one.grave for one in told)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("g, dealer, dealing", "the same as line 1"),
        ("g, deeler, dealing", "is 'dealer' meant?"),
        ("g, dealer, nobody", "no rule names the group"),
        ("g, dealing, dealer", "would be in itself"),
        ("g2, 全行, 东支行", "would lie in itself"),
        ("g3, 月球, 分行", "no place '月球'"),
        ("g3, 分行, 东支行", "anyway"),
    ],
)
def test_a_wrong_link_is_named(tmp_path: Path, link: str, said: str) -> None:
    told = found(tmp_path, ["p, dealing, *, fx, fx.*, allow", "p, dealer, *, office, *, allow", link])
    assert any(said in one.problem and one.line == FIRST + 2 for one in told), told


def test_directory_and_sets_are_compared_with_the_policy(tmp_path: Path) -> None:
    policy = read_policy(written(tmp_path / "config", ["p, dealing, *, *, *, allow"]) / "permissions.csv")
    sets = {"fx": ForReaders(("dealers",)), "office": ForReaders(places=("分航",))}
    people = {**PEOPLE, "E99": replace(PEOPLE["E1"], id="E99", place="火星支行")}
    told = list(findings(policy, replace(world(tmp_path), people=people, sets=sets)))
    problems = {(one.path.name, one.grave): one.problem for one in told}
    assert "'clerk'" in problems["people.yaml", False] and "E99 has no right" in problems["people.yaml", True]
    assert {one.path.parent.name for one in told if one.path.name == "set.yaml"} == {"fx", "office"}


def test_an_audience_that_shuts_out_all_whom_a_rule_allows_is_a_contradiction(tmp_path: Path) -> None:
    policy = read_policy(written(tmp_path / "config", ["p, clerk, *, fx, knowledge:fx, allow"]) / "permissions.csv")
    shut, open = ({**world(tmp_path).sets, "fx": ForReaders((role,))} for role in ("dealing", "clerk"))
    assert any("audience" in one.problem for one in findings(policy, replace(world(tmp_path), sets=shut)))
    assert not any("audience" in one.problem for one in findings(policy, replace(world(tmp_path), sets=open)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(rules, min_size=1, max_size=6))
def test_a_rule_is_called_dead_exactly_when_nothing_changes_without_it(tmp_path: Path, lines: list[str]) -> None:
    policy = read_policy(written(tmp_path / "config", lines) / "permissions.csv")
    unread = ("there is no", "does not have", "no assistant", "no rule names")
    told = [one for one in findings(policy, world(tmp_path)) if one.path == policy.path and one.line >= FIRST]
    dead = {one.line for one in told if not one.problem.startswith(unread)}
    readable = [rule for rule in policy.rules if rule.line not in {one.line for one in told} - dead]
    whole = decisions(replace(policy, rules=tuple(readable)))
    assert decisions(replace(policy, rules=tuple(rule for rule in readable if rule.line not in dead))) == whole
    if not dead:
        for rule in readable:
            without = replace(policy, rules=tuple(one for one in readable if one is not rule))
            assert decisions(without) != whole, f"{rule} is dead and nobody says so"


def decisions(policy: Policy) -> list[bool]:
    """Every decision in the small bank, of its people and of whoever could still be hired."""
    asked = [(person.id, person.role, person.place, *rest) for person, *rest in REQUESTS]
    asked += [("", role, place, *rest) for role in ROLES for place in PLACES for _, *rest in REQUESTS[:10]]
    return [{rule.effect for rule in policy.matching(*one)} == {"allow"} for one in asked]
