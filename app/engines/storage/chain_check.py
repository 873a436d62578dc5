"""The whole audit chain checked: every hash, the head, every checkpoint, and who signed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from app.core.audit import GENESIS
from app.core.errors import Unavailable
from app.engines.storage.chain_walk import Fault, Walk, chain_head, next_rows, unreadable
from app.engines.storage.checkpoints import EVERY, Checkpoint, all_checkpoints
from app.engines.storage.database import SqlDatabase

_UNSEALED = 3 * EVERY  # entries after the last checkpoint that may be: one try to sign may fail


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check found."""

    count: int
    """Entries that hold."""
    sealed: int
    """The last entry that a checkpoint covers; 0 without one."""
    checkpoints: int
    faults: tuple[Fault, ...]
    """The first of the chain, then what is wrong with its checkpoints."""


async def check_chain(
    database: SqlDatabase,
    trusted: Sequence[str],
    kept: Sequence[Checkpoint] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Check everything; the house may go on writing meanwhile.

    `trusted`: public keys. One of them signed, or trust goes over from it by handovers that both keys signed.
    `kept`: checkpoints that were kept elsewhere.
    """
    signed = await database.reading(all_checkpoints)
    number, hash = await database.reading(chain_head)
    ends = [one.number for one in (*signed, *kept)]
    walk = Walk(wanted=frozenset([*ends, number]), passed={0: GENESIS})
    fault = await _walked(database, walk, progress)
    if fault is None:
        fault = _end(walk, number, hash, await database.reading(chain_head))
    faults = [] if fault is None else [fault]
    faults += _checkpoint_faults(signed, kept, frozenset(trusted))
    if fault is None:
        faults += _unlike(walk, (*signed, *kept))
        sealed = signed[-1].number if signed else 0
        if walk.number - sealed > _UNSEALED:
            faults.append(Fault("unsealed", sealed + 1, expected=walk.number))
    return Verdict(walk.number, signed[-1].number if signed else 0, len(signed), tuple(faults))


async def _walked(database: SqlDatabase, walk: Walk, progress: Callable[[int], None]) -> Fault | None:
    started = False

    def work(connection: Connection) -> tuple[bool, Fault | None]:
        # A row with a number below 1 stands before the first: the first page is read from wherever the rows begin.
        rows = next_rows(connection, walk.number if started else None)
        return bool(rows), walk.over(rows, connection)

    while True:
        try:
            more, fault = await database.reading(work)
        except Unavailable:
            if number := await database.reading(partial(unreadable, walk.number)):
                return Fault("changed", number, walk.number + 1)
            raise
        if fault or not more:
            return fault
        started = True
        progress(walk.number)


def _end(walk: Walk, number: int, hash: str, later: tuple[int, str]) -> Fault | None:
    """The head of before the walk must lie on it; the head of after it must not lie before its end."""
    if walk.number < number:
        return Fault("cut", walk.number + 1, expected=number)
    if walk.passed[number] != hash or later[0] < walk.number:
        return Fault("head", number)
    return None


def _checkpoint_faults(
    signed: Sequence[Checkpoint], kept: Sequence[Checkpoint], trusted: frozenset[str]
) -> list[Fault]:
    """Signatures, the chain of the checkpoints themselves, and that trust reaches each of them."""
    faults: list[Fault] = []
    keys = {signed[-1].key} if signed else set(trusted)
    for place, one in enumerate(signed):
        before = signed[place - 1] if place else None
        if not one.genuine:
            faults.append(Fault("signature", one.number, one.position))
        elif one.position != place + 1 or one.earlier != (before.digest if before else GENESIS):
            faults.append(Fault("checkpoint_missing", one.number, one.position))
        elif before is not None and before.key != one.key:
            if one.former_key != before.key:
                faults.append(Fault("foreign_key", before.number, before.position))
            keys.add(before.key)
    if trusted.isdisjoint(keys):
        faults.append(Fault("foreign_key", signed[-1].number, signed[-1].position))
    for one in kept:
        if not one.genuine:
            faults.append(Fault("signature", one.number, one.position))
        elif one.key not in keys:
            faults.append(Fault("foreign_key", one.number, one.position))
    return faults[:1]


def _unlike(walk: Walk, checkpoints: Sequence[Checkpoint]) -> list[Fault]:
    """The first checkpoint that the chain does not go through."""
    for one in sorted(checkpoints, key=lambda one: one.number):
        if one.number > walk.number:
            return [Fault("cut", walk.number + 1, expected=one.number)]
        if walk.passed.get(one.number) != one.hash:
            return [Fault("rewritten", one.number)]
    return []
