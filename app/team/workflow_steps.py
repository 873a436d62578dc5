"""What each kind of step does when a run comes to it: goes on, or stays there and waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.core.errors import Retry
from app.core.expressions import in_words
from app.core.model_talk import ToolCall
from app.core.run import Done, Token, wait_key
from app.core.skill import Ask, Proposal, Result
from app.core.workflow_step import (
    STOP,
    AskStep,
    CallStep,
    CheckStep,
    ChooseStep,
    ConfirmStep,
    NotifyStep,
    ParallelStep,
    SkillStep,
    Step,
    WaitStep,
    Wording,
)
from app.team.runner import Ran, digest_of

if TYPE_CHECKING:
    from app.team.workflow_walk import Walk

BRANCHES = "branches"
"""What a `parallel` waits for; nobody outside brings it."""
Goes = str | Token
"""Where it goes on (empty: to what comes behind), or the place where it waits."""


async def take_step(walk: Walk, step: Step, token: Token) -> Goes:
    """Do what `step` does. Raises `AssistantError` where it could not be done."""
    if isinstance(step, AskStep):
        return await ask(walk, step, token)
    if isinstance(step, ConfirmStep):
        return await confirm(walk, step, token)
    if isinstance(step, SkillStep):
        return await run_skill(walk, step, token)
    if isinstance(step, CheckStep):
        return await check(walk, step)
    if isinstance(step, ChooseStep):
        ways = (one.then for one in step.choose if not one.when or walk.computing.value(one.when))
        return next(ways, "")
    if isinstance(step, WaitStep):
        return wait(walk, step, token)
    if isinstance(step, NotifyStep):
        await walk.say(_text(walk, step.notify))
        return ""
    if isinstance(step, CallStep):
        return await walk.call(step, token)
    assert isinstance(step, ParallelStep)
    return waiting(walk, step, token, (BRANCHES,))


def waiting(walk: Walk, step: Step, token: Token, keys: tuple[str, ...], until: datetime | None = None) -> Token:
    """The place from now on, with what it waits for; a question that is asked again keeps its deadline."""
    since = token.since or walk.work.now
    late = since + step.lasts if step.lasts else None
    due = min((one for one in (late, until) if one), default=None)
    return replace(token, waits=keys, since=since, due=due, missing="", asked="")


async def ask(walk: Walk, step: AskStep, token: Token) -> Goes:
    """Ask for the first slot that is not known."""
    slots = walk.workflow.slots
    missing = next((name for name in step.ask if name not in walk.run.slots and not slots[name].optional), "")
    if not missing:
        return ""
    whom = str(walk.computing.value(step.of)) if step.of else walk.run.person
    await walk.say(str(slots[missing].ask))
    return replace(waiting(walk, step, token, (wait_key("message", whom),)), missing=missing, asked=whom)


async def check(walk: Walk, step: CheckStep) -> Goes:
    """Go on where the condition holds."""
    if walk.computing.value(step.check):
        return ""
    if step.says.zh:
        await walk.say(_text(walk, step.says))
    kept = {name: said for name, said in walk.run.slots.items() if name not in step.forget}
    walk.run = replace(walk.run, slots=kept)
    return step.otherwise or STOP


async def run_skill(walk: Walk, step: SkillStep, token: Token) -> Goes:
    """Run it, keep what it gives, and say what it says."""
    given = arguments(walk, step.given)
    ran = await called(walk, step.skill, given, token)
    if isinstance(ran.outcome, Ask):
        return await asked_back(walk, step, token, ran)
    if isinstance(ran.outcome, Result):
        walk.run = replace(walk.run, results={**walk.run.results, step.id: dict(ran.outcome.data)})
        if not step.quiet and not ran.skill.material:
            await walk.say(ran.masked.text, masked=True)
        return ""
    return step.otherwise or STOP  # `deskmate check` refuses a skill that proposes in such a step


async def confirm(walk: Walk, step: ConfirmStep, token: Token) -> Goes:
    """Propose the action, and wait for people; what was done for the same values is not done again."""
    given = arguments(walk, step.given)
    inputs = digest_of(step.skill, given)
    if any((one.step, one.inputs) == (step.id, inputs) for one in walk.run.done):
        return ""
    ran = await called(walk, step.skill, given, token)
    if isinstance(ran.outcome, Ask):
        return await asked_back(walk, step, token, ran)
    if not isinstance(ran.outcome, Proposal) or ran.action is None:
        return step.otherwise or STOP
    walk.run = replace(walk.run, inputs={**walk.run.inputs, step.id: inputs})
    await walk.say(f"{ran.masked.text}\n\n{walk.house.runner.how_to_decide(walk.work, ran.action)}", masked=True)
    return waiting(walk, step, token, (wait_key("action", ran.action.id),))


def wait(walk: Walk, step: WaitStep, token: Token) -> Goes:
    """Wait for the first of what it names."""
    wanted = step.wait
    about = str(walk.computing.value(wanted.about)) if wanted.about else walk.run.about
    keys = [wait_key("news", name, about) for name in wanted.on]
    if wanted.message:
        keys.append(wait_key("message", walk.run.person))
    until = moment(walk.computing.value(wanted.until), walk.work.now) if wanted.until else None
    return waiting(walk, step, token, tuple(keys), until)


async def called(walk: Walk, skill: str, given: dict[str, Any], token: Token) -> Ran:
    """Run a skill for the person behind the run. What does not fit its parameters is a failure of the step."""
    # What an earlier skill gave is true: the audit keeps arguments, so they are masked like a model's.
    masked = await walk.masked_value(given)
    try:
        call = ToolCall(f"{walk.run.id}-{token.visit}", skill, masked)
        return await walk.house.runner.run(walk.work, walk.assistant, call)
    except Retry:
        raise walk.house.failed() from None


async def asked_back(walk: Walk, step: SkillStep, token: Token, ran: Ran) -> Goes:
    """A skill that asks for more: the slot that its parameter is filled from is asked for again."""
    assert isinstance(ran.outcome, Ask)
    source = step.given.get(ran.outcome.parameter)
    name = source.strip("{} ") if isinstance(source, str) else ""
    await walk.say(ran.masked.text, masked=True)
    if name not in walk.workflow.slots:
        return step.otherwise or STOP
    slots = {key: value for key, value in walk.run.slots.items() if key != name}
    walk.run = replace(walk.run, slots=slots)
    place = waiting(walk, step, token, (wait_key("message", walk.run.person),))
    return replace(place, missing=name, asked=walk.run.person)


def executed(walk: Walk, step: ConfirmStep, token: Token, action: str) -> None:
    """Note that the step's action was carried out."""
    done = Done(step.id, token.visit, walk.run.inputs.get(step.id, ""), action)
    walk.run = replace(walk.run, done=(*walk.run.done, done))


def arguments(walk: Walk, given: Any) -> dict[str, Any]:
    """What a skill is given: a slot as it was said, everything else as text or as it is."""
    said = {f"{{{name}}}": value for name, value in walk.run.slots.items()}
    found = {}
    for name, template in given.items():
        plain = template.replace(" ", "") if isinstance(template, str) else ""
        value = said[plain] if plain in said else walk.computing.filled(template)
        if value is not None:
            found[name] = in_words(value) if isinstance(value, Decimal | date) else value
    return found


def moment(value: Any, now: datetime) -> datetime | None:
    """A time; a day begins at midnight of the bank's time."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=now.tzinfo)
    return datetime(value.year, value.month, value.day, tzinfo=now.tzinfo) if isinstance(value, date) else None


def _text(walk: Walk, wording: Wording) -> str:
    return str(walk.computing.filled(str(wording)))
