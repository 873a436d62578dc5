"""Builds everything; the only file that names every room.

Imports stand inside the functions that need them: a command pays for the rooms it enters and for no other.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app import __version__
from app.core.assistant import Assistant, load_assistants
from app.core.command import Command
from app.core.operator import operator
from app.core.settings import PACKAGE, Settings
from app.core.texts import Texts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from app.core.ports import AuditWatcher, Metrics, Models, Notices
    from app.core.skill import Skill
    from app.core.turn import Person
    from app.engines.imports import LocalImports
    from app.engines.knowledge import ChromaKnowledge
    from app.engines.privacy import PresidioPrivacy
    from app.engines.records import SqlRecords
    from app.engines.rights import CasbinRights
    from app.engines.storage.audit_log import SqlAuditLog
    from app.engines.storage.checkpoints import Checkpoints
    from app.engines.storage.database import SqlDatabase
    from app.engines.storage.erasure import Erasure
    from app.engines.storage.files import FolderFiles
    from app.engines.storage.gaps import SqlGaps
    from app.engines.storage.sealing import Sealer
    from app.engines.storage.shelf import SqlShelf
    from app.gateway.gateway import Clock, Gateway
    from app.gateway.identity import DemoSignIn, Identity
    from app.gateway.review import Review
    from app.team.approval_rules import ApprovalRules
    from app.team.approvals import Approvals
    from app.team.router import Router

BANK_TIME = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The bank's time."""
    return datetime.now(BANK_TIME)


@lru_cache
def texts_of(floor: str) -> Texts:
    """The catalogue of a floor."""
    return Texts(PACKAGE / floor / "texts")


# --- skills: built-ins come in by the public door, like anyone's ---


def domains() -> Iterator[str]:
    """Names of the skill domains: every package or module in `skills/`."""
    import skills

    return (found.name for found in pkgutil.iter_modules(skills.__path__))


def domain(name: str) -> ModuleType:
    """One skill domain. It may offer `SKILLS`, `COMMANDS`, `check_content(content)`, `erase_person(…)`, `warm()`."""
    return importlib.import_module(f"skills.{name}")


def load_skills() -> Mapping[str, Skill]:
    """Every skill, by name."""
    found = [skill for name in domains() for skill in getattr(domain(name), "SKILLS", ())]
    return {skill.name: skill for skill in found}


def domain_commands(name: str) -> Mapping[str, Command]:
    """The batch commands that a domain offers, by name."""
    return {command.name: command for command in getattr(domain(name), "COMMANDS", ())}


# --- single rooms, for the commands that need no more ---


def build_assistants(settings: Settings) -> Mapping[str, Assistant]:
    """The assistants, from their folders."""
    return load_assistants(settings.content / "assistants")


def build_identity(settings: Settings) -> Identity:
    """Who is who."""
    from app.core.keys import derived_key
    from app.gateway.identity import Identity, read_people

    people = read_people(settings.content / "config" / "people.yaml")
    return Identity(people, derived_key(settings.secret, "token"), texts_of("gateway"))


def build_review(
    settings: Settings, privacy: PresidioPrivacy | None = None, skills: Mapping[str, Skill] | None = None
) -> Review:
    """The review by its rules files. Prompts, and the descriptions of `skills`, are what may not get out."""
    from app.engines.classifier import LinearClassifier
    from app.gateway.review import Review

    assistants = build_assistants(settings).values()
    public = [text for one in assistants for text in (one.brief, one.brief_en, *(said.text for said in one.examples))]
    return Review(
        settings.content / "config",
        texts_of("gateway"),
        LinearClassifier(),
        recognise=privacy.analyse if privacy else lambda text: (),
        kept=[*(one.prompt for one in assistants), *(skill.doc for skill in (skills or {}).values())],
        public=public,
    )


def build_router(assistants: Mapping[str, Assistant]) -> Router:
    """The router over these assistants."""
    from app.engines.understanding import Understanding
    from app.team.router import Router

    return Router(assistants, Understanding(assistants))


def build_local_model(settings: Settings) -> Models:
    """The model that needs no model."""
    from app.engines.local_model import LocalModel
    from app.engines.understanding import Understanding

    return LocalModel(Understanding(build_assistants(settings)))


def build_database(settings: Settings, *, domains: bool = True) -> SqlDatabase:
    """The database, not opened yet. Domains own tables, so they are loaded first where those are needed."""
    from app.core.keys import key_id
    from app.engines.storage.database import SqlDatabase
    from app.engines.storage.in_use import InUse

    if domains:
        load_skills()
    texts = texts_of("engines/storage")
    in_use = InUse(settings.home / "in_use", key_id(settings.secret), texts)
    return SqlDatabase(settings.database_url, texts, build_sealer(settings), in_use)


def build_sealer(settings: Settings) -> Sealer:
    """Encryption at rest."""
    from app.engines.storage.sealing import Sealer

    return Sealer(settings.secret, texts_of("engines/storage"), settings.old_secrets)


def build_checkpoints(settings: Settings, database: SqlDatabase) -> Checkpoints:
    """The audit's signatures, and where the last one is kept beside the database."""
    from app.engines.storage.checkpoints import Checkpoints

    return Checkpoints(database, settings, texts_of("engines/storage"))


def build_audit(settings: Settings, database: SqlDatabase, watchers: Sequence[AuditWatcher] = ()) -> SqlAuditLog:
    """The audit chain with its checkpoints."""
    from app.engines.storage.audit_log import SqlAuditLog

    return SqlAuditLog(database, build_checkpoints(settings, database), watchers)


