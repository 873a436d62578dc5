"""Builds everything: the rooms of `rooms.py` joined to one house. The only file that names every room.

Imports stand inside the functions that need them.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import __version__
from app.core.operator import operator
from app.core.settings import Settings
from app.rooms import (
    build_approval_rules,
    build_assistants,
    build_audit,
    build_bus,
    build_database,
    build_durable,
    build_erasure,
    build_files,
    build_gaps,
    build_identity,
    build_knowledge,
    build_privacy,
    build_review,
    build_rights,
    build_runs,
    build_sealer,
    build_shelf,
    load_readers,
    load_skills,
    load_workflows,
    now,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from app.core.ports import Bus, Durable, Metrics, Models, Notices
    from app.engines.imports import LocalImports
    from app.engines.knowledge import ChromaKnowledge
    from app.engines.records import SqlRecords
    from app.engines.storage.audit_log import SqlAuditLog
    from app.engines.storage.database import SqlDatabase
    from app.engines.storage.erasure import Erasure
    from app.engines.storage.gaps import SqlGaps
    from app.engines.storage.shelf import SqlShelf
    from app.gateway.gateway import Clock, Gateway
    from app.gateway.identity import DemoSignIn, Identity
    from app.gateway.initiative import Initiative
    from app.team.approvals import Approvals
    from app.team.workflow import Workflows
    from app.team.workflow_tasks import WorkflowTasks


# --- the whole house ---


@dataclass(frozen=True, slots=True)
class Deskmate:
    """The house, built and open."""

    settings: Settings
    gateway: Gateway
    identity: Identity
    sign_in: DemoSignIn
    models: Models
    database: SqlDatabase
    records: SqlRecords
    audit: SqlAuditLog
    knowledge: ChromaKnowledge
    shelf: SqlShelf
    gaps: SqlGaps
    imports: LocalImports
    metrics: Metrics
    approvals: Approvals
    notices: Notices
    bus: Bus
    initiative: Initiative
    workflows: Workflows
    tasks: WorkflowTasks
    durable: Durable
    erasure: Erasure


@asynccontextmanager
async def opened(
    settings: Settings, clock: Clock = now, *, models: Models | None = None, durable: Durable | None = None
) -> AsyncIterator[Deskmate]:
    """Build the house, open its engines, and close them at the end. `models` take the place of the configured ones.

    What an earlier process left of durable work is gone on with where the house serves: `house.durable.open()`.
    """
    from app.engines.alarms import build_alarms
    from app.engines.imports import LocalImports
    from app.engines.local_model import LocalModel
    from app.engines.metrics import PrometheusMetrics
    from app.engines.models import build_models
    from app.engines.notices import LocalNotices
    from app.engines.records import SqlRecords
    from app.engines.storage.actions import SqlActions
    from app.engines.storage.content_watch import note_changes
    from app.engines.understanding import Understanding
    from app.gateway.desk import Desk
    from app.gateway.door import Door
    from app.gateway.gateway import Gateway
    from app.gateway.identity import DemoSignIn
    from app.gateway.initiative import Initiative
    from app.gateway.judge import Judge
    from app.gateway.rooms import Rooms
    from app.team.approvals import Approvals
    from app.team.group_chat import GroupChat
    from app.team.listening import Listening
    from app.team.panels import Panels
    from app.team.room_keeping import RoomKeeping
    from app.team.router import Router
    from app.team.runner import Runner
    from app.team.workflow import Workflows
    from app.team.workflow_tasks import WorkflowTasks

    content, texts = settings.content, texts_of("gateway")
    skills = load_skills()
    assistants = build_assistants(settings)
    database, sealer = build_database(settings), build_sealer(settings)
    metrics, alarms = PrometheusMetrics(), build_alarms(settings)
    audit = build_audit(settings, database, (metrics.audited, alarms.audited))
    actions = SqlActions(database, sealer, audit)
    records = SqlRecords(database, sealer, audit, lambda: bus.wake())
    bus = build_bus(settings, database, records)
    files = build_files(settings, database)
    privacy = build_privacy(settings, database)
    knowledge = build_knowledge(settings)
    shelf, gaps = build_shelf(settings, database, audit, knowledge), build_gaps(settings, database, audit, privacy)
    identity = build_identity(settings)
    rights = build_rights(settings, identity.people)
    understanding = Understanding(assistants)
    models = models or build_models(settings, content, LocalModel(understanding))
    review = build_review(settings, privacy, skills)
    rules, notices = build_approval_rules(settings, skills, identity.people, rights.covers), LocalNotices()
    imports = LocalImports(knowledge, shelf.record, notices, audit)
    runner = Runner(
        skills=skills,
        rights=rights,
        privacy=privacy,
        audit=audit,
        actions=actions,
        rules=rules,
        notices=notices,
        knowledge=knowledge,
        shelf=shelf,
        gaps=gaps,
        imports=imports,
        rooms=RoomKeeping(records, rights, tuple(identity.people.values()), assistants, texts_of("team")),
        files=files,
        database=database,
        people=tuple(identity.people.values()),
        content=content,
        home=settings.home,
        review=review,
        texts=texts_of("team"),
    )
    rooms = Rooms(records, texts)
    durable, runs = durable or build_durable(settings), build_runs(database, sealer)
    initiative: Initiative
    workflows = Workflows(
        workflows=load_workflows(settings),
        assistants=assistants,
        people=identity.people,
        runner=runner,
        runs=runs,
        readers=load_readers(),
        texts=texts_of("team"),
    )
    tasks = WorkflowTasks(
        workflows=workflows,
        runs=runs,
        actions=actions,
        durable=durable,
        acting=lambda *act, **named: initiative.take(*act, **named),
        clock=clock,
    )
    approvals = Approvals(
        actions=actions,
        audit=audit,
        records=records,
        files=files,
        runner=runner,
        rules=rules,
        notices=notices,
        happenings=tasks,
        people=identity.people,
        assistants=assistants,
        texts=texts_of("team"),
    )
    gateway = Gateway(
        identity=identity,
        rooms=rooms,
        desk=Desk(
            identity=identity,
            rooms=rooms,
            review=review,
            rights=rights,
            privacy=privacy,
            records=records,
            audit=audit,
            files=files,
            knowledge=knowledge,
            assistants=assistants,
            texts=texts,
        ),
        review=review,
        judge=Judge(review.judge_rules, models, privacy, texts),
        router=Router(assistants, understanding, rights),
        group_chat=GroupChat(models, runner, workflows, privacy, texts_of("team")),
        listening=Listening(runner, assistants),
        workflows=workflows,
        tasks=tasks,
        panels=Panels(runner, privacy, assistants),
        approvals=approvals,
        privacy=privacy,
        records=records,
        audit=audit,
        files=files,
        knowledge=knowledge,
        metrics=metrics,
        assistants=assistants,
        door=Door(audit),
        clock=clock,
        texts=texts,
    )
    initiative = Initiative(
        identity=identity,
        rooms=rooms,
        review=review,
        privacy=privacy,
        records=records,
        workflows=workflows,
        tasks=tasks,
        assistants=assistants,
        clock=clock,
        texts=texts,
    )
    await records.open()
    try:
        await note_changes(audit, settings, operator=operator(), version=__version__)
        await knowledge.open()
        await shelf.settle(clock().date())
        await approvals.resume(clock())
        await bus.open()
        erasure = build_erasure(settings, database)
        async with alarms.watching(audit), erasure.followed(privacy.forget):
            yield Deskmate(
                settings=settings,
                gateway=gateway,
                identity=identity,
                sign_in=DemoSignIn(settings.home, identity, gateway.door, texts),
                models=models,
                database=database,
                records=records,
                audit=audit,
                knowledge=knowledge,
                shelf=shelf,
                gaps=gaps,
                imports=imports,
                metrics=metrics,
                approvals=approvals,
                notices=notices,
                bus=bus,
                initiative=initiative,
                workflows=workflows,
                tasks=tasks,
                durable=durable,
                erasure=erasure,
            )
    finally:
        await imports.close()
        await durable.close()
        await bus.close()
        await audit.seal()
        await records.close()
