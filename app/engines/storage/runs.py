"""Runs of workflows and the news for them: `ports.Runs`. A run is one sealed row beside what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.happening import Happening
from app.core.ports import News, Sealing
from app.core.run import OPEN, Run, wait_key
from app.engines.storage.database import SqlDatabase
from app.engines.storage.tables import NEWS, RUN, RUN_WAIT

_RUN = TypeAdapter(Run)
_REMEMBERED = timedelta(days=30)
"""How long news that was handed on is kept: a task that is tried again reads it."""


class StaleRun(Exception):
    """Somebody else has moved the run since it was read."""


def write_runs(connection: Connection, sealing: Sealing, runs: Iterable[Run]) -> None:
    """Keep runs as they are now. Raises `StaleRun` for one that was changed since it was read."""
    for run in runs:
        kept = replace(run, version=run.version + 1)
        values = {
            "state": run.state,
            "due": min((one.due for one in run.tokens if one.due), default=None) if run.open else None,
            "version": kept.version,
            "body": sealing.seal(_RUN.dump_python(kept, mode="json"), about=f"run/{run.id}"),
        }
        if run.version == 0:
            fixed = {name: getattr(run, name) for name in ("id", "workflow", "room", "person", "parent", "about")}
            try:
                connection.execute(insert(RUN).values(**fixed, started_at=run.started_at, **values))
            except IntegrityError:
                raise StaleRun from None
        else:
            here = (RUN.c.id == run.id, RUN.c.version == run.version)
            if not connection.execute(update(RUN).where(*here).values(about=run.about, **values)).rowcount:
                raise StaleRun
        connection.execute(delete(RUN_WAIT).where(RUN_WAIT.c.run == run.id))
        keys = {key for one in run.tokens for key in one.waits} if run.open else set()
        if keys:
            connection.execute(insert(RUN_WAIT), [{"run": run.id, "key": key} for key in sorted(keys)])


def write_news(connection: Connection, sealing: Sealing, news: Iterable[News]) -> None:
    """Keep news with its cause; what is there stays as it is."""
    for one in news:
        if connection.scalar(select(NEWS.c.id).where(NEWS.c.id == one.id)) is not None:
            continue
        told = {"about": one.happened.about, "data": dict(one.happened.data)}
        connection.execute(
            insert(NEWS).values(
                id=one.id,
                name=one.happened.name,
                key=wait_key("news", one.happened.name, one.happened.about),
                room=one.room,
                person=one.person,
                body=sealing.seal(told, about=f"news/{one.id}"),
                at=datetime.now(UTC),
                handed=False,
            )
        )


class SqlRuns:
    """`ports.Runs` over the database."""

    def __init__(self, database: SqlDatabase, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def find(self, id: str) -> Run | None:
        """The run as it stands."""
        found = await self._read(select(RUN).where(RUN.c.id == id))
        return found[0] if found else None

    async def beginning_with(self, id: str, workflow: str) -> Sequence[Run]:
        """Runs of a workflow whose id begins so."""
        return await self._read(
            select(RUN)
            .where(RUN.c.workflow == workflow, RUN.c.id.startswith(id, autoescape=True))
            .order_by(RUN.c.number)
        )

    async def of_room(self, room: str) -> Sequence[Run]:
        """The open runs of a room, the oldest first."""
        return await self._read(select(RUN).where(RUN.c.room == room, RUN.c.state.in_(OPEN)).order_by(RUN.c.number))

    async def of_person(self, person: str, *, over: int = 0) -> Sequence[Run]:
        """A person's open runs, the oldest first; before them his last `over` ones that are over."""
        his = select(RUN).where(RUN.c.person == person, RUN.c.parent == "")
        going = await self._read(his.where(RUN.c.state.in_(OPEN)).order_by(RUN.c.number))
        past = his.where(RUN.c.state.not_in(OPEN)).order_by(RUN.c.number.desc()).limit(over)
        return [*reversed(await self._read(past) if over else []), *going]

    async def waiting(self, *keys: str) -> Sequence[str]:
        """Ids of the open runs that wait for one of these."""
        wanted = select(RUN_WAIT.c.run).where(RUN_WAIT.c.key.in_(keys)).distinct().order_by(RUN_WAIT.c.run)
        return await self._database.reading(lambda connection: list(connection.scalars(wanted)))

    async def timed(self) -> Sequence[Run]:
        """Open runs that stand somewhere with a deadline."""
        return await self._read(select(RUN).where(RUN.c.due.is_not(None)).order_by(RUN.c.due))

    async def open_waits(self, kind: str) -> Sequence[tuple[str, str]]:
        """Every (run, key) of open runs that waits for this kind of thing."""
        wanted = select(RUN_WAIT.c.run, RUN_WAIT.c.key).where(RUN_WAIT.c.key.startswith(f"{kind}/", autoescape=True))
        return await self._database.reading(
            lambda connection: [(row.run, row.key) for row in connection.execute(wanted)]
        )

    async def keep(self, run: Run) -> None:
        """Keep a run that no turn has moved. Raises `Unavailable` where somebody else has moved it."""
        try:
            await self._database.writing(lambda connection: write_runs(connection, self._sealing, (run,)), durable=True)
        except StaleRun:
            raise self._database.outdated() from None

    async def keep_news(self, news: Sequence[News]) -> None:
        """Keep news that was not kept with its cause; what is there stays."""
        await self._database.writing(lambda connection: write_news(connection, self._sealing, news), durable=True)

    async def news(self, id: str) -> News | None:
        """Kept news."""
        found = await self._database.reading(
            lambda connection: connection.execute(select(NEWS).where(NEWS.c.id == id)).one_or_none()
        )
        return self._news(found) if found else None

    async def next_news(self, keys: Sequence[str], behind: int) -> News | None:
        """The first news behind that number that somebody who waits for one of `keys` waits for."""
        wanted = select(NEWS).where(NEWS.c.key.in_(keys), NEWS.c.number > behind).order_by(NEWS.c.number).limit(1)
        found = await self._database.reading(lambda connection: connection.execute(wanted).one_or_none())
        return self._news(found) if found else None

    async def last_news(self) -> int:
        """The number of the latest news; 0 before the first."""
        return await self._database.reading(
            lambda connection: int(connection.scalar(select(func.max(NEWS.c.number))) or 0)
        )

    async def concerning(self, about: str) -> bool:
        """Whether an open run is about it."""
        wanted = select(RUN.c.id).where(RUN.c.about == about, RUN.c.state.in_(OPEN)).limit(1)
        return await self._database.reading(lambda connection: connection.scalar(wanted) is not None)

    async def unhanded(self) -> Sequence[News]:
        """News that was not handed on, the oldest first."""
        wanted = select(NEWS).where(NEWS.c.handed.is_(False)).order_by(NEWS.c.number)
        return await self._database.reading(lambda connection: [self._news(row) for row in connection.execute(wanted)])

    async def handed(self, *ids: str, now: datetime) -> None:
        """These were handed on. What was long ago is forgotten."""

        def work(connection: Connection) -> None:
            connection.execute(update(NEWS).where(NEWS.c.id.in_(ids)).values(handed=True))
            connection.execute(delete(NEWS).where(NEWS.c.handed.is_(True), NEWS.c.at < now - _REMEMBERED))

        await self._database.writing(work)

    async def _read(self, wanted: Any) -> list[Run]:
        def work(connection: Connection) -> list[Run]:
            return [self._run(row) for row in connection.execute(wanted)]

        return await self._database.reading(work)

    def _run(self, row: Row[Any]) -> Run:
        return _RUN.validate_python(self._sealing.open(row.body, about=f"run/{row.id}"))

    def _news(self, row: Row[Any]) -> News:
        told = self._sealing.open(row.body, about=f"news/{row.id}")
        return News(row.id, Happening(row.name, told["about"], told["data"]), row.room, row.person, row.number)