def build_files(settings: Settings, database: SqlDatabase) -> FolderFiles:
    """Files of rooms."""
    from app.engines.storage.files import FolderFiles

    return FolderFiles(settings.home / "files", database, build_sealer(settings), texts_of("engines/storage"))


def build_erasure(settings: Settings, database: SqlDatabase) -> Erasure:
    """What erases people's data."""
    from app.engines.storage.erasure import Erasure

    return Erasure(database, build_sealer(settings), build_files(settings, database), texts_of("engines/storage"))


def build_privacy(settings: Settings, database: SqlDatabase | None) -> PresidioPrivacy:
    """Masking with the rooms' vaults; without a database the vault lives as long as the process."""
    from app.engines.privacy import MemoryVault, PresidioPrivacy

    policy = settings.content / "config" / "masking.yaml"
    if database is None:
        return PresidioPrivacy(MemoryVault(), policy)
    from app.engines.storage.vault import SealedVault

    return PresidioPrivacy(SealedVault(database, build_sealer(settings)), policy)


def build_knowledge(settings: Settings) -> ChromaKnowledge:
    """The knowledge engine, not opened yet."""
    from app.engines.knowledge import ChromaKnowledge

    return ChromaKnowledge(settings.content, settings.home)


def build_shelf(settings: Settings, database: SqlDatabase, audit: SqlAuditLog, knowledge: ChromaKnowledge) -> SqlShelf:
    """The life of documents; `knowledge` follows it."""
    from app.engines.storage.shelf import SqlShelf

    owners = {name: one.owner for name, one in knowledge.sets.items()}
    return SqlShelf(database, build_sealer(settings), audit, knowledge, owners, texts_of("engines/storage"))


def build_gaps(settings: Settings, database: SqlDatabase, audit: SqlAuditLog, privacy: PresidioPrivacy) -> SqlGaps:
    """What people were not helped with."""
    from app.engines.library.knowledge_sets import load_sets
    from app.engines.storage.gaps import SqlGaps

    owners = {name: one.owner for name, one in load_sets(settings.content).items()}
    return SqlGaps(database, build_sealer(settings), audit, privacy, owners)


def build_rights(settings: Settings, people: Mapping[str, Person]) -> CasbinRights:
    """Who of `people` may do what."""
    from app.engines.library.knowledge_sets import load_sets
    from app.engines.rights import CasbinRights

    return CasbinRights(settings.content / "config", people, load_sets(settings.content))


def build_approval_rules(
    settings: Settings, skills: Mapping[str, Skill], people: Mapping[str, Person], covers: Callable[[Person, str], bool]
) -> ApprovalRules:
    """Whose yes an action needs. `covers`: whether a person's place stands above another."""
    from app.team.approval_rules import ApprovalRules

    return ApprovalRules(settings.content, skills, people, covers, texts_of("team"))


# --- the whole house ---


@dataclass(frozen=True, slots=True)
class Deskmate:
    """The house, built and open."""

    settings: Settings
    gateway: Gateway
    identity: Identity
    sign_in: DemoSignIn
    models: Models
    records: SqlRecords
    audit: SqlAuditLog
    knowledge: ChromaKnowledge
    shelf: SqlShelf
    gaps: SqlGaps
    imports: LocalImports
    metrics: Metrics
    approvals: Approvals
    notices: Notices
    erasure: Erasure


@asynccontextmanager
async def opened(settings: Settings, clock: Clock = now, *, models: Models | None = None) -> AsyncIterator[Deskmate]:
    """Build the house, open its engines, and close them at the end. `models` take the place of the configured ones."""
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
    from app.gateway.judge import Judge
    from app.gateway.rooms import Rooms
    from app.team.approvals import Approvals
    from app.team.group_chat import GroupChat
    from app.team.router import Router
    from app.team.runner import Runner

    content, texts = settings.content, texts_of("gateway")
    skills = load_skills()
    assistants = build_assistants(settings)
    database, sealer = build_database(settings), build_sealer(settings)
    metrics, alarms = PrometheusMetrics(), build_alarms(settings)
    audit = build_audit(settings, database, (metrics.audited, alarms.audited))
    actions = SqlActions(database, sealer, audit)
    records = SqlRecords(database, sealer, audit)
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
        files=files,
        database=database,
        people=tuple(identity.people.values()),
        content=content,
        review=review,
        texts=texts_of("team"),
    )
    rooms = Rooms(records, texts)
    approvals = Approvals(
        actions=actions,
        audit=audit,
        records=records,
        files=files,
        runner=runner,
        rules=rules,
        notices=notices,
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
        router=Router(assistants, understanding),
        group_chat=GroupChat(models, runner, privacy, texts_of("team")),
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
    await records.open()
    try:
        await note_changes(audit, settings, operator=operator(), version=__version__)
        await knowledge.open()
        await shelf.settle(clock().date())
        await approvals.resume(clock())
        erasure = build_erasure(settings, database)
        async with alarms.watching(audit), erasure.followed(privacy.forget):
            yield Deskmate(
                settings=settings,
                gateway=gateway,
                identity=identity,
                sign_in=DemoSignIn(settings.home, identity, gateway.door, texts),
                models=models,
                records=records,
                audit=audit,
                knowledge=knowledge,
                shelf=shelf,
                gaps=gaps,
                imports=imports,
                metrics=metrics,
                approvals=approvals,
                notices=notices,
                erasure=erasure,
            )
    finally:
        await imports.close()
        await audit.seal()
        await records.close()
