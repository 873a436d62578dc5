"""`set.yaml` of a knowledge set: whose it is and whom it is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.index.lexical_sql import is_set_name
from app.engines.library.reading.markdown import front_matter
from app.engines.library.wording.synonyms import load_synonyms


class KnowledgeSet(BaseModel):
    """What `set.yaml` says. Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    title_en: str = ""
    owner: str = Field(min_length=1)
    """The department that answers for it."""
    audience: tuple[str, ...] = Field(min_length=1)
    """Roles or groups of them that it is for; `*` means everybody. `config/permissions.csv` must allow it besides."""
    places: tuple[str, ...] = ()
    """The places it belongs to: read there, around them, and by who answers for them. None: the whole bank."""
    valid_from: date
    valid_until: date | None = None


class _FrontMatter(BaseModel):
    """The head of a shipped document."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1)
    number: str = ""
    issued: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    owner: str = ""
    department: str = ""
    supersedes: str = ""
    audience: tuple[str, ...] = ()
    """Where it says one, that of its set: a document for fewer people lies in a set of its own."""
    places: tuple[str, ...] = ()


def load_sets(content: Path) -> Mapping[str, KnowledgeSet]:
    """Every set below `knowledge/`, by name. Raises `ContentError` with file and line."""
    folder = content / "knowledge"
    folders = sorted(child for child in folder.iterdir() if child.is_dir()) if folder.is_dir() else []
    return {child.name: _load(child) for child in folders if child.name[0] != "." and any(child.iterdir())}


def check_content(content: Path) -> None:
    """Raises `ContentError` with file and line for a wrong `set.yaml`, word list or head of a document."""
    load_synonyms(content / "knowledge" / "synonyms.yaml")
    for name, own in load_sets(content).items():
        for path in sorted((content / "knowledge" / name).rglob("*.md")):
            _check_document(path, own)


def check_readers(audience: Sequence[str], places: Sequence[str], source: str, content: Path, say: Texts) -> None:
    """Raises `BadInput` for a document that is for fewer people than its set, and names the set that fits.

    Whoever may search a set sees what is in it: to leave out some of it afterwards would leak by what is missing.
    """
    if not audience and not places:
        return
    sets = load_sets(content)
    if (own := sets.get(source.split("/", 1)[0])) is None or _for_all_readers(audience, places, own):
        return
    fitting = [name for name, one in sets.items() if _for_all_readers(audience, places, one) and _within(one, audience)]
    named = "、".join(fitting) or say("a_new_set")
    who = "、".join([*audience, *places])
    raise BadInput("DOCUMENT_AUDIENCE", say("document_audience", who=who, sets=named))


def _for_all_readers(audience: Sequence[str], places: Sequence[str], own: KnowledgeSet) -> bool:
    """Whether everybody who may read the set may read the document."""
    by_role = not audience or "*" in audience or ("*" not in own.audience and set(own.audience) <= set(audience))
    return by_role and (not places or (bool(own.places) and set(own.places) <= set(places)))


def _within(own: KnowledgeSet, audience: Sequence[str]) -> bool:
    """Whether the set is not for everybody where the document is not."""
    return "*" not in own.audience or not audience or "*" in audience


def _load(folder: Path) -> KnowledgeSet:
    path = folder / "set.yaml"
    if not is_set_name(folder.name):
        raise ContentError(path, 1, f"a set's name has lower-case letters, digits and underscores: {folder.name!r}")
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise ContentError(path, 1, "a mapping is expected")
    return checked_content(KnowledgeSet, path, values)


def _check_document(path: Path, own: KnowledgeSet) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ContentError(path, 1, "not UTF-8") from None
    about: Mapping[str, Any] = front_matter(text)[0]
    if not about:
        raise ContentError(
            path, 1, "a document begins with its title, number, issued, valid_from between two lines of ---"
        )
    checked = checked_content(_FrontMatter, path, dict(about))
    if not _for_all_readers(checked.audience, checked.places, own):
        raise ContentError(path, line_at(path, ("audience",)), "for fewer people than its set: it needs one of its own")
