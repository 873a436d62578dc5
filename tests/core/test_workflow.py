"""A workflow file is read into values; whatever is wrong with it is named with its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.core.assistant import ContentError
from app.core.texts import speaking
from app.core.workflow_step import AskStep, ConfirmStep, ParallelStep
from tests.core.workflows import workflow_file, workflow_of

HEAD = """\
title: {zh: 出差, en: Trip}
slots:
  city: {kind: text, ask: 去哪里？}
  start: {kind: date, ask: {zh: 哪天？, en: When?}}
steps:
"""


def test_it_is_read(tmp_path: Path) -> None:
    text = (
        HEAD
        + """\
  - {id: details, ask: [city, start], within: 3d, late: stop}
  - {id: both, parallel: [[{id: one, notify: "去{city}"}], [{id: two, notify: 二}, {id: three, notify: 三}]]}
  - {id: approved, confirm: office.request_trip, with: {city: "{city}"}, undo: {skill: office.cancel_trip}}
"""
    )
    workflow = workflow_of(tmp_path, text)
    assert (workflow.tool, workflow.name) == ("office.trip", "trip")
    details, both, approved = workflow.steps
    assert isinstance(details, AskStep) and details.lasts == timedelta(days=3)
    assert isinstance(both, ParallelStep) and isinstance(approved, ConfirmStep)
    assert approved.skill == "office.request_trip" and approved.uses == {"city"}
    assert list(workflow.every) == ["details", "both", "approved", "one", "two", "three"]
    assert workflow.branch_of["three"] == "both/1" and workflow.following["two"] == "three"
    with speaking("en"):
        assert str(workflow.title) == "Trip" and str(workflow.slots["city"].ask) == "去哪里？"


@pytest.mark.parametrize(
    ("steps", "line", "problem"),
    [
        ("  - {id: a, ask: [city], untill: 3d}\n", 6, "untill"),
        ("  - {id: a, ask: [city]}\n  - id: b\n    notify: x\n    colour: red\n", 9, "colour"),
        ("  - {id: a, shout: x}\n", 6, "a step has one of ask, skill"),
        ("  - {id: a, ask: [city], notify: x}\n", 6, "only one of ask, notify"),
        ("  - {ask: [city]}\n", 6, "id"),
        ("  - {id: A, ask: [city]}\n", 6, "id"),
        ("  - {id: a, ask: [city], within: soon}\n", 6, "3d"),
        ("  - {id: a, check: 'city.upper()'}\n", 6, "no such function"),
        ("  - {id: a, notify: 'to {city +}'}\n", 6, "no expression"),
        ("  - {id: a, notify: x}\n  - {id: a, notify: y}\n", 7, "'a' is taken"),
        ("  - {id: city, notify: x}\n", 6, "'city' is taken"),
        ("  - {id: a, wait: {about: city}}\n", 6, "on, until, message"),
        ("  - {id: a, parallel: [x]}\n", 6, "a list of steps"),
        ("  - {id: a, parallel: [[{id: b, notify: x, size: 3}]]}\n", 6, "size"),
        ("  - just words\n", 6, "a mapping"),
        ("  []\n", 5, "a list of steps"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, steps: str, line: int, problem: str) -> None:
    with pytest.raises(ContentError) as error:
        workflow_of(tmp_path, HEAD + steps)
    assert problem in error.value.problem and error.value.line == line, error.value


def test_an_unknown_key_of_the_file_and_of_a_slot(tmp_path: Path) -> None:
    for text, line in (("titel: x\n" + HEAD, 1), (HEAD.replace("ask: 去哪里？", "question: x"), 3)):
        path = workflow_file(tmp_path, text + "  - {id: a, ask: [city]}\n")
        with pytest.raises(ContentError) as error:
            workflow_of(tmp_path, path.read_text())
        assert error.value.line == line, error.value
