"""Workflows in people's talk: as a model sees them, what steers them, and where each stands, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.core.model_talk import Pending, SlotSpec, ToolSpec
from app.core.run import Run, Token
from app.core.texts import Texts
from app.core.workflow import Workflow

_POLITE = r"(?:请|帮我|麻烦|那|还是|好|嗯)*[，, ]*"
_CANCEL = re.compile(
    rf"^\s*{_POLITE}(?:算了|不办了|不用办了|不申请了|不要办了|取消办理|取消申请|取消流程|取消这个流程|先不办了|作罢|取消|不用了|不要了)"
    r"[吧啊呀了]*[。.!！]?\s*$"
    r"|^\s*(?:cancel|stop|forget|drop)(?:\s+(?:it|that|this))?(?:\s+please)?\s*[.!]?\s*$|^\s*never\s*mind\s*[.!]?\s*$",
    re.I,
)
_PROGRESS = re.compile(
    r"^\s*(?:请|帮我|麻烦)*(?:看看|看一?下|查看|查一?下|查询|查)?(?:我的?)?(?:办理|流程|申请|各项|所有)?(?:的)?"
    r"(?:进度|进展|办到哪(?:一?步|儿|里)?了?|到哪(?:一?步|儿|里)了?|进行到哪(?:一?步|儿|里)?了?)(?:怎么样|如何)?(?:了|呢)?\s*[？?。.!！]*\s*$"
    r"|^\s*(?:my\s+)?(?:progress|status)\s*\??\s*$|^\s*where\s+(?:do|does)\s+(?:it|things|they)\s+stand\s*\??\s*$",
    re.I,
)


def asks_to_cancel(text: str) -> bool:
    """Whether `text` wants what is going on dropped, and nothing else."""
    return _CANCEL.match(text) is not None


def asks_progress(text: str) -> bool:
    """Whether `text` asks where one's procedures stand, and nothing else."""
    return _PROGRESS.match(text) is not None


def tool_of(workflow: Workflow, run: Run | None) -> ToolSpec:
    """A workflow as a model sees it: what it may be given, and, where `run` asks for something, that this is due."""
    missing = run.asking.missing if run and run.asking else ""
    slots = {
        name: SlotSpec(slot.kind, str(slot.ask), name == missing, slot.choices) for name, slot in workflow.slots.items()
    }
    properties = {
        name: {"type": "string", "description": str(slot.title) or slot.kind, **_choices(slot.choices)}
        for name, slot in workflow.slots.items()
    }
    # A model may call with whatever was said: what is missing is asked for by the procedure itself.
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    doc = f"{workflow.title.zh}。{workflow.title.en} {workflow.brief}".strip()
    return ToolSpec(workflow.tool, doc, schema, slots, material=False)


def pending_of(run: Run, person: str) -> Pending:
    """What the next message of a person can answer or correct."""
    asked = run.asking if run.asking and run.asking.asked == person else None
    return Pending(run.workflow, dict(run.slots), asked.missing if asked else None)


def is_start(run: Run, said: dict[str, str]) -> bool:
    """Whether a call of a workflow with `said` wants a second run beside `run`, which asks nothing.

    A correction comes with all that is known; a wish of its own with what it says itself.
    """
    return run.asking is None and not set(run.slots) <= set(said)


def listing(runs: Sequence[Run], workflows: Mapping[str, Workflow], room: str, now: datetime, texts: Texts) -> str:
    """Where each of these stands, in words. What was said stays in its room: placeholders open in no other."""
    shown = [run if run.room == room else replace(run, slots={}) for run in runs if run.workflow in workflows]
    lines = [_line(run, workflows[run.workflow], now, texts) for run in shown]
    return "\n".join((texts("run_listed", count=len(lines)), *lines))


def _line(run: Run, workflow: Workflow, now: datetime, texts: Texts) -> str:
    began = run.started_at.astimezone(now.tzinfo)
    where = texts("and_post").join(dict.fromkeys(_standing(one, run, workflow, now, texts) for one in run.tokens))
    where = where or texts(f"run_is_{run.state}")
    known = "，".join(f"{workflow.slots[name].title or name} {said}" for name, said in run.slots.items())
    return texts(
        "run_line", title=workflow.title, id=run.id[:6].upper(), known=f"（{known}）" if known else "", where=where,
        began=f"{began:%m-%d %H:%M}",
    )  # fmt: skip


def _standing(token: Token, run: Run, workflow: Workflow, now: datetime, texts: Texts) -> str:
    step = workflow.every[token.step]
    title = str(step.title) or step.id
    if token.missing:
        return texts("run_asks", what=workflow.slots[token.missing].ask)
    action = next((key.removeprefix("action/") for key in token.waits if key.startswith("action/")), "")
    said = texts("run_waits_action", step=title, action=action) if action else texts("run_waits", step=title)
    if token.due is None:
        return said
    return said + texts("run_until", until=f"{token.due.astimezone(now.tzinfo):%m-%d %H:%M}")


def _choices(choices: object) -> dict[str, object]:
    return {"enum": list(choices)} if isinstance(choices, dict) and choices else {}
