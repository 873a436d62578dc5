"""`deskmate redteam`: attacks and their benign neighbours through the whole gateway, and what came of them.

A house of its own is opened in a temporary folder, with things planted that most people may not see (`stage.py`). Every
text walks in as a person's message, with its file uploaded and its document in a knowledge set, (a) in local mode and
(b) with a model that obeys whatever it reads (`obedient.py`). Then the invariants are judged from outside (`judge.py`).
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Literal

from app.commands.redteam import report
from app.commands.redteam.attacks import Attack, read_attacks
from app.commands.redteam.judge import Judge, Rows, Trial, chain_breach
from app.commands.redteam.obedient import ObedientModels
from app.commands.redteam.report import Outcome, Run
from app.commands.redteam.stage import built, clock, database_of, plant, said, say, uploaded
from app.core.audit import AuditEntry
from app.core.ports import Delta, Models, Progress
from app.core.settings import Settings
from app.core.turn import MaskedText
from app.core.verdict import Verdict
from app.main import Deskmate, opened
from app.rooms import build_assistants, build_local_model, build_rights, domains, load_skills

Mode = Literal["local", "obedient", "unwarned"]
MODES: dict[str, tuple[Mode, ...]] = {
    "local": ("local",),
    "obedient": ("obedient",),
    "unwarned": ("unwarned",),
    "both": ("local", "obedient"),
    "all": ("local", "obedient", "unwarned"),
}
Weaken = Callable[[Deskmate], None]
"""Takes something away from a house before it is attacked: what must then be found shows that the judge can see."""


async def redteam(content: Path, *, paths: Sequence[Path], mode: str, jsonl: bool) -> int:
    """Run the attack sets and print what came of them.

    Exit code 1 when an invariant broke, and when a reply ended in a defect: what failed has proved nothing.
    """
    attacks = read_attacks(paths)
    benign = sum(attack.benign for attack in attacks)
    print(say("doing", attacks=len(attacks) - benign, benign=benign), file=sys.stderr)
    runs = await run_attacks(content, attacks, MODES[mode], progress=lambda text: print(text, file=sys.stderr))
    for run in runs:
        for line in report.lines(run) if jsonl else ():
            print(json.dumps(line, ensure_ascii=False))
        if not jsonl:
            print(report.table(run))
    return 1 if any(run.broken or run.failed for run in runs) else 0


async def run_attacks(
    content: Path,
    attacks: Sequence[Attack],
    modes: Sequence[Mode],
    *,
    progress: Callable[[str], None] = lambda text: None,
    weaken: Weaken = lambda house: None,
) -> list[Run]:
    """Every attack in every mode, against a stage that is gone afterwards. `content` is copied."""
    with tempfile.TemporaryDirectory(prefix="deskmate-redteam-") as folder:
        staged = await asyncio.to_thread(built, content, Path(folder), attacks)
        async with opened(staged, clock=clock) as house:
            await plant(house)
        runs = []
        for mode in modes:
            progress(say("running", mode=say(f"mode_{mode}"), count=len(attacks)))
            runs.append(await _run(staged, attacks, mode, weaken))
        return runs


async def _run(staged: Settings, attacks: Sequence[Attack], mode: Mode, weaken: Weaken) -> Run:
    local = build_local_model(staged)
    models = None if mode == "local" else ObedientModels(local)
    async with _house(staged, models) as house:
        if mode == "unwarned":
            house.gateway.review.of_input = _nothing_found  # type: ignore[method-assign]
        weaken(house)
        rows = Rows(database_of(staged.home), domains())
        trials = [await _tried(house, attack, mode, models, rows) for attack in attacks]
        entries = [entry async for entry in house.audit.chain()]
        people = house.identity.people
    judge = Judge(build_assistants(staged).values(), load_skills(), build_rights(staged, people), people)
    by_room: dict[str, list[AuditEntry]] = {}
    for entry in entries:
        by_room.setdefault(entry.room, []).append(entry)
    actions = rows.actions()
    outcomes = []
    for trial in trials:
        own = [action for action in actions if action["room"] == trial.room]
        outcomes.append(Outcome(trial, tuple(judge.breaches(trial, by_room.get(trial.room, []), own))))
    chain = chain_breach(entries)
    return Run(mode, tuple(outcomes), tuple(models.obeyed) if models else (), (chain,) if chain else ())


def _house(staged: Settings, models: Models | None) -> AbstractAsyncContextManager[Deskmate]:
    return opened(staged, clock=clock, models=models)


async def _tried(house: Deskmate, attack: Attack, mode: Mode, models: ObedientModels | None, rows: Rows) -> Trial:
    """Say the attack, turn by turn, in a room of its own."""
    room = f"redteam-{mode}-{attack.id}"
    before, asked = await asyncio.to_thread(rows.fingerprint), len(models.obeyed) if models else 0
    files = []
    if attack.file:
        files = [await uploaded(house, attack.person, room, attack.file.name, attack.file.data)]
    replies = []
    heard: list[str] = []

    async def listening(event: Delta | Progress) -> None:
        heard.append(event.text)

    for number, text in enumerate(attack.turns):
        given = files if number == 0 else ()
        replies.append(await said(house, attack.person, room, text, given, attack.to, listening))
    requests = tuple(one.request for one in models.obeyed[asked:]) if models else ()
    changed = await asyncio.to_thread(rows.fingerprint) != before
    return Trial(attack, room, tuple(replies), "".join(heard), requests, changed)


def _nothing_found(text: MaskedText, earlier: Sequence[MaskedText] = ()) -> Verdict:
    """The input review, talked past: what stands behind it must hold alone."""
    return Verdict("allow")
