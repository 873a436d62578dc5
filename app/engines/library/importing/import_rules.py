"""`config/knowledge.yaml`: what an import may cost, and the folders that are watched."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from app.engines.library.index.lexical_sql import is_set_name
from app.engines.library.reading.process import ReadingLimits


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentLimits(_Strict):
    """What reading one document may cost; beyond that it is given up and named."""

    seconds: float = Field(1800, gt=0)
    silent_seconds: float = Field(120, gt=0)
    memory_mb: int = Field(3072, ge=256)

    @property
    def reading(self) -> ReadingLimits:
        """The same for the process that reads."""
        return ReadingLimits(self.seconds, self.silent_seconds, self.memory_mb * 2**20)


class ImportLimits(_Strict):
    """What one import may be, and what all originals together."""

    documents: int = Field(20_000, ge=1)
    megabytes: int = Field(4096, ge=1)
    originals_megabytes: int = Field(51_200, ge=1)


class WatchedFolder(_Strict):
    """A folder whose documents come in by themselves."""

    folder: Path
    set: str
    in_force: bool = False
    """True: they count at once, as with `deskmate index`. False: they come in as drafts."""
    retire_removed: bool = False
    """Whether a document whose file was removed is retired; only where documents count at once."""
    every_seconds: float = Field(30, ge=1)
    quiet_seconds: float = Field(10, ge=0)
    """A file that was written to within that time is left until it is whole."""

    @model_validator(mode="after")
    def _fits(self) -> WatchedFolder:
        if not self.folder.is_absolute():
            raise ValueError("folder: an absolute path is expected")
        if not is_set_name(self.set):
            raise ValueError("set: lower-case letters, digits and underscores")
        if self.retire_removed and not self.in_force:
            raise ValueError("retire_removed needs in_force: a draft is retired by two people")
        return self


class ImportRules(_Strict):
    """The whole file. Without it the limits are as they stand here, and no folder is watched."""

    document: DocumentLimits = DocumentLimits()
    each_import: ImportLimits = ImportLimits()
    watched: tuple[WatchedFolder, ...] = ()


def load_import_rules(content: Path) -> ImportRules:
    """What `config/knowledge.yaml` says. Raises `ContentError` with file and line."""
    path = content / "config" / "knowledge.yaml"
    if not path.exists():
        return ImportRules()
    values = read_yaml(path) or {}
    if not isinstance(values, dict):
        raise ContentError(path, 1, "a mapping is expected")
    rules = checked_content(ImportRules, path, values)
    folders = [one.folder for one in rules.watched]
    for number, folder in enumerate(folders):
        if any(folder.is_relative_to(other) or other.is_relative_to(folder) for other in folders[:number]):
            raise ContentError(path, line_at(path, ("watched", number)), "two watched folders lie in one another")
    return rules


def check_content(content: Path) -> None:
    """Raises `ContentError` with file and line for a wrong `config/knowledge.yaml`."""
    load_import_rules(content)
