"""Documents and the state of each version: `ports.Shelf`. The search follows: it is told after each change.

A change is one conditional statement with its audit entry in the same transaction: of two that come at once, one
counts. A crash between it and the search is mended at the next start, where all versions are placed again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.audit import AuditEntry
from app.core.errors import AssistantError, BadInput, Refused
from app.core.ports import DocumentState, Likeness, Placing, Version
from app.core.texts import Texts
from app.engines.storage.audit_log import SqlAuditLog
from app.engines.storage.database import SqlDatabase
from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import DOCUMENT

BEFORE: Mapping[DocumentState, tuple[DocumentState, ...]] = {
    "reviewed": ("draft",),
    "in_force": ("reviewed",),
    "retired": ("draft", "reviewed", "in_force", "superseded"),
}
"""State -> the states it may come from."""
EYES: Mapping[DocumentState, int] = {"reviewed": 1, "in_force": 2, "retired": 2}
"""People that a step needs."""
WAITING = ("draft", "reviewed")
_PAUSE = 60.0  # seconds between two looks at the day
_log = logging.getLogger("deskmate.shelf")
_SEALED = ("title", "number", "owner", "supersedes")


class SqlShelf:
    """`ports.Shelf` over the database; `owners` is the department of each set."""

    def __init__(
        self,
        database: SqlDatabase,
        sealer: Sealer,
        audit: SqlAuditLog,
        placing: Placing,
        owners: Mapping[str, str],
        texts: Texts,
        allowed: frozenset[str] | None = None,
    ) -> None:
        self._parts = (database, sealer, audit, placing, owners, texts)
        self._database = database
        self._sealer = sealer
        self._audit = audit
        self._placing = placing
        self._owners = owners
        self._texts = texts
        self._allowed = allowed

    def narrowed(self, sets: Sequence[str]) -> SqlShelf:
        """A view of these sets and no other."""
        return SqlShelf(*self._parts, frozenset(name for name in sets if self._reaches(name)))

    def sets(self) -> Sequence[str]:
        """The sets of this view."""
        return sorted(self._owners if self._allowed is None else self._allowed)

    def owner_of(self, source: str) -> str:
        """The department that answers for the set of a source."""
        return self._owners.get(source.split("/", 1)[0], "")

    async def add(self, name: str, content: bytes, *, into: str, by: str) -> Version:
        """A file becomes a draft; the same bytes give the version that is there. Raises `BadInput`, `Refused`."""
        self._entitled(into)
        read = await self._placing.take_in(name, content, into=into)
        kept = await self._kept(read.source, read.version)
        if kept is None and read.state not in WAITING:
            raise Refused("DOCUMENT_SHIPPED", self._texts("document_shipped", title=read.title))
        return kept or await self.record(replace(read, state="draft", added_by=by), by=by)

    async def record(self, version: Version, *, by: str) -> Version:
        """Keep a draft that the search has read; the same one again gives what is there."""
        version = replace(version, owner=version.owner or self.owner_of(version.source), at=datetime.now(UTC))
        entry = _entry("added", version, by)

        def work(connection: Connection) -> tuple[int, str] | None:
            connection.execute(insert(DOCUMENT).values(**self._row(version)))
            return self._audit.append_in(connection, (entry,))

        try:
            tail = await self._database.writing(work, durable=True)
        except IntegrityError:
            return await self._present(version.source, version.version)
        if tail is not None:
            await self._audit.settle((entry,), tail)
        return version

    async def indexed(
        self, taken: Sequence[tuple[str, str]], *, state: DocumentState, operator: str, today: date
    ) -> None:
        """What the operator indexed (source, version) counts from now on, or is a draft; he answers for it.

        What counts takes the place of what was in force before it.
        """
        names = sorted({source.split("/", 1)[0] for source, _ in taken})
        lying = {(one.source, one.version): one for name in names for one in await self._placing.lying(name)}
        news = [self._as_indexed(lying[one], state, operator, today) for one in taken if one in lying]
        entries = [_entry("indexed", one, "", operator=operator, state=state) for one in news]

        def work(connection: Connection) -> tuple[tuple[int, str] | None, list[Version]]:
            rows = connection.execute(select(DOCUMENT).where(DOCUMENT.c.set.in_(names))).all()
            known = {**lying, **{(one.source, one.version): one for one in map(self._version, rows)}}
            changed: dict[tuple[str, str], Version] = {}
            for new in news:
                former = _ended(new, known.values(), today)
                for one in (new, *former):
                    known[one.source, one.version] = changed[one.source, one.version] = one
                ended = (_entry("superseded", one, "", operator=operator, successor=new.source) for one in former)
                entries.extend(ended)
            for one in changed.values():
                self._put(connection, one)
            return self._audit.append_in(connection, tuple(entries)), list(changed.values())

        tail, changed = await self._database.writing(work, durable=True)
        if tail is not None:
            await self._audit.settle(tuple(entries), tail)
        await self._placing.place(changed, today)

    def _as_indexed(self, read: Version, state: DocumentState, operator: str, today: date) -> Version:
        release = (operator,) if state == "in_force" else ()
        since = read.valid_from or (today.isoformat() if release else "")
        until = "" if read.superseded_by else read.valid_until
        owner = read.owner or self.owner_of(read.source)
        by = replace(read, state=state, added_by=operator, released_by=release, owner=owner, at=datetime.now(UTC))
        return replace(by, valid_from=since, valid_until=until, superseded_by="")

    async def move(self, source: str, version: str, *, to: DocumentState, by: Sequence[str], today: date) -> Version:
        """To the next state of its life. Raises `Refused` where it cannot go there, `BadInput` for what is not here."""
        present = await self._present(source, version)
        if self._done(present, to, by):
            await self._placing.place([present], today)
            return present
        self._may_go(present, to, by)
        moved = self._moved(present, to, by, today)
        lying = await self._placing.lying(present.set)
        entry = _entry(to, moved, by[0], second=by[1] if len(by) > 1 else "", before=present.state)

        def work(connection: Connection) -> tuple[tuple[int, str] | None, list[Version]]:
            here = (DOCUMENT.c.source == source, DOCUMENT.c.version == version, DOCUMENT.c.state == present.state)
            row = self._row(moved)
            changed = connection.execute(update(DOCUMENT).where(*here).values(**row))
            if changed.rowcount != 1:
                raise Refused("DOCUMENT_MOVED", self._texts("document_moved", title=present.title))
            former = self._supersede(connection, moved, lying, today)
            entries = (entry, *(_entry("superseded", one, by[0], successor=source) for one in former))
            return self._audit.append_in(connection, entries), former

        tail, former = await self._database.writing(work, durable=True)
        if tail is not None:
            await self._audit.settle((entry,), tail)
        await self._placing.place([moved, *former], today)
        return moved

    async def versions(self, name: str) -> Sequence[Version]:
        """The versions of a set, those that wait for somebody first, and what was shipped."""
        self._entitled(name)
        kept = await self.kept(name)
        known = {(one.source, one.version) for one in kept}
        lying = await self._placing.lying(name)
        shipped = [one for one in lying if (one.source, one.version) not in known and one.state not in WAITING]
        owned = [replace(one, owner=one.owner or self.owner_of(one.source)) for one in (*kept, *shipped)]
        return sorted(owned, key=lambda one: (one.state not in WAITING, one.source, one.valid_from))

    async def find(self, name: str, said: str) -> Sequence[Version]:
        """The versions of a set that are meant by a title, a number, a file name or a version."""
        wanted = _plain(said)
        listed = await self.versions(name)
        named = [
            (one, max((len(n) for n in _plain_names(one) if len(n) > 1 and n in wanted), default=0)) for one in listed
        ]
        exact = [one for one in listed if wanted in _plain_names(one)]
        longest = max((length for _, length in named), default=0)
        return exact or [one for one, length in named if length and length == longest]

    async def alike(self, *, fresh: bool = True) -> Sequence[Likeness]:
        """What contradicts or repeats another document, in the sets of this view."""
        return await self._placing.alike(self.sets(), fresh=fresh)

    async def kept(self, name: str | None = None) -> Sequence[Version]:
        """Every version that is recorded, of a set or of all."""
        wanted = select(DOCUMENT) if name is None else select(DOCUMENT).where(DOCUMENT.c.set == name)

        def work(connection: Connection) -> list[Version]:
            return [self._version(row) for row in connection.execute(wanted)]

        return await self._database.reading(work)

    async def settle(self, today: date) -> None:
        """Bring the search in line with the records: at start, and when a day begins."""
        await self._placing.place(await self.kept(), today)

    async def tend(self, clock: Callable[[], datetime]) -> None:
        """Until cancelled: when a day begins, end what came to its last day."""
        settled = clock().date()
        while True:
            await asyncio.sleep(_PAUSE)
            try:
                if (today := clock().date()) != settled:
                    await self.settle(today)
                    settled = today
            except AssistantError as error:  # the database may be away for a moment
                _log.error("documents were not settled: %s", error.code)

    # --- the parts of it ---

    def _reaches(self, name: str) -> bool:
        return self._allowed is None or name in self._allowed

    def _entitled(self, name: str) -> None:
        if not self._reaches(name):
            raise Refused("KNOWLEDGE_SET", self._texts("document_set", name=name))

    async def _present(self, source: str, version: str) -> Version:
        self._entitled(source.split("/", 1)[0])
        if (kept := await self._kept(source, version)) is not None:
            return kept
        for one in await self._placing.lying(source.split("/", 1)[0]):
            if (one.source, one.version) == (source, version) and one.state not in WAITING:
                raise Refused("DOCUMENT_SHIPPED", self._texts("document_shipped", title=one.title))
        raise BadInput("NO_DOCUMENT", self._texts("no_document"))

    async def _kept(self, source: str, version: str) -> Version | None:
        def work(connection: Connection) -> Version | None:
            here = (DOCUMENT.c.source == source, DOCUMENT.c.version == version)
            row = connection.execute(select(DOCUMENT).where(*here)).one_or_none()
            return self._version(row) if row else None

        return await self._database.reading(work)

    def _done(self, present: Version, to: DocumentState, by: Sequence[str]) -> bool:
        """Whether these people have done exactly this: a crash may have cut off only the telling of it."""
        did = {"reviewed": (present.reviewed_by,), "in_force": present.released_by, "retired": present.retired_by}
        return present.state == to and tuple(by) == tuple(did.get(to, ()))

    def _may_go(self, present: Version, to: DocumentState, by: Sequence[str]) -> None:
        """Raises `Refused` with the reason why not."""
        if len(set(by)) < EYES[to]:
            raise Refused("FOUR_EYES", self._texts("document_four_eyes"))
        if to == "reviewed" and present.added_by in by:
            raise Refused("OWN_DOCUMENT", self._texts("document_own", title=present.title))
        if present.state not in BEFORE[to]:
            state = self._texts(f"state_{present.state}")
            raise Refused("DOCUMENT_STATE", self._texts("document_state", title=present.title, state=state))

    def _moved(self, present: Version, to: DocumentState, by: Sequence[str], today: date) -> Version:
        moved = replace(present, state=to, at=datetime.now(UTC))
        if to == "reviewed":
            return replace(moved, reviewed_by=by[0])
        if to == "in_force":
            return replace(moved, released_by=tuple(by), valid_from=present.valid_from or today.isoformat())
        # What is taken back counted until yesterday: answers about a day before still rest on it.
        yesterday = (today - timedelta(days=1)).isoformat()
        ends = min(present.valid_until or yesterday, yesterday)
        return replace(moved, retired_by=tuple(by), valid_until=ends)

    def _supersede(self, connection: Connection, new: Version, lying: Sequence[Version], today: date) -> list[Version]:
        """End what `new` takes the place of; returns it as it is now."""
        rows = connection.execute(select(DOCUMENT).where(DOCUMENT.c.set == new.set)).all()
        known = {(one.source, one.version): one for one in (*lying, *map(self._version, rows))}
        former = _ended(new, known.values(), today)
        for one in former:
            self._put(connection, one)
        return former

    def _put(self, connection: Connection, version: Version) -> None:
        here = (DOCUMENT.c.source == version.source, DOCUMENT.c.version == version.version)
        connection.execute(delete(DOCUMENT).where(*here))
        connection.execute(insert(DOCUMENT).values(**self._row(version)))

    def _row(self, version: Version) -> dict[str, Any]:
        about = {name: getattr(version, name) for name in _SEALED}
        return {
            "source": version.source,
            "version": version.version,
            "set": version.set,
            "about": self._sealer.seal(about, about=f"document/{version.source}/{version.version}"),
            "state": version.state,
            "valid_from": version.valid_from,
            "valid_until": version.valid_until,
            "superseded_by": version.superseded_by,
            "added_by": version.added_by,
            "reviewed_by": version.reviewed_by,
            "released_by": list(version.released_by),
            "retired_by": list(version.retired_by),
            "at": version.at,
        }

    def _version(self, row: Row[Any]) -> Version:
        return Version(
            source=row.source,
            version=row.version,
            **self._sealer.open(row.about, about=f"document/{row.source}/{row.version}"),
            state=row.state,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            superseded_by=row.superseded_by,
            added_by=row.added_by,
            reviewed_by=row.reviewed_by,
            released_by=tuple(row.released_by),
            retired_by=tuple(row.retired_by),
            at=row.at,
        )


def _ended(new: Version, others: Iterable[Version], today: date) -> list[Version]:
    """What `new` takes the place of, each ending on the day before its first day; none where it is not in force."""
    if new.state != "in_force":
        return []
    first = date.fromisoformat(new.valid_from) if new.valid_from else today
    ends = (first - timedelta(days=1)).isoformat()
    return [
        replace(one, valid_until=ends, superseded_by=new.source, at=new.at)
        for one in others
        if one.state == "in_force"
        and (one.source, one.version) != (new.source, new.version)
        and not (one.valid_until and one.valid_until <= ends)
        and _takes_place_of(new, one)
    ]


def _takes_place_of(new: Version, one: Version) -> bool:
    """The same file in another version, or what it names as superseded: a source, a number or a title."""
    return one.source == new.source or (bool(new.supersedes) and _plain(new.supersedes) in map(_plain, _names(one)))


def _names(version: Version) -> list[str]:
    file = version.source.split("/", 1)[-1]
    return [one for one in (version.source, file, file.rsplit(".", 1)[0], version.title, version.number) if one]


def _plain_names(version: Version) -> set[str]:
    return {_plain(name) for name in (*_names(version), version.version)}


def _plain(name: str) -> str:
    return "".join(name.split()).strip("《》“”\"'").casefold()


def _entry(what: str, version: Version, by: str, *, operator: str = "", **more: str) -> AuditEntry:
    detail = {"source": version.source, "version": version.version, **{key: one for key, one in more.items() if one}}
    return AuditEntry(f"knowledge.{what}", by, operator, "", "", "", "done", detail)
