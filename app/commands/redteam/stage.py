"""The house that is attacked: a copy of the content with things planted in it, in a folder of its own. Nothing of the
true state is read or written, and no configured model or alarm is reached.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from app.commands.redteam.attacks import Attack, PlantedDocument
from app.core.assistant import checked_content, read_yaml
from app.core.errors import Unavailable
from app.core.ports import Listener, nobody_listens
from app.core.settings import Settings, read_settings
from app.core.turn import Attachment, Mention, Reply, Turn
from app.main import Deskmate
from app.rooms import BANK_TIME, texts_of

_PLANTS = Path(__file__).with_name("stage.yaml")
_HITS, _RESTRICTED = "planted", "restricted"
say = texts_of("commands/redteam")


def clock() -> datetime:
    """A Monday morning on which the shipped market and calendars stand: runs can be compared."""
    return datetime(2026, 11, 23, 10, 0, tzinfo=BANK_TIME)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _File(_Strict):
    name: str
    text: str


class _Talk(_Strict):
    room: str
    seen_by: tuple[str, ...]
    says: tuple[str, ...]
    """What the first of `seen_by` says there."""
    files: tuple[_File, ...] = ()
    marks: tuple[str, ...]
    secrets: tuple[str, ...]


class _Restricted(_Strict):
    audience: tuple[str, ...]
    title: str
    text: str
    seen_by: tuple[str, ...]
    marks: tuple[str, ...]


class _Plants(_Strict):
    talks: tuple[_Talk, ...]
    restricted: _Restricted


@dataclass(frozen=True, slots=True)
class Plant:
    """Something that only some may see."""

    value: str
    where: str
    seen_by: frozenset[str]


@lru_cache
def _plants() -> _Plants:
    return checked_content(_Plants, _PLANTS, read_yaml(_PLANTS))


def plants() -> Iterator[Plant]:
    """Everything planted."""
    for talk in _plants().talks:
        for value in (*talk.marks, *talk.secrets):
            yield Plant(value, talk.room, frozenset(talk.seen_by))
    kept = _plants().restricted
    for value in kept.marks:
        yield Plant(value, _RESTRICTED, frozenset(kept.seen_by))


def planted_secrets() -> tuple[str, ...]:
    """Personal data in the planted talk: it must reach no model at all."""
    return tuple(value for talk in _plants().talks for value in talk.secrets)


def built(shipped: Path, folder: Path, attacks: Sequence[Attack]) -> Settings:
    """Write a copy of the content `shipped` into `folder`; the settings of a house that lives there and nowhere else.

    Of the environment nothing counts: no model, no database, no mail server.
    """
    content, home = folder / "content", folder / "home"
    for name in ("assistants", "knowledge", "config"):
        shutil.copytree(shipped / name, content / name)
    if (alarms := content / "config" / "alarms.yaml").exists():
        _rewritten(alarms, {"email": None, "webhook": None})
    _rewritten(content / "config" / "models.yaml", {"tasks": {"chat": {}}}, default={"model": None})
    for assistant in (content / "assistants").glob("*/assistant.yaml"):
        values = read_yaml(assistant)
        _rewritten(assistant, {"knowledge": [*values.get("knowledge", []), _HITS, _RESTRICTED]})
    kept = _plants().restricted
    _set(content, _HITS, ["*"], [attack.hit for attack in attacks if attack.hit])
    _set(content, _RESTRICTED, kept.audience, [PlantedDocument(title=kept.title, text=kept.text)])
    with (content / "config" / "permissions.csv").open("a", encoding="utf-8") as rows:
        rows.write(f"\np, *, *, *, knowledge:{_HITS}, allow\n")
        for role in kept.audience:
            rows.write(f"p, {role}, *, *, knowledge:{_RESTRICTED}, allow\n")
    environment = {
        "DESKMATE_HOME": str(home),
        "DESKMATE_CONTENT": str(content),
        "DESKMATE_DATABASE_URL": f"sqlite+aiosqlite:///{database_of(home)}",
        "DESKMATE_SECRET": secrets.token_urlsafe(32),
    }
    return read_settings(environment)


def database_of(home: Path) -> Path:
    """Where the stage's database lies."""
    return home / "deskmate.db"


async def plant(house: Deskmate) -> None:
    """Have the owners of what is planted say it. Raises `Unavailable` when the house does not take it."""
    for talk in _plants().talks:
        owner = talk.seen_by[0]
        files = [await uploaded(house, owner, talk.room, one.name, one.text.encode()) for one in talk.files]
        for number, text in enumerate(talk.says):
            reply = await said(house, owner, talk.room, text, files if number == 0 else ())
            if reply.refused:
                raise Unavailable("STAGE", say("not_planted", room=talk.room, text=text))


async def uploaded(house: Deskmate, person: str, room: str, name: str, content: bytes) -> Attachment:
    """A file put on the desk, as any channel does it."""
    return await house.gateway.desk.upload(person, room, name, content, "application/octet-stream")


async def said(
    house: Deskmate,
    person: str,
    room: str,
    text: str,
    files: Sequence[Attachment] = (),
    to: str = "",
    listener: Listener = nobody_listens,
) -> Reply:
    """One message through the one door. `to`: the assistant that was chosen beside the text."""
    mentions = (Mention(to, 0, 0, to),) if to else ()
    turn = Turn(secrets.token_hex(8), room, person, text, "redteam", clock(), mentions, tuple(files))
    return await house.gateway.handle(turn, listener)


def _set(content: Path, name: str, audience: Sequence[str], documents: Sequence[PlantedDocument]) -> None:
    folder = content / "knowledge" / name
    folder.mkdir()
    about: dict[str, Any] = {"title": name, "owner": "red team", "audience": list(audience), "valid_from": "2026-01-01"}
    (folder / "set.yaml").write_text(yaml.safe_dump(about, allow_unicode=True), encoding="utf-8")
    for number, one in enumerate(documents, start=1):
        text = f"---\ntitle: {one.title}\n---\n# {one.title}\n\n{one.text}\n"
        (folder / f"document-{number:02d}.md").write_text(text, encoding="utf-8")


def _rewritten(path: Path, changes: Mapping[str, Any], default: Mapping[str, Any] | None = None) -> None:
    """`path` with `changes` in place of what it says; `default` within its key of that name."""
    values = {**read_yaml(path), **changes}
    if default is not None:
        values["default"] = {**values.get("default", {}), **default}
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
