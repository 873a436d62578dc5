"""Along the stored audit chain, row by row: what does not hold is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, ScalarResult, select
from sqlalchemy.exc import DBAPIError

from app.core.audit import GENESIS, digest_of_stored
from app.engines.storage.tables import AUDIT, CHAIN_HEAD

PAGE = 5000
"""Rows read at once."""
_RENUMBERED_BY = 100_000  # how far off an entry's own number is looked for

FaultKind = Literal[
    "changed",
    "missing",
    "moved",
    "renumbered",
    "unlinked",
    "cut",
    "head",
    "rewritten",
    "signature",
    "checkpoint_missing",
    "foreign_key",
    "unsealed",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not hold, and where.

    `changed`: the content does not give the hash. `missing`: entries `expected` to `number` - 1 are not there.
    `moved`: what belongs at `expected` stands at `number`. `renumbered`: it was entry `expected` once. `unlinked`: in
    itself right, but not what followed. `cut`: the chain should go on to `expected`. `head`: the head is not the end.
    `rewritten`: right in itself, but not what was signed. `signature`, `checkpoint_missing`, `foreign_key`: a
    checkpoint. `unsealed`: too much of the chain is signed by nobody.
    """

    kind: FaultKind
    number: int
    expected: int = 0
    what: str = ""
    at: str = ""


@dataclass
class Walk:
    """Where one stands on the chain, and the hashes passed at the numbers asked for."""

    number: int = 0
    hash: str = GENESIS
    wanted: frozenset[int] = frozenset()
    passed: dict[int, str] = field(default_factory=dict)

    def over(self, rows: Sequence[Any], connection: Connection) -> Fault | None:
        """Go over the next rows, in order of their numbers; the first that does not hold is named."""
        expected, before, wanted = self.number, self.hash, self.wanted
        for row in rows:
            expected += 1
            if row[0] != expected or row[10] != before or _digest(row[:11]) != row[11]:
                self.number, self.hash = expected - 1, before
                return self._fault(row, connection)
            before = row[11]
            if expected in wanted:
                self.passed[expected] = before
        self.number, self.hash = expected, before
        return None

    def _fault(self, row: Any, connection: Connection) -> Fault:
        number, expected, at, what = row[0], self.number + 1, str(row[1]), str(row[2])
        follows, right = row[10] == self.hash, _digest(row[:11]) == row[11]
        own = 0 if right else _own_number(row)
        if number != expected and own:
            return Fault("renumbered", number, own, what, at)
        follower = None if follows else _number_after(self.hash, connection)
        if follower is not None:
            return Fault("moved", follower, expected, what, at)
        if number > expected:
            return Fault("missing", number, expected, what, at)
        if right:
            return Fault("unlinked", number, expected, what, at)
        return Fault("renumbered", number, own, what, at) if own else Fault("changed", number, expected, what, at)


def next_rows(connection: Connection, after: int | None, *, until: int | None = None) -> Sequence[Any]:
    """The rows after that number, in order, as they are stored."""
    wanted = select(AUDIT).order_by(AUDIT.c.number).limit(PAGE)
    if after is not None:
        wanted = wanted.where(AUDIT.c.number > after)
    if until is not None:
        wanted = wanted.where(AUDIT.c.number <= until)
    return connection.execute(wanted).all()


def unreadable(after: int, connection: Connection) -> int | None:
    """The first row after that number that the database itself cannot read (bytes that are no text)."""
    numbers: ScalarResult[int] = connection.scalars(
        select(AUDIT.c.number).where(AUDIT.c.number > after).order_by(AUDIT.c.number)
    )
    for number in numbers.fetchmany(PAGE):
        try:
            connection.execute(select(AUDIT).where(AUDIT.c.number == number)).one()
        except DBAPIError:
            return number
    return None


def chain_head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last entry as the head says."""
    head = connection.execute(select(CHAIN_HEAD.c.number, CHAIN_HEAD.c.hash)).one_or_none()
    return (head.number, head.hash) if head else (0, GENESIS)


def hash_at(connection: Connection, number: int) -> str | None:
    """The stored hash of that entry; `GENESIS` for number 0."""
    return GENESIS if number == 0 else connection.scalar(select(AUDIT.c.hash).where(AUDIT.c.number == number))


def _digest(row: Any) -> str:
    try:
        return digest_of_stored(*row)
    except (TypeError, UnicodeEncodeError):  # a column that holds no text: nothing of ours
        return ""


def _number_after(hash: str, connection: Connection) -> int | None:
    """The number of the entry that was written after the one with that hash, wherever it stands now."""
    return connection.scalar(select(AUDIT.c.number).where(AUDIT.c.previous == hash).limit(1))


def _own_number(row: Any) -> int:
    """The number under which the row gives its hash; 0 when there is none near."""
    near = range(max(1, row[0] - _RENUMBERED_BY), row[0] + _RENUMBERED_BY)
    return next((number for number in near if _digest((number, *row[1:11])) == row[11]), 0)
