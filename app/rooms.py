"""Builds single rooms: an engine, a rules file, the skills. A command pays for the rooms it enters and for no other.

Imports stand inside the functions that need them.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.core.assistant import Assistant, load_assistants
from app.core.command import Command
from app.core.errors import place_of
from app.core.settings import PACKAGE, Settings
from app.core.texts import Texts

if TYPE_CHECKING:
    from app.core.ports import AuditWatcher, Bus, Durable, Models, Rights
    from app.core.skill import Skill
    from app.core.turn import Person
    from app.core.workflow import Workflow
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
    from app.engines.storage.runs import SqlRuns
    from app.engines.storage.sealing import Sealer
    from app.engines.storage.shelf import SqlShelf
    from app.gateway.identity import Identity
    from app.gateway.review import Review
    from app.team.approval_rules import ApprovalRules
    from app.team.router import Router
    from skills.fx.screening.store import WatchListStore

BANK_TIME = ZoneInfo("Asia/Shanghai")
_PAUSE = 5.0  # seconds between two looks at what domains have to do of their own accord
_log = logging.getLogger("deskmate.domains")


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
    """One skill domain. It may offer `SKILLS COMMANDS check_content(content) erase_person(…) warm(…) tend(…)`."""
    return importlib.import_module(f"skills.{name}")


async def tend_domains(database: SqlDatabase, settings: Settings, clock: Callable[[], datetime] = now) -> None:
    """Until cancelled: every few seconds the work that a domain does of its own accord, its `tend(…)`."""
    tends = [tend for name in domains() if (tend := getattr(domain(name), "tend", None))]
    while True:
        await asyncio.sleep(_PAUSE)
        for tend in tends:
            try:
                await tend(database, settings.content, settings.home, clock())
            except Exception as error:  # one domain's trouble is not another's, and it is tried again
                _log.error("a domain was not tended: %s", place_of(error))


def load_skills() -> Mapping[str, Skill]:
    """Every skill, by name."""
    found = [skill for name in domains() for skill in getattr(domain(name), "SKILLS", ())]
    return {skill.name: skill for skill in found}


def load_workflows(settings: Settings) -> Mapping[str, Workflow]:
    """Every workflow of every assistant, by `<assistant>.<name>`."""
    from app.core.workflow import load_workflows

    folders = sorted(one.folder for one in build_assistants(settings).values())
    return {one.tool: one for folder in folders for one in load_workflows(folder).values()}


def load_readers() -> Mapping[str, Callable[[str, datetime], Any]]:
    """How what people say for a slot is meant, by kind: every domain may offer `READERS`."""
    return {kind: read for name in domains() for kind, read in getattr(domain(name), "READERS", {}).items()}


def build_runs(database: SqlDatabase, sealer: Sealer) -> SqlRuns:
    """Runs of workflows."""
    from app.engines.storage.runs import SqlRuns

    return SqlRuns(database, sealer)


def build_durable(settings: Settings) -> Durable:
    """Work that outlives a crash; nothing is loaded before it is needed."""
    from app.engines.durable import DbosDurable

    return DbosDurable(settings, texts_of("engines/storage"))


def domain_commands(name: str) -> Mapping[str, Command]:
    """The batch commands that a domain offers, by name."""
    return {command.name: command for command in getattr(domain(name), "COMMANDS", ())}


def build_watch_lists(settings: Settings) -> WatchListStore:
    """The lists that names are screened against, as an operator imports them."""
    from skills.fx.screening.store import WatchListStore

    return WatchListStore(settings.home)


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


def build_router(assistants: Mapping[str, Assistant], rights: Rights | None = None) -> Router:
    """The router over these assistants; with `rights` it minds what a person may use."""
    from app.engines.understanding import Understanding
    from app.team.router import Router

    return Router(assistants, Understanding(assistants), rights)


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


def build_bus(settings: Settings, database: SqlDatabase, records: SqlRecords) -> Bus:
    """What tells the channels of shared rooms, not opened yet."""
    from app.engines.bus import StoredBus
    from app.engines.storage.wakened import wakened_embedded, wakened_postgres

    if database.embedded:
        return StoredBus(records, lambda: wakened_embedded(database))
    return StoredBus(records, lambda: wakened_postgres(settings.database_url), late=200)


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


def build_gaps(
    settings: Settings, database: SqlDatabase, audit: SqlAuditLog, privacy: PresidioPrivacy | None = None
) -> SqlGaps:
    """What people were not helped with; without `privacy`, to be read only."""
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
