"""What a run's expressions and texts are computed over: its slots as they are meant, results, the day, the person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app.core.errors import SkillFailed
from app.core.expressions import Uncomputable, computed, value_of
from app.core.happening import Happening
from app.core.run import Run
from app.core.texts import Texts
from app.core.turn import Person
from app.core.workflow import Starts, Workflow

_log = logging.getLogger("deskmate.workflows")
Readers = Mapping[str, Callable[[str, datetime], Any]]
"""Kind of a slot -> what was said, as it is meant (a date, an amount …); None for what is no such thing."""


def read_slot(workflow: Workflow, readers: Readers, name: str, said: str, now: datetime) -> Any:
    """What was said for a slot, as it is meant; None where it cannot be read as what the slot is."""
    reader = readers.get(workflow.slots[name].kind)
    return reader(said, now) if reader else said


def values_of(run: Run, workflow: Workflow, readers: Readers, person: Person, now: datetime) -> dict[str, Any]:
    """Everything that an expression of this run may name. What is not known yet is none."""
    slots = {
        name: read_slot(workflow, readers, name, run.slots[name], now) if name in run.slots else None
        for name in workflow.slots
    }
    results = {id: run.results.get(id) for id in workflow.every}
    who = {name: getattr(person, name) for name in ("id", "name", "role", "place", "post")}
    about = {"today": now.date(), "now": now, "person": who, "about": run.about, "event": dict(run.event)}
    return {**results, **slots, **about}


def starts_on(starts: Starts, happened: Happening) -> bool:
    """Whether something that happened is what a workflow starts on; one whose condition cannot be computed does not."""
    if happened.name not in starts.on:
        return False
    try:
        values = {"about": happened.about, "event": {"name": happened.name, **happened.data}}
        return not starts.when or bool(computed(starts.when, values))
    except Uncomputable as error:
        _log.error("the start of a workflow: %s", error)
        return False


class Computing:
    """Computes for one run at one moment; what cannot be computed is a failure of the step, in words for people."""

    def __init__(self, values: Mapping[str, Any], texts: Texts) -> None:
        self._values = values
        self._texts = texts

    def value(self, expression: str) -> Any:
        """Raises `SkillFailed`."""
        try:
            return computed(expression, self._values)
        except Uncomputable:
            raise self._failed() from None

    def filled(self, template: Any) -> Any:
        """A text with its `{…}` filled in; one that is nothing but `{…}` keeps its value. Raises `SkillFailed`."""
        try:
            return value_of(template, self._values)
        except Uncomputable:
            raise self._failed() from None

    def _failed(self) -> SkillFailed:
        return SkillFailed("WORKFLOW_VALUE", self._texts("run_uncomputable"))
