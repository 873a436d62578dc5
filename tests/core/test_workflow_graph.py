"""Where a workflow leads: steps nobody reaches, values nobody gave, loops without an exit; and its picture."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.run import Run, Token
from app.core.workflow_drawing import drawn
from app.core.workflow_graph import check_workflow, ways
from tests.core.workflows import workflow_of

HEAD = """\
title: 出差
slots:
  city: {kind: text, ask: 去哪里？}
  note: {kind: text, optional: true}
steps:
"""
GOOD = (
    HEAD
    + """\
  - {id: details, ask: [city], within: 3d, late: forgotten}
  - {id: near, check: "city != '火星'", says: "去不了{city}", forget: [city], otherwise: details}
  - id: both
    parallel:
      - [{id: fetch, skill: office.find_person, with: {who: "{city}"}}]
      - [{id: way, choose: [{if: note != none, then: say}, {then: say}]}, {id: say, notify: "{note}"}]
  - {id: told, notify: "{fetch['name']}", then: end}
  - {id: forgotten, notify: 太晚了}
"""
)


def problems(folder: Path, text: str) -> list[str]:
    return [f"{one.line}: {one.problem}" for one in check_workflow(workflow_of(folder, text))]


def test_a_good_one_has_no_fault_and_goes_where_it_should(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []
    workflow = workflow_of(tmp_path, GOOD)
    edges = ways(workflow)
    assert edges["details"] == {"near", "forgotten"}
    assert edges["near"] == {"both", "details"}
    assert edges["both"] == {"fetch", "way", "told"}
    assert edges["fetch"] == {"told", "stop"}
    assert edges["way"] == {"say"} and edges["say"] == {"told"} and edges["told"] == {"end"}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("  - {id: a, notify: x, then: end}\n  - {id: b, notify: y}\n", "7: no way leads to the step 'b'"),
        ("  - {id: a, notify: x, then: c}\n", "6: there is no step 'c' of this workflow"),
        ("  - {id: a, notify: '{city}'}\n", "6: a way leads to 'a' on which nothing has given 'city'"),
        ("  - {id: a, notify: '{town}'}\n", "6: 'town' is neither a slot nor the result of a step"),
        ("  - {id: a, ask: [town]}\n", "6: there is no slot 'town'"),
        ("  - {id: a, ask: [note]}\n", "6: the slot 'note' has no question (ask)"),
        ("  - {id: a, ask: [city]}\n  - {id: b, notify: x, then: a}\n", "6: nothing leads out of the loop around 'a'"),
        (
            "  - {id: a, ask: [city]}\n  - {id: b, check: \"city == ''\", otherwise: b}\n",
            "7: the loop around 'b' never waits for anybody",
        ),
        ("  - {id: a, notify: x, within: 3d}\n", "6: a notify step waits for nothing: it has no deadline"),
        ("  - {id: a, ask: [city], late: stop}\n", "6: late needs within: a deadline"),
        (
            "  - {id: a, choose: [{then: b}, {if: '1 > 0', then: b}]}\n  - {id: b, notify: x}\n",
            "6: only the last choice may have no condition",
        ),
        (
            "  - {id: a, parallel: [[{id: b, notify: x, then: c}]]}\n  - {id: c, notify: y}\n",
            "6: there is no step 'c' in this branch",
        ),
        (
            # One branch gives it and the other does not: what comes behind both has it, the other branch has not.
            "  - {id: a, parallel: [[{id: b, ask: [city]}], [{id: c, notify: '{city}'}]]}\n"
            "  - {id: d, notify: '{city}'}\n",
            "6: a way leads to 'c' on which nothing has given 'city'",
        ),
    ],
)
def test_each_fault_is_found(tmp_path: Path, steps: str, expected: str) -> None:
    assert problems(tmp_path, HEAD + steps) == [expected]


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ("{with: {city: x}}", "starts: on: the name of a happening is needed"),
        ("{on: fx.agreed, with: {town: x}}", "starts: there is no slot 'town'"),
        ("{on: fx.agreed, if: city == ''}", "starts: 'city' is not known yet, only event and about are"),
        ("{on: fx.agreed, if: 'city ='}", "starts: 'city =' is no expression"),
    ],
)
def test_what_starts_it_is_looked_at_too(tmp_path: Path, starts: str, expected: str) -> None:
    text = HEAD.replace("steps:", f"starts: {starts}\nsteps:") + "  - {id: a, ask: [city]}\n"
    assert problems(tmp_path, text) == [f"5: {expected}"]
    good = HEAD.replace("steps:", "starts: {on: fx.agreed, if: about != '', with: {city: '{about}'}}\nsteps:")
    assert problems(tmp_path, good + "  - {id: a, notify: '{city}'}\n") == []


def test_the_picture_shows_every_step_and_way_and_where_a_run_stands(tmp_path: Path) -> None:
    workflow = workflow_of(tmp_path, GOOD)
    picture = drawn(workflow).splitlines()
    assert picture[0] == "flowchart TD"
    for line in (
        '  details[/"details<br/>city"/]',
        "  details --> near",
        '  details -.->|"› 3d"| forgotten',
        "  both --> fetch",
        "  say --> told",
        "  told --> end_",
    ):
        assert line in picture, "\n".join(picture)
    run = Run(
        "r", "office.trip", "room", "E1001", datetime.now(UTC), tokens=(Token("near", 2),), path=("details", "near")
    )
    marked = drawn(workflow, run).splitlines()
    assert "  class near present" in marked and "  class details walked" in marked
